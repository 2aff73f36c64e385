// One 512-byte tar header (POSIX.1-2017 pax "ustar Interchange Format", GNU tar manual "Basic Tar Format") and the records of a PAX header.
import { ParseError } from '../../platform/errors.ts';

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
  /** Type flag as a character; NUL reads as '0'. */
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
  const flag = bytes[at + 156] ?? 0;
  let name = text(bytes, at, 100);
  // Only "ustar\0" has the prefix field; GNU's "ustar " keeps other things there.
  if (bytes[at + 345] !== 0 && bytes[at + 257] === 0x75 && bytes[at + 262] === 0)
    name = `${text(bytes, at + 345, 155)}/${name}`;
  return {
    name,
    mode: readNumber(bytes, at + 100, 8) & 0o7777,
    uid: readNumber(bytes, at + 108, 8),
    gid: readNumber(bytes, at + 116, 8),
    size: readNumber(bytes, at + 124, 12),
    type: flag === 0 ? '0' : String.fromCharCode(flag),
    link: bytes[at + 157] === 0 ? '' : text(bytes, at + 157, 100),
  };
}

/**
 * A number field: octal digits, or base 256 when the first bit is set (GNU).
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
  while (i < end && bytes[i] === 0x20) i++;
  for (; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; i < end; i++) {
    if (bytes[i] !== 0 && bytes[i] !== 0x20) throw new ParseError('tar header: not an octal number');
  }
  return value;
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
 * The records of a PAX extended header: `LENGTH KEY=VALUE\n` (POSIX.1-2017 pax "pax Extended Header").
 * @throws ParseError when a record's length does not fit.
 */
export function readPaxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const length = space === -1 || space - at > 12 ? Number.NaN : Number(body.toString('latin1', at, space));
    if (
      !Number.isInteger(length) ||
      length < space - at + 3 ||
      at + length > body.length ||
      body[at + length - 1] !== 0x0a
    ) {
      throw new ParseError('tar: malformed PAX record');
    }
    const equals = body.indexOf(0x3d, space);
    if (equals === -1 || equals >= at + length) throw new ParseError('tar: PAX record without a key');
    const key = body.toString('utf8', space + 1, equals);
    const value = text(body.subarray(0, at + length - 1), equals + 1, at + length - 1 - (equals + 1));
    // The sparse format 0.0 repeats these two keys; joined they are the map of format 0.1.
    const repeated = key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes';
    const earlier = repeated ? records.get('GNU.sparse.map') : undefined;
    records.set(repeated ? 'GNU.sparse.map' : key, earlier === undefined ? value : `${earlier},${value}`);
    at += length;
  }
  return records;
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
