// A measurement of the API server as text for a terminal: a row an operation, what changed since an earlier one, and etcd's disks.
import type { OperationChange, OperationFigures, Spread } from '../../operate/encryption/measure/comparison.ts';
import type { DiskTime, MemberDisk } from '../../operate/encryption/measure/disk.ts';
import type { Load } from '../../operate/encryption/measure/measure.ts';
import { plural } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** What is shown. */
export interface ShownMeasurement {
  readonly server: string;
  readonly load: Load;
  readonly operations: readonly OperationFigures[];
  readonly members?: readonly MemberDisk[];
  readonly before?: {
    readonly at: string;
    readonly server: string;
    readonly changes: readonly OperationChange[];
    readonly members?: readonly MemberDisk[];
  };
}

/** etcd's buckets double from one to the next. */
const DISK_TITLES = ['etcd, p99 ms (to a factor of 2)', 'WAL fsync', 'commit', ''];
const VERDICTS: Readonly<Record<OperationChange['verdict'], string>> = {
  slower: 'slower',
  faster: 'faster',
  'within-noise': 'within noise',
  'too-few-rounds': 'too few rounds to tell',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionMeasurementText(measurement: ShownMeasurement, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { server, load, operations, members, before } = measurement;
  const rows = operations.map(({ operation, secrets, configMaps, ratio }) => [
    operation,
    spreadText(secrets),
    spreadText(configMaps),
    ratio.toFixed(2),
  ]);
  const table = (all: readonly (readonly string[])[]): readonly string[] => {
    const safe = all.map((row) => row.map((cell) => shown(cell, options)));
    const [titles = '', ...lines] = alignedRows(safe, width, glyphsOf(options).cut);
    return [paint(titles, 'faint', options), ...lines];
  };
  const sizes = `${plural(load.rounds, 'round')} of ${plural(load.objects, 'object')} of ${plural(load.bytes, 'byte')}`;
  const head = `${glyphsOf(options).mark} ${server}: ${sizes}`;
  const lines = [
    ...wrap(shown(head, options), width, '  ').map((line) => paint(line, 'strong', options)),
    '',
    ...table([['median ms (quartiles)', 'Secrets', 'ConfigMaps', 'ratio'], ...rows]),
    ...(before === undefined
      ? []
      : ['', ...table([['since before', 'change', 'chance', ''], ...before.changes.map(changeRow)])]),
    ...(members === undefined
      ? []
      : ['', ...table([DISK_TITLES, ...members.map((one) => memberRow(one, before?.members))])]),
    ...['', ...indented('note: ', shown(noteOf(measurement), options), width)],
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function noteOf({ before, server }: ShownMeasurement): string {
  const twin =
    'every Secret has a ConfigMap of the same bytes as its twin; where ConfigMaps are encrypted too, the ratio says nothing';
  if (before === undefined) return `${twin}. Keep it with --format json, and compare after the change with --before`;
  const other = before.server === server ? '' : `; before, another server was asked: ${before.server}`;
  return `the change is that of the ratio since ${before.at}, by the rank sum test over rounds${other}; ${twin}`;
}

function changeRow({ operation, verdict, change, probability }: OperationChange): readonly string[] {
  const percent = `${change >= 0 ? '+' : '-'}${Math.abs(100 * change).toFixed(1)}%`;
  return [operation, percent, probability < 0.001 ? '< 0.001' : probability.toFixed(3), VERDICTS[verdict]];
}

function memberRow(now: MemberDisk, earlier: readonly MemberDisk[] = []): readonly string[] {
  const { member, walFsync, backendCommit, problem } = now;
  const then = earlier.find((one) => one.member === member);
  const isSlow = walFsync?.slow === true || backendCommit?.slow === true;
  return [
    member,
    diskText(walFsync, then?.walFsync),
    diskText(backendCommit, then?.backendCommit),
    problem ?? (isSlow ? 'slow for etcd' : ''),
  ];
}

function diskText(now: DiskTime | undefined, before: DiskTime | undefined): string {
  const text = now === undefined ? 'not known' : now.p99Ms.toFixed(1);
  return before === undefined ? text : `${text} (before ${before.p99Ms.toFixed(1)})`;
}

function spreadText({ low, median, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
