// `reach`: what the NetworkPolicies of manifests let pass; one question with its reasons; what changed between two releases.
import { type Command, Option } from 'commander';
import { type Difference, difference } from '../posture/reach/diff.ts';
import { reachability } from '../posture/reach/evaluate.ts';
import { listText } from '../posture/reach/list-text.ts';
import { readNetwork } from '../posture/reach/network.ts';
import { PLACEMENTS } from '../posture/reach/placement.ts';
import { answer, askedDifference, askedNetwork, askedReachability } from '../posture/reach/query.ts';
import { TERM_WORDS } from '../posture/reach/question.ts';
import { answerEdges, listEdges, reachDiffHtml, reachListHtml, reachQueryHtml } from '../publish/html/reach.ts';
import { reachGraph } from '../publish/html/reach-graph.ts';
import { reachDiffJson, reachListJson, reachQueryJson } from '../publish/json/reach.ts';
import { changeText } from '../publish/reach.ts';
import { reachDiffTable, reachListTable, reachQueryTable } from '../publish/terminal/reach.ts';
import {
  type CommandContext,
  type CommonOptions,
  newCommand,
  newGroup,
  terminalOptions,
  writeResult,
} from './command.ts';
import { type QuestionOptions, readManifests, readQuestion, readWords, sayGaps } from './reach-input.ts';

interface ListOptions extends CommonOptions {
  readonly failOn?: string;
}

interface QueryOptions extends ListOptions, QuestionOptions {
  readonly since?: string;
}

const PATH = 'a YAML or JSON file of Kubernetes objects, or a folder of such files';
const QUERY_WORDS = ['reachable', 'wider', 'bypass', 'gaps'] as const;
const DIFF_WORDS = ['wider', 'narrower', 'gaps'] as const;

const LIST_EXAMPLE = 'plimsoll reach list manifests --format txt';
const QUERY_EXAMPLE = [
  'plimsoll reach query manifests --from pod:user/app=uai --to "services/*" --since manifests-before',
  'plimsoll reach query manifests --from namespace:tenant=blue --to "kube-system/*" --fail-on reachable,gaps',
  'plimsoll reach query manifests --from 10.1.0.0/17 --what-if outside --format json',
].join('\n');
const DIFF_EXAMPLE = 'plimsoll reach diff manifests-before manifests --fail-on wider';

/** The command. */
export function reachCommand(context: CommandContext): Command {
  return newGroup(
    'reach',
    'what NetworkPolicies let pass: list, query with the deciding rules, diff of two releases',
    QUERY_EXAMPLE,
  )
    .addCommand(listCommand(context))
    .addCommand(queryCommand(context))
    .addCommand(diffCommand(context));
}

function listCommand(context: CommandContext): Command {
  const summary = 'every connection that NetworkPolicies allow, and what they do not govern';
  return newCommand('list', summary, ['table', 'txt', 'json', 'svg', 'html'], LIST_EXAMPLE)
    .argument('<path>', PATH)
    .action((path: string, options: CommonOptions) => list(path, options, context));
}

function queryCommand(context: CommandContext): Command {
  const summary = 'what is reachable from these ends to those, by which rule, and since when';
  return newCommand('query', summary, ['table', 'json', 'svg', 'html'], QUERY_EXAMPLE)
    .argument('<path>', PATH)
    .option('--from <end...>', `who connects: ${TERM_WORDS}`)
    .option('--to <end...>', 'what is reached, in the same words; everything unless given')
    .addOption(new Option('--what-if <placement>', 'where the source runs').choices(PLACEMENTS).default(PLACEMENTS[0]))
    .option('--since <path>', 'manifests of the release before: what changed among these connections')
    .option('--fail-on <words>', `exit 1 for any of: ${QUERY_WORDS.join(', ')}`)
    .action((path: string, options: QueryOptions) => query(path, options, context));
}

function diffCommand(context: CommandContext): Command {
  const summary = 'connections that came, went or changed between two releases, and why';
  return newCommand('diff', summary, ['table', 'txt', 'json', 'html'], DIFF_EXAMPLE)
    .argument('<before>', PATH)
    .argument('<after>', 'the newer ones')
    .option('--fail-on <words>', `exit 1 for any of: ${DIFF_WORDS.join(', ')}`)
    .action((before: string, after: string, options: ListOptions) => diff(before, after, options, context));
}

function list(path: string, options: CommonOptions, context: CommandContext): void {
  const reach = reachability(readNetwork(readManifests(path, context)));
  const render = {
    table: () => reachListTable(reach, terminalOptions(context, options)),
    txt: () => listText(reach),
    json: () => reachListJson(reach),
    svg: () => reachGraph(listEdges(reach)),
    html: () => reachListHtml(reach),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  sayGaps(reach.network.gaps, context, options);
}

function query(path: string, options: QueryOptions, context: CommandContext): void {
  const words = readWords(options.failOn, QUERY_WORDS);
  const question = readQuestion(options);
  const network = askedNetwork(readManifests(path, context), question);
  const before =
    options.since === undefined ? undefined : askedNetwork(readManifests(options.since, context), question);
  const reach = askedReachability(network, question, before === undefined ? [] : [before]);
  const found = answer(reach, question);
  const since =
    before === undefined ? undefined : askedDifference(askedReachability(before, question, [network]), reach, question);
  const render = {
    table: () => reachQueryTable(found, since, terminalOptions(context, options)),
    json: () => reachQueryJson(found, question.placement, since),
    svg: () => reachGraph(answerEdges(found)),
    html: () => reachQueryHtml(found, since),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  sayGaps([...found.gaps, ...(before?.gaps ?? [])], context, options);
  const no =
    (words.has('reachable') && found.reachable.length > 0) ||
    (words.has('wider') && isWider(since)) ||
    (words.has('bypass') && found.bypasses.length > 0) ||
    (words.has('gaps') && found.gaps.length + found.notEvaluated.length + (before?.gaps.length ?? 0) > 0);
  if (no) context.setExitCode(1);
}

function diff(beforePath: string, afterPath: string, options: ListOptions, context: CommandContext): void {
  const words = readWords(options.failOn, DIFF_WORDS);
  const [before, after] = [beforePath, afterPath].map((path) => readNetwork(readManifests(path, context)));
  if (before === undefined || after === undefined) return;
  const everything = { from: [], to: [], placement: 'as-is' } as const;
  const changed = difference(
    askedReachability(before, everything, [after]),
    askedReachability(after, everything, [before]),
  );
  const render = {
    table: () => reachDiffTable(changed, terminalOptions(context, options)),
    txt: () =>
      changed.changes
        .map((change) => `${changeText(change)}\n`)
        .sort()
        .join(''),
    json: () => reachDiffJson(changed, before, after),
    html: () => reachDiffHtml(changed),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  const gaps = [...before.gaps, ...after.gaps];
  sayGaps(gaps, context, options);
  const no =
    (words.has('wider') && isWider(changed)) ||
    (words.has('narrower') && changed.changes.some(({ narrower }) => narrower)) ||
    (words.has('gaps') && gaps.length + before.notEvaluated.length + after.notEvaluated.length > 0);
  if (no) context.setExitCode(1);
}

function isWider(since: Difference | undefined): boolean {
  return since !== undefined && (since.bypasses.added.length > 0 || since.changes.some(({ wider }) => wider));
}
