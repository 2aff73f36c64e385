// The format for minutes, tickets and release notes: the figures and lists of an assessment as Markdown.
import type { Format } from '../format.ts';
import { assessmentMarkdown } from './assessment.ts';

/** Markdown. */
export const markdownFormat: Format = {
  id: 'markdown',
  title: 'Markdown for minutes and release notes: figures, heaviest images, most urgent vulnerabilities, gaps',
  mediaType: 'text/markdown; charset=utf-8; variant=GFM',
  render: (assessment, statistics) => assessmentMarkdown(assessment, statistics),
};
