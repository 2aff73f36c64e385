// The lists below the figures: images with most critical and high, vulnerabilities in most images, and what is not covered.
import type { SlotCounts } from '../../explain/statistics.ts';
import { gapPlace, NAMED_UNREADABLE } from '../../platform/gap.ts';
import { displayWidth, fitEnd, fitMiddle } from '../../platform/printable.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { type RankedVulnerability, severeImages, spreadVulnerabilities } from '../ranking.ts';
import { count, GAP_KINDS, LEVEL_LETTER, plural } from '../words.ts';
import { glyphsOf, padEnd, padStart, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const LENGTH = 10;
const NUMBER = 6;
const WIDE_NAME = 72;
/** About as many lines of a gap's example are shown; the whole text is in the other formats. */
const LABELLED_LINES = 4;

/** The images with most critical and high; the counts of other severities too where there is room. */
export function imageLines(
  assessment: Assessment,
  counts: ReadonlyMap<string, SlotCounts>,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const counted = assessment.images.flatMap((image) => {
    const found = counts.get(image.slot);
    return found === undefined ? [] : [{ slot: image.slot, logical: image.logical, counts: found }];
  });
  const images = severeImages(counted, LENGTH);
  if (images.length === 0) return [];
  const levels: readonly SeverityLevel[] = width >= 90 ? SEVERITY_LEVELS : ['critical', 'high'];
  const nameWidth = Math.min(WIDE_NAME, width - NUMBER * (levels.length + 1) - 9);
  const { cut } = glyphsOf(options);
  const title = fitEnd(
    nameWidth < 40 ? 'Most critical and high' : 'Images with most critical and high',
    nameWidth,
    cut,
  );
  const heads = levels.map((level) => paint(padStart(LEVEL_LETTER[level], NUMBER), level, options)).join('');
  return [
    paint(padEnd(title, nameWidth), 'strong', options) +
      heads +
      paint(padStart('all', NUMBER) + padStart('fixable', 9), 'faint', options),
    ...images.map((image) => {
      const name = padEnd(fitMiddle(shown(image.logical, options), nameWidth, cut), nameWidth);
      const numbers = levels.map((level) => {
        const value = image.counts[level];
        return paint(padStart(count(value), NUMBER), value === 0 ? 'faint' : level, options);
      });
      return `${name}${numbers.join('')}${padStart(count(image.counts.total), NUMBER)}${padStart(count(image.counts.fixable), 9)}`;
    }),
  ];
}

/** The vulnerabilities in most images, critical and high before the rest. */
export function vulnerabilityLines(assessment: Assessment, width: number, options: TerminalOptions): readonly string[] {
  const found = spreadVulnerabilities(assessment.findings, LENGTH);
  if (found.length === 0) return [];
  const { cut } = glyphsOf(options);
  const names = found.map(({ vulnerability }) => shown(vulnerability, options));
  const idWidth = Math.min(Math.max(...names.map(displayWidth)), Math.floor(width / 3));
  const nameWidth = Math.min(WIDE_NAME + 12, width - 16);
  const packageWidth = nameWidth - idWidth - 9;
  return [
    paint(padEnd(fitEnd('Vulnerabilities in most images', nameWidth, cut), nameWidth), 'strong', options) +
      paint(`${padStart('images', 8)}${padStart('fix', 8)}`, 'faint', options),
    ...found.map((entry, index) => {
      const id = padEnd(fitEnd(names[index] ?? '', idWidth, cut), idWidth);
      const packages = padEnd(fitEnd(shown(entry.packages.join(', '), options), packageWidth, cut), packageWidth);
      const kev = paint(entry.kev ? ' KEV ' : '     ', 'warning', options);
      const letter = paint(LEVEL_LETTER[entry.severity], entry.severity, options);
      return `${letter} ${id} ${kev} ${packages}${padStart(count(entry.slots), 8)}${fixText(entry, options)}`;
    }),
  ];
}

function fixText({ slots, fixableSlots }: RankedVulnerability, options: TerminalOptions): string {
  if (fixableSlots === slots) return padStart('yes', 8);
  return fixableSlots === 0 ? paint(padStart('no', 8), 'faint', options) : padStart(`for ${count(fixableSlots)}`, 8);
}

/** The kinds of gap, those that hide most first, each with its number and the first of them; images that could not be read all by name. */
export function gapLines(assessment: Assessment, width: number, options: TerminalOptions): readonly string[] {
  const { gaps } = assessment;
  if (gaps.length === 0) return [paint('Nothing was left out.', 'faint', options)];
  const labels = new Map(assessment.images.map(({ slot, logical }) => [slot, logical]));
  const groups = Map.groupBy(gaps, ({ kind }) => kind);
  return [
    paint(`Not covered: ${plural(gaps.length, 'gap')}`, 'strong', options),
    ...GAP_KINDS.flatMap((kind) => {
      const members = groups.get(kind) ?? [];
      const named = members.slice(0, kind === 'image-unreadable' ? NAMED_UNREADABLE : 1);
      const examples = named.map(({ target, location, reason }) => {
        const place = gapPlace({
          target: labels.get(target) ?? target,
          ...(location === undefined ? {} : { location }),
        });
        return shown(`${place}: ${reason}`, options);
      });
      const others = members.length - named.length;
      const more = others === 0 ? '' : ` (and ${count(others)} more)`;
      const label = `${padEnd(kind, 21)}${padStart(count(members.length), 5)}`;
      return members.length === 0 ? [] : hanging(label, examples, more, width, options);
    }),
  ];
}

/** A label with texts beside it, or below it on narrow terminals; `more` stands behind the last, whatever is cut from that. */
function hanging(
  label: string,
  texts: readonly string[],
  more: string,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const indent = width < 90 ? 4 : label.length + 2;
  const room = width - indent;
  const lines = texts
    .map((text, index) => {
      const end = index === texts.length - 1 ? more : '';
      return fitEnd(text, LABELLED_LINES * room - end.length, glyphsOf(options).cut) + end;
    })
    .flatMap((text) => wrap(text, room, ''))
    .map((line) => ' '.repeat(indent) + line);
  const painted = paint(label, 'warning', options);
  if (width < 90) return [painted, ...lines];
  return [painted + (lines[0] ?? '').slice(label.length), ...lines.slice(1)];
}
