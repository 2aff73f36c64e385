// Reachability as a page: the graph, what is open and by which rule, what changed and why, and what policies do not govern.
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
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';
import { type Edge, reachGraph } from './reach-graph.ts';

const KICKER = 'Reachability';
/** Connections that stand in the page's table; all are in the other forms. */
const ROWS = 5000;

/** Lines of the graph of all connections, one at a time: there may be millions. */
export function* listEdges(reach: Reachability): Generator<Edge> {
  for (const { from, to, connections } of rowsOf(reach)) {
    yield { from: from.id, to: to.id, label: connectionsText(connections) };
  }
}

/** Lines of the graph of an answer. */
export function answerEdges({ reachable }: Answer): readonly Edge[] {
  return reachable.map(({ from, to, connections }) => ({ from, to, label: connectionsText(connections) }));
}

/** All connections as one HTML document. */
export function reachListHtml(reach: Reachability, page?: PageFiles): string {
  const { network } = reach;
  const rows: (readonly string[])[] = [];
  let count = 0;
  for (const { from, to, label } of listEdges(reach)) {
    count += 1;
    if (rows.length < ROWS) rows.push([from, to, label]);
  }
  return plainDocument(
    { kicker: KICKER, title: `${networkText(network)}: ${plural(count, 'connection')}` },
    [
      graphSection(listEdges(reach)),
      section(
        'Connections',
        table('Allowed connections', ['From', 'To', 'What passes'], rows),
        paragraph(count > ROWS ? `The first ${ROWS} of ${count}; all of them with --format json or txt.` : ''),
      ),
      ...remarkParts({ ...network, bypasses: bypassesOf(network) }),
    ],
    page,
  );
}

/** One answer as one HTML document. */
export function reachQueryHtml(answer: Answer, since: Difference | undefined, page?: PageFiles): string {
  return plainDocument(
    { kicker: KICKER, title: `${answerTitle(answer)} (${networkText(answer.network)})` },
    [
      ...(answer.reachable.length === 0 ? [] : [graphSection(answerEdges(answer))]),
      section(
        'Open, and by which rule',
        paragraph(answer.reachable.length === 0 ? 'Nothing that was asked for is open.' : ''),
        ...openGroups(answer.reachable).map(({ connections, reasons, pairs }) =>
          folded(`${connections} (${plural(pairs.length, 'pair')}): ${reasons.join('; ')}`, list(pairs)),
        ),
      ),
      ...(since === undefined ? [] : [section(`Since then: ${differenceTitle(since)}`, ...changeParts(since))]),
      ...remarkParts({ ...answer, notes: [...answer.notes, ...besideText(answer.besideNode)] }),
    ],
    page,
  );
}

/** What changed as one HTML document. */
export function reachDiffHtml(difference: Difference, page?: PageFiles): string {
  return plainDocument(
    { kicker: KICKER, title: differenceTitle(difference) },
    [section('Changes, and what made them', ...changeParts(difference))],
    page,
  );
}

function graphSection(edges: Iterable<Edge>): Markup {
  const drawn = reachGraph(edges);
  return section('Graph', { html: `<div class="scroll" tabindex="0" role="region" aria-label="Graph">${drawn}</div>` });
}

function changeParts({ changes, bypasses }: Difference): readonly Markup[] {
  const ways = [
    ...bypasses.added.map((one) => `+ ${bypassText(one)}`),
    ...bypasses.removed.map((one) => `- ${bypassText(one)}`),
  ];
  return [
    paragraph(changes.length === 0 ? 'No connection changed.' : ''),
    ...changeGroups(changes).map(({ mark, wider, causes, changes: members }) =>
      folded(
        `${mark} ${plural(members.length, 'connection')}${wider ? ', more passes' : ''}: ${causes.join('; ')}`,
        list(members.map(changeText)),
      ),
    ),
    ...(ways.length === 0 ? [] : [paragraph('Ways that NetworkPolicies do not govern:'), list(ways)]),
  ];
}

function remarkParts(remarks: Parameters<typeof remarkSections>[0]): readonly Markup[] {
  return remarkSections(remarks).map(({ title, lines }) => section(title, list(lines)));
}
