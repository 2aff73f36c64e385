import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { hashLayer } from './hash-layer.ts';

const TAR = Buffer.alloc(300_000, 'content of an archive ');

describe('hashLayer', () => {
  for (const [name, stored] of [
    ['plain', TAR],
    ['gzip', gzipSync(TAR)],
    ['zstd', zstdCompressSync(TAR)],
  ] as const) {
    test(`gives the digests of a ${name} layer as stored and unpacked`, async () => {
      const chunks = [stored.subarray(0, 100), stored.subarray(100)];
      assert.deepEqual(await hashLayer(chunks), { digest: digestOf(stored), diffId: digestOf(TAR) });
    });
  }

  test('damaged bytes are a ParseError', async () => {
    await assert.rejects(hashLayer([gzipSync(TAR).subarray(0, -9)]), ParseError);
  });

  test('has the bounds of the walk', async () => {
    const limits = { layerBytes: 1e6, compressionRatio: 10, ratioFreeBytes: 1000 };
    await assert.rejects(hashLayer([gzipSync(TAR)], limits), /times its size/);
    const wide = { ...limits, layerBytes: 1000, compressionRatio: 1e6 };
    await assert.rejects(hashLayer([zstdCompressSync(TAR)], wide), LimitError);
  });
});
