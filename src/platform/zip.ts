// Reads zip archives by their central directory: the list of members, and the content of one. For files and for bytes in memory.
// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (ends), 4.4.4 (flags), 4.5.3 (zip64).
import { crc32, inflateRawSync } from 'node:zlib';
import { LimitError, messageOf, ParseError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** The bytes of an archive. `read` is only asked for stretches within `size`. */
export interface ZipSource {
  readonly size: number;
  readonly read: (offset: number, length: number) => Buffer;
}

/** An entry of the central directory. */
export interface ZipMember {
  /** With `/` as separator, whatever the archive has; ends with one for a directory. Not cleaned. */
  readonly path: string;
  readonly encrypted: boolean;
  /** Packing method: 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes as it claims to be unpacked. */
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Where it ends at the earliest: its local header may have more fields than the directory tells. */
  readonly end: number;
}

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const MEMBER = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const END64_LENGTH = 56;
const MEMBER_LENGTH = 46;
const LOCAL_LENGTH = 30;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const ZIP64_EXTRA = 1;

interface Directory {
  /** Bytes before the archive, as the launch script of a jar that starts itself: all offsets count from there. */
  readonly base: number;
  readonly offset: number;
  readonly length: number;
}

/** An archive in memory. */
export function zipOf(bytes: Uint8Array): ZipSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { size: buffer.length, read: (offset, length) => buffer.subarray(offset, offset + length) };
}

/** Whether the bytes are meant to be an archive: they begin with a member or are an empty one, or have a directory at their end. */
export function isZip(source: ZipSource): boolean {
  if (source.size < END_LENGTH) return false;
  const first = source.read(0, 4).readUInt32LE(0);
  return first === LOCAL || first === END || findDirectory(source) !== undefined;
}

/**
 * The members in the order of the directory.
 * @throws ParseError when the directory is missing or damaged; LimitError when it has more than `most` members.
 */
export function* zipMembers(source: ZipSource, most: number): Generator<ZipMember, void> {
  const found = findDirectory(source);
  if (found === undefined) throw new ParseError('damaged zip: its directory is missing (is the file cut off?)');
  if (found.length > LIMITS.fileBytes) throw new LimitError(`zip with a directory of ${found.length} bytes`);
  const directory = source.read(found.offset, found.length);
  let at = 0;
  for (let count = 0; at < directory.length; count += 1) {
    if (count >= most) throw new LimitError(`zip with more than ${most} members`);
    if (at + MEMBER_LENGTH > directory.length || directory.readUInt32LE(at) !== MEMBER) {
      throw new ParseError(`damaged zip: its directory breaks off after ${count} members`);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const extraAt = at + MEMBER_LENGTH + nameLength;
    const extraEnd = extraAt + directory.readUInt16LE(at + 30);
    const next = extraEnd + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new ParseError('damaged zip: an entry of its directory is cut off');
    const wide = zip64Fields(directory, extraAt, extraEnd);
    // The 64-bit fields stand in this order, and only those whose narrow field is full.
    const take = (narrow: number): number => (narrow === 0xffffffff ? safe(wide.next().value) : narrow);
    const size = take(directory.readUInt32LE(at + 24));
    const packed = take(directory.readUInt32LE(at + 20));
    const offset = found.base + take(directory.readUInt32LE(at + 42));
    yield {
      path: directory.toString('utf8', at + MEMBER_LENGTH, extraAt).replaceAll('\\', '/'),
      encrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed,
      size,
      offset,
      end: offset + LOCAL_LENGTH + nameLength + packed,
    };
    at = next;
  }
}

/** The first member, by offset, that begins inside another one. No tool writes such archives; bombs are made so. */
export function overlappingMember(members: readonly ZipMember[]): ZipMember | undefined {
  let end = 0;
  for (const member of members.toSorted((a, b) => a.offset - b.offset)) {
    if (member.offset < end) return member;
    end = member.end;
  }
  return undefined;
}

/**
 * The unpacked content of a member. A stored one shares the memory of the source.
 * @param most bytes that are unpacked.
 * @throws ParseError when it is encrypted, packed in another way than deflate, or damaged; LimitError above `most`.
 */
export function zipContent(source: ZipSource, member: ZipMember, most: number): Buffer {
  if (member.encrypted) throw new ParseError('an encrypted member');
  if (member.method !== STORED && member.method !== DEFLATED) {
    throw new ParseError(`a member packed by method ${member.method}, not deflate`);
  }
  if (member.size > most) throw new LimitError(`a member of ${member.size} bytes, more than the ${most} that are read`);
  const packed = packedContent(source, member);
  const body = member.method === STORED ? packed : inflate(packed, member.size);
  if (body.length !== member.size || crc32(body) !== member.crc) {
    throw new ParseError('a damaged member: its size or checksum differs');
  }
  return body;
}

function packedContent(source: ZipSource, { offset, packed }: ZipMember): Buffer {
  if (offset < 0 || offset + LOCAL_LENGTH > source.size) throw new ParseError('a member beyond the end of the archive');
  const local = source.read(offset, LOCAL_LENGTH);
  if (local.readUInt32LE(0) !== LOCAL) throw new ParseError('a member that is not where the directory says');
  const start = offset + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + packed > source.size) throw new ParseError('a member beyond the end of the archive');
  return source.read(start, packed);
}

function inflate(packed: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new ParseError(`a damaged member (${messageOf(error)})`, { cause: error });
  }
}

/** The last end record whose directory lies where it says. A comment may contain the mark of another one, which looks like that of an empty archive. */
function findDirectory(source: ZipSource): Directory | undefined {
  let empty: Directory | undefined;
  const length = Math.min(source.size, END_LENGTH + MAX_COMMENT);
  const tail = source.read(source.size - length, length);
  for (let at = tail.length - END_LENGTH; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END) continue;
    const place = source.size - length + at;
    const wide = at >= 20 && tail.readUInt32LE(at - 20) === END64_LOCATOR;
    const found = wide
      ? directory64(source, tail.readBigUInt64LE(at - 12), place - 20)
      : directoryBefore(source, place, tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16));
    if (found !== undefined && found.length > 0) return found;
    empty ??= found;
  }
  return empty;
}

/** The 64-bit end record stands where the locator says, or, behind a launch script that the locator does not know of, right before it. */
function directory64(source: ZipSource, claimed: bigint, locator: number): Directory | undefined {
  for (const place of [claimed, BigInt(locator - END64_LENGTH)]) {
    if (place < 0n || place > BigInt(locator - END64_LENGTH)) continue;
    const end = source.read(Number(place), END64_LENGTH);
    if (end.readUInt32LE(0) !== END64) continue;
    const found = directoryBefore(source, Number(place), safe(end.readBigUInt64LE(40)), safe(end.readBigUInt64LE(48)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The directory that ends where its end record begins. */
function directoryBefore(source: ZipSource, end: number, length: number, claimed: number): Directory | undefined {
  const offset = end - length;
  const base = offset - claimed;
  if (offset < 0 || base < 0) return undefined;
  if (length > 0 && (length < MEMBER_LENGTH || source.read(offset, 4).readUInt32LE(0) !== MEMBER)) return undefined;
  return { base, offset, length };
}

function* zip64Fields(directory: Buffer, start: number, stop: number): Generator<bigint, undefined> {
  for (let at = start; at + 4 <= stop; ) {
    const end = Math.min(at + 4 + directory.readUInt16LE(at + 2), stop);
    if (directory.readUInt16LE(at) === ZIP64_EXTRA) {
      for (let field = at + 4; field + 8 <= end; field += 8) yield directory.readBigUInt64LE(field);
    }
    at = end;
  }
}

/** A 64-bit number that a file can have; an absent or larger one is beyond every file, and fails where it is used. */
function safe(value: bigint | undefined): number {
  return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
