// A small chart of values over days as SVG 1.1, coloured by the style sheet. It says in words what it draws, for readers that do not see it.
import { printable } from '../../platform/printable.ts';
import { escapeHtml } from './escape.ts';

/** A value of a line. */
export interface ChartPoint {
  /** ISO day. */
  readonly date: string;
  /** What the reader is told at the point, before its value. */
  readonly name: string;
  readonly value: number;
  /** Why the value is doubtful; drawn as a ring. */
  readonly doubt?: string;
}

/** A line of the chart. */
export interface ChartLine {
  /** Said with the line; the first is drawn whole, others dashed. */
  readonly title: string;
  readonly points: readonly ChartPoint[];
}

/** What is to be drawn. */
export interface LineChart {
  /** Said first: `high, basis instances`. */
  readonly title: string;
  /** Class of the colour: a severity, or `plain-line`. */
  readonly ink: string;
  /** Behind numbers: ` %`. */
  readonly unit: string;
  readonly lines: readonly ChartLine[];
}

const WIDTH = 320;
const HEIGHT = 104;
const MARGIN = { left: 6, right: 6, top: 22, bottom: 18 } as const;
/** More points than this are drawn as a line alone. */
const DOTS = 60;
const DAY = 24 * 60 * 60 * 1000;

/** The element; empty when there are less than two points. The scale of values begins at zero. */
export function lineChart({ title, ink, unit, lines }: LineChart): string {
  const all = lines.flatMap(({ points }) => points);
  const days = all.map(({ date }) => Date.parse(date) / DAY);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const highest = Math.max(...all.map(({ value }) => value));
  if (all.length < 2) return '';
  const x = (date: string): number =>
    MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (Date.parse(date) / DAY - first)) / Math.max(1, last - first);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - ((HEIGHT - MARGIN.top - MARGIN.bottom) * value) / Math.max(highest, Number.MIN_VALUE);
  const drawn = lines.map(({ title: line, points }, index) => {
    const path = points
      .map(({ date, value }, at) => `${at === 0 ? 'M' : 'L'}${place(x(date))} ${place(y(value))}`)
      .join('');
    const dots = points.flatMap(({ date, name, value, doubt }) => {
      if (points.length > DOTS && doubt === undefined) return [];
      const told = `${date} ${name}: ${value}${unit}${lines.length > 1 ? `, ${line}` : ''}${doubt === undefined ? '' : `; ${doubt}`}`;
      const radius = doubt === undefined ? 2.5 : 4;
      return [
        `<circle class="${doubt === undefined ? 'dot' : 'doubt'}" cx="${place(x(date))}" cy="${place(y(value))}" r="${radius}"><title>${text(told)}</title></circle>`,
      ];
    });
    return `<path class="line${index === 0 ? '' : ' dashed'}" d="${path}"/>${dots.join('')}`;
  });
  const dates = all.map(({ date }) => date).sort();
  const base = HEIGHT - MARGIN.bottom;
  return `<svg class="chart ${ink}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${text(saying(title, unit, lines))}">
<path class="axis" d="M${MARGIN.left} ${base}H${WIDTH - MARGIN.right}"/><path class="grid" d="M${MARGIN.left} ${MARGIN.top}H${WIDTH - MARGIN.right}"/>
<text x="${MARGIN.left}" y="10">${highest}${unit}</text><text x="${MARGIN.left}" y="${HEIGHT - 3}">${dates[0]}</text><text class="end" x="${WIDTH - MARGIN.right}" y="${HEIGHT - 3}">${dates.at(-1)}</text>
${drawn.join('\n')}
</svg>`;
}

function saying(title: string, unit: string, lines: readonly ChartLine[]): string {
  const told = lines.flatMap(({ title: line, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [`${line} from ${first.value}${unit} on ${first.date} to ${last.value}${unit} on ${last.date}`];
  });
  return `${title}: ${told.join('; ')}`;
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function text(value: string): string {
  return escapeHtml(printable(value));
}
