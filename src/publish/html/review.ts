// The weekly pack as a page to show in a meeting.
import type { ReviewPack } from '../../respond/review/pack.ts';
import { type ReviewPart, reviewSections, reviewTitle } from '../review.ts';
import type { PageFiles } from './page-files.ts';
import { list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The pack as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function reviewHtml(pack: ReviewPack, page?: PageFiles): string {
  return plainDocument(
    { kicker: 'Weekly review', title: reviewTitle(pack) },
    reviewSections(pack).map(({ title, parts }) => section(title, ...parts.map((part) => markupOf(title, part)))),
    page,
  );
}

function markupOf(title: string, part: ReviewPart): Markup {
  switch (part.kind) {
    case 'text':
      return paragraph(part.text);
    case 'warning':
      return paragraph(part.text, 'banner');
    case 'list':
      return list(part.items);
    case 'table':
      return table(title, part.titles, part.rows);
  }
}
