// What could not be told, as the last section of a page.
import { type Gap, gapPlace } from '../../platform/gap.ts';
import { plural } from '../words.ts';
import { list, type Markup, paragraph, section } from './plain-document.ts';

/** Gaps that are told one by one. */
const SHOWN = 500;

/** The section; none without gaps. */
export function gapSection(gaps: readonly Gap[]): readonly Markup[] {
  if (gaps.length === 0) return [];
  const lines = gaps.slice(0, SHOWN).map((gap) => `${gapPlace(gap)}: ${gap.reason}`);
  const more = gaps.length - lines.length;
  return [
    section(
      `What could not be told: ${plural(gaps.length, 'gap')}`,
      list(lines),
      paragraph(more > 0 ? `and ${more} more` : ''),
    ),
  ];
}
