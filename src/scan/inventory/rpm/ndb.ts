// Reads rpm's own database format, ndb (Packages.db), as SUSE uses it: a table of slots, each pointing to the blob of one package.
// Format: rpm's lib/backend/ndb/rpmpkg.c. All numbers are little-endian; offsets and sizes count blocks of 16 bytes.
import { ParseError } from '../../../platform/errors.ts';
import type { StoredHeader } from './stored-header.ts';

const DATABASE_MAGIC = 0x506d7052; // RpmP
const SLOT_MAGIC = 0x746f6c53; // Slot
const BLOB_MAGIC = 0x53626c42; // BlbS
const BLOB_END_MAGIC = 0x45626c42; // BlbE
const VERSION = 0;
const HEADER = 32;
const SLOT = 16;
const BLOCK = 16;
/** Slots fill pages of this size. */
const PAGE = 4096;
const BLOB_HEADER = 16;
const BLOB_TAIL = 12;

interface Slot {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Whether the bytes begin as an ndb database does. */
export function isNdb(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === DATABASE_MAGIC;
}

/**
 * The blobs of all packages, in the order of the slots.
 * @throws ParseError when the header or the table of slots is damaged.
 */
export function* readNdbBlobs(bytes: Buffer): Generator<StoredHeader> {
  if (bytes.length < HEADER) throw new ParseError('an ndb database shorter than its header');
  const version = bytes.readUInt32LE(4);
  if (version !== VERSION) throw new ParseError(`ndb version ${version}; only version ${VERSION} is known`);
  const tableEnd = bytes.readUInt32LE(12) * PAGE;
  if (tableEnd > bytes.length) throw new ParseError('an ndb database that ends within its table of slots');
  let claimed = tableEnd;
  for (let at = HEADER; at < tableEnd; at += SLOT) {
    if (bytes.readUInt32LE(at) !== SLOT_MAGIC) throw new ParseError(`no ndb slot at byte ${at}`);
    const start = bytes.readUInt32LE(at + 8) * BLOCK;
    if (start === 0) continue;
    const slot = { number: bytes.readUInt32LE(at + 4), start, end: start + bytes.readUInt32LE(at + 12) * BLOCK };
    // Blobs do not share bytes; without this, a table of slots with one blob would cost its square.
    claimed += slot.end - slot.start;
    if (claimed > bytes.length) throw new ParseError('ndb slots that claim more bytes than the file has');
    yield { place: `slot of package ${slot.number}`, read: () => readBlob(bytes, slot, tableEnd) };
  }
}

function readBlob(bytes: Buffer, { number, start, end }: Slot, tableEnd: number): Buffer {
  if (start < tableEnd || end > bytes.length || end - start < BLOB_HEADER + BLOB_TAIL) {
    throw new ParseError('its slot points outside of the file');
  }
  const length = bytes.readUInt32LE(start + 12);
  const blocks = Math.ceil((BLOB_HEADER + length + BLOB_TAIL) / BLOCK);
  const tail = end - BLOB_TAIL;
  const known =
    bytes.readUInt32LE(start) === BLOB_MAGIC &&
    bytes.readUInt32LE(start + 4) === number &&
    blocks * BLOCK === end - start &&
    bytes.readUInt32LE(tail + 4) === length &&
    bytes.readUInt32LE(tail + 8) === BLOB_END_MAGIC;
  if (!known) throw new ParseError('there is no blob where its slot points');
  if (adler32(bytes, start, tail) !== bytes.readUInt32LE(tail)) throw new ParseError('its checksum does not fit');
  return bytes.subarray(start + BLOB_HEADER, start + BLOB_HEADER + length);
}

const ADLER_MODULUS = 65_521;
/** Bytes after which the sums are reduced; they stay below 2^32 (RFC 1950, as zlib's NMAX). */
const ADLER_RUN = 5552;

/** Adler-32 of RFC 1950. */
function adler32(bytes: Buffer, start: number, end: number): number {
  let a = 1;
  let b = 0;
  for (let at = start; at < end; ) {
    for (const stop = Math.min(end, at + ADLER_RUN); at < stop; at += 1) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return b * 65_536 + a;
}
