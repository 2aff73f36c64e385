// `plimsoll statements`: decisions as files in version control. check, list, add, renew, import, export, watch.
import { type Command, Option } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { openStore, type Store } from '../platform/store.ts';
import { checkText, listText } from '../publish/terminal/statements.ts';
import { TOOL } from '../publish/tool.ts';
import { plural } from '../publish/words.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { checkStatements } from '../statements/check.ts';
import { judgeOf, stateOf } from '../statements/judge.ts';
import { releaseNotesTable } from '../statements/release-notes.ts';
import type { Statement } from '../statements/statement.ts';
import { isoDate } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import {
  type CommandContext,
  type CommonOptions,
  newCommand,
  newGroup,
  terminalOptions,
  writeResult,
} from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { addStatementCommand } from './statements-add.ts';
import { importStatementsCommand } from './statements-import.ts';
import { readAll, soonDaysOf } from './statements-input.ts';
import { renewStatementCommand } from './statements-renew.ts';
import { watchCommand } from './statements-watch.ts';
import { remarker } from './talk.ts';

/** Options of the commands that look at statements. */
interface StatementsOptions extends CommonOptions {
  readonly assessment?: string;
  readonly asOf?: string;
  readonly store?: string;
}

interface ExportOptions extends StatementsOptions {
  readonly issuer?: string;
  readonly namespace?: string;
}

const EXAMPLE = [
  'plimsoll statements check statements/ --assessment csm-1.2.0.json',
  'plimsoll statements export statements/ --assessment csm-1.2.0.json --format openvex --issuer "Example Security"',
].join('\n');

/** The command with its subcommands. */
export function statementsCommand(context: CommandContext): Command {
  return newGroup(
    'statements',
    'decisions about vulnerabilities: check, list, add, renew, import, export, watch',
    EXAMPLE,
  )
    .addCommand(checkCommand(context))
    .addCommand(listCommand(context))
    .addCommand(addStatementCommand(context))
    .addCommand(renewStatementCommand(context))
    .addCommand(importStatementsCommand(context))
    .addCommand(exportCommand(context))
    .addCommand(watchCommand(context));
}

function onStatements(command: Command): Command {
  return command
    .argument('<path...>', 'files and folders with statements (YAML, OpenVEX, CSAF, CycloneDX)')
    .option('--assessment <assessment>', 'what they are held against: a JSON file that scan wrote, or a stored id')
    .option('--as-of <date>', "date at which expiry is judged (the assessment's, else today)", isoDate)
    .option('--store <file>', 'store of assessments (in the data directory of the user)');
}

/** What the commands work on. */
interface Subject {
  readonly statements: readonly Statement[];
  readonly assessment?: Assessment;
  readonly asOf: string;
  readonly soonDays: number;
}

async function subjectOf(
  paths: readonly string[],
  options: StatementsOptions,
  context: CommandContext,
): Promise<Subject> {
  const config = await readConfig(options, context);
  const statements = await readAll(paths, config, context);
  const assessment =
    options.assessment === undefined ? undefined : await assessmentOf(options.assessment, options, context);
  return {
    statements,
    ...(assessment === undefined ? {} : { assessment }),
    asOf: options.asOf ?? assessment?.asOf.slice(0, 10) ?? context.now().toISOString().slice(0, 10),
    soonDays: soonDaysOf(config),
  };
}

async function assessmentOf(name: string, options: StatementsOptions, context: CommandContext): Promise<Assessment> {
  const store: Store =
    options.store === undefined && name.includes('.')
      ? await openStore(':memory:', ASSESSMENT_MIGRATIONS)
      : await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    return await readAssessmentInput(name, context.workingDirectory, store);
  } finally {
    await store.close();
  }
}

function checkCommand(context: CommandContext): Command {
  const example = 'plimsoll statements check statements/ --assessment csm-1.2.0.json';
  return onStatements(
    newCommand(
      'check',
      'what is wrong with statements: expired, too wide, contradicting, never matching; exit code 1 when something is',
      ['table', 'json'],
      example,
    ),
  ).action(async (paths: readonly string[], options: StatementsOptions) => {
    const { statements, assessment, asOf, soonDays } = await subjectOf(paths, options, context);
    const release =
      assessment === undefined
        ? undefined
        : { version: assessment.release.version, images: assessment.images, findings: assessment.findings };
    const problems = checkStatements(statements, release, { asOf, soonDays });
    const result = { schemaVersion: 1, asOf, statements: statements.length, problems };
    const table = (): string => checkText(statements.length, problems, asOf, terminalOptions(context, options));
    writeResult(context, options, options.format === 'json' ? jsonText(result) : table());
    if (problems.some(({ weight }) => weight === 'error')) context.setExitCode(1);
  });
}

function listCommand(context: CommandContext): Command {
  const example = 'plimsoll statements list statements/ --as-of 2022-04-06';
  return onStatements(
    newCommand(
      'list',
      'statements with their state, and how many findings each applies to',
      ['table', 'json'],
      example,
    ),
  ).action(async (paths: readonly string[], options: StatementsOptions) => {
    const { statements, assessment, asOf } = await subjectOf(paths, options, context);
    const applied = assessment === undefined ? undefined : appliedTo(statements, assessment, asOf);
    const rows = statements.map((statement) => {
      const findings = applied?.get(statement) ?? 0;
      return { ...statement, state: stateOf(statement, asOf), ...(applied === undefined ? {} : { findings }) };
    });
    const table = (): string => listText(rows, terminalOptions(context, options));
    writeResult(
      context,
      options,
      options.format === 'json' ? jsonText({ schemaVersion: 1, asOf, statements: rows }) : table(),
    );
  });
}

/** How many findings each statement applies to. */
function appliedTo(
  statements: readonly Statement[],
  { release, images, findings }: Assessment,
  asOf: string,
): ReadonlyMap<Statement, number> {
  const judge = judgeOf(statements, { releaseVersion: release.version, asOf });
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  const counts = new Map<Statement, number>();
  for (const finding of findings) {
    const image = bySlot.get(finding.slot);
    const statement = image === undefined ? undefined : judge(finding, image);
    if (statement !== undefined) counts.set(statement, (counts.get(statement) ?? 0) + 1);
  }
  return counts;
}

const VEX_FORMATS = ['openvex', 'csaf', 'cyclonedx'] as const;

function exportCommand(context: CommandContext): Command {
  const example = [
    'plimsoll statements export statements/ --assessment csm-1.2.0.json --format csaf --issuer "Example Security" --namespace https://example.org',
    'plimsoll statements export statements/ --format release-notes',
  ].join('\n');
  return onStatements(
    newCommand(
      'export',
      'statements in force for others: OpenVEX, CSAF VEX, CycloneDX VEX, a table for release notes, YAML',
      [...VEX_FORMATS, 'release-notes', 'yaml'],
      example,
    ),
  )
    .addOption(new Option('--issuer <name>', 'who says so; readers decide by it whether they trust the statements'))
    .option('--namespace <uri>', "the issuer's own URI (CSAF and CycloneDX)", 'urn:plimsoll:site')
    .action(async (paths: readonly string[], options: ExportOptions) => {
      const subject = await subjectOf(paths, options, context);
      writeResult(context, options, await exported(subject, options, context));
    });
}

async function exported(subject: Subject, options: ExportOptions, context: CommandContext): Promise<string> {
  const { statements, assessment, asOf } = subject;
  const { issuer, namespace = '', format } = options;
  if (format === 'release-notes') {
    const releaseVersion = assessment?.release.version;
    return releaseNotesTable(statements, { asOf, ...(releaseVersion === undefined ? {} : { releaseVersion }) });
  }
  const inForce = statements.filter((statement) => stateOf(statement, asOf) === 'in-force');
  if (format === 'yaml') {
    const { writeStatements } = await import('../statements/yaml.ts');
    return writeStatements(inForce, issuer);
  }
  if (assessment === undefined || issuer === undefined) {
    const what = 'what a document names is told by a release, and who says so by a name';
    throw new PlimsollError('usage', `--format ${format} needs --assessment and --issuer: ${what}`);
  }
  const { vexEntries } = await import('../statements/vex/entries.ts');
  const { writeVex } = await import('../statements/vex/write.ts');
  const { release, findings, images } = assessment;
  const judge = judgeOf(inForce, { releaseVersion: release.version, asOf });
  const entries = vexEntries(findings, images, judge);
  if (entries.length === 0) {
    throw new PlimsollError(
      'input-missing',
      'no statement applies to a finding of the assessment: there is nothing to export',
    );
  }
  remarker(
    context,
    options,
  )(`${plural(entries.length, 'decision')} about findings of ${release.name} ${release.version}`);
  const title = [release.name, release.version].filter((part) => part !== '').join(' ');
  const form = VEX_FORMATS.find((known) => known === format) ?? 'openvex';
  return writeVex(form, entries, { issuer, namespace, title, date: asOf, tool: TOOL });
}
