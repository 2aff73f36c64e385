// The results of tenancy check as a page: who is judged, the counts, a table of all checks, and behind each that needs work what it says of whom.
import type { TenancyResult } from '../../posture/tenancy/tenancy.ts';
import { countsText } from '../hygiene.ts';
import { tenancyTitle, whoTexts } from '../tenancy.ts';
import { gapSection } from './gap-section.ts';
import { outcomeOverview, outcomeSections } from './outcomes.ts';
import type { PageFiles } from './page-files.ts';
import { list, paragraph, plainDocument, section } from './plain-document.ts';

/**
 * The results as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function tenancyHtml(result: TenancyResult, page?: PageFiles): string {
  return plainDocument(
    { kicker: 'Users and tenants', title: tenancyTitle(result) },
    [
      section('Who', list(whoTexts(result))),
      section('Counts', paragraph(countsText(result.counts)), outcomeOverview(result)),
      ...outcomeSections(result),
      ...gapSection(result.gaps),
    ],
    page,
  );
}
