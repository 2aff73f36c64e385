// Writes zip archives for tests and benchmarks: deflated members, a 64-bit directory end when there are more than 65,534 of them.
// PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16.
import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

const DEFLATED = 8;
const MANY = 0xffff;

/** Writes the members, name and content, in the order given; the content may come from a generator. */
export function writeZip(file: string, members: Iterable<readonly [name: string, content: string | Uint8Array]>): void {
  const descriptor = openSync(file, 'w');
  try {
    const directory: Buffer[] = [];
    let offset = 0;
    const write = (bytes: Uint8Array): void => {
      writeSync(descriptor, bytes);
      offset += bytes.length;
    };
    for (const [name, content] of members) {
      const body = Buffer.from(content);
      const packed = deflateRawSync(body, { level: 1 });
      const path = Buffer.from(name);
      const common = Buffer.alloc(26);
      common.writeUInt16LE(20, 0);
      common.writeUInt16LE(DEFLATED, 4);
      common.writeUInt32LE(crc32(body), 10);
      common.writeUInt32LE(packed.length, 14);
      common.writeUInt32LE(body.length, 18);
      common.writeUInt16LE(path.length, 22);
      const entry = Buffer.alloc(46);
      entry.writeUInt32LE(0x02014b50, 0);
      entry.writeUInt16LE(20, 4);
      common.copy(entry, 6);
      entry.writeUInt32LE(offset, 42);
      directory.push(entry, path);
      write(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, packed]));
    }
    const start = offset;
    const count = directory.length / 2;
    write(Buffer.concat(directory));
    if (count >= MANY) write(end64(count, offset - start, start, offset));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(Math.min(count, MANY), 8);
    end.writeUInt16LE(Math.min(count, MANY), 10);
    end.writeUInt32LE(count >= MANY ? 0xffffffff : offset - start, 12);
    end.writeUInt32LE(count >= MANY ? 0xffffffff : start, 16);
    write(end);
  } finally {
    closeSync(descriptor);
  }
}

/** The 64-bit end record, and the locator that points to it. */
function end64(count: number, length: number, start: number, at: number): Buffer {
  const bytes = Buffer.alloc(56 + 20);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(45, 12);
  bytes.writeUInt16LE(45, 14);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(length), 40);
  bytes.writeBigUInt64LE(BigInt(start), 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(at), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
}
