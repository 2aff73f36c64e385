// The small site of a bundle: an overview and the statements. The report and the comparison beside it have lists and filters.

import { releaseTitle } from '../document-facts.ts';
import type { PageFiles } from '../html/page-files.ts';
import type { PublishedMitigation } from '../mitigations.ts';
import type { PublishedEncryption } from '../published-encryption.ts';
import { encryptionPageHtml } from './encryption-page.ts';
import { mitigationsPageHtml } from './mitigations-page.ts';
import { type ListedFile, type OverviewInput, overviewHtml } from './overview.ts';
import { pageHtml, type SitePage } from './page.ts';
import { statementsHtml } from './statements-page.ts';

/** What the site is made of. */
export interface SiteInput extends OverviewInput {
  /** Mitigations that are active where the release runs. */
  readonly mitigations?: readonly PublishedMitigation[];
  /** The proof over the etcd where the release runs. */
  readonly encryption?: PublishedEncryption;
}

const OVERVIEW: SitePage = { file: 'index.html', name: 'Overview' };
const REPORT: SitePage = { file: 'report.html', name: 'Images, packages, findings' };
const STATEMENTS: SitePage = { file: 'statements.html', name: 'Statements' };
const MITIGATIONS: SitePage = { file: 'mitigations.html', name: 'Mitigations' };
const ENCRYPTION: SitePage = { file: 'encryption.html', name: 'Encryption at rest' };
const COMPARISON: SitePage = { file: 'compare.html', name: 'What changed' };

/** The pages. All of them lie beside the files that they speak of. */
export function siteFiles(input: SiteInput, page: PageFiles): readonly (ListedFile & { readonly content: string })[] {
  const { mitigations, encryption, narrative } = input;
  const more = [
    ...(mitigations === undefined ? [] : [MITIGATIONS]),
    ...(encryption === undefined ? [] : [ENCRYPTION]),
    ...(narrative === undefined ? [] : [COMPARISON]),
  ];
  const pages = [OVERVIEW, REPORT, STATEMENTS, ...more];
  const title = releaseTitle(input.assessment);
  const document = (current: SitePage, body: string) => ({
    path: current.file,
    about: `page: ${current.name}`,
    content: pageHtml({ title, pages, current, body }, page),
  });
  return [
    document(OVERVIEW, overviewHtml(input)),
    document(STATEMENTS, statementsHtml(input.assessment)),
    ...(mitigations === undefined ? [] : [document(MITIGATIONS, mitigationsPageHtml(mitigations))]),
    ...(encryption === undefined ? [] : [document(ENCRYPTION, encryptionPageHtml(encryption))]),
  ];
}
