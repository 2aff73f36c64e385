// For tests: writes zip archives, sound ones and such as no tool writes.
import { crc32, deflateRawSync } from 'node:zlib';

/** A member to write; what is claimed in place of the truth stands in the directory. */
export interface TestMember {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly deflated?: boolean;
  readonly claims?: {
    readonly size?: number;
    readonly packed?: number;
    readonly offset?: number;
    readonly crc?: number;
  };
  readonly flags?: number;
  readonly method?: number;
}

/** The bytes of an archive with these members. */
export function makeZip(members: readonly TestMember[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content = '', deflated = false, claims = {}, flags = 0, method } of members) {
    const name = Buffer.from(path);
    const body = Buffer.from(content);
    const packed = deflated ? deflateRawSync(body) : body;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method ?? (deflated ? 8 : 0), 4);
    fields.writeUInt32LE(claims.crc ?? crc32(body), 10);
    fields.writeUInt32LE(claims.packed ?? packed.length, 14);
    fields.writeUInt32LE(claims.size ?? body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), fields, name, packed);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(claims.offset ?? offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, place, name);
    offset += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length & 0xffff, 8);
  end.writeUInt16LE(members.length & 0xffff, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, list, end, Buffer.from(comment)]);
}
