// Gaps behind which a vulnerability may hide: an absence proves nothing where an image has one that it did not have before. Pure.
import type { Gap, GapKind } from '../platform/gap.ts';

const HIDING: ReadonlySet<GapKind> = new Set<GapKind>([
  'image-unreadable',
  'file-unparsed',
  'limit-reached',
  'no-feed',
  'partial-feed',
  'starter-set',
  'undecidable',
]);

/** The hiding gaps of an image as `kind place`. Without the digest of the layer, which every rebuild changes: a broken file that stays hides no more. */
export function hidingGaps({ gaps }: { readonly gaps: readonly Gap[] }): ReadonlySet<string> {
  return new Set(
    gaps.flatMap(({ kind, location = '' }) =>
      HIDING.has(kind) ? [`${kind} ${location.replace(/^sha256:[0-9a-f]{64}:/, '')}`] : [],
    ),
  );
}
