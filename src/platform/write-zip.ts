// Writes a zip archive in memory: deflated members in the order given, no dates. The same members give the same bytes.
// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record), 4.4.6 (date).
import { crc32, deflateRawSync } from 'node:zlib';
import { LimitError } from './errors.ts';

/** A member to write. */
export interface ZipContent {
  /** With `/` as separator, ASCII. */
  readonly path: string;
  /** Its bytes, in pieces. Text is written as UTF-8. */
  readonly pieces: Iterable<string | Uint8Array>;
}

const DEFLATED = 8;
/** Version 2.0 of the format, which has deflate. */
const VERSION = 20;
/** 1 January 1980, the earliest date that the format has. */
const NO_DATE = 0x21;
const MOST_BYTES = 0xffffffff;

/**
 * The archive.
 * @throws LimitError when a member or the whole is too large for an archive without 64-bit fields (4 GiB).
 */
export function writeZip(members: readonly ZipContent[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, pieces } of members) {
    const body = Buffer.concat([...pieces].map((piece) => Buffer.from(piece)));
    const packed = deflateRawSync(body);
    if (Math.max(body.length, offset + packed.length) > MOST_BYTES) {
      throw new LimitError(`${path} is too large for a zip archive: more than 4 GiB`);
    }
    const name = Buffer.from(path, 'latin1');
    const fields = memberFields(body, packed.length, name.length);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed);
    directory.push(directoryEntry(fields, offset), name);
    offset += 4 + fields.length + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([...parts, list, endRecord(members.length, list.length, offset)]);
}

/** The 26 bytes that a local header and its entry of the directory have in common. */
function memberFields(body: Buffer, packed: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(NO_DATE, 8);
  fields.writeUInt32LE(crc32(body), 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(body.length, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function directoryEntry(fields: Buffer, offset: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(VERSION, 4);
  fields.copy(entry, 6);
  entry.writeUInt32LE(offset, 42);
  return entry;
}

function endRecord(count: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
