// What `plimsoll advisories status` and `diff` print for people.
import { printable } from '../platform/printable.ts';
import type { FeedRecord } from '../scan/advisory/advisory.ts';
import {
  type ChangedPart,
  diffAdvisorySets,
  diffEntries,
  diffFeeds,
  type RecordChange,
} from '../scan/advisory/set/diff.ts';
import type { StoredAdvisorySet } from '../scan/advisory/set/open.ts';

/** What is said of a set; as JSON: schema/advisories-status-1.json. */
export interface SetStatus {
  readonly schemaVersion: 1;
  readonly file: string;
  readonly bytes: number;
  readonly id: string;
  readonly builtAt: string;
  readonly starter: boolean;
  /** Whether the id computed from the content is the one stated. */
  readonly content: 'verified' | 'altered';
  readonly feeds: readonly FeedRecord[];
}

/** Changed records that the text lists before it only counts. */
const SHOWN_CHANGES = 40;

/** The status as text. */
export function statusText(status: SetStatus): string {
  const lines = [
    `${printable(status.file)}`,
    `  id       ${status.id}${status.content === 'verified' ? '' : '  ALTERED: the content does not match this id; build or copy the set again'}`,
    `  built    ${printable(status.builtAt)}`,
    `  size     ${(status.bytes / 1e6).toFixed(1)} MB`,
    '',
    row('feed', 'records', 'skipped', 'upstream date', 'namespaces'),
  ];
  for (const feed of status.feeds) lines.push(...feedLines(feed));
  return `${lines.join('\n')}\n`;
}

function feedLines(feed: FeedRecord): readonly string[] {
  const { id, records, skipped, upstreamUpdatedAt = 'not stated', namespaces, partial } = feed;
  const covered =
    namespaces.length > 6
      ? `${namespaces.slice(0, 5).join(' ')} and ${namespaces.length - 5} more`
      : namespaces.join(' ');
  const lines = [
    row(id, String(records), String(skipped), upstreamUpdatedAt, covered + (partial === true ? ' (in part)' : '')),
  ];
  lines.push(
    `  from     ${printable(feed.source)}`,
    `  sha256   ${feed.sha256.slice(7)}`,
    `  licence  ${printable(feed.licence)}`,
  );
  if (feed.failedUpdate !== undefined) {
    const { at, reason } = feed.failedUpdate;
    lines.push(`  FAILED   the update of ${printable(at)}: ${printable(reason)}`);
  }
  if (feed.partialNamespaces !== undefined) lines.push(`  in part  ${printable(feed.partialNamespaces.join(' '))}`);
  for (const { reason, count, example } of feed.skippedReasons) {
    lines.push(
      `  skipped  ${count} x ${printable(reason)}${example === undefined ? '' : `, first: ${printable(example)}`}`,
    );
  }
  return lines;
}

function row(feed: string, records: string, skipped: string, date: string, namespaces: string): string {
  return printable(
    `${feed.padEnd(16)} ${records.padStart(8)} ${skipped.padStart(8)}  ${date.padEnd(20)}  ${namespaces}`,
  ).trimEnd();
}

/** The difference as text: counts by feed and kind, then the first changes. */
export function diffText(a: StoredAdvisorySet, b: StoredAdvisorySet): string {
  const counts = new Map<string, Map<string, number>>();
  const shown: string[] = [];
  let total = 0;
  for (const change of diffAdvisorySets(a, b)) {
    total += 1;
    for (const label of labelsOf(change)) count(counts, change.feed, label);
    if (shown.length < SHOWN_CHANGES) shown.push(changeLine(change));
  }
  for (const { table, before, after } of diffEntries(a, b)) {
    count(counts, table, before === undefined ? 'added' : after === undefined ? 'removed' : 'changed');
  }
  const lines = [`from  ${a.id}  ${printable(a.builtAt)}`, `to    ${b.id}  ${printable(b.builtAt)}`, ''];
  const feeds = diffFeeds(a, b);
  if (feeds.added.length > 0) lines.push(`feeds only in the second set: ${feeds.added.join(', ')}`);
  if (feeds.removed.length > 0) lines.push(`feeds only in the first set: ${feeds.removed.join(', ')}`);
  if (counts.size === 0)
    lines.push(
      a.id === b.id ? 'The two sets say the same.' : 'Records are the same; what is said of the feeds differs.',
    );
  for (const [feed, labels] of [...counts].sort(([x], [y]) => (x < y ? -1 : 1))) {
    lines.push(
      `${feed.padEnd(16)} ${[...labels]
        .sort(byCount)
        .map(([label, number]) => `${number} ${label}`)
        .join(', ')}`,
    );
  }
  if (shown.length > 0) lines.push('', ...shown);
  if (total > shown.length) lines.push(`… and ${total - shown.length} more; --format json lists all`);
  return `${lines.join('\n')}\n`;
}

function changeLine({ kind, feed, id, namespace, package: name, parts, before, after }: RecordChange): string {
  const sign = kind === 'added' ? '+' : kind === 'removed' ? '-' : '~';
  const fix = (parts.includes('range-changed') || parts.includes('fix-released')) && fixes(before) !== fixes(after);
  const detail =
    kind === 'changed' ? `  ${parts.join(', ')}${fix ? ` (${fixes(before)} -> ${fixes(after)})` : ''}` : '';
  return printable(`${sign} ${namespace} ${name} ${id} [${feed}]${detail}`);
}

function fixes(record: RecordChange['before']): string {
  const versions = (record?.ranges ?? []).flatMap((range) => range.fixed ?? []);
  return versions.length === 0 ? 'no fix' : versions.join(', ');
}

function labelsOf(change: RecordChange): readonly (ChangedPart | 'added' | 'removed')[] {
  return change.kind === 'changed' ? change.parts : [change.kind];
}

function count(counts: Map<string, Map<string, number>>, feed: string, label: string): void {
  const labels = counts.get(feed) ?? new Map<string, number>();
  counts.set(feed, labels.set(label, (labels.get(label) ?? 0) + 1));
}

function byCount(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
}
