// Reachability as text for a terminal: what is open and by which rule, what changed and why, and what policies do not govern.
import { bypassesOf } from '../../posture/reach/bypass.ts';
import { connectionsText } from '../../posture/reach/connections.ts';
import type { Difference } from '../../posture/reach/diff.ts';
import { type Reachability, rowsOf } from '../../posture/reach/evaluate.ts';
import type { Answer } from '../../posture/reach/query.ts';
import {
  answerTitle,
  besideText,
  bypassText,
  changeGroups,
  changeText,
  differenceTitle,
  networkText,
  openGroups,
  remarkSections,
} from '../reach.ts';
import { plural } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of one list that are shown. */
const SHOWN = 20;

/** Connections of a list that are shown. */
const ROWS = 2000;

/** All connections, then what policies do not govern. */
export function reachListTable(reach: Reachability, options: TerminalOptions): string {
  const rows: (readonly string[])[] = [];
  let count = 0;
  for (const { from, to, connections } of rowsOf(reach)) {
    count += 1;
    if (rows.length < ROWS) rows.push([from.id, to.id, connectionsText(connections)]);
  }
  const { network } = reach;
  const width = widthOf(options);
  return lines([
    ...head(`${networkText(network)}: ${plural(count, 'connection')}`, options),
    '',
    ...alignedRows(
      rows.length === 0 ? [['nothing passes', '', '']] : [['From', 'To', 'Connections'], ...rows],
      width,
      glyphsOf(options).cut,
    ),
    ...(count > ROWS ? [`  and ${count - ROWS} more in --format txt`] : []),
    ...remarkLines({ ...network, bypasses: bypassesOf(network) }, options),
  ]);
}

/** One answer, with what changed since another release where that was asked for. */
export function reachQueryTable(answer: Answer, since: Difference | undefined, options: TerminalOptions): string {
  const width = widthOf(options);
  return lines([
    ...head(`${answerTitle(answer)} (${networkText(answer.network)})`, options),
    ...openGroups(answer.reachable).flatMap(({ connections, reasons, pairs }) => [
      '',
      ...wrap(shown(connections, options), width, '  ').map((text) => paint(text, 'warning', options)),
      ...listed(pairs, width, options),
      ...reasons.flatMap((reason) => indented('    by ', shown(reason, options), width)),
    ]),
    ...(since === undefined
      ? []
      : ['', ...wrap(`Since then: ${differenceTitle(since)}`, width, '  '), ...changeLines(since, options)]),
    ...remarkLines({ ...answer, notes: [...answer.notes, ...besideText(answer.besideNode)] }, options),
  ]);
}

/** What changed, the connections that let more through first. */
export function reachDiffTable(difference: Difference, options: TerminalOptions): string {
  return lines([...head(differenceTitle(difference), options), ...changeLines(difference, options)]);
}

function changeLines({ changes, bypasses }: Difference, options: TerminalOptions): readonly string[] {
  const width = widthOf(options);
  const ways = [
    ...bypasses.added.map((one) => `+ ${bypassText(one)}`),
    ...bypasses.removed.map((one) => `- ${bypassText(one)}`),
  ];
  return [
    ...changeGroups(changes).flatMap(({ causes, changes: members, wider }) => [
      '',
      ...causes.flatMap((cause) =>
        wrap(shown(cause, options), width, '  ').map((text) => paint(text, wider ? 'warning' : 'strong', options)),
      ),
      ...listed(members.map(changeText), width, options),
    ]),
    ...(ways.length === 0
      ? []
      : ['', ...wrap('Ways that NetworkPolicies do not govern', width, '  '), ...listed(ways, width, options)]),
  ];
}

function remarkLines(remarks: Parameters<typeof remarkSections>[0], options: TerminalOptions): readonly string[] {
  const width = widthOf(options);
  return remarkSections(remarks).flatMap(({ title, lines: all }) => [
    '',
    paint(`${title} (${all.length})`, 'strong', options),
    ...listed(all, width, options),
  ]);
}

function listed(all: readonly string[], width: number, options: TerminalOptions): readonly string[] {
  const more = all.length - SHOWN;
  return [
    ...all.slice(0, SHOWN).flatMap((text) => indented('  ', shown(text, options), width)),
    ...(more > 0 ? [`  and ${more} more in --format json`] : []),
  ];
}

function head(title: string, options: TerminalOptions): readonly string[] {
  return wrap(shown(`${glyphsOf(options).mark} ${title}`, options), widthOf(options), '  ').map((text) =>
    paint(text, 'strong', options),
  );
}

function widthOf({ columns }: TerminalOptions): number {
  return Math.max(48, columns);
}

function lines(all: readonly string[]): string {
  return all.map((text) => `${text}\n`).join('');
}
