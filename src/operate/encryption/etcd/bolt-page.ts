// Pages of a bbolt database, the file format of etcd's store: little-endian, fixed size, each with a header of 16 bytes. Format: go.etcd.io/bbolt,
// page.go and db.go (meta).
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { ByteWindow } from './byte-window.ts';

/** Bytes of a page's header: id (8), flags (2), count (2), overflow (4). */
export const PAGE_HEADER = 16;
/** Bytes of an entry in a branch page (position, key size, page) or leaf page (flags, position, key size, value size). */
export const ELEMENT = 16;
export const BRANCH_PAGE = 0x01;
export const LEAF_PAGE = 0x02;
/** Flag of a leaf entry that is a bucket. */
export const BUCKET_ELEMENT = 0x01;

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const META_AT = 16;
const META_BYTES = 64;
const CHECKED_BYTES = 56;
/** Page sizes at which bbolt looks for the second meta page when the first one is damaged (db.go, getPageSize). */
const SMALLEST_PAGE = 1024;
const LARGEST_PAGE = SMALLEST_PAGE << 15;
const NO_FREELIST = 0xffff_ffff_ffff_ffffn;

/** What the current meta page says. */
export interface BoltMeta {
  readonly pageSize: number;
  /** First page of the bucket that holds all buckets. */
  readonly root: number;
  /** Pages that have ever been used: ids are below it. */
  readonly pageCount: number;
  /** Number of the last write. */
  readonly transaction: bigint;
  /** Page of the free list; etcd writes none, and every page that is not reached is free. */
  readonly freelist?: number;
}

/**
 * The meta page that counts: of the two, the valid one with the later transaction; undefined when the file is not of this format.
 * @throws ParseError when it is, and neither page is valid; LimitError
 */
export async function readMeta(window: ByteWindow): Promise<BoltMeta | undefined> {
  const found: BoltMeta[] = [];
  let isBolt = false;
  for (
    let at = 0;
    at <= LARGEST_PAGE && found.length < 2;
    at = at === 0 ? (found[0]?.pageSize ?? SMALLEST_PAGE) : 2 * at
  ) {
    if (at + META_AT + META_BYTES > window.size) break;
    await window.fill(at, META_AT + META_BYTES);
    const bytes = window.bytes.subarray(at - window.start + META_AT, at - window.start + META_AT + META_BYTES);
    if (bytes.readUInt32LE(0) === MAGIC) {
      isBolt = true;
      const meta = metaOf(bytes);
      if (meta !== undefined) found.push(meta);
    }
    // The second one lies one page behind the first.
    if (at > 0 && found.length > 0) break;
  }
  if (!isBolt) return undefined;
  const [first, second] = found;
  if (first === undefined) throw new ParseError('both meta pages of the database are damaged');
  return second !== undefined && second.transaction > first.transaction ? second : first;
}

/** Whether a file that begins so may be of this format: one of its meta pages is among these bytes. */
export function hasMeta(head: Uint8Array): boolean {
  for (let at = 0; at + META_AT + META_BYTES <= head.length; at = at === 0 ? SMALLEST_PAGE : 2 * at) {
    if (u32(head, at + META_AT) === MAGIC) return true;
  }
  return false;
}

function metaOf(bytes: Buffer): BoltMeta | undefined {
  if (bytes.readUInt32LE(4) !== VERSION || fnv1a(bytes.subarray(0, CHECKED_BYTES)) !== bytes.readBigUInt64LE(56))
    return;
  const pageSize = bytes.readUInt32LE(8);
  if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || (pageSize & (pageSize - 1)) !== 0) return;
  const pageCount = bytes.readBigUInt64LE(40);
  if (pageCount > LIMITS.etcdPages) throw new LimitError(`${pageCount} pages, more than ${LIMITS.etcdPages}`);
  const freelist = bytes.readBigUInt64LE(32);
  return {
    pageSize,
    root: Number(bytes.readBigUInt64LE(16)),
    pageCount: Number(pageCount),
    transaction: bytes.readBigUInt64LE(48),
    ...(freelist === NO_FREELIST ? {} : { freelist: Number(freelist) }),
  };
}

/** FNV-1a with 64 bits (hash/fnv of Go). */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

/** 16 bits, little-endian. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** 32 bits, little-endian. */
export function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}

/** 64 bits, little-endian; exact up to 2^53, which is beyond all page ids that are looked up. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32;
}

/** 64 bits, big-endian, as etcd writes revisions. */
export function u64BigEndian(bytes: Uint8Array, at: number): number {
  return u32BigEndian(bytes, at) * 2 ** 32 + u32BigEndian(bytes, at + 4);
}

function u32BigEndian(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

/** Whether the page at `at` has a header with its own id, and so begins here rather than continues another. */
export function isPage(bytes: Uint8Array, at: number, id: number): boolean {
  return u64(bytes, at) === id;
}
