// One 512-byte tar header (POSIX.1-2017 pax "ustar Interchange Format", GNU tar manual "Basic Tar Format") and the records of a PAX header.
import { ParseError } from '../../../platform/errors.ts';

/** Size of a tar block. */
export const BLOCK = 512;

/** A header as written, before PAX records and GNU long names are applied. */
export interface RawHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow in the archive. */
  readonly size: number;
  /** Type flag as a character. NUL is a file of archives older than POSIX, or a directory where the name ends in a slash. */
  readonly type: string;
  readonly link: string;
}

/** Whether the block is all zero: two of them end an archive. */
export function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + BLOCK; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Reads the header at `at`; the buffer holds the whole block.
 * @throws ParseError when the checksum or a number is wrong.
 */
export function readHeader(bytes: Buffer, at: number): RawHeader {
  checkSum(bytes, at);
  const name = text(bytes, at, 100);
  const prefix = bytes[at + 345] === 0 ? '' : prefixOf(bytes, at);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: readNumber(bytes, at + 100, 8) & 0o7777,
    uid: readId(bytes, at + 108),
    gid: readId(bytes, at + 116),
    size: readNumber(bytes, at + 124, 12),
    type: String.fromCharCode(bytes[at + 156] ?? 0),
    link: bytes[at + 157] === 0 ? '' : text(bytes, at + 157, 100),
  };
}

/**
 * A number field: octal digits up to a NUL, or base 256 when the first bit is set (GNU).
 * @throws ParseError for other characters, negative numbers and numbers above 2^53.
 */
export function readNumber(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  let value = 0;
  if (first & 0x80) {
    if (first & 0x40) throw new ParseError('tar header: negative number');
    value = first & 0x3f;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + (bytes[i] ?? 0);
    if (!Number.isSafeInteger(value)) throw new ParseError('tar header: number too large');
    return value;
  }
  let i = at;
  const end = at + length;
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0)) i++;
  for (; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  while (i < end && bytes[i] === 0x20) i++;
  if (i < end && bytes[i] !== 0) throw new ParseError('tar header: not an octal number');
  return value;
}

/** An owner: 32 bits, as the kernel takes them. Some systems write `nobody` as -2. */
function readId(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) >= 0xc0 ? bytes.readUInt32BE(at + 4) : readNumber(bytes, at, 8) >>> 0;
}

/** What stands before the name. Other formats than ustar keep other things in that field, as runtimes know. */
function prefixOf(bytes: Buffer, at: number): string {
  const magic = bytes.toString('latin1', at + 257, at + 265);
  // The format of star ends the field with two times.
  if (magic.startsWith('ustar\0')) return text(bytes, at + 345, isStar(bytes, at) ? 131 : 155);
  return magic === 'ustar  \0' && !hasTimes(bytes, at) ? gnuPrefix(bytes, at) : '';
}

function isStar(bytes: Buffer, at: number): boolean {
  return bytes.toString('latin1', at + 508, at + 512) === 'tar\0';
}

/** Whether a GNU header's fields of two times hold numbers. */
function hasTimes(bytes: Buffer, at: number): boolean {
  try {
    for (const place of [at + 345, at + 357]) if (bytes[place] !== 0) readNumber(bytes, place, 12);
    return true;
  } catch {
    return false;
  }
}

/** Go before 1.8, and Docker built with it, wrote a prefix into GNU headers (https://go.dev/issue/12594). */
function gnuPrefix(bytes: Buffer, at: number): string {
  const prefix = text(bytes, at + 345, 155);
  return /^\p{ASCII}*$/u.test(prefix) ? prefix : '';
}

/** The text of a field up to its first NUL. Names that are not UTF-8 are read byte by byte, so that two of them never become one. */
export function text(bytes: Buffer, at: number, length: number): string {
  let end = at;
  let ascii = true;
  while (end < at + length && bytes[end] !== 0) {
    if ((bytes[end] ?? 0) > 0x7f) ascii = false;
    end++;
  }
  if (ascii) return bytes.toString('latin1', at, end);
  const decoded = bytes.toString('utf8', at, end);
  return decoded.includes('\ufffd') ? bytes.toString('latin1', at, end) : decoded;
}

/**
 * The records of a PAX extended header that the walk uses: `LENGTH KEY=VALUE\n` (POSIX.1-2017 pax "pax Extended Header"). One without a value says
 * nothing.
 * @throws ParseError when a record's length does not fit, or a NUL stands in a path.
 */
export function readPaxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    let length = 0;
    let start = at;
    for (; isDigit(body[start]) && length <= body.length; start++) length = length * 10 + ((body[start] ?? 0) - 0x30);
    start += 1;
    const end = at + length - 1;
    if (body[start - 1] !== 0x20 || end < start || end >= body.length || body[end] !== 0x0a) {
      throw new ParseError('tar: malformed PAX record');
    }
    let equals = start;
    while (equals < end && body[equals] !== 0x3d) equals++;
    if (equals === start || equals === end) throw new ParseError('tar: PAX record without a key');
    at = end + 1;
    if (equals - start > LONGEST_KEY) continue;
    const key = body.toString('latin1', start, equals);
    if (USED_KEYS.has(key)) takeRecord(records, key, body.subarray(equals + 1, end));
  }
  return records;
}

function takeRecord(records: Map<string, string>, key: string, bytes: Buffer): void {
  if (bytes.length === 0) {
    records.delete(key);
    return;
  }
  if ((key === 'path' || key === 'linkpath') && bytes.includes(0))
    throw new ParseError(`tar: a NUL in the PAX record ${key}`);
  const value = key === CAPABILITY_KEY ? bytes.toString('hex') : text(bytes, 0, bytes.length);
  // The sparse format 0.0 repeats these two keys; joined they are the map of format 0.1.
  const repeated = key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes';
  const earlier = repeated ? records.get('GNU.sparse.map') : undefined;
  records.set(repeated ? 'GNU.sparse.map' : key, earlier === undefined ? value : `${earlier},${value}`);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** The record that holds file capabilities (capabilities(7)), bytes that are no text. */
export const CAPABILITY_KEY = 'SCHILY.xattr.security.capability';

const USED_KEYS: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'GNU.sparse.major',
  'GNU.sparse.minor',
  'GNU.sparse.name',
  'GNU.sparse.size',
  'GNU.sparse.realsize',
  'GNU.sparse.map',
  'GNU.sparse.offset',
  'GNU.sparse.numbytes',
  CAPABILITY_KEY,
]);
const LONGEST_KEY = Math.max(...[...USED_KEYS].map((key) => key.length));

/** A record that is a count or size. @throws ParseError when it is not a whole number from 0 to 2^53. */
export function paxCount(pax: ReadonlyMap<string, string>, key: string): number | undefined {
  const value = pax.get(key);
  if (value === undefined) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new ParseError(`tar: PAX record ${key} is not a number`);
  return number;
}

/** A record that is an owner, as `readHeader` gives it. @throws ParseError when it is not a whole number. */
export function paxId(pax: ReadonlyMap<string, string>, key: 'uid' | 'gid'): number | undefined {
  const value = pax.get(key);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw new ParseError(`tar: PAX record ${key} is not a number`);
  return Number(value) >>> 0;
}

function checkSum(bytes: Uint8Array, at: number): void {
  let sum = 8 * 0x20;
  for (let i = at; i < at + 148; i++) sum += bytes[i] ?? 0;
  for (let i = at + 156; i < at + BLOCK; i++) sum += bytes[i] ?? 0;
  const stated = readNumber(bytes, at + 148, 8);
  if (stated === sum) return;
  // Some old writers summed signed bytes.
  let signed = sum;
  for (let i = at; i < at + BLOCK; i++) if ((i < at + 148 || i >= at + 156) && (bytes[i] ?? 0) > 0x7f) signed -= 256;
  if (stated !== signed) throw new ParseError('tar header: wrong checksum (damaged, or not a tar archive)');
}
