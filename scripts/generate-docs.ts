// Writes docs/reference/cli.md from the help of every command, docs/reference/hygiene.md, node-checks.md and tenancy-checks.md from the descriptions of the checks,
// kubernetes-versions.md from its table, and the table of docs/reference/cataloguers.md from their list. With --check it writes nothing, and fails when a page differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { COMMANDS } from '../src/cli/program.ts';
import type { CheckDescription } from '../src/posture/hygiene/check.ts';
import { readDescriptions } from '../src/posture/hygiene/descriptions.ts';
import { minorHistories } from '../src/posture/kubernetes-versions/history.ts';
import { readVersionTable } from '../src/posture/kubernetes-versions/table.ts';
import type { NodeCheck } from '../src/posture/node/check.ts';
import { NODE_CHECKS } from '../src/posture/node/registry.ts';
import { TENANCY_CHECKS } from '../src/posture/tenancy/check.ts';
import { CATALOGUERS } from '../src/scan/inventory/registry.ts';
import { NO_CONTEXT } from '../test/support/command-context.ts';

/** Width of the help texts, as on a wide terminal. */
const COLUMNS = 110;

const CATALOGUERS_PAGE = 'docs/reference/cataloguers.md';

/** Files made from the code, by their path below the root. */
export async function generatedDocs(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/cli.md', await commandReference()],
    ['docs/reference/hygiene.md', hygieneReference(readDescriptions())],
    ['docs/reference/node-checks.md', nodeReference(NODE_CHECKS)],
    ['docs/reference/tenancy-checks.md', tenancyReference()],
    ['docs/reference/kubernetes-versions.md', kubernetesReference()],
    [CATALOGUERS_PAGE, cataloguerReference(readFileSync(resolve(import.meta.dirname, '..', CATALOGUERS_PAGE), 'utf8'))],
  ]);
}

async function commandReference(): Promise<string> {
  const program = new Command('plimsoll');
  for (const entry of COMMANDS) program.addCommand((await entry.load())(NO_CONTEXT));
  return `# Commands

<!-- Made by scripts/generate-docs.ts from the help of the commands: change them, then run
     sh scripts/run.sh scripts/generate-docs.ts -->

${COMMANDS.map((entry) => `- [\`plimsoll ${entry.name}\`](#plimsoll-${entry.name}): ${entry.summary}`).join('\n')}

Targets, exit codes and what a gap is: [scanning](../guide/scanning.md), [errors](errors.md), [gaps](gaps.md).

${program.commands.flatMap((command) => helpSections(command, ['plimsoll'])).join('\n')}`;
}

/** The page with its one table made anew; the rest of it is written by hand. */
function cataloguerReference(page: string): string {
  const rows = CATALOGUERS.map(({ id, version, title, reads, content }) => {
    const magics = (content?.magics ?? []).map((magic) => `begins with \`${Buffer.from(magic).toString('hex')}\``);
    const files = [...reads.map((pattern) => `\`${pattern}\``), ...magics].join(' ') || 'every header';
    return `| \`${id}\` | ${version} | ${title} | ${files} |\n`;
  });
  return page.replace(/(?<=^\| id \| version \|.*\n\|[ |-]+\n)(?:\|.*\n)*/m, () => rows.join(''));
}

function hygieneReference(checks: readonly CheckDescription[]): string {
  const row = ({ id, severity, title }: CheckDescription) => `| [\`${id}\`](#${id}) | ${severity} | ${title} |\n`;
  return `# Checks of build hygiene

<!-- Made by scripts/generate-docs.ts from src/posture/hygiene/checks.yaml: change that, then run
     sh scripts/run.sh scripts/generate-docs.ts -->

How they are used, waived and given other parameters: [hygiene](../guide/hygiene.md). What fails of a check of severity low or info is told as a warning.

| check | severity | passes when |
| --- | --- | --- |
${checks.map(row).join('')}
${checks.map((check) => checkSection(check)).join('\n')}`;
}

function checkSection({
  id,
  title,
  severity,
  why,
  remediation,
  reference,
  parameters = {},
}: Omit<CheckDescription, 'template' | 'parameters'> & Partial<CheckDescription>): string {
  const given = Object.entries(parameters).map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``);
  return [
    `## ${id}\n`,
    `**${title}** (${severity}). ${why}\n`,
    `To do: ${remediation}.\n`,
    ...(given.length === 0 ? [] : [`Parameters: ${given.join(', ')}.\n`]),
    ...(reference === undefined ? [] : [`Source: ${reference}.\n`]),
  ].join('\n');
}

function tenancyReference(): string {
  const rows = TENANCY_CHECKS.map(({ id, severity, title }) => `| [\`${id}\`](#${id}) | ${severity} | ${title} |\n`);
  return `# Checks of users and tenants

<!-- Made by scripts/generate-docs.ts from src/posture/tenancy/check.ts: change that, then run
     sh scripts/run.sh scripts/generate-docs.ts -->

How they are used and waived: [users and tenants](../guide/tenancy.md). What fails of a check of severity low or info is told as a warning.

| check | severity | passes when |
| --- | --- | --- |
${rows.join('')}
${TENANCY_CHECKS.map((check) => checkSection(check)).join('\n')}`;
}

/** Each row of the table under its minor, with its source. */
function kubernetesReference(): string {
  const sections = minorHistories(readVersionTable()).map(({ minor, released, ended, source, features, removes }) => {
    const dates = `${released === undefined ? '' : `Released ${released}, supported`}${released === undefined ? 'Supported' : ''} until ${ended} ([source](${source})).`;
    const brought = features.map(
      ({ feature, events }) =>
        `- **${feature.title}**: ${events.join(', ')}. ${feature.why} Source: ${feature.source}.\n`,
    );
    const gone = removes.map(
      ({ api, kinds, instead, since, source: from }) =>
        `- No longer served: \`${api}\` ${kinds.join(', ')}${instead === undefined ? '' : `; use \`${instead}\`${since === undefined ? '' : ` (since ${since})`}`}. Source: ${from}.\n`,
    );
    const lines = [...brought, ...gone].join('');
    return `## ${minor}\n\n${dates}\n${lines === '' ? '' : `\n${lines}`}`;
  });
  return `# Versions of Kubernetes

<!-- Made by scripts/generate-docs.ts from src/posture/kubernetes-versions/table.yaml: change that, then run
     sh scripts/run.sh scripts/generate-docs.ts -->

What each minor brings and ends, as far as it matters to who secures a platform. How it is asked: [versions of Kubernetes](../guide/kubernetes-versions.md).

${sections.join('\n')}`;
}

function nodeReference(checks: readonly NodeCheck[]): string {
  const row = ({ id, severity, title }: NodeCheck) => `| [\`${id}\`](#${id}) | ${severity} | ${title} |\n`;
  return `# Checks of nodes

<!-- Made by scripts/generate-docs.ts from src/posture/node: change that, then run
     sh scripts/run.sh scripts/generate-docs.ts -->

How they are used and waived: [nodes](../guide/node.md). What fails of a check of severity low or info is told as a warning.

| check | severity | passes when |
| --- | --- | --- |
${checks.map(row).join('')}
${checks.map(checkSection).join('\n')}`;
}

function helpSections(command: Command, parents: readonly string[]): readonly string[] {
  const path = [...parents, command.name()];
  const section = `${'#'.repeat(path.length)} ${path.join(' ')}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
  return [section, ...command.commands.flatMap((child) => helpSections(child, path))];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

async function main(root: string, check: boolean): Promise<number> {
  let differing = 0;
  for (const [path, content] of await generatedDocs()) {
    const file = resolve(root, path);
    if (!check) writeFileSync(file, content);
    else if (!isContent(file, content)) {
      console.error(`${path} is not up to date: sh scripts/run.sh scripts/generate-docs.ts`);
      differing += 1;
    }
  }
  return differing === 0 ? 0 : 1;
}

function isContent(file: string, content: string): boolean {
  try {
    return readFileSync(file, 'utf8') === content;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(resolve(import.meta.dirname, '..'), process.argv.includes('--check'));
}
