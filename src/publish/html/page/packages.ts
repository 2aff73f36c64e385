// The packages of the report, a row a distinct one over all images, with what is known of it. No DOM.
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import type { Column } from '../columns.ts';
import type { PackageColumns } from '../package-columns.ts';
import type { FindingColumns } from '../report-data.ts';
import { valueAt } from './findings.ts';
import { compareNatural, holdsAll } from './texts.ts';
import type { PackageSortKey } from './view-state.ts';

/** A package and where it is. */
export interface PackageRow {
  /** Its number in the columns. */
  readonly number: number;
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  /** `name version` of the source package. */
  readonly source: string | null;
  readonly ownedBy: string | null;
  /** Numbers of images, ascending. */
  readonly images: readonly number[];
  /** Vulnerabilities that are known of it in any image, with the highest severity that they have there; the highest first, then by id. */
  readonly vulnerabilities: readonly { readonly id: string; readonly severity: SeverityLevel }[];
  /** The highest of their severities; null when nothing is known. */
  readonly severity: SeverityLevel | null;
  /** Words that a search looks in, in lower case. */
  readonly text: string;
}

/** What the reader asks for. */
export interface PackageFilter {
  readonly query: string;
  /** Types of package URLs; none means all. */
  readonly types: readonly string[];
  readonly vulnerable: boolean;
  /** Number of an image, or undefined for all. */
  readonly image: number | undefined;
}

/** The rows, in the order of the columns: by name, version, package URL. */
export function packageRows(columns: PackageColumns, findings: FindingColumns): readonly PackageRow[] {
  const known = knownByPurl(findings);
  return columns.purl.map((purl, number): PackageRow => {
    const value = <T>(column: Column<T>): T => valueAt(column, number);
    const name = value(columns.name);
    const version = value(columns.version);
    const source = value(columns.source);
    const vulnerabilities = known.get(purl) ?? [];
    return {
      number,
      purl,
      name,
      version,
      type: value(columns.type),
      source,
      ownedBy: value(columns.ownedBy),
      images: imagesOf(columns, number),
      vulnerabilities,
      severity: vulnerabilities[0]?.severity ?? null,
      text: `${name} ${version} ${source ?? ''} ${purl}`.toLowerCase(),
    };
  });
}

/** The rows that pass. */
export function filterPackages(rows: readonly PackageRow[], filter: PackageFilter): readonly PackageRow[] {
  const { query, types, vulnerable, image } = filter;
  return rows.filter(
    (row) =>
      (types.length === 0 || types.includes(row.type)) &&
      (!vulnerable || row.severity !== null) &&
      (image === undefined || row.images.includes(image)) &&
      holdsAll(row.text, query),
  );
}

/** Ascending orders; amounts have their largest first. Ties by the order of the rows. */
export const PACKAGE_ORDERS: Readonly<Record<PackageSortKey, (a: PackageRow, b: PackageRow) => number>> = {
  name: (a, b) => compareNatural(a.name, b.name),
  type: (a, b) => compareNatural(a.type, b.type),
  images: (a, b) => b.images.length - a.images.length,
  severity: (a, b) => levelOf(a) - levelOf(b),
  vulnerabilities: (a, b) => b.vulnerabilities.length - a.vulnerabilities.length,
};

/** Paths at which a package lies, each with the numbers of its images. */
export function placesOf(
  { places, paths, imageSets }: PackageColumns,
  number: number,
): readonly { readonly path: string; readonly images: readonly number[] }[] {
  const pairs = places[number] ?? [];
  return Array.from({ length: pairs.length / 2 }, (_, index) => ({
    path: paths[pairs[2 * index] ?? 0] ?? '',
    images: imageSets[pairs[2 * index + 1] ?? 0] ?? [],
  }));
}

function imagesOf(columns: PackageColumns, number: number): readonly number[] {
  const [first, ...others] = placesOf(columns, number);
  if (first === undefined || others.length === 0) return first?.images ?? [];
  return [...new Set([first, ...others].flatMap(({ images }) => images))].sort((a, b) => a - b);
}

function levelOf({ severity }: PackageRow): number {
  return severity === null ? SEVERITY_LEVELS.length : SEVERITY_LEVELS.indexOf(severity);
}

/** What is known of each package URL. */
function knownByPurl(columns: FindingColumns): ReadonlyMap<string, PackageRow['vulnerabilities']> {
  const levels = new Map<string, Map<string, number>>();
  for (let row = 0; row < columns.count; row += 1) {
    const purl = valueAt(columns.purl, row);
    const id = valueAt(columns.vulnerability, row);
    const level = SEVERITY_LEVELS.indexOf(valueAt(columns.severity, row));
    const known = levels.get(purl) ?? new Map<string, number>();
    known.set(id, Math.min(known.get(id) ?? level, level));
    levels.set(purl, known);
  }
  const order = (a: readonly [string, number], b: readonly [string, number]): number =>
    a[1] - b[1] || compareNatural(a[0], b[0]);
  return new Map(
    [...levels].map(([purl, known]) => [
      purl,
      [...known].sort(order).map(([id, level]) => ({ id, severity: SEVERITY_LEVELS[level] ?? 'unknown' })),
    ]),
  );
}
