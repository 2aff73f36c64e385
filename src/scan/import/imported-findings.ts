// Another scanner's findings as rows of an assessment: one id for one vulnerability by our rules, the scanner's word for everything else. Pure.

import { compareText } from '../../platform/order.ts';
import type { Advisory, SeverityLevel } from '../advisory/advisory.ts';
import type { Finding } from '../assess/assessment.ts';
import { type Identities, resolveIdentities } from '../assess/identity.ts';
import type { ImportedFinding, ImportedImage } from './imported.ts';

/** What scanners' words for severities mean, in lower case; every other word says nothing. */
const LEVELS: ReadonlyMap<string, SeverityLevel> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['negligible', 'negligible'],
  ['info', 'negligible'],
  ['none', 'negligible'],
]);

/** A row but for its slot. */
export type ImportedRow = Omit<Finding, 'slot'>;

/**
 * The rows of every image, with ids that were resolved over all of them together. A row a record of the scanner: where several records speak of one
 * vulnerability in one package their rows make one cell, and the records can still be counted.
 */
export function importedRows(
  images: readonly ImportedImage[],
  importer: string,
): ReadonlyMap<ImportedImage, readonly ImportedRow[]> {
  const identities = resolveIdentities(
    images.flatMap(({ findings }) => findings.map((one) => recordOf(one, importer))),
  );
  return new Map(images.map((image) => [image, rowsOf(image, importer, identities)]));
}

function rowsOf(image: ImportedImage, importer: string, identities: Identities): readonly ImportedRow[] {
  const layers = new Map(image.packages.map(({ purl, location }) => [purl, location.layer]));
  const layerOf = ({ layer, package: { purl } }: ImportedFinding) => layer ?? layers.get(purl) ?? image.digest;
  const rows = new Map<string, ImportedRow>();
  for (const finding of image.findings) {
    for (const vulnerability of identities.reportedIds(recordOf(finding, importer))) {
      const reported = { vulnerability, aliases: identities.aliasesOf(vulnerability) };
      const row = { ...reported, ...rowOf(finding, importer), image: image.digest, layer: layerOf(finding) };
      const key = [finding.id, vulnerability, row.purl, row.version, row.location].join('\n');
      if (rows.get(key)?.fixState !== 'fixed') rows.set(key, row);
    }
  }
  return [...rows.values()].sort(
    (a, b) =>
      compareText(a.vulnerability, b.vulnerability) ||
      compareText(a.purl, b.purl) ||
      compareText(a.location, b.location) ||
      compareText(a.advisories.join(), b.advisories.join()),
  );
}

/** The scanner's record as far as ids depend on it. */
function recordOf({ id, aliases, fixState }: ImportedFinding, importer: string): Advisory {
  const nowhere = { namespace: '', package: '', ranges: [], severities: [] };
  return { feed: importer, id, aliases, related: [], status: 'affected', fixState, ...nowhere };
}

/** What the record says by itself. */
function rowOf(
  finding: ImportedFinding,
  importer: string,
): Omit<ImportedRow, 'vulnerability' | 'aliases' | 'image' | 'layer'> {
  const { package: installed, severity: word, severitySource, fixState, fixedIn, epss, statement, cvss } = finding;
  const severity = LEVELS.get(word.toLowerCase()) ?? 'unknown';
  const isUnrated = severity === 'unknown' && severitySource === undefined;
  return {
    severity,
    severitySource: isUnrated ? 'none' : `${importer}:${severitySource ?? importer}`,
    rawSeverity: word,
    ...(cvss === undefined ? {} : { cvss }),
    package: installed.name,
    purl: installed.purl,
    version: installed.version,
    ...(fixedIn === undefined ? {} : { fixedIn }),
    fixState,
    location: finding.path ?? '',
    kev: finding.kev === true,
    ...(epss === undefined ? {} : { epss }),
    advisories: [`${importer}/${finding.id}`],
    ...(statement === undefined ? {} : { statement }),
  };
}
