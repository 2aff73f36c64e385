import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleReferrer } from '../../../../test/support/cosign.ts';
import { type MadeImage, makeImage, makeTar, writeLayout } from '../../../../test/support/oci-layout.ts';
import { directoryFiles, type LayoutFiles } from '../transport/layout-files.ts';
import { layoutAttachments } from './layout-store.ts';

test('each entry of a layout is read once, however many of its images are asked for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-attached-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const images = Array.from({ length: 10 }, (_, index) => makeImage({ layers: [makeTar({ [`file-${index}`]: '' })] }));
  const entries = images.flatMap((image, index): [string, MadeImage][] => [
    [`v${index}`, image],
    [`-${index}`, bundleReferrer(image, 'https://sigstore.dev/cosign/sign/v1', privateKey)],
  ]);
  const files = directoryFiles(writeLayout(folder, Object.fromEntries(entries)));
  let reads = 0;
  const counted: LayoutFiles = {
    ...files,
    read: (path) => {
      reads += 1;
      return files.read(path);
    },
  };
  const store = layoutAttachments(counted);
  const before = reads;
  for (const [manifest] of images) {
    const { list, whole } = await store.referrers(manifest.digest);
    assert.deepEqual([list.length, whole], [1, true]);
  }
  assert.equal(reads - before, images.length);
});
