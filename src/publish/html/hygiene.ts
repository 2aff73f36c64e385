// The results of hygiene as a page: the counts, a table of all checks, and behind each that needs work what it says of which images.
import type { HygieneResult } from '../../posture/hygiene/hygiene.ts';
import { changeText, countsText, hygieneTitle, ownerTexts } from '../hygiene.ts';
import { outcomeOverview, outcomeSections } from './outcomes.ts';
import type { PageFiles } from './page-files.ts';
import { list, paragraph, plainDocument, section } from './plain-document.ts';

/**
 * The results as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function hygieneHtml(result: HygieneResult, page?: PageFiles): string {
  const owners = ownerTexts(result);
  return plainDocument(
    { kicker: 'Build hygiene', title: hygieneTitle(result) },
    [
      section(
        'Counts',
        paragraph([countsText(result.counts), changeText(result)].filter(Boolean).join('. ')),
        outcomeOverview(result),
      ),
      ...(owners.length === 0 ? [] : [section('Owners', list(owners))]),
      ...outcomeSections(result),
    ],
    page,
  );
}
