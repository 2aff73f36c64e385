import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../../../test/support/needs.ts';
import { digestOf } from '../../platform/canonical.ts';
import { findDirImages } from './dir-images.ts';
import { expandRelease } from './expand.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-dirs-'));
after(() => rmSync(root, { recursive: true }));
const tree = join(root, 'tree');

function image(path: string, manifest: string): void {
  mkdirSync(join(tree, path), { recursive: true });
  writeFileSync(join(tree, path, 'manifest.json'), manifest);
  writeFileSync(join(tree, path, 'version'), 'Directory Transport Version: 1.1\n');
}

image('docker.io/library/alpine:3.16', '{"a":1}');
image('localhost:5000/team/app:1.0', '{"b":1}');
image('quay.io/org/untagged', '{"a":1}');
image('docker.io/library/UPPER:1', '{}');
mkdirSync(join(root, 'outside'));
writeFileSync(join(root, 'outside/manifest.json'), '{}');
symlinkSync('alpine:3.16', join(tree, 'docker.io/library/alpine:latest'));
symlinkSync(join(root, 'outside'), join(tree, 'docker.io/library/escape:1'));
symlinkSync('.', join(tree, 'loop'));
mkdirSync(join(tree, 'quay.io/org/linked:1'));
symlinkSync(join(root, 'outside/manifest.json'), join(tree, 'quay.io/org/linked:1/manifest.json'));

test('images are found by their path; links out of the tree are gaps', () => {
  const { images, gaps } = findDirImages(tree, '');
  assert.deepEqual(
    images.map(({ logical, local, digest }) => [logical, local, digest]),
    [
      ['docker.io/library/alpine:3.16', `dir:${tree}/docker.io/library/alpine:3.16`, digestOf('{"a":1}')],
      ['docker.io/library/alpine:latest', `dir:${tree}/docker.io/library/alpine:latest`, digestOf('{"a":1}')],
      ['localhost:5000/team/app:1.0', `dir:${tree}/localhost:5000/team/app:1.0`, digestOf('{"b":1}')],
      ['quay.io/org/untagged', `dir:${tree}/quay.io/org/untagged`, digestOf('{"a":1}')],
    ],
  );
  assert.deepEqual(
    gaps.map((gap) => `${gap.kind} ${gap.target}`),
    [
      'not-scanned loop',
      'image-unreadable docker.io/library/UPPER:1',
      'not-scanned docker.io/library/escape:1',
      'not-scanned quay.io/org/linked:1/manifest.json',
    ],
  );
});

test('dir-tree: gives a release of them, and one digest under two names is flagged', async () => {
  const release = await expandRelease(`dir-tree:${tree}`);
  assert.deepEqual([release.name, release.version, release.target], ['tree', 'unknown', `dir-tree:${tree}`]);
  assert.deepEqual([release.counts.explicitReferences, release.counts.imageNames], [4, 3]);
  const flagged = release.lint.find((verdict) => verdict.check === 'same-digest-two-names');
  assert.deepEqual(flagged?.evidence, [
    'docker.io/library/alpine:3.16 docker.io/library/alpine:3.16',
    'docker.io/library/alpine:latest docker.io/library/alpine:latest',
    'quay.io/org/untagged quay.io/org/untagged',
  ]);
  assert.equal(release.images[0]?.digest, undefined);
});

test('a tree without images says so, one image says what it is', async () => {
  await assert.rejects(expandRelease(`dir-tree:${root}/outside`), { code: 'input-missing', message: /write dir:/ });
  await assert.rejects(expandRelease(`dir-tree:${root}/none`), { code: 'input-missing' });
});

test('what skopeo writes is found, with the digest that skopeo states', needsPrograms('skopeo', 'tar'), () => {
  const layout = join(root, 'layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const blob = (content: string | Uint8Array): { readonly digest: string; readonly size: number } => {
    const digest = digestOf(content);
    writeFileSync(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), content);
    return { digest, size: Buffer.byteLength(content) };
  };
  const type = 'application/vnd.oci.image';
  const layer = blob(execFileSync('tar', ['-C', layout, '-cf', '-', '--files-from', '/dev/null']));
  const config = blob(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [layer.digest] } }),
  );
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, ...config },
      layers: [{ mediaType: `${type}.layer.v1.tar`, ...layer }],
    }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: `${type}.manifest.v1+json`, ...manifest }] }),
  );
  const path = 'registry.example/team/app:1.0';
  const copied = join(root, 'copied');
  mkdirSync(join(copied, path), { recursive: true });
  const insecure = '--insecure-policy';
  execFileSync('skopeo', [insecure, 'copy', '--quiet', `oci:${layout}`, `dir:${join(copied, path)}`]);
  const stated = execFileSync('skopeo', ['inspect', '--format', '{{.Digest}}', `dir:${join(copied, path)}`], {
    encoding: 'utf8',
  });
  assert.deepEqual(findDirImages(copied, ''), {
    images: [{ logical: path, path, local: `dir:${copied}/${path}`, digest: stated.trim() }],
    gaps: [],
  });
});
