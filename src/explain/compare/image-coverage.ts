// Whether a cell came, went or changed because an image, or the file that its packages are read from, could not be read on one side.
// Rule: docs/guide/comparing.md, "Coverage". A side that could not be evaluated explains every difference.
import type { Gap, GapKind } from '../../platform/gap.ts';
import type { AssessedImage, Finding } from '../../scan/assess/assessment.ts';
import { isJudged } from '../../scan/assess/gaps.ts';
import type { ChangeLabel } from './change.ts';
import type { SlotPair } from './pair-slots.ts';
import type { Sides } from './side.ts';

type Row = Pick<Finding, 'location' | 'purl' | 'vulnerability'>;

/** Gaps that hide what a file holds. */
export const HIDING: ReadonlySet<GapKind> = new Set([
  'file-unparsed',
  'limit-reached',
  'undecidable',
  'image-unreadable',
]);

/** What a gap in an image says before the path: the layer. */
const LAYER = /^sha\d+:[0-9a-f]+:/;

/** The label of a coverage change of an image; undefined when both sides could be evaluated. Rows are absent where the cell is. */
export function imageCoverage(
  { contents }: Pick<Sides, 'contents'>,
  { a, b }: SlotPair,
  rowsA: readonly Finding[] = [],
  rowsB: readonly Finding[] = [],
): ChangeLabel | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.digest === undefined) return 'scanned';
  if (b.digest === undefined) return 'unscanned';
  const gained = hidesIn(a, b, without(rowsB, rowsA));
  const lost = hidesIn(b, a, without(rowsA, rowsB));
  if (gained === lost) return undefined;
  return gained ? 'parsed' : 'unparsed';

  /** What hides on both sides explains no difference, and a package that was read on both is not hidden by its file. */
  function hidesIn(image: AssessedImage, other: AssessedImage, rows: readonly Finding[]): boolean {
    const packages = (image.digest === undefined ? undefined : contents.get(image.digest))?.packages ?? [];
    const isRead = (row: Finding): boolean =>
      packages.some(({ name, location }) => name === row.package && location.path === row.location);
    return image.gaps.some((gap) => {
      const hidden = rows.some((row) => names(gap, row) || (conceals(gap, row.location) && !isRead(row)));
      return hidden && !other.gaps.some((known) => isSame(gap, known));
    });
  }
}

/** A gap hides rows when it is about the file that they were read from, or names their package or vulnerability. */
export function hides(gaps: readonly Gap[], rows: readonly Row[]): boolean {
  return gaps.some((gap) => rows.some((row) => names(gap, row) || conceals(gap, row.location)));
}

function names({ kind, location, reason }: Gap, { purl, vulnerability }: Row): boolean {
  if (!HIDING.has(kind)) return false;
  // `CVE-2022-123` is no part of `CVE-2022-1234`.
  return location === purl || reason.split(/[^\w-]+/).includes(vulnerability);
}

/** Whether nobody can tell what a path holds: it is the gap's, lies in its archive or layer, or no package database was found at all. */
function conceals(gap: Gap, path: string): boolean {
  const { kind, location } = gap;
  if (!HIDING.has(kind)) return false;
  if (location === undefined) return isJudged(gap);
  const place = location.replace(LAYER, '');
  return place === '' || path === place || path.startsWith(`${place}!`);
}

/** Rows of packages that the others do not name at the same place. */
function without(rows: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  return rows.filter(
    (row) => !others.some((other) => other.package === row.package && other.location === row.location),
  );
}

function isSame(a: Gap, b: Gap): boolean {
  const placeOf = ({ location }: Gap): string | undefined => location?.replace(LAYER, '');
  return a.kind === b.kind && placeOf(a) === placeOf(b) && a.reason === b.reason;
}
