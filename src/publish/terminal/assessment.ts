// An assessment as text for a terminal: the release, the figures on three bases, what to look at first, what weighs most, what is missing.
import { formatPercent, percentOf } from '../../explain/shares.ts';
import { type Statistics, slotCounts } from '../../explain/statistics.ts';
import { compareText } from '../../platform/order.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import { originText } from '../origin-words.ts';
import { BASES, count, day, FOUR_CLASSES, plural, shortDigest, sourceName } from '../words.ts';
import { basisBlock, MINIMAL_BLOCK } from './bars.ts';
import { gapLines, imageLines, vulnerabilityLines } from './lists.ts';
import { statementLines } from './statement-lines.ts';
import { glyphsOf, type Ink, padEnd, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Narrower terminals break lines themselves; wider ones are not filled: the eye loses the line. */
const WIDTH = { least: 48, most: 160 } as const;
const MARGIN = 2;
const BETWEEN_BLOCKS = 3;

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. Without colours the same text. */
export function assessmentTable(assessment: Assessment, statistics: Statistics, options: TerminalOptions): string {
  const width = Math.max(WIDTH.least, Math.min(WIDTH.most, options.columns)) - MARGIN;
  const sections = [
    header(assessment, statistics, width, options),
    headline(statistics, width, options),
    figures(statistics, width, options),
    focus(assessment, statistics, width, options),
    [...grounds(statistics, width, options), ...statementLines(assessment, width, options)],
    imageLines(assessment, slotCounts(assessment), width, options),
    vulnerabilityLines(assessment, width, options),
    gapLines(assessment, width, options),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, '']);
  return lines
    .slice(0, -1)
    .map((line) => `${line === '' ? '' : ' '.repeat(MARGIN) + line}\n`)
    .join('');
}

function header(
  { release, advisorySet, asOf, severityPolicy, images, lint }: Assessment,
  { scannedImages, unreadImages }: Statistics,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const { mark } = glyphsOf(options);
  const [title = '', ...more] = wrap(shown(`${release.name} ${release.version}`, options), width - 4, '');
  const set = `${day(advisorySet.builtAt)}, ${plural(advisorySet.feeds.length, 'feed')}, ${shortDigest(advisorySet.id)}`;
  const read = unreadImages === 0 ? 'all read' : `${count(scannedImages)} read, ${count(unreadImages)} not read`;
  const facts: readonly (readonly [string, string])[] = [
    ['images', `${plural(images.length, 'slot')}, ${read}`],
    ['advisories', advisorySet.starter ? `${set} (starter set)` : set],
    ['as of', asOf],
    ['severity', severityPolicy],
    ...(lint.length === 0 ? [] : [['lint', lintText(lint)] as const]),
  ];
  return [
    `${paint(mark, 'low', options)} ${paint(title, 'strong', options)}`,
    ...more.map((line) => paint(`    ${line}`, 'strong', options)),
    ...facts.flatMap(([name, value]) => {
      const [first = '', ...rest] = wrap(shown(value, options), width - 12, '');
      return [paint(padEnd(name, 12), 'faint', options) + first, ...rest.map((line) => ' '.repeat(12) + line)];
    }),
  ];
}

/** The release's own flaws are counted here and named where the release is shown. */
function lintText(lint: Assessment['lint']): string {
  const numbers = [...Map.groupBy(lint, ({ verdict }) => verdict)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([verdict, those]) => `${those.length} ${verdict}`);
  return `${numbers.join(', ')} (plimsoll release show names ${lint.length === 1 ? 'it' : 'them'})`;
}

function headline(
  { headline: mayStand, headlineReason }: Statistics,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  if (mayStand) return [];
  return paragraph(`! Figures are incomplete: ${headlineReason}`, 'warning', width, options);
}

/** The three bases beside each other where there is room for bars, else below each other. */
function figures(statistics: Statistics, width: number, options: TerminalOptions): readonly string[] {
  if (statistics.instances.total === 0) return paragraph(nothingFound(statistics), 'strong', width, options);
  const third = Math.floor((width - 2 * BETWEEN_BLOCKS) / BASES.length);
  const legend = paint(legendText(options), 'faint', options);
  if (third < MINIMAL_BLOCK) {
    const block = Math.min(width, 100);
    return [...BASES.flatMap((basis) => [...basisBlock(statistics, basis, block, options), '']), legend];
  }
  const [first = [], ...others] = BASES.map((basis) => basisBlock(statistics, basis, third, options));
  const gap = ' '.repeat(BETWEEN_BLOCKS);
  return [...first.map((line, index) => [line, ...others.map((block) => block[index] ?? '')].join(gap)), legend];
}

/** In words: three tables of zeros say no more, and would hide that nothing was read. */
function nothingFound({ scannedImages, headline: mayStand }: Statistics): string {
  if (scannedImages === 0) return 'No image was read: there are no figures.';
  const found = `No vulnerability found in ${plural(scannedImages, 'image')}`;
  return mayStand ? `${found}.` : `${found}, as far as could be told.`;
}

function legendText(options: TerminalOptions): string {
  const { full, pale } = glyphsOf(options);
  return `${full} has a fix  ${pale} no fix yet`;
}

/** Critical and high, of these the fixable, as the weekly review asks; then the four classes in the words that minutes use. */
function focus(
  { findings, advisorySet }: Assessment,
  statistics: Statistics,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const { instances, fourClasses, scannedImages, imagesWithCriticalOrHigh } = statistics;
  if (instances.total === 0) return [];
  const origins = originText(statistics);
  const severe = instances.critical.count + instances.high.count;
  const fixable = instances.critical.fixable + instances.high.fixable;
  const exploited = exploitedInstances(findings);
  const unrated = instances.unknown.count;
  const first =
    severe === 0
      ? `No instance is ${unrated > 0 ? 'rated ' : ''}critical or high.`
      : `${count(severe)} critical and high (${share(severe, instances.total)}) in ${count(imagesWithCriticalOrHigh)} of ` +
        `${plural(scannedImages, 'image')}; ${count(fixable)} of these fixable (${share(fixable, severe)})`;
  const classes = FOUR_CLASSES.map((level) => `${formatPercent(fourClasses[level])}% ${level}`).join(', ');
  return [
    ...paragraph(first, 'strong', width, options),
    ...(severe === 0 || origins === undefined ? [] : paragraph(origins, 'plain', width, options)),
    ...exploitedLines(),
    ...(unrated > 0
      ? paragraph(`${plural(unrated, 'instance')} of unknown severity: no source rates them`, 'warning', width, options)
      : []),
    ...(fourClasses.total > 0
      ? paragraph(`${classes} of ${plural(fourClasses.total, 'instance')}`, 'plain', width, options)
      : []),
  ];

  function exploitedLines(): readonly string[] {
    if (exploited > 0) {
      const text = `${plural(exploited, 'instance')} of known exploited vulnerabilities (KEV)`;
      return paragraph(text, 'warning', width, options);
    }
    const known = advisorySet.feeds.some((feed) => feed.id === 'kev');
    return known ? [] : paragraph('Known exploitation: not known, the set has no kev feed', 'faint', width, options);
  }
}

/** What the figures rest on: who rated the severities, which feed names fixes, and what statements would take away. */
function grounds(statistics: Statistics, width: number, options: TerminalOptions): readonly string[] {
  const { instances, net, severitySources, feeds } = statistics;
  const sources = severitySources.map((entry) => `${sourceName(entry.source)} ${formatPercent(entry)} %`);
  const rated = severitySources.some(({ source }) => source !== 'none');
  const fixes = feeds.map(
    (entry) =>
      `${entry.feed} ${formatPercent({ count: entry.fixable, percent: entry.fixablePercent })} % of ${count(entry.count)}`,
  );
  const remove = instances.total - net.instances.total;
  return [
    ...(rated ? paragraph(`Severities by ${sources.join(', ')}`, 'faint', width, options) : []),
    ...(fixes.length > 0 ? paragraph(`Fixable by feed: ${fixes.join(', ')}`, 'faint', width, options) : []),
    ...(remove > 0
      ? paragraph(
          `Gross figures; statements say not affected of ${plural(remove, 'instance')}`,
          'faint',
          width,
          options,
        )
      : []),
  ];
}

function paragraph(text: string, ink: Ink, width: number, options: TerminalOptions): readonly string[] {
  return wrap(shown(text, options), width, '  ').map((line) => paint(line, ink, options));
}

function exploitedInstances(findings: readonly Finding[]): number {
  const cells = findings
    .filter(({ kev }) => kev)
    .map(({ slot, vulnerability }) => JSON.stringify([slot, vulnerability]));
  return new Set(cells).size;
}

function share(part: number, whole: number): string {
  return `${formatPercent({ count: part, percent: percentOf(part, whole) })} %`;
}
