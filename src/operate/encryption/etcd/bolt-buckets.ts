// The buckets of a bbolt database: all small ones are read whole, of the large one only its root is told. Format: go.etcd.io/bbolt, bucket.go: a bucket is
// an entry with a flag, whose value is root page (8) and sequence (8); with root 0 a whole page follows in the value.
import { type BoltMeta, BUCKET_ELEMENT, ELEMENT, LEAF_PAGE, PAGE_HEADER, u16, u32, u64 } from './bolt-page.ts';
import type { ByteWindow } from './byte-window.ts';
import { type BoltPage, LIVE, type ReachedPages } from './reached-pages.ts';

/** Where the entries of a bucket are: behind a page, or in bytes within another page, at an offset in the file. */
export type BucketRoot = { readonly page: number } | { readonly inline: Buffer; readonly offset: number };

/** What was found under the root. */
export interface Buckets {
  /** By name; the key bucket among them, unread. */
  readonly roots: ReadonlyMap<string, BucketRoot>;
  /** Entries of the other buckets. */
  readonly entries: readonly { readonly bucket: string; readonly key: Buffer; readonly value: Buffer }[];
}

const BUCKET_HEADER = 16;
/** Entries of small buckets that are kept: etcd has some ten, and one a lease. */
const KEPT = 10_000;

/** Reads all buckets but the one named, level by level in the order of the file. */
export async function readBuckets(
  window: ByteWindow,
  meta: BoltMeta,
  reached: ReachedPages,
  unread: string,
): Promise<Buckets> {
  const roots = new Map<string, BucketRoot>();
  const entries: { bucket: string; key: Buffer; value: Buffer }[] = [];
  let level: { readonly page: number; readonly bucket: string }[] = [];
  const descend = (page: number, bucket: string): void => {
    if (reached.reach(page, LIVE)) level.push({ page, bucket });
  };
  const take = (bytes: Buffer, page: Pick<BoltPage, 'at' | 'end' | 'entries'>, bucket: string): void => {
    for (const { flags, key, value } of leafEntries(bytes, page, reached)) {
      if (bucket === '' && (flags & BUCKET_ELEMENT) !== 0) takeBucket(key.toString('latin1'), value);
      else if (entries.length < KEPT) entries.push({ bucket, key: Buffer.from(key), value: Buffer.from(value) });
    }
  };
  const takeBucket = (name: string, value: Buffer): void => {
    if (value.length < BUCKET_HEADER) {
      reached.problem(`bucket "${name}" has no root`);
      return;
    }
    const page = u64(value, 0);
    const inline = Buffer.from(value.subarray(BUCKET_HEADER));
    const offset = window.start + value.byteOffset - window.bytes.byteOffset + BUCKET_HEADER;
    roots.set(name, page === 0 ? { inline, offset } : { page });
    if (name === unread) return;
    const whole = inlinePage(inline);
    if (page !== 0) descend(page, name);
    else if (whole === undefined) reached.problem(`bucket "${name}" is damaged`);
    else take(inline, whole, name);
  };

  descend(meta.root, '');
  while (level.length > 0) {
    const now = level.toSorted((a, b) => a.page - b.page);
    level = [];
    for (const { page: id, bucket } of now) {
      const page = await reached.read(id);
      if (page === undefined || !reached.claim(page)) continue;
      const { bytes } = window;
      if (!page.isBranch) take(bytes, page, bucket);
      else for (const child of branchChildren(bytes, page)) descend(child, bucket);
    }
  }
  return { roots, entries };
}

/** The page in the value of a small bucket; undefined when it is none. Bbolt keeps only leaves so. */
export function inlinePage(bytes: Buffer): Pick<BoltPage, 'at' | 'end' | 'entries'> | undefined {
  const entries = u16(bytes, 10);
  if (u16(bytes, 8) !== LEAF_PAGE || PAGE_HEADER + ELEMENT * entries > bytes.length) return;
  return { at: 0, end: bytes.length, entries };
}

/** Page ids below a branch, in its order. */
export function* branchChildren(bytes: Uint8Array, { at, entries }: BoltPage): Generator<number> {
  for (let index = 0; index < entries; index += 1) yield u64(bytes, at + PAGE_HEADER + ELEMENT * index + 8);
}

interface LeafEntry {
  readonly flags: number;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Entries of a leaf, in its order. */
function* leafEntries(
  bytes: Buffer,
  { at, end, entries }: Pick<BoltPage, 'at' | 'end' | 'entries'>,
  reached: ReachedPages,
): Generator<LeafEntry> {
  for (let index = 0; index < entries; index += 1) {
    const element = at + PAGE_HEADER + ELEMENT * index;
    const key = element + u32(bytes, element + 4);
    const value = key + u32(bytes, element + 8);
    const last = value + u32(bytes, element + 12);
    if (last > end) {
      reached.problem('an entry of a bucket reaches beyond its page');
      return;
    }
    yield { flags: u32(bytes, element), key: bytes.subarray(key, value), value: bytes.subarray(value, last) };
  }
}
