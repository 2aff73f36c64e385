// A small chart of counts as horizontal bars, SVG 1.1, coloured by the style sheet. It says in words what it draws, for readers that do not see it.
import { printable } from '../../platform/printable.ts';
import { count } from '../words.ts';
import { escapeHtml } from './escape.ts';
import type { Markup } from './plain-document.ts';

/** One bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
}

/** What is to be drawn. */
export interface BarChart {
  /** Said first: `aescbc:key1`. */
  readonly title: string;
  /** Class of the colour: a severity, or `plain-line`. */
  readonly ink: string;
  readonly bars: readonly Bar[];
  /** What a bar of full width stands for, so that charts beside each other have one scale. */
  readonly highest: number;
}

const WIDTH = 320;
const NAME = 84;
const FIGURE = 58;
const ROW = 18;

/** Charts beside each other, each under its title; nothing for none. */
export function barCharts(charts: readonly BarChart[]): Markup {
  if (charts.length === 0) return { html: '' };
  const drawn = charts.map(
    (chart) => `<figure><figcaption>${text(chart.title)}</figcaption>${barChart(chart)}</figure>`,
  );
  return { html: `<div class="charts">${drawn.join('\n')}</div>` };
}

/** The element. */
export function barChart({ title, ink, bars, highest }: BarChart): string {
  const scale = (WIDTH - NAME - FIGURE) / Math.max(1, highest);
  const rows = bars.map(({ name, value }, row) => {
    const y = row * ROW;
    // A count that is not zero is seen, however large the others are.
    const width = value === 0 ? 0 : Math.max(2, Math.round(value * scale));
    const bar =
      width === 0 ? '' : `<rect class="amount" x="${NAME}" y="${y + 3}" width="${width}" height="${ROW - 6}"/>`;
    return `<text class="end" x="${NAME - 8}" y="${y + 13}">${text(name)}</text>${bar}<text x="${NAME + width + 6}" y="${y + 13}">${count(value)}</text>`;
  });
  const said = `${title}: ${bars.map(({ name, value }) => `${value} ${name}`).join(', ')}`;
  return `<svg class="chart ${ink}" viewBox="0 0 ${WIDTH} ${bars.length * ROW}" role="img" aria-label="${text(said)}">
${rows.join('\n')}
</svg>`;
}

function text(value: string): string {
  return escapeHtml(printable(value));
}
