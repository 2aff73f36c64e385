// How the id of an advisory set reaches every row: rows stand in buckets, a bucket has a digest over its rows, and the id is a digest over the
// lists of these (a Merkle tree of two steps). So a look-up can be checked against the id by reading its bucket, not the whole set.
import { hash } from 'node:crypto';

/** A look-up reads and checks a whole bucket: few packages, because their records may be long; more enrichments, which are short. */
export const PACKAGES_PER_BUCKET = 1;
export const ENRICHMENTS_PER_BUCKET = 16;
/** Bytes of one SHA-256. */
const DIGEST_BYTES = 32;
/** A list of more buckets than this would cost more at opening than it saves at a look-up. */
const MOST_BITS = 17;
const PLACE_BITS = 32;

/** Where a key stands: the first 32 bits of SHA-256 over it, so that nobody chooses the bucket and all are about equally full. */
export function placeOf(key: string): number {
  return hash('sha256', key, 'buffer').readUInt32BE(0);
}

/** The key of a package's row. */
export function packageKey(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}

/** SHA-256 of one row. A key has no line end. */
export function leafOf(key: string, text: string): Uint8Array {
  return hash('sha256', `${key}\n${text}`, 'buffer');
}

/** Gathers the rows of one table, in the order of their keys, and gives the digests of the buckets. */
export class TreeBuilder {
  readonly #leaves: { readonly place: number; readonly digest: Uint8Array }[] = [];
  readonly #rowsPerBucket: number;

  constructor(rowsPerBucket: number) {
    this.#rowsPerBucket = rowsPerBucket;
  }

  /** Gives the place of the row. */
  add(key: string, text: string): number {
    const place = placeOf(key);
    this.#leaves.push({ place, digest: leafOf(key, text) });
    return place;
  }

  /** The digests of all buckets, one behind the other: as many as are needed for the stated number of rows in each, a power of two. */
  digests(): Uint8Array {
    const wanted = Math.ceil(this.#leaves.length / this.#rowsPerBucket);
    const bits = Math.min(MOST_BITS, Math.ceil(Math.log2(Math.max(1, wanted))));
    const buckets: Uint8Array[][] = Array.from({ length: 2 ** bits }, () => []);
    // A stable sort: rows of one place stay in the order of their keys.
    for (const { place, digest } of this.#leaves.sort((a, b) => a.place - b.place)) {
      buckets[bucketOf(place, bits)]?.push(digest);
    }
    return Buffer.concat(buckets.map(bucketDigest));
  }
}

/** The list of digests of a table that is being read. */
export class Buckets {
  readonly #digests: Uint8Array;
  readonly #bits: number;
  readonly #checked: Uint8Array;

  /** `digests` is what TreeBuilder gave. */
  constructor(digests: Uint8Array) {
    this.#digests = digests;
    this.#bits = Math.floor(Math.log2(Math.max(1, digests.length / DIGEST_BYTES)));
    this.#checked = new Uint8Array(2 ** this.#bits);
  }

  /** Whether the rows of the bucket that holds the place were checked before. */
  isChecked(place: number): boolean {
    return this.#checked[bucketOf(place, this.#bits)] === 1;
  }

  /** First and last place of the bucket that holds the place. */
  span(place: number): readonly [first: number, last: number] {
    const size = 2 ** (PLACE_BITS - this.#bits);
    const first = bucketOf(place, this.#bits) * size;
    return [first, first + size - 1];
  }

  /** The stated digest of the bucket that holds the place: equal in another set whose bucket there has the same rows. */
  stated(place: number): Uint8Array {
    const bucket = bucketOf(place, this.#bits);
    return this.#digests.subarray(bucket * DIGEST_BYTES, (bucket + 1) * DIGEST_BYTES);
  }

  /** Whether these are the rows of the bucket that holds the place: all of them, by place, then key. */
  check(place: number, leaves: readonly Uint8Array[]): boolean {
    if (Buffer.compare(bucketDigest(leaves), this.stated(place)) !== 0) return false;
    this.#checked[bucketOf(place, this.#bits)] = 1;
    return true;
  }
}

function bucketOf(place: number, bits: number): number {
  return Math.floor(place / 2 ** (PLACE_BITS - bits));
}

function bucketDigest(leaves: readonly Uint8Array[]): Uint8Array {
  return hash('sha256', Buffer.concat(leaves), 'buffer');
}
