import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packTar } from '../../../demo/image/tar.ts';
import { makeImage, writeLayout } from '../../../test/support/oci-layout.ts';
import { expandTargets } from './expand.ts';
import { assignSlots } from './slots.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-loose-'));
after(() => rmSync(root, { recursive: true }));

/** A docker archive as far as its names are read. */
function archive(file: string, tags: readonly (readonly string[])[]): string {
  const images = tags.map((RepoTags) => ({ Config: 'c.json', RepoTags, Layers: [] }));
  writeFileSync(join(root, file), packTar([{ path: 'manifest.json', body: JSON.stringify(images) }]));
  return `docker-archive:${join(root, file)}`;
}

function layout(name: string, tags: readonly string[]): string {
  mkdirSync(join(root, name), { recursive: true });
  return `oci:${writeLayout(join(root, name), Object.fromEntries(tags.map((tag) => [tag, makeImage()])))}`;
}

async function names(...targets: readonly string[]): Promise<readonly string[]> {
  return (await expandTargets(targets)).images.map(({ logical }) => logical);
}

test('an image on disk goes by the reference that it states, and lies where it lies', async () => {
  const alpine = archive('alpine.tar', [['alpine:3.16', 'alpine:latest']]);
  const { images, name, version } = await expandTargets([alpine]);
  assert.deepEqual(
    images.map(({ logical, local, physical }) => [logical, local, physical]),
    [['docker.io/library/alpine:3.16', alpine, undefined]],
  );
  assert.deepEqual([name, version], ['alpine', '3.16']);
  assert.deepEqual(await names(`${alpine}:alpine:latest`), ['docker.io/library/alpine:latest']);
  const two = archive('two.tar', [['r.io/a:1'], ['r.io/b:2'], []]);
  assert.deepEqual(await names(`${two}:r.io/b:2`), ['r.io/b:2']);
  assert.deepEqual(await names(`${two}:@0`), ['r.io/a:1']);
  assert.deepEqual(await names(`${two}:@2`), [`${two}:@2`]);
  assert.deepEqual(await names(layout('full', ['quay.io/team/app:7'])), ['quay.io/team/app:7']);
  assert.deepEqual(await names(`${layout('full', ['app:7', '1'])}:app:7`), ['docker.io/library/app:7']);
});

test('a tag alone names nothing: the place is the repository, its tags share a slot', async () => {
  const place = layout('tags', ['1', '2']);
  const slots: string[] = [];
  for (const tag of ['1', '2']) {
    const { images, name, version } = await expandTargets([`${place}:${tag}`]);
    assert.deepEqual([images[0]?.logical, name, version], [`${place}:${tag}`, 'tags', tag]);
    slots.push(...assignSlots(images.map(({ logical }) => ({ logical, platform: 'linux/amd64' }))));
  }
  assert.deepEqual(slots, [`${place}|linux/amd64`, `${place}|linux/amd64`]);
});

test('a name that another target has is not taken: nothing is hidden behind it', async () => {
  const [old, renewed] = [archive('old.tar', [['app:1']]), archive('new.tar', [['app:1']])];
  const both = await expandTargets([old, renewed]);
  assert.deepEqual(
    both.images.map(({ logical }) => logical),
    [renewed, old],
  );
  assert.deepEqual(
    both.lint.map(({ check, subject, evidence }) => [check, subject, evidence]),
    [['name-claimed-twice', 'docker.io/library/app:1', [old, renewed]]],
  );
  // One place in two spellings is one image.
  assert.deepEqual(await names(old, old.replace('docker-archive:', '')), ['docker.io/library/app:1']);
  assert.deepEqual(await names('app:1', old), [old, 'docker.io/library/app:1']);
  writeFileSync(join(root, 'list-1.0.txt'), 'app:1\n');
  assert.deepEqual(await names(`images:${root}/list-1.0.txt`, old), [old, 'docker.io/library/app:1']);
});

test('what cannot be read has the name of its place', async () => {
  writeFileSync(join(root, 'broken.tar'), 'x'.repeat(700));
  for (const target of ['docker-archive:none.tar:a:1', 'oci:none', `docker-archive:${root}/broken.tar`, 'dir:a:1']) {
    assert.deepEqual(await names(target), [target]);
  }
  const hostile = archive('hostile.tar', [['../../etc:1', 'A B', '-x', '']]);
  assert.deepEqual(await names(hostile), [hostile]);
});
