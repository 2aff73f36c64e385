import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ParseError } from '../../../platform/errors.ts';
import { createInflater, packingOf } from './inflate.ts';

const TEXT = Buffer.alloc(700_000, 'a line of text that compresses, ');

async function unpack(packed: Uint8Array, chunk: number, publicOnly: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  const inflater = createInflater(packingOf(packed), (bytes) => parts.push(Buffer.from(bytes)), publicOnly);
  try {
    for (let at = 0; at < packed.length; at += chunk) await inflater.push(packed.subarray(at, at + chunk));
    await inflater.end();
    return Buffer.concat(parts);
  } finally {
    inflater.close();
  }
}

for (const publicOnly of [false, true]) {
  describe(publicOnly ? 'inflate through the public stream' : 'inflate through the zlib handle', () => {
    for (const [name, packed] of [
      ['gzip', gzipSync(TEXT)],
      ['gzip of two members', Buffer.concat([gzipSync(TEXT.subarray(0, 1000)), gzipSync(TEXT.subarray(1000))])],
      ['gzip with zero padding', Buffer.concat([gzipSync(TEXT), Buffer.alloc(512)])],
      ['zstd', zstdCompressSync(TEXT)],
      ['plain', TEXT],
    ] as const) {
      for (const chunk of [7, 4096, 1 << 20]) {
        test(`${name} in chunks of ${chunk}`, async () => {
          assert.ok((await unpack(packed, chunk, publicOnly)).equals(TEXT));
        });
      }
    }

    for (const [name, packed] of [
      ['cut gzip', gzipSync(TEXT).subarray(0, -6)],
      ['cut zstd', zstdCompressSync(TEXT).subarray(0, -3)],
      ['flipped gzip', flip(gzipSync(TEXT), 300)],
      ['gzip with rubbish behind', Buffer.concat([gzipSync(TEXT), Buffer.from('rubbish')])],
      ['zstd with rubbish behind', Buffer.concat([zstdCompressSync(TEXT), Buffer.from('rubbish')])],
    ] as const) {
      test(`${name} is a ParseError`, async () => {
        await assert.rejects(unpack(packed, 1 << 16, publicOnly), ParseError);
      });
    }
  });
}

test('zstd of several frames is read whole', async () => {
  const packed = Buffer.concat([zstdCompressSync(TEXT.subarray(0, 99)), zstdCompressSync(TEXT.subarray(99))]);
  for (const chunk of [11, 1 << 20]) assert.ok((await unpack(packed, chunk, false)).equals(TEXT));
});

test('the packing is told by the first bytes', () => {
  assert.equal(packingOf(gzipSync('')), 'gzip');
  assert.equal(packingOf(zstdCompressSync(Buffer.from('x'))), 'zstd');
  assert.equal(packingOf(Buffer.from([0x53, 0x2a, 0x4d, 0x18])), 'zstd');
  assert.equal(packingOf(Buffer.from('usr/')), 'tar');
  assert.equal(packingOf(Buffer.alloc(0)), 'tar');
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
