// Which slot of A is which slot of B. Rule: docs/guide/comparing.md, "Pairs". Pure; exchanging A and B gives the same pairs.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage } from '../../scan/assess/assessment.ts';
import { splitLogical } from '../../scan/release/logical.ts';
import { placeOf } from '../../scan/release/slots.ts';

/** A slot over both releases. One of the images is there at least; one alone was added or removed. */
export interface SlotPair {
  /** Name of the slot in B, else in A. */
  readonly slot: string;
  readonly a?: AssessedImage;
  readonly b?: AssessedImage;
  /** The repository has another name in B. */
  readonly renamed: boolean;
}

/** The pairs, and what looks like a rename but is not taken for one. */
export interface Pairing {
  /** Sorted by slot. */
  readonly pairs: readonly SlotPair[];
  /** One removed and one added slot that share the first layers of their packages, and nothing else does. */
  readonly suspectedRenames: readonly { readonly from: string; readonly to: string }[];
}

/** What the pairing needs of the images beside themselves. */
export interface PairingHints {
  /** Old repository to new one, as the configuration declares it. */
  readonly renames?: ReadonlyMap<string, string>;
  /** The lowest layer that brought a package, by image: images that share it are built on one base. */
  readonly baseOf: (image: Digest) => Digest | undefined;
}

/** Pairs the slots of two releases. */
export function pairSlots(
  a: readonly AssessedImage[],
  b: readonly AssessedImage[],
  { renames = new Map(), baseOf }: PairingHints,
): Pairing {
  const pairs: SlotPair[] = [];
  const placesA = Map.groupBy(a, ({ slot }) => renamedPlace(placeOf(slot), renames));
  const placesB = Map.groupBy(b, ({ slot }) => placeOf(slot));
  const removed: AssessedImage[] = [];
  const added: AssessedImage[] = [];
  for (const place of new Set([...placesA.keys(), ...placesB.keys()])) {
    const rest = pairWithin(placesA.get(place) ?? [], placesB.get(place) ?? [], pairs);
    removed.push(...rest.a);
    added.push(...rest.b);
  }
  pairByDigest(removed, added, pairs);
  const suspectedRenames = uniqueMatches(removed, added, ({ digest }) =>
    digest === undefined ? undefined : baseOf(digest),
  ).map(([from, to]) => ({ from: from.slot, to: to.slot }));
  for (const image of removed) pairs.push({ slot: image.slot, a: image, renamed: false });
  for (const image of added) pairs.push({ slot: image.slot, b: image, renamed: false });
  pairs.sort((x, y) => compareText(x.slot, y.slot) || compareText(x.a?.slot ?? '', y.a?.slot ?? ''));
  return { pairs, suspectedRenames };
}

/** `repository|platform` under the repository's new name. */
function renamedPlace(place: string, renames: ReadonlyMap<string, string>): string {
  const bar = place.lastIndexOf('|');
  const to = renames.get(place.slice(0, bar));
  return to === undefined ? place : to + place.slice(bar);
}

/** Pairs images of one repository and platform: equal tags, then shared charts, then from the newest version down. Returns what is left. */
function pairWithin(
  a: readonly AssessedImage[],
  b: readonly AssessedImage[],
  pairs: SlotPair[],
): { readonly a: readonly AssessedImage[]; readonly b: readonly AssessedImage[] } {
  const left = { a: [...a].sort(newestFirst), b: [...b].sort(newestFirst) };
  take((x, y) => qualifierOf(x) === qualifierOf(y));
  take((x, y) => chartNames(x).some((chart) => chartNames(y).includes(chart)));
  take(() => true);
  return left;

  function take(match: (x: AssessedImage, y: AssessedImage) => boolean): void {
    for (const image of [...left.a]) {
      const other = left.b.find((candidate) => match(image, candidate));
      if (other === undefined) continue;
      pairs.push(pairOf(image, other));
      left.a.splice(left.a.indexOf(image), 1);
      left.b.splice(left.b.indexOf(other), 1);
    }
  }
}

/** One removed and one added image with the same digest, and no third: the same image under a new name. */
function pairByDigest(removed: AssessedImage[], added: AssessedImage[], pairs: SlotPair[]): void {
  for (const [from, to] of uniqueMatches(removed, added, ({ digest }) => digest)) {
    pairs.push(pairOf(from, to));
    removed.splice(removed.indexOf(from), 1);
    added.splice(added.indexOf(to), 1);
  }
}

/** Pairs of images of one platform whose key occurs once on each side. */
function uniqueMatches(
  a: readonly AssessedImage[],
  b: readonly AssessedImage[],
  keyOf: (image: AssessedImage) => string | undefined,
): readonly (readonly [AssessedImage, AssessedImage])[] {
  const full = (image: AssessedImage) => `${keyOf(image)}|${image.platform}`;
  const byKeyA = Map.groupBy(
    a.filter((image) => keyOf(image) !== undefined),
    full,
  );
  const byKeyB = Map.groupBy(
    b.filter((image) => keyOf(image) !== undefined),
    full,
  );
  const matches: (readonly [AssessedImage, AssessedImage])[] = [];
  for (const [key, [from, ...others]] of byKeyA) {
    const [to, ...more] = byKeyB.get(key) ?? [];
    if (from !== undefined && to !== undefined && others.length === 0 && more.length === 0) matches.push([from, to]);
  }
  return matches.sort(([x], [y]) => compareText(x.slot, y.slot));
}

function pairOf(a: AssessedImage, b: AssessedImage): SlotPair {
  return { slot: b.slot, a, b, renamed: placeOf(a.slot) !== placeOf(b.slot) };
}

/** The tag and digest that a reference names: `3.16`, `@sha256:…`; empty when it names neither. */
export function qualifierOf({ logical }: Pick<AssessedImage, 'logical'>): string {
  const { tag = '', digest } = splitLogical(logical);
  return digest === undefined ? tag : `${tag}@${digest}`;
}

/** Names of the charts that use an image, without manifest and version. */
export function chartNames({ charts }: Pick<AssessedImage, 'charts'>): readonly string[] {
  return charts.map((chart) => chart.slice(chart.indexOf('/') + 1).split(':', 1)[0] ?? chart);
}

function newestFirst(x: AssessedImage, y: AssessedImage): number {
  return compareTags(qualifierOf(y), qualifierOf(x)) || compareText(x.slot, y.slot);
}

/** Tags follow no one scheme: runs of digits count as numbers, all else as text. */
function compareTags(x: string, y: string): number {
  const partsX = x.match(/\d+|\D+/g) ?? [];
  const partsY = y.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.max(partsX.length, partsY.length); index += 1) {
    const partX = partsX[index] ?? '';
    const partY = partsY[index] ?? '';
    const numeric = /^\d/.test(partX) && /^\d/.test(partY);
    const order = numeric
      ? partX.replace(/^0+/, '').length - partY.replace(/^0+/, '').length ||
        compareText(partX.replace(/^0+/, ''), partY.replace(/^0+/, ''))
      : compareText(partX, partY);
    if (order !== 0) return order;
  }
  return compareText(x, y);
}
