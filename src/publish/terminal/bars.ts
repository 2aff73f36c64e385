// Severity bars of one basis: a row a severity with count, share and the part that has a fix, which is the full part of its bar.
import { formatPercent, percentOf } from '../../explain/shares.ts';
import type { ClassFigure, Statistics } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../scan/advisory/advisory.ts';
import { type Basis, count } from '../words.ts';
import { type Glyphs, glyphsOf, padEnd, padStart, paint, type TerminalOptions } from './terminal.ts';

const NAME = 11;
const NUMBERS = [8, 9, 9] as const;
const FIXED = NAME + NUMBERS[0] + NUMBERS[1] + NUMBERS[2];
/** The narrowest block that still has a bar. */
export const MINIMAL_BLOCK = FIXED + 6;

/** Lines of equal width: heading, a row a severity, total. */
export function basisBlock(
  statistics: Statistics,
  basis: Basis,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const figures = statistics[basis];
  const longest = Math.max(...SEVERITY_LEVELS.map((level) => figures[level].count));
  const barWidth = width - FIXED;
  const ofImages = basis === 'images';
  const totalShare = ofImages ? percent(figures.total, statistics.scannedImages) : '';
  return [
    paint(padEnd(basis, NAME + barWidth), 'strong', options) +
      paint(numbers('count', ofImages ? 'of read' : 'share', 'fixable'), 'faint', options),
    ...SEVERITY_LEVELS.map((level) => row(level, figures[level], longest, barWidth, options)),
    paint(
      padEnd(ofImages ? 'any' : 'total', NAME + barWidth) +
        numbers(count(figures.total), totalShare, count(figures.fixable)),
      'strong',
      options,
    ),
  ];
}

function row(
  level: SeverityLevel,
  figure: ClassFigure,
  longest: number,
  barWidth: number,
  options: TerminalOptions,
): string {
  const bar = barOf(figure, longest, barWidth - 1, glyphsOf(options));
  const ink = figure.count === 0 ? 'faint' : level;
  const tail = numbers(count(figure.count), `${formatPercent(figure)} %`, count(figure.fixable));
  return (
    paint(padEnd(level, NAME), ink, options) +
    paint(bar, ink, options) +
    ' '.repeat(barWidth - bar.length) +
    paint(tail, figure.count === 0 ? 'faint' : 'plain', options)
  );
}

/** At least one character for what is there, and one of each kind where there are both. */
function barOf(figure: ClassFigure, longest: number, width: number, glyphs: Glyphs): string {
  const { fixable } = figure;
  if (figure.count === 0) return '';
  const mixed = fixable > 0 && fixable < figure.count;
  const length = Math.max(mixed ? 2 : 1, Math.round((figure.count / longest) * width));
  const share = Math.round((fixable / figure.count) * length);
  const full = mixed ? Math.min(length - 1, Math.max(1, share)) : share;
  return glyphs.full.repeat(full) + glyphs.pale.repeat(length - full);
}

function numbers(amount: string, share: string, fixable: string): string {
  return padStart(amount, NUMBERS[0]) + padStart(share, NUMBERS[1]) + padStart(fixable, NUMBERS[2]);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${formatPercent({ count: part, percent: percentOf(part, whole) })} %`;
}
