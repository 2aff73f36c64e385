// Makes the checksums of changed inputs true again: behind them lie the parsers that matter.
import { crc32 } from 'node:zlib';
import { crc32c } from '../../src/operate/encryption/etcd/crc32c.ts';

const BLOCK = 512;
const CHECKSUM_AT = 148;
const NDB_BLOB = 0x53626c42;
const NDB_HEAD = 16;
const ADLER = 65_521;

/** A tar archive: every block that looks like a header gets its sum (POSIX ustar: unsigned bytes, the field as spaces). */
export function mendTar(input: Buffer): Buffer {
  for (let at = 0; at + BLOCK <= input.length; at += BLOCK) {
    const isHeader = input.toString('latin1', at + 257, at + 262) === 'ustar';
    if (!isHeader) continue;
    let sum = 8 * 0x20;
    for (let place = 0; place < BLOCK; place += 1) {
      if (place < CHECKSUM_AT || place >= CHECKSUM_AT + 8) sum += input[at + place] ?? 0;
    }
    input.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + CHECKSUM_AT, 'latin1');
  }
  return input;
}

/** A zip archive: stored members get the checksum of what lies there, in their local header and in the directory. */
export function mendZip(input: Buffer): Buffer {
  for (let at = input.indexOf('PK\x01\x02'); at !== -1; at = input.indexOf('PK\x01\x02', at + 4)) {
    if (at + 46 > input.length || input.readUInt16LE(at + 10) !== 0) continue;
    const local = input.readUInt32LE(at + 42);
    if (local + 30 > input.length) continue;
    const start = local + 30 + input.readUInt16LE(local + 26) + input.readUInt16LE(local + 28);
    const size = input.readUInt32LE(at + 24);
    if (start + size > input.length) continue;
    input.writeUInt32LE(crc32(input.subarray(start, start + size)), at + 16);
  }
  return input;
}

/** An ndb database: the sum behind each blob (Adler-32 over its head and content). */
export function mendNdb(input: Buffer): Buffer {
  for (let at = 0; at + NDB_HEAD <= input.length; at += NDB_HEAD) {
    if (input.readUInt32LE(at) !== NDB_BLOB) continue;
    const length = input.readUInt32LE(at + 12);
    const end = at + Math.ceil((NDB_HEAD + length + 12) / 16) * 16 - 12;
    if (end + 12 > input.length) continue;
    let a = 1;
    let b = 0;
    for (let place = at; place < end; place += 1) {
      a = (a + (input[place] ?? 0)) % ADLER;
      b = (b + a) % ADLER;
    }
    input.writeUInt32LE(b * 65_536 + a, end);
  }
  return input;
}

/** A bbolt database: the sum of both meta pages (FNV-1a with 64 bits), if the second lies where the first one's page size says. */
export function mendEtcdDatabase(input: Buffer): Buffer {
  for (const at of [0, input.length < 32 ? 0 : input.readUInt32LE(24)]) {
    if (at + 80 > input.length || input.readUInt32LE(at + 16) !== 0xed0cdaed) continue;
    let sum = 0xcbf29ce484222325n;
    for (const byte of input.subarray(at + 16, at + 72)) {
      sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
    }
    input.writeBigUInt64LE(sum, at + 72);
  }
  return input;
}

/** A segment of etcd's WAL: the chain of sums, as far as sums take five bytes, as most do. */
export function mendEtcdWal(input: Buffer): Buffer {
  let sum = 0;
  for (let at = 0; at + 16 < input.length; ) {
    const length = input.readUInt32LE(at);
    const padding = (input[at + 7] ?? 0) & 7;
    const body = at + 8;
    const end = body + length;
    if (length < 8 || end > input.length || input[body] !== 8 || input[body + 2] !== 16) {
      if (length === 0 || end > input.length) return input;
      at = end + padding;
      continue;
    }
    const isLong = [3, 4, 5, 6].every((place) => (input[body + place] ?? 0) >= 0x80) && input[body + 8] === 26;
    if (!isLong) return input;
    const data = input[body + 9] ?? 0;
    const from = body + (data < 0x80 ? 10 : 11);
    sum = crc32c(sum, input, from, Math.max(from, end));
    for (let place = 0; place < 5; place += 1) {
      const bits = Math.floor(sum / 128 ** place) % 128;
      input[body + 3 + place] = place < 4 ? bits | 0x80 : bits;
    }
    at = end + padding;
  }
  return input;
}
