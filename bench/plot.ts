// Draws a chart as SVG: points, lines and a legend over two linear axes from zero. Small on purpose: what the documentation shows, nothing more.
// Text is dark on a white ground, so that it can be read on light and dark pages.

/** Points of one colour, joined or not. */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly style: 'dots' | 'line' | 'dashed';
}

/** A chart. */
export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400;
const AREA = { left: 70, right: 20, top: 64, bottom: 56 } as const;
/** Told apart by people who do not see all colours alike (Okabe and Ito, 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'] as const;
const TICKS = 5;

/** The SVG document. */
export function chartSvg({ title, xTitle, yTitle, series }: Chart): string {
  const x = scaleOf(
    series.flatMap(({ points }) => points.map(([value]) => value)),
    AREA.left,
    WIDTH - AREA.right,
  );
  const y = scaleOf(
    series.flatMap(({ points }) => points.map(([, value]) => value)),
    HEIGHT - AREA.bottom,
    AREA.top,
  );
  const middle = (AREA.top + HEIGHT - AREA.bottom) / 2;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="13" fill="#222">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${AREA.left}" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...x.ticks.map((tick) => gridLine(tick, x.at(tick), 'x')),
    ...y.ticks.map((tick) => gridLine(tick, y.at(tick), 'y')),
    `<text x="${(AREA.left + WIDTH - AREA.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(xTitle)}</text>`,
    `<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(yTitle)}</text>`,
    ...series.map((one, index) => drawn(one, colourOf(index), x.at, y.at)),
    ...series.map(({ label }, index) => legend(label, index, series)),
    '</svg>',
  ].join('\n')}\n`;
}

/** Least squares: y = base + slope * x. */
export function fittedLine(points: readonly (readonly [number, number])[]): {
  readonly base: number;
  readonly slope: number;
} {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = mean(points.map(([x]) => (x - meanX) ** 2));
  const slope = spread === 0 ? 0 : mean(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  return { base: meanY - slope * meanX, slope };
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** From zero to a round number above all values. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const step = roundStep(Math.max(...values, Number.MIN_VALUE) / TICKS);
  const count = Math.max(1, Math.ceil(Math.max(...values) / step));
  return {
    at: (value) => from + ((to - from) * value) / (count * step),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

function gridLine(tick: number, place: number, axis: 'x' | 'y'): string {
  const label = escaped(tick.toLocaleString('en', { maximumFractionDigits: 3 }));
  const bottom = HEIGHT - AREA.bottom;
  const at = place.toFixed(1);
  if (axis === 'y') {
    return `<path d="M${AREA.left} ${at}H${WIDTH - AREA.right}" stroke="#ddd"/><text x="${AREA.left - 8}" y="${(place + 4).toFixed(1)}" text-anchor="end">${label}</text>`;
  }
  return `<path d="M${at} ${AREA.top}V${bottom}" stroke="#eee"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${label}</text>`;
}

function drawn({ points, style }: Series, colour: string, x: Scale['at'], y: Scale['at']): string {
  const places = points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`);
  if (style === 'dots') {
    return points
      .map(([a, b]) => `<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="3.5" fill="${colour}"/>`)
      .join('');
  }
  const dashes = style === 'dashed' ? ' stroke-dasharray="6 4"' : '';
  return `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"${dashes}/>`;
}

function legend(label: string, index: number, series: readonly Series[]): string {
  const before = series.slice(0, index).reduce((sum, one) => sum + one.label.length * 6.8 + 40, 0);
  const x = AREA.left + before;
  return `<rect x="${x.toFixed(0)}" y="38" width="12" height="12" fill="${colourOf(index)}"/><text x="${(x + 18).toFixed(0)}" y="49">${escaped(label)}</text>`;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
