// "Could not tell" as a value: what was not read, where and why. Travels with every result up to the report.
import { compareText } from './order.ts';

/** The kinds of gap that outputs name (docs/reference/gaps.md). */
export type GapKind =
  | 'end-of-life'
  | 'no-feed'
  | 'partial-feed'
  | 'starter-set'
  | 'set-older-than-image'
  | 'image-unreadable'
  | 'file-unparsed'
  | 'not-scanned'
  | 'limit-reached'
  | 'undecidable';

/** One thing that the result does not cover. */
export interface Gap {
  readonly kind: GapKind;
  /** What it concerns: a slot, an image digest, a feed id or a release member. */
  readonly target: string;
  /** Where inside the target: `LAYER:PATH`, a package, or absent. */
  readonly location?: string;
  /** Why, in words for the reader. */
  readonly reason: string;
}

/** Order of gaps in every output: by kind, target, location, reason. */
export function compareGaps(a: Gap, b: Gap): number {
  return (
    compareText(a.kind, b.kind) ||
    compareText(a.target, b.target) ||
    compareText(a.location ?? '', b.location ?? '') ||
    compareText(a.reason, b.reason)
  );
}

/** What a gap concerns, and where in it. */
export function gapPlace({ target, location }: Pick<Gap, 'target' | 'location'>): string {
  return location === undefined ? target : `${target} ${location}`;
}

/** Images that could not be read are named one by one up to this number, then counted: nothing of them is in any figure. */
export const NAMED_UNREADABLE = 20;
