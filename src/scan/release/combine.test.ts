import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { expandRelease, expandTargets } from './expand.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-combine-'));
after(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const MANIFEST =
  'apiVersion: manifests/v1beta1\nmetadata: {name: p}\nspec: {charts: [{name: app, version: "1", namespace: n}]}\n';
write('csm-1.2.0/docker/index.yaml', 'r.io/own: {images: {app: ["1"], tool: ["1"]}}\n');
write('csm-1.2.0/manifests/p.yaml', MANIFEST);
write('csm-1.2.1/docker/index.yaml', 'r.io/own: {images: {app: ["2"], tool: ["1"]}}\n');
write('csm-1.2.1/manifests/p.yaml', MANIFEST);
write('sat-2.3.txt', 'r.io/sat:2.3\n');
const [first, second, sat] = [`csm:${root}/csm-1.2.0`, `csm:${root}/csm-1.2.1`, `images:${root}/sat-2.3.txt`];

test('a release and images are one release, with a name of its own that no tag changes', async () => {
  const alone = await expandRelease(first);
  const { name, version, images, lint, counts, gaps, target } = await expandTargets([
    'alpine:3.16',
    first,
    'debian:12',
    'r.io/own/app:1',
  ]);
  assert.deepEqual([name, version], ['csm+images', '1.2.0']);
  assert.equal(target, `alpine:3.16 ${first} debian:12 r.io/own/app:1`);
  assert.deepEqual(
    images.map(({ logical, sources }) => [logical, sources]),
    [
      ['docker.io/library/alpine:3.16', ['command line']],
      ['docker.io/library/debian:12', ['command line']],
      ['r.io/own/app:1', ['command line', 'docker/index.yaml']],
      ['r.io/own/tool:1', ['docker/index.yaml']],
    ],
  );
  assert.deepEqual([counts.explicitReferences, counts.chartEntries], [4, 1]);
  assert.deepEqual([lint, gaps], [alone.lint, alone.gaps]);
});

test('several releases are one; places are named with their target', async () => {
  const { name, version, images, charts, gaps, counts } = await expandTargets([first, second, sat, sat]);
  assert.deepEqual([name, version], ['csm+sat', '1.2.0+1.2.1+2.3']);
  assert.deepEqual(
    images.map(({ logical, sources }) => [logical, sources]),
    [
      ['r.io/own/app:1', [`${first} docker/index.yaml`]],
      ['r.io/own/app:2', [`${second} docker/index.yaml`]],
      ['r.io/own/tool:1', [`${first} docker/index.yaml`, `${second} docker/index.yaml`]],
      ['r.io/sat:2.3', [`${sat} sat-2.3.txt`]],
    ],
  );
  assert.deepEqual([charts.length, counts.chartReleases], [2, 1]);
  assert.deepEqual(
    gaps.map((gap) => gap.target),
    [`${first} manifests/`, `${second} manifests/`],
  );
});

test('the order of the targets changes the name alone', async () => {
  const there = await expandTargets([first, second, 'alpine:3']);
  const back = await expandTargets(['alpine:3', second, first]);
  assert.equal(back.name, 'csm+images');
  assert.deepEqual({ ...back, version: '', target: '' }, { ...there, version: '', target: '' });
});

test('two images on disk under one reference: one is taken, the other is a gap', async () => {
  for (const [tree, content] of [
    ['a', '{"a": 1}'],
    ['b', '{"b": 2}'],
  ]) {
    write(`${tree}/r.io/app:1/manifest.json`, content ?? '');
    write(`${tree}/r.io/app:1/version`, 'Directory Transport Version: 1.1\n');
  }
  const { images, gaps } = await expandTargets([`dir-tree:${root}/a`, `dir-tree:${root}/b`]);
  assert.deepEqual(
    images.map(({ local }) => local),
    [`dir:${root}/a/r.io/app:1`],
  );
  assert.deepEqual(
    gaps.map(({ kind, target, reason }) => [kind, target, reason]),
    [
      [
        'not-scanned',
        'r.io/app:1',
        `dir:${root}/b/r.io/app:1 is another image under this reference; dir:${root}/a/r.io/app:1 is taken`,
      ],
    ],
  );
});

test('values need a chart among the targets', async () => {
  await assert.rejects(expandTargets([first, 'alpine'], { chart: { set: ['a=b'] } }), { code: 'usage' });
});
