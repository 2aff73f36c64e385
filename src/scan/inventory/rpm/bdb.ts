// Reads the values of a Berkeley DB hash database from its bytes, as rpm's oldest backend stores its packages (Packages).
// Format: Berkeley DB's db_page.h. All pages are looked at in the order of the file, so no bucket has to be found; numbers are in the byte order of
// the machine that wrote the file. Values longer than a page lie in chains of overflow pages, each page of which serves once.
import { ParseError } from '../../../platform/errors.ts';
import { BlobAssembly, PageLedger, type StoredHeader } from './stored-header.ts';

const HASH_MAGIC = 0x00061561;
const META_BYTES = 512;
const PAGE_HEADER = 26;
const PAGE_TYPE = 25;
const OVERFLOW_PAGE = 7;
const HASH_PAGES = new Set([2, 13]); // unsorted and sorted
const ITEM_ON_PAGE = 1;
const ITEM_OFF_PAGE = 3;
const OFF_PAGE_ITEM_BYTES = 12;
/** Versions of the hash format that rpm's bdb_ro backend accepts: Berkeley DB 4.1 and later. */
const VERSIONS = [8, 9, 10];
const CHECKSUMS = 0x01;
/** rpm's keys are package numbers; number 0 keeps the next one to give away. */
const KEY_BYTES = 4;

interface Database {
  readonly bytes: Buffer;
  readonly pageSize: number;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  readonly ledger: PageLedger;
  readonly assembly: BlobAssembly;
}

/** Whether the bytes begin as a Berkeley DB hash database of either byte order does. */
export function isBdbHash(bytes: Buffer): boolean {
  return bytes.length >= 16 && (bytes.readUInt32LE(12) === HASH_MAGIC || bytes.readUInt32BE(12) === HASH_MAGIC);
}

/**
 * The values of all keys but rpm's counter, in the order of the pages.
 * @throws ParseError when the first page is damaged, or the database is of a kind that rpm does not write.
 */
export function* readBdbBlobs(bytes: Buffer): Generator<StoredHeader> {
  const database = openDatabase(bytes);
  const { pageSize, u32 } = database;
  const last = u32(32);
  for (let page = 1; page <= last; page += 1) {
    const start = page * pageSize;
    if (start + pageSize > bytes.length) {
      yield broken(page, `the file ends before page ${page} of ${last}`);
      return;
    }
    if (HASH_PAGES.has(bytes[start + PAGE_TYPE] ?? 0)) yield* itemsOf(database, page);
  }
}

function openDatabase(bytes: Buffer): Database {
  if (bytes.length < META_BYTES) throw new ParseError('a Berkeley DB database shorter than its first page');
  const little = bytes.readUInt32LE(12) === HASH_MAGIC;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const version = u32(16);
  if (!VERSIONS.includes(version)) {
    throw new ParseError(`Berkeley DB hash version ${version}; known are ${VERSIONS.join(', ')}`);
  }
  const pageSize = u32(20);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    throw new ParseError(`Berkeley DB page size ${pageSize}`);
  }
  if (bytes[24] !== 0 || ((bytes[26] ?? 0) & CHECKSUMS) !== 0) {
    throw new ParseError('an encrypted or checksummed Berkeley DB database, which rpm does not write');
  }
  const ledger = new PageLedger(1, Math.max(0, Math.floor(bytes.length / pageSize) - 1));
  return { bytes, pageSize, u16, u32, ledger, assembly: new BlobAssembly() };
}

/** Keys and values in turn. Each item ends where the one before it begins, the first at the end of the page. */
function* itemsOf(database: Database, page: number): Generator<StoredHeader> {
  const { bytes, pageSize, u16, u32 } = database;
  const start = page * pageSize;
  const count = u16(start + 20);
  const indexEnd = PAGE_HEADER + 2 * count;
  let above = pageSize;
  for (let at = start + PAGE_HEADER; at + 4 <= start + indexEnd; at += 4) {
    const key = u16(at);
    const value = u16(at + 2);
    if (!(indexEnd <= value && value < key && key < above && above <= pageSize)) {
      yield broken(page, 'its items do not lie one below the other');
      return;
    }
    const isCounter =
      bytes[start + key] === ITEM_ON_PAGE && above - key === 1 + KEY_BYTES && u32(start + key + 1) === 0;
    const [from, to] = [start + value, start + key];
    above = value;
    if (!isCounter) yield { place: `value on page ${page}`, read: () => readItem(database, from, to) };
  }
}

function readItem(database: Database, start: number, end: number): Buffer {
  const { bytes, u32 } = database;
  const kind = bytes[start];
  if (kind === ITEM_ON_PAGE) return bytes.subarray(start + 1, end);
  if (kind !== ITEM_OFF_PAGE || end - start < OFF_PAGE_ITEM_BYTES)
    throw new ParseError(`it is an item of kind ${kind}`);
  return readChain(database, u32(start + 4));
}

/**
 * A chain of overflow pages. The length that the item gives is not believed: databases in use have wrong ones (quay/claircore pull request 1260), and the
 * header's own lengths say what is needed.
 */
function readChain({ bytes, pageSize, u16, u32, ledger, assembly }: Database, first: number): Buffer {
  assembly.clear();
  for (let page = first; page !== 0; ) {
    const start = ledger.take(page) * pageSize;
    const length = u16(start + 22);
    if (u32(start + 8) !== page || bytes[start + PAGE_TYPE] !== OVERFLOW_PAGE || PAGE_HEADER + length > pageSize) {
      throw new ParseError(`page ${page} is not the overflow page that it should be`);
    }
    assembly.append(bytes, start + PAGE_HEADER, start + PAGE_HEADER + length);
    page = u32(start + 16);
  }
  return assembly.blob();
}

function broken(page: number, reason: string): StoredHeader {
  return {
    place: `page ${page}`,
    read() {
      throw new ParseError(reason);
    },
  };
}
