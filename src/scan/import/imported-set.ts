// What another scanner's results say of the data that they rest on, in the place of an advisory set, and what they leave open.

import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { FeedFacts } from '../advisory/advisory.ts';
import type { Assessment } from '../assess/assessment.ts';
import { SET_TARGET } from '../assess/gaps.ts';
import type { ImportedImage } from './imported.ts';
import type { ImportedRow } from './imported-findings.ts';
import type { ImportedResults } from './read-results.ts';

/** What is known of the scanner's data. Without a name for its database the reports themselves are all that identifies it. */
export function importedSet(
  importer: string,
  { images, reports, gaps }: ImportedResults,
  asOf: string,
  findings: readonly ImportedRow[],
): Assessment['advisorySet'] {
  const runs = images.map(({ run }) => run);
  const known = {
    scanner: importer,
    versions: sortedTexts(runs.map(({ version }) => version)),
    databases: sortedTexts(runs.map(({ database }) => database)),
  };
  const isNamed = runs.every(({ database }) => database !== undefined);
  const databaseDate = newest(runs.map((run) => run.databaseDate));
  const namespaces = images.flatMap(({ packages }) => packages.map(({ namespace }) => namespace));
  const feed: FeedFacts = {
    id: importer,
    ...(databaseDate === undefined ? {} : { upstreamUpdatedAt: databaseDate }),
    content: digestOf(reports.join('\n')),
    licence: 'as stated by the scanner',
    records: new Set(findings.flatMap(({ advisories }) => advisories)).size,
    skipped: gaps.filter(({ kind }) => kind === 'file-unparsed').length,
    namespaces: sortedTexts(namespaces),
  };
  return {
    id: digestOf(canonicalJson(isNamed ? known : { ...known, reports })),
    builtAt: databaseDate ?? newest(runs.map(({ ranAt }) => ranAt)) ?? `${asOf}T00:00:00Z`,
    starter: false,
    feeds: [feed],
  };
}

/** Reports of one release must rest on one program and one database, and say on which; else figures differ for reasons that nobody sees. */
export function setGaps(images: readonly ImportedImage[], importer: string): readonly Gap[] {
  const gaps: Gap[] = [];
  const add = (reason: string): void => {
    gaps.push({ kind: 'undecidable', target: SET_TARGET, location: importer, reason });
  };
  const versions = sortedTexts(images.map(({ run }) => run.version));
  const databases = sortedTexts(images.map(({ run }) => run.database));
  if (versions.length > 1)
    add(`the reports come from ${versions.length} versions of the scanner: ${versions.join(', ')}`);
  if (databases.length > 1)
    add(`the reports rest on ${databases.length} states of the database: ${databases.join('; ')}`);
  if (images.some(({ run }) => run.database === undefined)) add('the reports do not state which database they rest on');
  return gaps;
}

/** Results that list only packages with findings: what else is in the images is not known. */
export function listGaps(images: readonly ImportedImage[], importer: string): readonly Gap[] {
  const partial = images.filter(({ listsAllPackages }) => !listsAllPackages).length;
  if (partial === 0) return [];
  const reason = `${partial} of ${images.length} reports list only packages with findings: another advisory set finds nothing in the rest`;
  return [{ kind: 'not-scanned', target: importer, location: 'packages', reason }];
}

function sortedTexts(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => text ?? []))].sort();
}

/** The latest of the dates that are dates. */
function newest(dates: readonly (string | undefined)[]): string | undefined {
  const valid = dates.filter((date): date is string => date !== undefined && !Number.isNaN(Date.parse(date)));
  return valid.toSorted((a, b) => Date.parse(b) - Date.parse(a) || compareText(a, b))[0];
}
