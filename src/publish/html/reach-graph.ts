// Connections as a graph in SVG 1.1: who connects on the left, what is reached on the right. Its ink is that of the text around it, so that it is
// readable on any ground. Where there are too many ends for a drawing, those of a namespace are drawn as one.
import { compareText } from '../../platform/order.ts';
import { fitMiddle, printable } from '../../platform/printable.ts';
import { plural } from '../words.ts';
import { escapeHtml } from './escape.ts';

/** One line of the graph. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** What passes, in words. */
  readonly label: string;
}

/** Ends a side, and lines, that are drawn one by one. */
const MOST_ENDS = 60;
const MOST_LINES = 600;
/** Names of this length fit their column. */
const NAME_COLUMNS = 44;
const WIDTH = 960;
const COLUMN = 330;
const STEP = 20;
const TOP = 14;

/** The element; empty without lines. */
export function reachGraph(edges: Iterable<Edge>): string {
  const drawn = simplified(edges);
  const [left, right] = [placesOf(drawn.map(({ from }) => from)), placesOf(drawn.map(({ to }) => to))];
  if (drawn.length === 0) return '';
  const height = TOP + STEP * Math.max(left.size, right.size) + 4;
  const lines = drawn.map(({ from, to, label }) => {
    const [y1, y2] = [left.get(from) ?? 0, right.get(to) ?? 0];
    const [x1, x2] = [COLUMN, WIDTH - COLUMN];
    const middle = (x1 + x2) / 2;
    return `<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"><title>${text(`${from} => ${to} : ${label}`)}</title></path>`;
  });
  const names = [
    ...[...left].map(([name, y]) => nameAt(name, COLUMN - 8, y, 'end')),
    ...[...right].map(([name, y]) => nameAt(name, WIDTH - COLUMN + 8, y, 'start')),
  ];
  const said = `${plural(drawn.length, 'connection')} from ${plural(left.size, 'end')} on the left to ${plural(right.size, 'end')} on the right`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${text(said)}" color="#5f6870" font-family="sans-serif" font-size="12">
<g fill="none" stroke="#2b8a9a" stroke-opacity="0.55" stroke-width="1.5">
${lines.join('\n')}
</g>
<g fill="currentColor">
${names.join('\n')}
</g>
</svg>
`;
}

/** The lines as they are, or those between namespaces when they are too many. Of these the ones with most connections, as far as they fit. */
function simplified(edges: Iterable<Edge>): readonly Edge[] {
  const whole: Edge[] = [];
  const spaces = new Map<string, { readonly from: string; readonly to: string; count: number }>();
  for (const edge of edges) {
    if (whole.length <= MOST_LINES) whole.push(edge);
    const [from, to] = [spaceOf(edge.from), spaceOf(edge.to)];
    const key = `${from} ${to}`;
    const known = spaces.get(key);
    if (known === undefined) spaces.set(key, { from, to, count: 1 });
    else known.count += 1;
  }
  if (fits(whole)) return whole;
  const kept: Edge[] = [];
  const ordered = [...spaces.values()].sort(
    (a, b) => b.count - a.count || compareText(a.from, b.from) || compareText(a.to, b.to),
  );
  for (const { from, to, count } of ordered.slice(0, MOST_LINES)) {
    const edge = { from, to, label: plural(count, 'connection') };
    if (fits([...kept, edge])) kept.push(edge);
  }
  return kept;
}

function fits(edges: readonly Edge[]): boolean {
  return (
    edges.length <= MOST_LINES &&
    new Set(edges.map(({ from }) => from)).size <= MOST_ENDS &&
    new Set(edges.map(({ to }) => to)).size <= MOST_ENDS
  );
}

/** The namespace of a workload; what is in none stands for itself, addresses together. */
function spaceOf(id: string): string {
  if (id.endsWith('[External]')) return 'outside the cluster';
  const slash = id.indexOf('/');
  return slash === -1 ? id : `${id.slice(0, slash)}/*`;
}

function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const sorted = [...new Set(names)].sort(compareText);
  return new Map(sorted.map((name, at) => [name, TOP + STEP * at]));
}

function nameAt(name: string, x: number, y: number, anchor: 'start' | 'end'): string {
  const shortened = text(fitMiddle(printable(name), NAME_COLUMNS, '…'));
  return `<text x="${x}" y="${y + 4}" text-anchor="${anchor}">${shortened}<title>${text(name)}</title></text>`;
}

function text(value: string): string {
  return escapeHtml(printable(value));
}
