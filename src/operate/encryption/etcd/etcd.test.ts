// The small readers: the checksum against its published vector and its definition, windows on plain and packed files against the file itself, and the
// cursor against bytes that are no message.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { LimitError } from '../../../platform/errors.ts';
import { openWindow } from './byte-window.ts';
import { crc32c } from './crc32c.ts';
import { ProtobufCursor } from './protobuf.ts';
import { readEntry } from './raft-request.ts';
import { readRaftSnapshot } from './raft-snapshot.ts';
import { isWal } from './wal.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-etcd-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('CRC-32C: the vectors of RFC 3720, and bit by bit', () => {
  assert.equal(crc32c(0, Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(0, Buffer.alloc(32)), 0x8a9136aa);
  const slow = (sum: number, bytes: Uint8Array): number => {
    let crc = ~sum;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
      const first = crc32c(0, bytes, 0, Math.min(cut, bytes.length));
      assert.equal(crc32c(first, bytes, Math.min(cut, bytes.length)), slow(0, bytes));
    }),
  );
});

test('law: a window shows the bytes of the file, wherever it is moved to', async () => {
  const bytes = Buffer.from(Array.from({ length: 1_500_000 }, (_, index) => (index * 7919 + (index >> 9)) & 0xff));
  writeFileSync(join(folder, 'plain'), bytes);
  writeFileSync(join(folder, 'packed'), gzipSync(bytes, { level: 1 }));
  const moves = fc.array(fc.tuple(fc.nat(1_600_000), fc.nat(400_000)), { minLength: 1, maxLength: 8 });
  for (const name of ['plain', 'packed']) {
    const window = await openWindow(join(folder, name));
    assert.equal(window.size, bytes.length);
    await fc.assert(
      fc.asyncProperty(moves, async (steps) => {
        for (const [offset, least] of steps) {
          await window.fill(offset, least);
          const end = Math.min(offset + least, bytes.length);
          if (offset >= end) continue;
          assert.ok(window.start <= offset && window.end >= end);
          const seen = window.bytes.subarray(offset - window.start, end - window.start);
          assert.ok(seen.equals(bytes.subarray(offset, end)));
        }
      }),
      { numRuns: 20 },
    );
    await assert.rejects(window.fill(0, 2 ** 40), LimitError);
    window.close();
  }
});

test('law: a cursor stays within its bytes and comes to an end, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const cursor = new ProtobufCursor(bytes, 0, bytes.length);
      let fields = 0;
      while (cursor.next()) {
        fields += 1;
        assert.ok(cursor.at <= bytes.length && cursor.to <= bytes.length);
      }
      assert.ok(fields <= bytes.length);
      readEntry(bytes, 0, bytes.length, ({ keyEnd, valueEnd }) =>
        assert.ok(Math.max(keyEnd, valueEnd) <= bytes.length),
      );
    }),
  );
});

test('a *.snap file is known by its form, and its checksum is looked at', async () => {
  const data = Buffer.from('members');
  const sum = crc32c(0, data);
  const varint = [0, 7, 14, 21, 28].map((shift) => ((sum / 2 ** shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
  const file = Buffer.concat([Buffer.from([0x08, ...varint, 0x12, data.length]), data]);
  const path = join(folder, 'one.snap');
  const read = async (bytes: Buffer) => {
    writeFileSync(path, bytes);
    const window = await openWindow(path);
    try {
      return await readRaftSnapshot(window);
    } finally {
      window.close();
    }
  };
  assert.deepEqual(await read(file), { isSumRight: true });
  assert.deepEqual(await read(Buffer.concat([file.subarray(0, -1), Buffer.from('x')])), { isSumRight: false });
  assert.equal(await read(file.subarray(0, -1)), undefined);
  assert.ok(!isWal(file));
});
