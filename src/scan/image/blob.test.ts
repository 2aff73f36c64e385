import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PlimsollError } from '../../platform/errors.ts';
import { BlobReader, type StoredBlob } from './blob.ts';

async function read(blob: StoredBlob): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of new BlobReader().read(blob)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test('a stretch of a file, an empty one, one that is too short, one that is gone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-blob-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'blob');
  const content = Buffer.alloc(3_000_000, 'abcdefg');
  writeFileSync(path, content);
  const at = (offset: number, length: number, file = path): StoredBlob => ({
    location: { kind: 'file', path: file, offset, length },
    size: length,
  });
  assert.ok((await read(at(1, 2_500_000))).equals(content.subarray(1, 2_500_001)));
  assert.equal((await read(at(5, 0))).length, 0);
  const fails = (code: string) => (error: unknown) => error instanceof PlimsollError && error.code === code;
  await assert.rejects(read(at(0, 3_000_001)), fails('input-unreadable'));
  await assert.rejects(read(at(0, 1, join(folder, 'none'))), fails('input-missing'));
  const digest = `sha256:${'0'.repeat(64)}` as const;
  await assert.rejects(
    read({ location: { kind: 'registry', registry: 'r', repository: 'a', digest }, size: 1 }),
    fails('usage'),
  );
});
