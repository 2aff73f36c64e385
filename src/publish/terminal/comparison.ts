// A comparison as text for a terminal: the figures of both sides, what each cause moved, and the narrative.
import type { Tally } from '../../explain/compare/change.ts';
import type { CauseTally, Comparison } from '../../explain/compare/compare.ts';
import { narrativeOf } from '../../explain/narrative/narrative.ts';
import { signed } from '../../explain/narrative/words.ts';
import { displayWidth } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { count } from '../words.ts';
import { paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const MEASURES = ['total', ...SEVERITY_LEVELS, 'fixable'] as const;
type Measure = (typeof MEASURES)[number];

/** Lines of at most the given columns (when these are 80 or more), each ended by a line feed. */
export function comparisonTable(comparison: Comparison, options: TerminalOptions): string {
  const { a, b, figures, difference, causes } = comparison;
  const width = Math.max(40, options.columns);
  const measures = MEASURES.filter((measure) => isUsed(comparison, measure));
  const title = `${nameOf(a)} → ${nameOf(b)}`;
  const rows: readonly (readonly string[])[] = [
    ['instances', ...measures],
    [nameOf(a), ...measures.map((measure) => count(figureOf(figures.from.instances, measure)))],
    [nameOf(b), ...measures.map((measure) => count(figureOf(figures.to.instances, measure)))],
    ['difference', ...measures.map((measure) => signed(difference.instances[measure]))],
    ['  distinct', ...measures.map((measure) => signed(difference.distinct[measure]))],
    ['  images', ...measures.map((measure) => signed(difference.images[measure]))],
  ];
  const causeRows = causes
    .filter(({ difference }) => hasInstances(difference.instances))
    .map((tally) => causeRow(tally, measures));
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((line) => paint(line, 'strong', options)),
    '',
    ...aligned(rows.map((row) => row.map((cell) => shown(cell, options)))),
    ...(causeRows.length === 0
      ? []
      : [
          '',
          paint('Causes (instances; they add up to the difference)', 'strong', options),
          ...aligned(causeRows.map((row) => row.map((cell) => shown(cell, options)))),
        ]),
    '',
    ...narrativeOf(comparison).flatMap((sentence) => wrap(shown(sentence, options), width, '  ')),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function causeRow({ cause, label, difference }: CauseTally, measures: readonly Measure[]): readonly string[] {
  return [`${cause}: ${label}`, ...measures.map((measure) => zeroAsDot(difference.instances[measure]))];
}

function zeroAsDot(value: number): string {
  return value === 0 ? '·' : signed(value);
}

function hasInstances(tally: Tally): boolean {
  return MEASURES.some((measure) => tally[measure] !== 0);
}

/** Severities that occur nowhere are left out. */
function isUsed({ figures, difference, causes }: Comparison, measure: Measure): boolean {
  return (
    measure === 'total' ||
    figureOf(figures.from.instances, measure) !== 0 ||
    figureOf(figures.to.instances, measure) !== 0 ||
    difference.instances[measure] !== 0 ||
    causes.some((cause) => cause.difference.instances[measure] !== 0)
  );
}

function figureOf(figures: Comparison['figures']['from']['instances'], measure: Measure): number {
  return measure === 'total' || measure === 'fixable' ? figures[measure] : figures[measure].count;
}

function nameOf({ release, asOf }: Comparison['a']): string {
  return `${[release.name, release.version].filter((part) => part !== '').join(' ')} (${asOf.slice(0, 10)})`;
}

/** The first column to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => displayWidth(row[at] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const space = ' '.repeat((widths[at] ?? 0) - displayWidth(cell));
        return at === 0 ? `  ${cell}${space}` : `${space}${cell}`;
      })
      .join('  ')
      .trimEnd(),
  );
}
