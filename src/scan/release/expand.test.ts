import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../../../test/support/needs.ts';
import { ParseError } from '../../platform/errors.ts';
import { expandRelease, expandTargets } from './expand.ts';
import { RELEASE_ADAPTERS } from './registry.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-expand-'));
after(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const POD = 'apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "a:1"}]}\n';
write('checkout/docker/index.yaml', 'quay.io: {images: {a/b: ["1"]}}\n');
write(
  'manifests-only/manifests/p.yaml',
  'apiVersion: "manifests/v1beta1"\nspec: {charts: [{name: a, version: "1", namespace: n}]}\n',
);
write('kustomize/manifests/pod.yaml', POD);
write('tree/quay.io/a/b:1/manifest.json', '{}');
write('tree/quay.io/a/b:1/version', 'Directory Transport Version: 1.1\n');
write('pod.yaml', POD);
write('list.txt', '# list\nalpine:3.16\n');
write('notes.txt', 'Release notes of this thing.\n');
write('word.txt', 'alpine\n');
write('layout/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
write('layout/index.json', '{}');
write('empty/README', '');
write('bom.json', '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}');
write('boms/a/b.spdx.json', '{"spdxVersion": "SPDX-2.3", "packages": []}');

const RECOGNIZED: readonly (readonly [path: string, scheme: string])[] = [
  ['checkout', 'csm'],
  ['manifests-only', 'csm'],
  ['kustomize', 'manifests'],
  ['tree', 'dir-tree'],
  ['pod.yaml', 'manifests'],
  ['list.txt', 'images'],
  ['bom.json', 'sbom'],
  ['boms', 'sbom'],
];
for (const [path, scheme] of RECOGNIZED) {
  test(`a path is recognised by what is in it: ${path} is ${scheme}:`, async () => {
    const remarks: string[] = [];
    const release = await expandRelease(join(root, path), { remark: (line) => remarks.push(line) });
    assert.equal(remarks.length, 1);
    assert.match(remarks[0] ?? '', new RegExp(` is read as ${scheme}:`));
    assert.equal(release.target, join(root, path));
    const named = await expandRelease(`${scheme}:${join(root, path)}`, { remark: (line) => remarks.push(line) });
    assert.deepEqual({ ...named, target: release.target }, release);
    assert.equal(remarks.length, 1);
  });
}

test('a path that holds nothing known is an error, not a reference', async () => {
  for (const path of ['empty', 'notes.txt', 'word.txt']) {
    await assert.rejects(expandRelease(join(root, path)), { code: 'unsupported', message: /say what it is/ }, path);
  }
});

test('what is written as a path and is not there is missing, not a strange reference', async () => {
  for (const path of ['./nope', '../nope:1.4', join(root, 'nope.tar')]) {
    await assert.rejects(expandRelease(path), { code: 'input-missing', message: `${path} does not exist` }, path);
  }
});

test('image targets are releases of one image', async () => {
  const release = await expandRelease('docker://quay.io/org/app:1.2@sha256:'.concat('0'.repeat(64)), {
    own: ['quay.io/org'],
  });
  assert.deepEqual([release.name, release.version], ['app', '1.2']);
  assert.deepEqual(release.images, [
    {
      logical: `quay.io/org/app:1.2@sha256:${'0'.repeat(64)}`,
      digest: `sha256:${'0'.repeat(64)}`,
      origin: 'own',
      charts: [],
      sources: ['command line'],
    },
  ]);
  const remarks: string[] = [];
  const bare = await expandRelease('alpine', { remark: (line) => remarks.push(line) });
  assert.deepEqual([bare.images[0]?.logical, bare.version], ['docker.io/library/alpine', 'unknown']);
  assert.deepEqual(remarks, ['alpine is read as docker://alpine']);
});

test('images on disk keep their target as name and place, however they were written', async () => {
  for (const target of [`oci:${root}/layout`, `${root}/layout`]) {
    const [image] = (await expandRelease(target)).images;
    assert.deepEqual([image?.logical, image?.local], [`oci:${root}/layout`, `oci:${root}/layout`]);
  }
  const machine = await expandRelease('rootfs:/');
  assert.equal(machine.images[0]?.local, 'rootfs:/');
  assert.equal(machine.name, 'rootfs');
});

test('several images are one release, sorted, without repetition', async () => {
  const release = await expandTargets(['quay.io/b:1', 'alpine:3', 'docker://alpine:3', 'dir:x', 'dir:x']);
  assert.deepEqual(
    release.images.map((image) => image.logical),
    ['dir:x', 'docker.io/library/alpine:3', 'quay.io/b:1'],
  );
  assert.deepEqual(
    [release.name, release.version, release.target],
    ['b', 'unknown', 'quay.io/b:1 alpine:3 docker://alpine:3 dir:x dir:x'],
  );
  assert.deepEqual([release.lint, release.gaps], [[], []]);
  await assert.rejects(expandTargets(['alpine', 'snyk:1.0']), { code: 'unsupported' });
  await assert.rejects(expandTargets(['alpine', 'csm:']), { code: 'usage' });
});

test('two spellings of one reference are flagged on the command line too', async () => {
  const { lint, images } = await expandTargets(['alpine:3', 'docker.io/library/alpine:3']);
  assert.deepEqual(
    lint.map(({ check, evidence }) => [check, evidence]),
    [['two-spellings-one-name', ['alpine:3 alpine:3', 'docker.io/library/alpine:3 docker.io/library/alpine:3']]],
  );
  assert.equal(images.length, 1);
});

test('targets of other commands and nonsense are refused with a reason', async () => {
  for (const target of ['snyk:a', 'trivy:a', 'grype:a', 'cyclonedx:a']) {
    await assert.rejects(expandRelease(target), { code: 'unsupported' }, target);
  }
  for (const target of ['csm:', 'images:', 'dir:', ''])
    await assert.rejects(expandRelease(target), target === '' ? ParseError : { code: 'usage' }, target);
  await assert.rejects(expandRelease('Not A Reference'), ParseError);
});

test('values of a chart are refused for everything else', async () => {
  for (const target of [`images:${root}/list.txt`, join(root, 'pod.yaml'), 'alpine:3.16']) {
    await assert.rejects(expandRelease(target, { chart: { set: ['a=b'] } }), { code: 'usage', message: /chart:PATH/ });
  }
});

test('words that JavaScript objects inherit are ordinary names', async () => {
  assert.equal((await expandRelease('constructor:1')).images[0]?.logical, 'docker.io/library/constructor:1');
});

test('gaps of one kind at one file are bounded', async () => {
  write('many.txt', `alpine\n${'NOT A REFERENCE\n'.repeat(200)}`);
  const { gaps } = await expandRelease(`images:${root}/many.txt`);
  assert.equal(gaps.length, 51);
  assert.deepEqual(
    gaps.filter((gap) => gap.location === 'further').map((gap) => gap.reason),
    ['150 more of this kind'],
  );
});

test('an archive that skopeo wrote is an image, not a release', needsPrograms('tar'), async () => {
  execFileSync('tar', ['-C', join(root, 'layout'), '-cf', join(root, 'image.tar'), 'oci-layout', 'index.json']);
  const [image] = (await expandRelease(join(root, 'image.tar'))).images;
  assert.equal(image?.local, `oci-archive:${root}/image.tar`);
});

test('every adapter keeps the rules of the registry', async () => {
  const ids = RELEASE_ADAPTERS.map((adapter) => adapter.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const adapter of RELEASE_ADAPTERS) {
    assert.match(adapter.id, /^[a-z][a-z-]*$/);
    assert.ok(adapter.title !== '' && adapter.reads !== '');
    assert.equal(adapter.recognizes(join(root, 'absent')), false);
    assert.equal(adapter.recognizes(join(root, 'empty')), false);
    if (adapter.argument === '[CONTEXT]') continue;
    await assert.rejects(adapter.load(join(root, 'absent'), {}), { code: 'input-missing' }, adapter.id);
    await assert.rejects(adapter.load(join(root, 'empty'), {}), { exitCode: 3 }, adapter.id);
  }
});
