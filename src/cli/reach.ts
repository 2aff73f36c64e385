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
import { sayGaps } from './gap-lines.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { type QuestionOptions, readQuestion, readWords } from './reach-input.ts';
import type { TargetOptions } from './release-input.ts';

interface ListOptions extends CommonOptions, TargetOptions {
  readonly failOn?: string;
}

interface QueryOptions extends ListOptions, QuestionOptions {
  readonly since?: string;
}

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
  return addObjectOptions(newCommand('list', summary, ['table', 'txt', 'json', 'svg', 'html'], LIST_EXAMPLE))
    .argument('<target>', OBJECT_WORDS)
    .action((target: string, options: ListOptions) => list(target, options, context));
}

function queryCommand(context: CommandContext): Command {
  const summary = 'what is reachable from these ends to those, by which rule, and since when';
  return addObjectOptions(newCommand('query', summary, ['table', 'json', 'svg', 'html'], QUERY_EXAMPLE))
    .argument('<target>', OBJECT_WORDS)
    .option('--from <end...>', `who connects: ${TERM_WORDS}`)
    .option('--to <end...>', 'what is reached, in the same words; everything unless given')
    .addOption(new Option('--what-if <placement>', 'where the source runs').choices(PLACEMENTS).default(PLACEMENTS[0]))
    .option('--since <target>', 'the release before: what changed among these connections')
    .option('--fail-on <words>', `exit 1 for any of: ${QUERY_WORDS.join(', ')}`)
    .action((target: string, options: QueryOptions) => query(target, options, context));
}

function diffCommand(context: CommandContext): Command {
  const summary = 'connections that came, went or changed between two releases, and why';
  return addObjectOptions(newCommand('diff', summary, ['table', 'txt', 'json', 'html'], DIFF_EXAMPLE))
    .argument('<before>', OBJECT_WORDS)
    .argument('<after>', 'the newer ones')
    .option('--fail-on <words>', `exit 1 for any of: ${DIFF_WORDS.join(', ')}`)
    .action((before: string, after: string, options: ListOptions) => diff(before, after, options, context));
}

async function list(target: string, options: ListOptions, context: CommandContext): Promise<void> {
  const reach = reachability(readNetwork(await readObjectInputs([target], context, options)));
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

async function query(target: string, options: QueryOptions, context: CommandContext): Promise<void> {
  const words = readWords(options.failOn, QUERY_WORDS);
  const question = readQuestion(options);
  const read = async (one: string) => askedNetwork(await readObjectInputs([one], context, options), question);
  const network = await read(target);
  const before = options.since === undefined ? undefined : await read(options.since);
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

async function diff(
  beforeTarget: string,
  afterTarget: string,
  options: ListOptions,
  context: CommandContext,
): Promise<void> {
  const words = readWords(options.failOn, DIFF_WORDS);
  const read = async (one: string) => readNetwork(await readObjectInputs([one], context, options));
  const before = await read(beforeTarget);
  const after = await read(afterTarget);
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
