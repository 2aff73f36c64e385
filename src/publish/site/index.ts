// The small site of a bundle: an overview, the statements, and the comparison where there is one. The report beside it has lists and filters.

import { releaseTitle } from '../document-facts.ts';
import type { PageFiles } from '../html/page-files.ts';
import { type ComparisonView, comparisonHtml } from './comparison-page.ts';
import { type ListedFile, type OverviewInput, overviewHtml } from './overview.ts';
import { pageHtml, type SitePage } from './page.ts';
import { statementsHtml } from './statements-page.ts';

/** What the site is made of. */
export interface SiteInput extends Omit<OverviewInput, 'narrative'> {
  readonly comparison?: ComparisonView;
}

const OVERVIEW: SitePage = { file: 'index.html', name: 'Overview' };
const REPORT: SitePage = { file: 'report.html', name: 'Images, packages, findings' };
const STATEMENTS: SitePage = { file: 'statements.html', name: 'Statements' };
const COMPARISON: SitePage = { file: 'compare.html', name: 'What changed' };

/** The pages. All of them lie beside the files that they speak of. */
export function siteFiles(
  { comparison, ...input }: SiteInput,
  page: Pick<PageFiles, 'style'>,
): readonly (ListedFile & { readonly content: string })[] {
  const pages = [OVERVIEW, REPORT, STATEMENTS, ...(comparison === undefined ? [] : [COMPARISON])];
  const title = releaseTitle(input.assessment);
  const document = ({ file, name }: SitePage, body: string) => ({
    path: file,
    about: `page: ${name}`,
    content: pageHtml({ title: `${title}: ${name}`, pages, current: file, body }, page),
  });
  const overview = overviewHtml({
    ...input,
    ...(comparison === undefined ? {} : { narrative: comparison.narrative }),
  });
  return [
    document(OVERVIEW, overview),
    document(STATEMENTS, statementsHtml(input.assessment)),
    ...(comparison === undefined ? [] : [document(COMPARISON, comparisonHtml(comparison))]),
  ];
}
