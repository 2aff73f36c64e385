// What changed between two advisory sets: records that came, went or say something else. Walks both sets in key order side by side, so
// that memory does not grow with their size; packages whose rows are equal cost a comparison of text.
import type { Advisory, AffectedRange, Enrichment } from '../advisory.ts';
import { encodeSsvc } from './enrichment.ts';
import { comparePackages, compareUtf8 } from './key-order.ts';
import type { StoredAdvisorySet } from './open.ts';
import { encodeRecord } from './record.ts';

/** In which way a record says something else. `details`: dates, references, ids to report under. */
export type ChangedPart =
  | 'withdrawn'
  | 'reinstated'
  | 'status'
  | 'rescored'
  | 'range-changed'
  | 'fix-released'
  | 'fix-retracted'
  | 'aliases'
  | 'details';

/** One record that differs. */
export interface RecordChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly feed: string;
  readonly id: string;
  readonly namespace: string;
  readonly package: string;
  /** Empty unless `changed`. */
  readonly parts: readonly ChangedPart[];
  readonly before?: Advisory;
  readonly after?: Advisory;
}

/** An enrichment or end of life that differs. */
export interface EntryChange {
  /** `kev`, `epss`, `severity`, `ssvc` or `end-of-life`. */
  readonly table: 'kev' | 'epss' | 'severity' | 'ssvc' | 'end-of-life';
  /** CVE, or distribution release. */
  readonly key: string;
  readonly before?: string | number;
  readonly after?: string | number;
}

/** Ids of feeds that only one of the sets has, sorted: their records come or go without any publisher's word. */
export function diffFeeds(
  a: StoredAdvisorySet,
  b: StoredAdvisorySet,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const only = (set: StoredAdvisorySet, other: StoredAdvisorySet): readonly string[] =>
    set.feeds.map(({ id }) => id).filter((id) => !other.feeds.some((feed) => feed.id === id));
  return { added: only(b, a), removed: only(a, b) };
}

/** Every record of b that a does not have in the same words, and the reverse; sorted by namespace, package, feed, id. */
export function* diffAdvisorySets(a: StoredAdvisorySet, b: StoredAdvisorySet): Generator<RecordChange> {
  for (const [before, after] of joined(a.packages(), b.packages(), comparePackages)) {
    if (before !== undefined && after !== undefined && before.text === after.text) continue;
    const old = before === undefined ? [] : a.advisoriesOf(before);
    const young = after === undefined ? [] : b.advisoriesOf(after);
    yield* diffPackage(old, young);
  }
}

/** Every enrichment and end of life that differs, sorted by table within each kind of entry. */
export function* diffEntries(a: StoredAdvisorySet, b: StoredAdvisorySet): Generator<EntryChange> {
  const byVulnerability = (x: { readonly vulnerability: string }, y: { readonly vulnerability: string }): number =>
    compareUtf8(x.vulnerability, y.vulnerability);
  for (const [before, after] of joined(a.enrichments(), b.enrichments(), byVulnerability)) {
    const key = before?.vulnerability ?? after?.vulnerability ?? '';
    yield* entryChange('kev', key, before?.kev, after?.kev);
    yield* entryChange('epss', key, before?.epss, after?.epss);
    yield* entryChange('severity', key, severitiesText(before), severitiesText(after));
    yield* entryChange('ssvc', key, ssvcText(before), ssvcText(after));
  }
  for (const [before, after] of joined(a.endsOfLife(), b.endsOfLife(), (x, y) => compareUtf8(x.os, y.os))) {
    yield* entryChange('end-of-life', before?.os ?? after?.os ?? '', before?.date, after?.date);
  }
}

function severitiesText(enrichment: Enrichment | undefined): string | undefined {
  return enrichment?.severities?.map(({ source, raw, score }) => `${source} ${raw} (${score ?? '-'})`).join(', ');
}

function ssvcText(enrichment: Enrichment | undefined): string | undefined {
  return enrichment?.ssvc === undefined ? undefined : encodeSsvc(enrichment.ssvc);
}

function* entryChange(
  table: EntryChange['table'],
  key: string,
  before: string | number | undefined,
  after: string | number | undefined,
): Generator<EntryChange> {
  if (before === after) return;
  yield { table, key, ...(before !== undefined ? { before } : {}), ...(after !== undefined ? { after } : {}) };
}

/** Records of one package by feed and id. An id that a feed keeps in several copies is compared copy by copy, equal ones left aside. */
function* diffPackage(before: readonly Advisory[], after: readonly Advisory[]): Generator<RecordChange> {
  for (const [old, young] of joined(recordsById(before), recordsById(after), (x, y) => compareUtf8(x.key, y.key))) {
    const oldTexts = new Set(old?.records.map(encodeRecord));
    const youngTexts = new Set(young?.records.map(encodeRecord));
    const gone = old?.records.filter((record) => !youngTexts.has(encodeRecord(record))) ?? [];
    const come = young?.records.filter((record) => !oldTexts.has(encodeRecord(record))) ?? [];
    for (let index = 0; index < Math.max(gone.length, come.length); index++) {
      const change = recordChange(gone[index], come[index]);
      if (change !== undefined) yield change;
    }
  }
}

function recordsById(records: readonly Advisory[]): readonly { readonly key: string; readonly records: Advisory[] }[] {
  const groups: { readonly key: string; readonly records: Advisory[] }[] = [];
  for (const record of records) {
    const key = `${record.feed}\n${record.id}`;
    const last = groups.at(-1);
    if (last?.key === key) last.records.push(record);
    else groups.push({ key, records: [record] });
  }
  return groups;
}

function recordChange(before: Advisory | undefined, after: Advisory | undefined): RecordChange | undefined {
  const record = after ?? before;
  if (record === undefined) return undefined;
  const { feed, id, namespace, package: name } = record;
  const place = { feed, id, namespace, package: name };
  if (before === undefined) return { kind: 'added', ...place, parts: [], ...(after === undefined ? {} : { after }) };
  if (after === undefined) return { kind: 'removed', ...place, parts: [], before };
  return { kind: 'changed', ...place, parts: changedParts(before, after), before, after };
}

function changedParts(before: Advisory, after: Advisory): readonly ChangedPart[] {
  const parts: ChangedPart[] = [];
  if (before.withdrawn === undefined && after.withdrawn !== undefined) parts.push('withdrawn');
  if (before.withdrawn !== undefined && after.withdrawn === undefined) parts.push('reinstated');
  if (before.status !== after.status) parts.push('status');
  if (!equal(before.severities, after.severities)) parts.push('rescored');
  const [oldAffected, newAffected] = [affectedOf(before), affectedOf(after)];
  if (!equal(oldAffected, newAffected)) parts.push('range-changed');
  const [hadFix, hasFix] = [isFixed(before), isFixed(after)];
  if (!hadFix && hasFix) parts.push('fix-released');
  if (hadFix && !hasFix) parts.push('fix-retracted');
  if (!equal(before.aliases, after.aliases)) parts.push('aliases');
  return parts.length === 0 ? ['details'] : parts;
}

function affectedOf(record: Advisory): readonly unknown[] {
  return [record.ranges, record.versions ?? [], record.module, record.architectures, record.fixState];
}

function isFixed(record: Advisory): boolean {
  return record.ranges.some((range: AffectedRange) => range.fixed !== undefined);
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Two sorted sequences side by side: pairs with equal keys, and those that one side lacks. */
function* joined<T>(
  a: Iterable<T>,
  b: Iterable<T>,
  compare: (x: T, y: T) => number,
): Generator<readonly [T | undefined, T | undefined]> {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  let x = left.next();
  let y = right.next();
  while (x.done !== true || y.done !== true) {
    const order = x.done === true ? 1 : y.done === true ? -1 : compare(x.value, y.value);
    yield [order <= 0 ? x.value : undefined, order >= 0 ? y.value : undefined];
    if (order <= 0) x = left.next();
    if (order >= 0) y = right.next();
  }
}
