// Members of a zip archive by its central directory, with the 64-bit extensions (npm's archive at osv.dev has more than 65,535 members).
// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (ends), 4.5.3 (zip64).
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, messageOf, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type InputVisitor, isHidden } from './visitor.ts';

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const MEMBER = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

interface Member {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

interface Directory {
  readonly offset: number;
  readonly length: number;
  readonly entries: number;
}

/** @throws ParseError when the archive is damaged, LimitError when its directory is out of bounds. Single bad members are skipped. */
export function readZip(file: string, size: number, visitor: InputVisitor): void {
  const descriptor = openSync(file, 'r');
  try {
    const read = (offset: number, length: number): Buffer => readAt(descriptor, file, size, offset, length);
    const directory = findDirectory(file, size, read);
    if (directory.length > LIMITS.fileBytes || directory.entries > LIMITS.feedFiles) {
      throw new LimitError(`${file}: the zip lists ${directory.entries} members (at most ${LIMITS.feedFiles})`);
    }
    for (const member of membersOf(file, read(directory.offset, directory.length), directory.entries)) {
      if (member.path.endsWith('/') || isHidden(member.path) || !visitor.accepts(member.path)) continue;
      const body = bodyOf(member, read);
      if (typeof body === 'string') visitor.skipped(member.path, body);
      else visitor.file(member.path, body, digestOf(body));
    }
  } finally {
    closeSync(descriptor);
  }
}

type Read = (offset: number, length: number) => Buffer;

function findDirectory(file: string, size: number, read: Read): Directory {
  const tailLength = Math.min(size, END_LENGTH + MAX_COMMENT);
  const tail = read(size - tailLength, tailLength);
  for (let at = tail.length - END_LENGTH; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    const entries = tail.readUInt16LE(at + 10);
    const length = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    const locator = at - 20;
    if (locator >= 0 && tail.readUInt32LE(locator) === END64_LOCATOR) {
      return directory64(file, read, safe(file, tail.readBigUInt64LE(locator + 8)));
    }
    return { entries, length, offset };
  }
  throw new ParseError(`${file}: damaged zip: its directory is missing (an interrupted download?)`);
}

function directory64(file: string, read: Read, at: number): Directory {
  const end = read(at, 56);
  if (end.readUInt32LE(0) !== END64) throw new ParseError(`${file}: damaged zip: its 64-bit directory is missing`);
  return {
    entries: safe(file, end.readBigUInt64LE(32)),
    length: safe(file, end.readBigUInt64LE(40)),
    offset: safe(file, end.readBigUInt64LE(48)),
  };
}

function* membersOf(file: string, directory: Buffer, entries: number): Generator<Member> {
  let at = 0;
  for (let index = 0; index < entries; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== MEMBER) {
      throw new ParseError(`${file}: damaged zip: its directory ends after ${index} of ${entries} members`);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new ParseError(`${file}: damaged zip: a directory entry is cut off`);
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const wide = zip64Fields(extra);
    const take = (narrow: number): number => (narrow === 0xffffffff ? safe(file, wide.next().value ?? 0n) : narrow);
    // The 64-bit fields stand in this order, only those whose narrow field is full.
    const size = take(directory.readUInt32LE(at + 24));
    const packed = take(directory.readUInt32LE(at + 20));
    const offset = take(directory.readUInt32LE(at + 42));
    yield {
      path: name.replaceAll('\\', '/'),
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed,
      size,
      offset,
    };
    at = next;
  }
}

function* zip64Fields(extra: Buffer): Generator<bigint, undefined> {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const end = Math.min(at + 4 + length, extra.length);
      for (let field = at + 4; field + 8 <= end; field += 8) yield extra.readBigUInt64LE(field);
    }
    at += 4 + length;
  }
}

/** The member's bytes, or why they cannot be had. */
function bodyOf(member: Member, read: Read): Buffer | string {
  if (member.flags & ENCRYPTED) return 'an encrypted member';
  if (member.method !== STORED && member.method !== DEFLATED) return 'a packing method that is not deflate';
  if (member.size > LIMITS.fileBytes) return `a file larger than ${LIMITS.fileBytes} bytes`;
  try {
    const local = read(member.offset, 30);
    if (local.readUInt32LE(0) !== LOCAL) return 'a member that is not where the directory says';
    const start = member.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = read(start, member.packed);
    const body =
      member.method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, member.size) });
    if (body.length !== member.size || crc32(body) !== member.crc) return 'a damaged member (size or checksum differ)';
    return body;
  } catch (error) {
    return `a damaged member (${messageOf(error)})`;
  }
}

function readAt(descriptor: number, file: string, size: number, offset: number, length: number): Buffer {
  if (offset < 0 || length < 0 || offset + length > size) {
    throw new ParseError(`${file}: damaged zip: it points beyond its end`);
  }
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const got = readSync(descriptor, bytes, done, length - done, offset + done);
    if (got === 0) throw new ParseError(`${file}: damaged zip: it ends early`);
    done += got;
  }
  return bytes;
}

function safe(file: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ParseError(`${file}: damaged zip: a number beyond any file`);
  return Number(value);
}
