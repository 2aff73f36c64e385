// Inspects a bbolt database of etcd: member/snap/db, a copy of it, or a snapshot, which is one with SHA-256 behind it. One walk over the branches says which
// pages are reached; then all pages are read once, in the order of the file: leaves of the key bucket by their entries, free pages by a search.
import { createHash } from 'node:crypto';
import { ParseError } from '../../../platform/errors.ts';
import { inlinePage, readBuckets } from '../etcd/bolt-buckets.ts';
import { type BoltMeta, isPage, u32, u64BigEndian } from '../etcd/bolt-page.ts';
import type { ByteWindow } from '../etcd/byte-window.ts';
import { markKeyLeaves } from '../etcd/key-tree.ts';
import { FREE, KEY_LEAF, LIVE, ReachedPages } from '../etcd/reached-pages.ts';
import type { FileTally } from './file-tally.ts';
import { FreeSearch } from './free-search.ts';
import { KeyLeafReader } from './key-leaves.ts';
import { RemnantSearch } from './remnant-search.ts';

/** What is known of a database besides the counts. */
export interface DatabaseFacts {
  readonly kind: 'database' | 'snapshot';
  readonly compactedRevision?: number;
  readonly freePages: number;
  readonly orphanPages: number;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** The bucket of all revisions, and that of etcd's own numbers. */
const KEY_BUCKET = 'key';
const META_BUCKET = 'meta';
const COMPACTED = 'finishedCompactRev';
/** SHA-256 behind a snapshot; etcd tells by the size whether it is there (clientv3/snapshot, hasChecksum). */
const CHECKSUM_BYTES = 32;
const SECTOR = 512;
/** Bytes that no trace fits into. */
const NOTHING = 16;

/**
 * Reads the whole database into the tally.
 * @throws ParseError for a database that is not etcd's; as ByteWindow.fill
 */
export async function inspectDatabase(window: ByteWindow, meta: BoltMeta, tally: FileTally): Promise<DatabaseFacts> {
  const isSnapshot = window.size % SECTOR === CHECKSUM_BYTES;
  const content = isSnapshot ? window.size - CHECKSUM_BYTES : window.size;
  const reached = new ReachedPages(window, meta);
  if (isSnapshot && !(await isSumRight(window, content))) {
    reached.problem('the SHA-256 behind it is wrong: it was damaged or altered');
  } else if (!isSnapshot && window.size % meta.pageSize !== 0) {
    reached.problem('it ends within a page: it is cut short');
  }
  reached.reach(0, LIVE);
  reached.reach(1, LIVE);
  await reached.claimFreelist();
  const { roots, entries } = await readBuckets(window, meta, reached, KEY_BUCKET);
  const root = roots.get(KEY_BUCKET);
  if (root === undefined) {
    const reason = `it has no bucket "${KEY_BUCKET}"`;
    if (reached.brokenCount === 0) throw new ParseError(`a bbolt database, but not of etcd: ${reason}`);
    reached.problem(reason);
  }
  const reader = new KeyLeafReader(tally, reached);
  if (root !== undefined && 'page' in root) await markKeyLeaves(window, reached, root.page);
  if (root !== undefined && 'inline' in root) {
    const page = inlinePage(root.inline);
    if (page === undefined) reached.problem(`bucket "${KEY_BUCKET}" is damaged`);
    else reader.read(root.inline, { ...page, id: meta.root }, root.offset);
  }
  const free = await readPages(window, { meta, content, reached, tally, reader });
  const compacted = entries.find(({ bucket, key }) => bucket === META_BUCKET && key.toString('latin1') === COMPACTED);
  return {
    kind: isSnapshot ? 'snapshot' : 'database',
    ...(compacted === undefined ? {} : { compactedRevision: u64BigEndian(compacted.value, 0) }),
    ...free,
    problems: reached.problems(),
  };
}

interface Reading {
  readonly meta: BoltMeta;
  /** Where the database ends in the file. */
  readonly content: number;
  readonly reached: ReachedPages;
  readonly tally: FileTally;
  readonly reader: KeyLeafReader;
}

/** Reads all pages in the order of the file; counts those that are free. */
async function readPages(
  window: ByteWindow,
  { meta, content, reached, tally, reader }: Reading,
): Promise<Pick<DatabaseFacts, 'freePages' | 'orphanPages'>> {
  const { pageSize } = meta;
  const { states } = reached;
  const search = new RemnantSearch(tally.judged);
  const free = new FreeSearch(window, search, tally, 'free');
  const pages = Math.floor(content / pageSize);
  let freePages = 0;
  let orphanPages = 0;
  // The last page that belongs to the last page with a header, free or not. A page that is written again as part of another one gets a header, or one
  // before it does: what lies beyond is what is left of a page whose header is gone.
  let last = 0;
  let id = 0;
  for (let from = 0; id < pages; from = free.pause(id * pageSize)) {
    await window.fill(from, (id + 1) * pageSize - from);
    while (id < pages && (id + 1) * pageSize <= window.end) {
      const state = states[id] ?? FREE;
      if (state !== FREE) free.finish(id * pageSize);
      if (state === KEY_LEAF) {
        const next = await readLeaf(id);
        if (next !== undefined) {
          id = next;
          last = next - 1;
          continue;
        }
        // Whatever it is, it is not left unexamined.
        states[id] = FREE;
        continue;
      }
      if (state === FREE) {
        free.begin(id * pageSize);
        if (id < states.length) freePages += 1;
      }
      const at = id * pageSize - window.start;
      if (isPage(window.bytes, at, id)) last = id + u32(window.bytes, at + 12);
      else if (state === FREE && id > last && !isZero(window.bytes, at, at + pageSize)) orphanPages += 1;
      id += 1;
    }
  }
  const tail = free.pause(pages * pageSize);
  await window.fill(tail, content - tail);
  if (content > pages * pageSize) free.begin(pages * pageSize);
  free.finish(content);
  return { freePages, orphanPages };

  /** Reads a leaf and gives the page behind it; undefined, with a problem, where there is none. */
  async function readLeaf(leaf: number): Promise<number | undefined> {
    const overflow = reached.overflowOf(leaf);
    if (overflow === undefined) return;
    if ((leaf + 1 + overflow) * pageSize > window.end) await window.fill(leaf * pageSize, (1 + overflow) * pageSize);
    const page = reached.pageAt(leaf, overflow);
    if (page === undefined) return;
    if (page.isBranch) return reached.problem(`page ${leaf} is a branch where leaves are`);
    if (!reached.claim(page)) return leaf + 1;
    const end = reader.read(window.bytes, page, window.start);
    if (page.end - end > NOTHING && !isZero(window.bytes, end, page.end)) {
      const span = { start: end, from: end, to: page.end, end: page.end };
      tally.addRemnants('free', search.find(window.bytes, span), window.start);
    }
    return leaf + 1 + overflow;
  }
}

const ZEROS = Buffer.alloc(4096);

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += ZEROS.length) {
    const end = Math.min(to, at + ZEROS.length);
    if (bytes.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}

/** Whether the SHA-256 behind the content is that of the content. */
async function isSumRight(window: ByteWindow, content: number): Promise<boolean> {
  const hash = createHash('sha256');
  for (let at = 0; at < content; ) {
    await window.fill(at, 1);
    const end = Math.min(window.end, content);
    hash.update(window.bytes.subarray(at - window.start, end - window.start));
    at = end;
  }
  await window.fill(content, CHECKSUM_BYTES);
  const stored = window.bytes.subarray(content - window.start, content - window.start + CHECKSUM_BYTES);
  return hash.digest().equals(stored);
}
