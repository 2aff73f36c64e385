// The lists below the figures: images with most critical and high, the vulnerabilities that come first, and what is not covered.
import type { SlotCounts } from '../../explain/statistics.ts';
import { gapPlace, NAMED_UNREADABLE } from '../../platform/gap.ts';
import { displayWidth, fitEnd, fitMiddle } from '../../platform/printable.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { type RankedVulnerability, severeImages, urgentVulnerabilities } from '../ranking.ts';
import { count, GAP_KINDS, LEVEL_LETTER, plural } from '../words.ts';
import { glyphsOf, padEnd, padStart, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const LENGTH = 10;
const NUMBER = 6;
const WIDE_NAME = 72;
/** Columns that packages keep before reasons are cut, where there is room. */
const LEAST_PACKAGES = 24;
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

/** The vulnerabilities in the order in which they are to be worked on, each with the reason of its place. */
export function vulnerabilityLines(assessment: Assessment, width: number, options: TerminalOptions): readonly string[] {
  const found = urgentVulnerabilities(assessment.findings, LENGTH);
  if (found.length === 0) return [];
  const { cut } = glyphsOf(options);
  const lineWidth = Math.min(WIDE_NAME + 28, width);
  const names = found.map(({ vulnerability }) => shown(vulnerability, options));
  const reasons = found.map(reasonText);
  const idWidth = Math.min(Math.max(...names.map(displayWidth)), Math.floor(lineWidth / 3));
  const title = fitEnd('Vulnerabilities, most urgent first', lineWidth - 18, cut);
  const room = Math.max(Math.floor(lineWidth / 3), lineWidth - idWidth - LEAST_PACKAGES - 13);
  const whyWidth = Math.min(Math.max('why'.length, ...reasons.map(displayWidth)), room);
  const packageWidth = Math.max(0, lineWidth - idWidth - whyWidth - 13);
  const nameWidth = idWidth + packageWidth + 3;
  return [
    `${paint(padEnd(title, nameWidth), 'strong', options)}${paint(`${padStart('images', 8)}  why`, 'faint', options)}`,
    ...found.map((entry, index) => {
      const id = padEnd(fitEnd(names[index] ?? '', idWidth, cut), idWidth);
      const packages = padEnd(fitEnd(shown(entry.packages.join(', '), options), packageWidth, cut), packageWidth);
      const letter = paint(LEVEL_LETTER[entry.severity], entry.severity, options);
      const why = fitEnd(reasons[index] ?? '', whyWidth, cut);
      const inked = entry.kev ? paint(why, 'warning', options) : entry.fixable ? why : paint(why, 'faint', options);
      return `${letter} ${id} ${packages}${padStart(count(entry.slots), 8)}  ${inked}`;
    }),
  ];
}

/** The reason, with the number of images that the fix is for where it is not for all. */
function reasonText({ slots, fixableSlots, reason }: RankedVulnerability): string {
  return fixableSlots === 0 || fixableSlots === slots
    ? reason
    : reason.replace('fixable', `fixable in ${count(fixableSlots)}`);
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
