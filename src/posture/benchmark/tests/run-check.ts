// A check held against what its commands printed, with kube-bench's own answer: PASS, FAIL, WARN or INFO. Source: behaviour of aquasecurity/kube-bench
// (docs/controls.md; release of June 2026). Of each item the audit's output counts where it has the flag, else that of the configuration, else that of
// the environment; a command that failed makes the check fail whatever it printed.
import type { Check, TestItem } from '../definition/definition.ts';
import type { Output } from '../question/answer.ts';
import { compare } from './compare.ts';
import { type Found, findFlag, findPath, findVariable } from './find-value.ts';

/** What kube-bench calls a result. */
export type KubeBenchState = 'PASS' | 'FAIL' | 'WARN' | 'INFO';

/** What the commands of a check printed; absent: it has no such command. */
export interface CheckOutputs {
  readonly audit?: Output;
  readonly config?: Output;
  readonly environment?: Output;
}

/** Which command an item was judged by. */
export type Source = 'audit' | 'config' | 'environment';

/** What came of one item. */
export interface ItemResult {
  readonly item: TestItem;
  readonly source: Source;
  readonly found: Found;
  readonly holds: boolean;
  readonly problem?: string;
}

/** What came of a check; undefined state: it uses what is not supported here. */
export interface CheckRun {
  readonly state: KubeBenchState | undefined;
  readonly items: readonly ItemResult[];
  readonly reason?: string;
}

/** The answer that needs no output: of manual and skipped checks, and of those without conditions. */
export function stateWithoutOutput({ type, scored, tests }: Check): CheckRun | undefined {
  if (scored && type === '' && tests === undefined) return { state: 'WARN', items: [], reason: 'there are no tests' };
  if (type === 'skip') return { state: 'INFO', items: [], reason: 'the benchmark skips it' };
  if (type === 'manual') return { state: 'WARN', items: [], reason: 'it is a manual check' };
  if (tests === undefined || tests.items.length === 0) {
    return { state: scored ? 'FAIL' : 'WARN', items: [], reason: 'it states no conditions' };
  }
  return undefined;
}

/** Judges a check as kube-bench does. */
export function runCheck(check: Check, outputs: CheckOutputs): CheckRun {
  const early = stateWithoutOutput(check);
  if (early !== undefined) return early;
  const bad = check.scored ? 'FAIL' : 'WARN';
  const { environment, audit, config } = outputs;
  const failed = [environment, audit, config].find((output) => output !== undefined && output.exit !== 0);
  if (failed !== undefined) {
    return { state: bad, items: [], reason: `a command failed with status ${failed.exit}: ${failed.text.trim()}` };
  }
  const items = (check.tests?.items ?? []).map((item) => runItem(item, check, outputs));
  if (items.some(({ found }) => found.unsupported === true || found.takenOut === true)) {
    return { state: undefined, items, reason: items.find(({ problem }) => problem !== undefined)?.problem ?? '' };
  }
  const holds = joined(
    items.map((one) => one.holds),
    check.tests?.operation ?? '',
  );
  if (holds === undefined) return { state: bad, items, reason: `there is no bin_op ${check.tests?.operation}` };
  return { state: holds ? 'PASS' : bad, items };
}

/** Whether all or any hold; undefined for an operation that is not known. */
export function joined(results: readonly boolean[], operation: string): boolean | undefined {
  if (operation === '' || operation === 'and') return results.every((one) => one);
  return operation === 'or' ? results.some((one) => one) : undefined;
}

function runItem(item: TestItem, check: Check, { audit, config, environment }: CheckOutputs): ItemResult {
  let result = judge(item, 'audit', audit?.text ?? '', check.multiple);
  if (!result.found.present && check.auditConfig !== '') {
    result = judge(item, 'config', config?.text ?? '', check.multiple);
  }
  if (!result.found.present && item.env !== '') {
    result = judge(item, 'environment', environment?.text ?? '', check.multiple);
  }
  return result;
}

/** Of several lines the first that does not hold decides, else the last one. */
function judge(item: TestItem, source: Source, output: string, multiple: boolean): ItemResult {
  const text = output.replace(/[ \n]+$/, '');
  let result: ItemResult | undefined;
  for (const line of multiple ? text.split('\n') : [text]) {
    result = heldAgainst(item, source, findIn(item, source, line));
    if (!result.holds) break;
  }
  return result ?? heldAgainst(item, source, { present: false, value: '' });
}

function findIn(item: TestItem, source: Source, text: string): Found {
  if (source === 'audit') return findFlag(text, item.flag);
  return source === 'config' ? findPath(text, item.path) : findVariable(text, item.env);
}

/** Whether an item holds for what was found. */
export function heldAgainst(item: TestItem, source: Source, found: Found): ItemResult {
  if (found.problem !== undefined) return { item, source, found, holds: false, problem: found.problem };
  if (!item.set) return { item, source, found, holds: !found.present };
  if (!found.present || item.compare === undefined) return { item, source, found, holds: found.present };
  const { holds, problem } = compare(item.compare.op, found.value, item.compare.value);
  return { item, source, found, holds, ...(problem === undefined ? {} : { problem }) };
}
