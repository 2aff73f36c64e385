import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { makeImage, makeTar, writeLayout } from '../../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { BlobReader } from '../blob.ts';
import { openImage } from '../open.ts';
import type { ImageSource } from '../source.ts';
import { parseTarget } from '../target.ts';
import { imageArchiveFiles } from './archive-index.ts';
import { PackedArchive } from './packed-archive.ts';

const BASE = makeTar({ 'etc/os-release': 'ID=made\n', 'bin/sh': 'x'.repeat(5000) });
const TOP = makeTar({ 'srv/app': randomBytes(700_000) });
const IMAGE = makeImage({ layers: [BASE, TOP] });

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-packed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function bytesOf(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

/** The layers unpacked, read by one reader, in the order of the image and then once more backwards. */
async function unpacked(image: ImageSource): Promise<readonly Buffer[]> {
  const reader = new BlobReader();
  const read = async (layer: ImageSource['layers'][number]): Promise<Buffer> => {
    const bytes = await bytesOf(reader.read(layer));
    assert.equal(bytes.length, layer.size);
    return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  };
  const all: Buffer[] = [];
  for (const layer of image.layers) all.push(await read(layer));
  for (const [index, layer] of [...image.layers.entries()].reverse()) assert.deepEqual(await read(layer), all[index]);
  reader.close();
  return all;
}

function fails(code: string, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PlimsollError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  };
}

test('an archive packed with gzip is read like the bare one', needsPrograms('skopeo'), async (t) => {
  const folder = makeFolder(t);
  const layout = writeLayout(join(folder, 'layout'), { t: IMAGE });
  for (const transport of ['docker-archive', 'oci-archive'] as const) {
    const bare = join(folder, `${transport}.tar`);
    const packed = `${bare}.gz`;
    execFileSync('skopeo', ['copy', '-q', `oci:${layout}:t`, `${transport}:${bare}:app:1`]);
    writeFileSync(packed, gzipSync(readFileSync(bare)));
    assert.deepEqual(parseTarget(packed), { transport, argument: packed, recognized: true });
    const image = await openImage(`${transport}:${packed}`, {});
    assert.deepEqual(await unpacked(image), [Buffer.from(BASE), Buffer.from(TOP)]);
    const { layers, ...rest } = await openImage(`${transport}:${bare}`, {});
    const { layers: packedLayers, ...packedRest } = image;
    assert.deepEqual(packedRest, rest);
    assert.deepEqual(
      packedLayers.map(({ location, ...layer }) => [layer, location.kind]),
      layers.map(({ location, ...layer }) => [layer, location.kind === 'file' ? 'packed' : '']),
    );
  }
});

test('packed archives that are cut, damaged, bombs, no archives or packed otherwise', async (t) => {
  const path = join(makeFolder(t), 'image.tar.gz');
  const whole = gzipSync(makeTar({ 'manifest.json': '[]', 'layer.tar': BASE, other: randomBytes(50_000) }));
  const open = (bytes: Uint8Array): Promise<unknown> => {
    writeFileSync(path, bytes);
    return openImage(`docker-archive:${path}`, {});
  };
  await assert.rejects(open(whole), fails('not-found', /holds no image/));
  for (const cut of [30, whole.length >> 1, whole.length - 5000]) {
    await assert.rejects(open(whole.subarray(0, cut)), fails('parse', /damaged gzip data: unexpected end/));
  }
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 0x10;
  await assert.rejects(open(flipped), (error) => error instanceof PlimsollError);
  await assert.rejects(open(gzipSync('a page of text\n'.repeat(100))), fails('parse', /not a tar archive/));
  await assert.rejects(open(gzipSync('')), fails('parse', /not a tar archive/));
  await assert.rejects(open(zstdCompressSync(BASE)), fails('unsupported', /zstd; unpack it first \(unzstd\)/));
  assert.throws(() => parseTarget(path), fails('unsupported', /unzstd/));
  writeFileSync(path, gzipSync(Buffer.concat([BASE.subarray(0, 512), Buffer.alloc(3_000_000)])));
  const limits = { layerBytes: 1e9, compressionRatio: 300, ratioFreeBytes: 1e6 };
  await assert.rejects(imageArchiveFiles(path, limits), fails('limit', /bomb/));
  await assert.rejects(imageArchiveFiles(path, { ...limits, layerBytes: 1e6 }), fails('limit', /more than 1000000/));
  // A packed tar of files is no image, and neither is a packed text.
  for (const content of [makeTar({ 'etc/passwd': 'x' }), Buffer.from('x'.repeat(5000))]) {
    writeFileSync(path, gzipSync(content));
    assert.throws(() => parseTarget(path), fails('unsupported', /name what it is with a prefix/));
  }
});

test('law: stretches in any ascending order are the bytes that are there', async (t) => {
  const path = join(makeFolder(t), 'bytes.gz');
  const content = randomBytes(1_000_000);
  // Two members, as parallel packers write them.
  writeFileSync(path, Buffer.concat([gzipSync(content.subarray(0, 400_000)), gzipSync(content.subarray(400_000))]));
  const stretch = fc.tuple(fc.nat(1_100_000), fc.nat(300_000));
  await fc.assert(
    fc.asyncProperty(fc.array(stretch, { maxLength: 5 }), async (wanted) => {
      const archive = new PackedArchive(path);
      for (const [offset, length] of wanted.toSorted((a, b) => a[0] - b[0])) {
        if (!archive.reaches(offset)) continue;
        const read = await bytesOf(archive.stretch(offset, length));
        assert.ok(read.equals(content.subarray(offset, offset + length)), `${offset} ${length}`);
      }
      archive.close();
    }),
    { numRuns: 30 },
  );
});

test('a named pipe is refused, not waited for', needsPrograms('mkfifo'), async (t) => {
  const path = join(makeFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  await assert.rejects(openImage(`docker-archive:${path}`, {}), fails('input-unreadable', /not a regular file/));
});

test('a packed blob that ends early, and a file that is gone', async (t) => {
  const path = join(makeFolder(t), 'bytes.gz');
  writeFileSync(path, gzipSync('abc'));
  const read = (length: number, file = path): Promise<Buffer> =>
    bytesOf(new BlobReader().read({ location: { kind: 'packed', path: file, offset: 1, length }, size: length }));
  assert.equal(String(await read(2)), 'bc');
  await assert.rejects(read(5), fails('input-unreadable', /ends 3 bytes early/));
  await assert.rejects(read(1, `${path}.gone`), fails('input-unreadable', /cannot be read/));
});
