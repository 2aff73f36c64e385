// The weekly pack as Markdown, for minutes.
import type { ReviewPack } from '../../respond/review/pack.ts';
import { type ReviewPart, reviewSections, reviewTitle } from '../review.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The document, ended by a line feed. */
export function reviewMarkdown(pack: ReviewPack): string {
  const sections = reviewSections(pack).map(({ title, parts }) =>
    [`## ${escapeMarkdown(title)}`, ...parts.map(partText)].join('\n\n'),
  );
  return `${[`# ${escapeMarkdown(reviewTitle(pack))}`, ...sections].join('\n\n')}\n`;
}

function partText(part: ReviewPart): string {
  switch (part.kind) {
    case 'text':
      return escapeMarkdown(part.text);
    case 'warning':
      return `**${escapeMarkdown(part.text)}**`;
    case 'list':
      return part.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table':
      return markdownTable(
        part.titles,
        part.rows.map((row) => row.map(String)),
      );
  }
}
