// Two results of a benchmark side by side: a vendor's reference run and a site, or one system before and after. Each check that differs has one cause, in
// this order: the benchmark asks something else, one side has no evidence, the configuration differs (with the settings that do). Clusters have different
// nodes, so that settings are compared as what any node has.
import { compareText } from '../../platform/order.ts';
import type { ReadResult } from './result/read-result.ts';
import type { CheckResult, VerdictWord } from './result/result.ts';

/** Why a check differs. */
export type ComparisonCause = 'benchmark-changed' | 'evidence-missing' | 'configuration-changed';

/** A setting that differs: the values that nodes have on each side, sorted; none where it is not set. */
export interface ChangedSetting {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** A check that differs. */
export interface ChangedCheck {
  readonly check: string;
  /** Of the second side, where it has the check. */
  readonly title: string;
  readonly cause: ComparisonCause;
  /** Absent where a side does not have the check. */
  readonly from?: VerdictWord;
  readonly to?: VerdictWord;
  readonly reason: string;
  readonly settings: readonly ChangedSetting[];
  /** It passed, or did not apply, and now it does not. */
  readonly worse: boolean;
}

/** What differs. */
export interface BenchmarkComparison {
  readonly from: string;
  readonly to: string;
  /** Checks that both have and that do not differ. */
  readonly same: number;
  readonly causes: Readonly<Record<ComparisonCause, number>>;
  /** The worse first, then in the order of the checks. */
  readonly changes: readonly ChangedCheck[];
}

const OPEN: ReadonlySet<VerdictWord> = new Set(['no-evidence', 'unsupported']);
const BAD: ReadonlySet<VerdictWord> = new Set(['fail', 'warn']);

/** Compares two results. */
export function compareResults(from: ReadResult, to: ReadResult): BenchmarkComparison {
  const [before, after] = [byCheck(from), byCheck(to)];
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort(compareIds);
  const sameBenchmark = from.benchmark === to.benchmark;
  const changes = ids.flatMap((id) => changeOf(id, before.get(id), after.get(id), sameBenchmark) ?? []);
  const number = (cause: ComparisonCause) => changes.filter((one) => one.cause === cause).length;
  return {
    from: from.benchmark,
    to: to.benchmark,
    same: ids.length - changes.length,
    causes: {
      'benchmark-changed': number('benchmark-changed'),
      'evidence-missing': number('evidence-missing'),
      'configuration-changed': number('configuration-changed'),
    },
    changes: changes.toSorted((a, b) => Number(b.worse) - Number(a.worse)),
  };
}

/** Order of checks: number by number, so that 1.2.10 follows 1.2.9; words behind numbers. */
export function compareIds(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = comparePart(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [x, y] = [/^\d{1,9}$/.test(a), /^\d{1,9}$/.test(b)];
  if (x && y && Number(a) !== Number(b)) return Number(a) - Number(b);
  return x === y ? compareText(a, b) : x ? -1 : 1;
}

function byCheck({ results }: ReadResult): ReadonlyMap<string, CheckResult> {
  return new Map(results.map((result) => [result.check, result]));
}

function changeOf(
  check: string,
  from: CheckResult | undefined,
  to: CheckResult | undefined,
  sameBenchmark: boolean,
): ChangedCheck | undefined {
  if (from === undefined) return to === undefined ? undefined : onOneSide(check, to, 'to');
  if (to === undefined) return onOneSide(check, from, 'from');
  // Of results of one's own and of imported ones the settings have different names.
  const isMixed = (from.definition === undefined) !== (to.definition === undefined);
  const settings = isMixed ? [] : changedSettings(from, to);
  if (from.verdict === to.verdict && settings.length === 0) return undefined;
  const worse = BAD.has(to.verdict) && !BAD.has(from.verdict);
  const common = { check, title: to.title || from.title, from: from.verdict, to: to.verdict, settings, worse };
  const isKnown = from.definition !== undefined && to.definition !== undefined;
  if (isKnown ? from.definition !== to.definition : !sameBenchmark) {
    return { ...common, cause: 'benchmark-changed', reason: 'the check asks something else' };
  }
  const [openBefore, openAfter] = [OPEN.has(from.verdict), OPEN.has(to.verdict)];
  if (openBefore && openAfter) return undefined;
  if (openBefore) return { ...common, cause: 'evidence-missing', reason: `the first has no evidence: ${from.reason}` };
  if (openAfter) return { ...common, cause: 'evidence-missing', reason: `the second has no evidence: ${to.reason}` };
  return { ...common, cause: 'configuration-changed', reason: settingsText(settings) };
}

function onOneSide(check: string, { title, verdict }: CheckResult, side: 'from' | 'to'): ChangedCheck {
  const isNew = side === 'to';
  return {
    check,
    title,
    cause: 'benchmark-changed',
    ...(isNew ? { to: verdict } : { from: verdict }),
    reason: isNew ? 'only the second has it' : 'only the first has it',
    settings: [],
    worse: isNew && BAD.has(verdict),
  };
}

function changedSettings(from: CheckResult, to: CheckResult): readonly ChangedSetting[] {
  const [before, after] = [valuesOf(from), valuesOf(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return names.flatMap((name) => {
    const [left, right] = [before.get(name) ?? [], after.get(name) ?? []];
    return left.join('\n') === right.join('\n') ? [] : [{ name, from: left, to: right }];
  });
}

/** The different values of each setting over all nodes. */
function valuesOf({ parts }: CheckResult): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, Set<string>>();
  for (const { name, value } of parts.flatMap(({ settings }) => settings)) {
    const known = values.get(name) ?? new Set();
    if (value !== undefined) known.add(value);
    values.set(name, known);
  }
  return new Map([...values].map(([name, found]) => [name, [...found].sort(compareText)]));
}

function settingsText(settings: readonly ChangedSetting[]): string {
  if (settings.length === 0) return 'other nodes or objects are concerned';
  return settings.map(({ name, from, to }) => `${name}: ${valueText(from)} -> ${valueText(to)}`).join('; ');
}

/** `a, b`, or that it is not set. */
export function valueText(values: readonly string[]): string {
  return values.length === 0 ? 'not set' : values.join(', ');
}
