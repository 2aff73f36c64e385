// The packages of the report, a row a distinct one over all images, with what is known of it. Opened once, ordered once an order. No DOM.
import { printable } from '../../../platform/printable.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import type { Column } from '../columns.ts';
import type { PackageColumns } from '../package-columns.ts';
import { unpackTexts } from '../packed-texts.ts';
import type { FindingColumns } from '../report-data.ts';
import { valueAt } from './findings.ts';
import { compareNatural, searchFor } from './texts.ts';
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

/** A path at which a package lies, and the numbers of the images that have it there. */
export interface PackagePlace {
  readonly path: string;
  readonly images: readonly number[];
}

/** The packages, opened for filtering. */
export interface PackageTable {
  /** By name, numbers in it by their value. */
  readonly rows: readonly PackageRow[];
  readonly types: readonly string[];
  filter(filter: PackageFilter, sort: PackageSortKey, descending: boolean): readonly PackageRow[];
  withPurl(purl: string): PackageRow | undefined;
  placesOf(row: PackageRow): readonly PackagePlace[];
}

/** Ascending orders; amounts have their largest first. Ties stay by name, whichever the direction. */
const ORDERS: Readonly<Record<PackageSortKey, (a: PackageRow, b: PackageRow) => number>> = {
  name: (a, b) => compareNatural(a.name, b.name),
  type: (a, b) => compareNatural(a.type, b.type),
  images: (a, b) => b.images.length - a.images.length,
  severity: (a, b) => levelOf(a) - levelOf(b),
  vulnerabilities: (a, b) => b.vulnerabilities.length - a.vulnerabilities.length,
};

/** Opens the columns. */
export function openPackages(columns: PackageColumns, findings: FindingColumns): PackageTable {
  const rows = packageRows(columns, findings).toSorted((a, b) => compareNatural(a.name, b.name));
  const byPurl = new Map(rows.map((row) => [row.purl, row]));
  const paths = unpackTexts(columns.paths).map(printable);
  const orders = new Map<string, readonly PackageRow[]>([['name 1', rows]]);

  function ordered(sort: PackageSortKey, sign: 1 | -1): readonly PackageRow[] {
    const key = `${sort} ${sign}`;
    const known = orders.get(key) ?? rows.toSorted((a, b) => sign * ORDERS[sort](a, b));
    orders.set(key, known);
    return known;
  }

  return {
    rows,
    types: [...new Set(columns.type.values)].sort(),
    filter: (wanted, sort, descending) => filterPackages(ordered(sort, descending ? -1 : 1), wanted),
    withPurl: (purl) => byPurl.get(purl),
    placesOf: ({ number }) =>
      pairsOf(columns, number).map(([path, set]) => ({
        path: paths[path] ?? '',
        images: columns.imageSets[set] ?? [],
      })),
  };
}

function packageRows(columns: PackageColumns, findings: FindingColumns): readonly PackageRow[] {
  const known = knownByPurl(findings);
  return unpackTexts(columns.purl).map((text, number): PackageRow => {
    const value = <T>(column: Column<T>): T => valueAt(column, number);
    const purl = printable(text);
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

function filterPackages(rows: readonly PackageRow[], filter: PackageFilter): readonly PackageRow[] {
  const { query, types, vulnerable, image } = filter;
  const holds = searchFor(query);
  return rows.filter(
    (row) =>
      (types.length === 0 || types.includes(row.type)) &&
      (!vulnerable || row.severity !== null) &&
      (image === undefined || row.images.includes(image)) &&
      holds(row.text),
  );
}

/** Numbers of path and set of images. */
function pairsOf({ places }: PackageColumns, number: number): readonly (readonly [path: number, set: number])[] {
  const pairs = places[number] ?? [];
  return Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index] ?? 0, pairs[2 * index + 1] ?? 0]);
}

function imagesOf(columns: PackageColumns, number: number): readonly number[] {
  const sets = pairsOf(columns, number).map(([, set]) => columns.imageSets[set] ?? []);
  const [first = [], ...others] = sets;
  return others.length === 0 ? first : [...new Set(sets.flat())].sort((a, b) => a - b);
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
