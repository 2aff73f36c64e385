// `plimsoll helm-tests`: the tests that come with charts, run before and after a change and compared; and which charts have any.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { type RoleRule, roleYaml } from '../kubernetes/api/role.ts';
import {
  type ComparedTest,
  compareRuns,
  comparisonVerdicts,
  type HelmTestRun,
  RUN_TIMES,
  type RunTime,
} from '../operate/helm-tests/compare.ts';
import { coverageOf, coverageVerdicts } from '../operate/helm-tests/coverage.ts';
import { testHooks } from '../operate/helm-tests/hook.ts';
import { junitXml } from '../operate/helm-tests/junit.ts';
import { readRun } from '../operate/helm-tests/read-run.ts';
import { type ChartTests, deployedReleases, type UnreadRelease } from '../operate/helm-tests/release.ts';
import { runChartTests } from '../operate/helm-tests/run.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import type { Verdict } from '../platform/verdict.ts';
import { readAssessmentJson } from '../publish/json/read.ts';
import { numberUpTo } from './arguments.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, newGroup, writeResult } from './command.ts';
import { openCluster, readTextFile } from './mitigation-input.ts';
import { remarker } from './talk.ts';

interface ChartOptions extends CommonOptions, ClusterOptions {
  readonly manifests?: string;
}

interface RunOptions extends ChartOptions {
  readonly as: RunTime;
  readonly timeout: number;
}

interface CoverageOptions extends ChartOptions {
  readonly assessment?: string;
}

const MOST_SECONDS = 86_400;
const RUN_EXAMPLE = [
  'plimsoll helm-tests run services/cray-hms-sls --as before --format json --output before.json --kubeconfig admin.conf',
  'plimsoll helm-tests run services/cray-hms-sls --as after --format junit --output after.xml --kubeconfig admin.conf',
].join('\n');
const COMPARE_EXAMPLE = 'plimsoll helm-tests compare before.json after.json backed-out.json';
const COVERAGE_EXAMPLE = [
  'plimsoll helm-tests coverage services/cray-hms-sls --manifests rendered.yaml --assessment csm-1.2.0.json',
  'plimsoll helm-tests coverage --assessment csm-1.2.0.json --kubeconfig admin.conf',
].join('\n');

const READS: RoleRule = { group: '', resources: ['secrets'], verbs: ['list'], why: "Helm's records of chart releases" };
const RUNS: readonly RoleRule[] = [
  { group: '', resources: ['pods'], verbs: ['create', 'get', 'list', 'delete'], why: 'tests, and the pods of jobs' },
  { group: '', resources: ['pods/log'], verbs: ['get'], why: 'what tests print' },
  { group: 'batch', resources: ['jobs'], verbs: ['create', 'get', 'delete'], why: 'tests that are jobs' },
  {
    group: '',
    resources: ['configmaps', 'serviceaccounts'],
    verbs: ['create', 'get', 'delete'],
    why: 'what tests need',
  },
];

/** The group of commands. */
export function helmTestsCommand(context: CommandContext): Command {
  return newGroup('helm-tests', 'the tests of charts: run, compared, counted', COMPARE_EXAMPLE)
    .addCommand(runCommand(context))
    .addCommand(compareCommand(context))
    .addCommand(coverageCommand(context));
}

function runCommand(context: CommandContext): Command {
  const summary = 'run the tests of chart releases, and keep results and logs; 1 when one fails or could not run';
  return withCharts(newCommand('run', summary, ['text', 'json', 'junit'], RUN_EXAMPLE))
    .addOption(new Option('--as <when>', 'when this is, for the comparison').choices(RUN_TIMES).default('after'))
    .option('--timeout <seconds>', 'for each test', numberUpTo(MOST_SECONDS), 300)
    .action((names: readonly string[], options: RunOptions) => run(names, options, context));
}

function compareCommand(context: CommandContext): Command {
  const summary =
    'hold runs before, after and after back-out against each other; 1 when something broke or had no effect';
  return newCommand('compare', summary, ['text', 'json'], COMPARE_EXAMPLE)
    .argument('<run...>', 'the JSON of helm-tests run')
    .action((files: readonly string[], options: CommonOptions) => compare(files, options, context));
}

function coverageCommand(context: CommandContext): Command {
  const summary = 'which chart releases have tests, and whether the images of these are in the release';
  return withCharts(newCommand('coverage', summary, ['text', 'json'], COVERAGE_EXAMPLE))
    .option('--assessment <file>', 'the release whose images must hold those of the tests: JSON that scan wrote')
    .action((names: readonly string[], options: CoverageOptions) => coverage(names, options, context));
}

function withCharts(command: Command): Command {
  return onCluster(command)
    .argument('[releases...]', 'chart releases, NAMESPACE/NAME (all that are deployed)')
    .option(
      '--manifests <file>',
      'tests of one release from rendered manifests (`helm template`), not from the cluster',
    );
}

async function run(names: readonly string[], options: RunOptions, context: CommandContext): Promise<void> {
  if (options.rbac === true) return writeRole('run', [READS, ...RUNS], options, context);
  const at = context.now().toISOString();
  const { api } = await openCluster(options, context);
  let result: HelmTestRun;
  let unread: readonly UnreadRelease[];
  try {
    const found = await chartsNamed(names, options, context, api);
    unread = found.unread;
    const times = { timeoutMs: options.timeout * 1000, clock: () => performance.now(), pause: sleep };
    const releases: HelmTestRun['releases'][number][] = [];
    for (const chart of found.charts.filter(({ hooks }) => hooks.length > 0)) {
      releases.push(await runChartTests(chart, api, times));
    }
    result = { as: options.as, at, releases };
  } finally {
    api.close();
  }
  const render = {
    text: () => runText(result),
    json: () => jsonText({ schemaVersion: 1, ...result, unread }),
    junit: () => junitXml(result),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.text)());
  tellUnread(unread, options, context);
  const failed = result.releases.some(({ tests }) => tests.some(({ outcome }) => outcome !== 'pass'));
  if (failed || unread.length > 0) context.setExitCode(1);
}

function compare(files: readonly string[], options: CommonOptions, context: CommandContext): void {
  const tests = compareRuns(files.map((file) => readRun(readTextFile(file, context), file)));
  const results = comparisonVerdicts(tests);
  const json = options.format === 'json';
  writeResult(context, options, json ? jsonText({ schemaVersion: 1, tests, results }) : comparisonText(tests, results));
  if (results.some(({ verdict }) => verdict !== 'pass')) context.setExitCode(1);
}

async function coverage(names: readonly string[], options: CoverageOptions, context: CommandContext): Promise<void> {
  if (options.rbac === true) return writeRole('coverage', [READS], options, context);
  const images =
    options.assessment === undefined
      ? undefined
      : (await readAssessmentJson(readTextFile(options.assessment, context))).assessment.images;
  const { charts, unread } = await foundCharts(names, options, context);
  const releases = coverageOf(charts, images);
  const results = coverageVerdicts(releases, unread);
  const json = (): string => jsonText({ schemaVersion: 1, releases, results });
  writeResult(
    context,
    options,
    options.format === 'json' ? json() : verdictLines(results, 'no chart release is deployed'),
  );
  tellUnread(unread, options, context);
}

interface FoundCharts {
  readonly charts: readonly ChartTests[];
  readonly unread: readonly UnreadRelease[];
}

/** Charts of manifests need no cluster. */
async function foundCharts(
  names: readonly string[],
  options: ChartOptions,
  context: CommandContext,
): Promise<FoundCharts> {
  if (options.manifests !== undefined) return chartsNamed(names, options, context, undefined);
  const { api } = await openCluster(options, context);
  try {
    return await chartsNamed(names, options, context, api);
  } finally {
    api.close();
  }
}

/** @throws PlimsollError `usage` for a release that is not deployed */
async function chartsNamed(
  names: readonly string[],
  { manifests }: ChartOptions,
  context: CommandContext,
  api: ApiClient | undefined,
): Promise<FoundCharts> {
  const wanted = names.map(releaseName);
  if (manifests !== undefined) {
    const [only] = wanted;
    if (only === undefined || wanted.length > 1) {
      throw new PlimsollError('usage', '--manifests holds the tests of one release: name it, NAMESPACE/NAME');
    }
    return { charts: [{ ...only, hooks: testHooks(readTextFile(manifests, context), manifests) }], unread: [] };
  }
  if (api === undefined) throw new PlimsollError('internal', 'chart releases are read from a cluster');
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))];
  const found = await Promise.all(
    (namespaces.length === 0 ? [undefined] : namespaces).map((one) => deployedReleases(api, one)),
  );
  const isWanted = ({ namespace, release }: { readonly namespace: string; readonly release: string }): boolean =>
    wanted.length === 0 || wanted.some((one) => one.namespace === namespace && one.release === release);
  const charts = found.flatMap(({ releases }) => releases).filter(isWanted);
  const unread = found.flatMap((one) => one.unread).filter(isWanted);
  const missing = wanted.find((one) =>
    [...charts, ...unread].every(({ namespace, release }) => namespace !== one.namespace || release !== one.release),
  );
  if (missing !== undefined) {
    throw new PlimsollError(
      'usage',
      `no chart release ${missing.release} is deployed in the namespace ${missing.namespace}`,
    );
  }
  return { charts, unread };
}

/** @throws PlimsollError `usage` */
function releaseName(text: string): { readonly namespace: string; readonly release: string } {
  const [, namespace, release] = /^([a-z0-9][-a-z0-9]{0,62})\/([a-z0-9][-a-z0-9.]{0,252})$/.exec(text) ?? [];
  if (namespace === undefined || release === undefined) {
    throw new PlimsollError('usage', `"${text}" is no chart release: write NAMESPACE/NAME`);
  }
  return { namespace, release };
}

function runText({ releases }: HelmTestRun): string {
  const lines = releases.flatMap(({ namespace, release, tests }) =>
    tests.flatMap(({ kind, name, outcome, reason, milliseconds, gaps }) => [
      `${namespace}/${release} ${kind}/${name}: ${outcome}: ${reason} (${(milliseconds / 1000).toFixed(1)} s)`,
      ...gaps.map((gap) => `  ${gap}`),
    ]),
  );
  return lines.length === 0 ? 'no chart release has tests' : lines.map(printable).join('\n');
}

function comparisonText(tests: readonly ComparedTest[], results: readonly Verdict[]): string {
  const lines = results.map(
    ({ subject, reason, evidence }, at) => `${subject}: ${tests[at]?.change ?? ''}: ${reason} (${evidence.join(', ')})`,
  );
  return lines.length === 0 ? 'the runs have no tests' : lines.map(printable).join('\n');
}

function verdictLines(results: readonly Verdict[], none: string): string {
  const lines = results.map(({ check, subject, verdict, reason }) => `${check} ${subject}: ${verdict}: ${reason}`);
  return lines.length === 0 ? none : lines.map(printable).join('\n');
}

function tellUnread(unread: readonly UnreadRelease[], options: CommonOptions, context: CommandContext): void {
  const talk = remarker(context, options);
  for (const { namespace, release, reason } of unread) talk(`${namespace}/${release} could not be read: ${reason}`);
}

function writeRole(command: string, rules: readonly RoleRule[], options: CommonOptions, context: CommandContext): void {
  const role = { name: `plimsoll-helm-tests-${command}`, command: `plimsoll helm-tests ${command}`, rules };
  writeResult(context, options, roleYaml(role));
}
