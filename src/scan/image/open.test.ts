import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { needsPrograms } from '../../../test/support/needs.ts';
import { makeBlob, makeImage, makeIndex, makeTar, writeLayout } from '../../../test/support/oci-layout.ts';
import { digestOf } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { BlobReader } from './blob.ts';
import { openImage } from './open.ts';
import type { ImageSource } from './source.ts';
import { formatTarget, parseTarget } from './target.ts';

const BASE = makeTar({ 'etc/os-release': 'ID=made\n', 'bin/sh': 'x'.repeat(5000) });
const TOP = makeTar({ 'srv/app': 'app' });
const IMAGE = makeImage({ layers: [BASE, TOP], run: { User: 'app', Env: ['A=1'] } });
const OTHER = makeImage({ layers: [TOP] });
const ARM = makeImage({ platform: { os: 'linux', architecture: 'arm64' } });
const MULTI = makeIndex([
  { image: ARM, more: { platform: { os: 'linux', architecture: 'arm64' } } },
  { image: IMAGE, more: { platform: { os: 'linux', architecture: 'amd64' } } },
]);

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-open-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function skopeo(...args: readonly string[]): void {
  execFileSync('skopeo', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The unpacked tar of each layer, each blob checked against the digest that the manifest pins. */
async function unpackedLayers(image: ImageSource): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (const layer of image.layers) {
    const pieces: Uint8Array[] = [];
    for await (const piece of new BlobReader().read(layer)) pieces.push(Buffer.from(piece));
    const bytes = Buffer.concat(pieces);
    assert.equal(bytes.length, layer.size);
    if (layer.digest !== undefined) assert.equal(digestOf(bytes), layer.digest);
    all.push(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
  }
  return all;
}

async function assertSameImage(image: ImageSource): Promise<void> {
  assert.equal(image.platform, 'linux/amd64');
  assert.equal(image.config.user, 'app');
  assert.deepEqual(image.config.environmentNames, ['A']);
  assert.deepEqual(await unpackedLayers(image), [Buffer.from(BASE), Buffer.from(TOP)]);
}

function isError(code: string, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PlimsollError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  };
}

test('the same image in every form that skopeo writes', needsPrograms('skopeo'), async (t) => {
  const folder = makeFolder(t);
  const layout = writeLayout(join(folder, 'layout'), { '1.0': IMAGE });
  const source = `oci:${layout}:1.0`;
  const config = digestOf(IMAGE[1]?.bytes ?? '');
  skopeo('copy', source, `oci:${folder}/copied:x`);
  skopeo('copy', source, `oci-archive:${folder}/oci.tar:x`);
  skopeo('copy', source, `docker-archive:${folder}/docker.tar:example.org/app:1.0`);
  skopeo('copy', source, `dir:${folder}/dir`);
  skopeo('copy', '--format', 'v2s2', source, `dir:${folder}/v2s2`);
  skopeo('copy', '--format', 'v2s1', source, `dir:${folder}/v2s1`);
  mkdirSync(join(folder, 'docker.io/library'), { recursive: true });
  skopeo('copy', source, `dir:${folder}/docker.io/library/app:1.0`);

  const manifest = IMAGE[0].digest;
  const targets: readonly (readonly [string, string | undefined])[] = [
    [source, manifest],
    [`oci:${folder}/copied`, manifest],
    [`oci:${folder}/copied:x`, manifest],
    [`oci-archive:${folder}/oci.tar`, manifest],
    [`oci-archive:${folder}/oci.tar:x`, manifest],
    [`docker-archive:${folder}/docker.tar`, undefined],
    [`docker-archive:${folder}/docker.tar:example.org/app:1.0`, undefined],
    [`docker-archive:${folder}/docker.tar:@0`, undefined],
    [`dir:${folder}/dir`, manifest],
    [`dir:${folder}/docker.io/library/app:1.0`, manifest],
    [`dir:${folder}/v2s2`, digestOf(readFileSync(`${folder}/v2s2/manifest.json`))],
    [`${folder}/copied`, manifest],
    [`${folder}/oci.tar`, manifest],
    [`${folder}/docker.tar`, undefined],
    [`${folder}/dir`, manifest],
  ];
  for (const [target, digest] of targets) {
    const image = await openImage(target, {});
    await assertSameImage(image);
    if (digest !== undefined) assert.equal(image.digest, digest, target);
  }
  const archived = await openImage(`docker-archive:${folder}/docker.tar`, {});
  assert.notEqual(archived.digest, manifest);
  assert.equal(archived.config.created, JSON.parse(Buffer.from(IMAGE[1]?.bytes ?? '').toString()).created);
  assert.match(config, /^sha256:/);
  await assert.rejects(openImage(`dir:${folder}/v2s1`, {}), isError('unsupported', /schema 1/));
});

test('several platforms in a dir: image and a layout', needsPrograms('skopeo'), async (t) => {
  const folder = makeFolder(t);
  const layout = writeLayout(join(folder, 'layout'), { m: MULTI });
  skopeo('copy', '--all', `oci:${layout}:m`, `dir:${folder}/dir`);
  for (const target of [`oci:${layout}`, `dir:${folder}/dir`]) {
    await assertSameImage(await openImage(target, {}));
    assert.equal((await openImage(target, { platform: 'linux/arm64' })).digest, ARM[0].digest);
    await assert.rejects(openImage(target, { platform: 'linux/s390x' }), isError('not-found', /linux\/s390x/));
  }
  await assert.rejects(openImage(`oci:${layout}`, { platform: 'amd64' }), isError('usage', /not a platform/));
});

test('an image that umoci built', needsPrograms('umoci'), async (t) => {
  const folder = makeFolder(t);
  const umoci = (...args: readonly string[]): void => {
    execFileSync('umoci', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const layout = join(folder, 'layout');
  umoci('init', '--layout', layout);
  umoci('new', '--image', `${layout}:built`);
  writeFileSync(join(folder, 'payload'), 'payload');
  umoci('insert', '--rootless', '--image', `${layout}:built`, join(folder, 'payload'), '/opt/payload');
  umoci('config', '--image', `${layout}:built`, '--config.user', 'nobody', '--config.env', 'TOKEN=abc');
  const image = await openImage(`oci:${layout}:built`, { platform: 'linux/amd64' });
  assert.equal(image.config.user, 'nobody');
  assert.ok(image.config.environmentNames.includes('TOKEN'));
  const [layer] = await unpackedLayers(image);
  assert.ok(layer?.includes('opt/payload'));
});

test('a layout of several images: the tag chooses, without one the tags are listed', async (t) => {
  const layout = writeLayout(join(makeFolder(t), 'la:yout'), { one: IMAGE, 'example.org/two:2': OTHER });
  assert.equal((await openImage(`oci:${layout}:one`, {})).digest, IMAGE[0].digest);
  assert.equal((await openImage(`oci:${layout}:example.org/two:2`, {})).digest, OTHER[0].digest);
  await assert.rejects(
    openImage(`oci:${layout}`, {}),
    isError('not-found', /several images.*example\.org\/two:2, one/),
  );
  await assert.rejects(openImage(`oci:${layout}:three`, {}), isError('not-found', /no tag three; its tags: /));
  await assert.rejects(openImage('oci:/nonexistent/layout:x', {}), isError('input-missing', /does not exist/));
});

test('a layout without tags gives its only image, or the one for the platform', async (t) => {
  const folder = makeFolder(t);
  const lone = writeLayout(join(folder, 'lone'), { '-': OTHER });
  assert.equal((await openImage(`oci:${lone}`, {})).digest, OTHER[0].digest);
  const empty = writeLayout(join(folder, 'empty'), {});
  await assert.rejects(openImage(`oci:${empty}`, {}), isError('not-found', /is empty/));
  const both = writeLayout(join(folder, 'both'), { '-': MULTI, '-2': ARM });
  writeFileSync(join(both, 'index.json'), MULTI[0].bytes);
  assert.equal((await openImage(`oci:${both}`, {})).digest, IMAGE[0].digest);
});

test('damage in a layout is named: a blob that is missing, cut, changed, or no file', async (t) => {
  const folder = makeFolder(t);
  const blobPath = (layout: string, digest: string) => join(layout, 'blobs/sha256', digest.slice(7));
  const [manifest, config, , top] = IMAGE;
  assert.ok(config !== undefined && top !== undefined);
  const damage = async (digest: string, act: (path: string) => void): Promise<unknown> => {
    const layout = writeLayout(mkdtempSync(join(folder, 'l')), { t: IMAGE });
    act(blobPath(layout, digest));
    return openImage(`oci:${layout}`, {}).then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const flip = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  for (const digest of [manifest.digest, config.digest]) {
    isError('digest-mismatch', /names/)(await damage(digest, flip));
    isError('input-missing', /has no blobs/)(await damage(digest, (path) => rmSync(path)));
  }
  isError('input-missing', /has no blobs/)(await damage(top.digest, (path) => rmSync(path)));
  isError('digest-mismatch', /has 1 bytes/)(await damage(top.digest, (path) => writeFileSync(path, 'x')));
  isError(
    'input-unreadable',
    /not a regular file/,
  )(
    await damage(top.digest, (path) => {
      rmSync(path);
      symlinkSync('/dev/zero', path);
    }),
  );
  const layout = writeLayout(join(folder, 'huge'), { t: IMAGE });
  const index = readFileSync(join(layout, 'index.json'), 'utf8').replace(/"size":\d+/, '"size":5000000000');
  writeFileSync(join(layout, 'index.json'), index);
  await assert.rejects(openImage(`oci:${layout}`, {}), isError('limit', /5000000000 bytes/));
  // The walk verifies layers: a change that keeps the size passes here.
  assert.equal(await damage(top.digest, flip), undefined);
});

test('a layout of another version, or none', async (t) => {
  const folder = makeFolder(t);
  const layout = writeLayout(join(folder, 'l'), { t: IMAGE });
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
  await assert.rejects(openImage(`oci:${layout}`, {}), isError('unsupported', /version 2\.0\.0/));
  writeFileSync(join(layout, 'oci-layout'), '<html>');
  await assert.rejects(openImage(`oci:${layout}`, {}), isError('parse', /web page/));
  await assert.rejects(openImage(`oci:${folder}`, {}), isError('input-missing', /no file oci-layout/));
  await assert.rejects(openImage(`dir:${folder}`, {}), isError('input-missing', /has no manifest\.json/));
});

test('a directory that is not there, or none', async (t) => {
  const folder = makeFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const transport of ['dir', 'rootfs']) {
    const open = (path: string): Promise<ImageSource> => openImage(`${transport}:${path}`, {});
    await assert.rejects(open(join(folder, 'nope')), isError('input-missing', /nope does not exist$/));
    await assert.rejects(open(file), isError('input-unreadable', /file is not a directory$/));
  }
});

test('old docker save archives: layer.tar in folders, shared layers as links', async (t) => {
  const folder = makeFolder(t);
  const config = IMAGE[1]?.bytes ?? new Uint8Array();
  const name = makeBlob(config, '').digest.slice(7);
  const archive = makeTar({
    [`${name}.json`]: config,
    'aaa/layer.tar': BASE,
    'bbb/layer.tar': TOP,
    'ccc/layer.tar': '-> ../bbb/layer.tar',
    'ddd/layer.tar': '=> aaa/layer.tar',
    'loop/layer.tar': '-> ../loop/layer.tar',
    'manifest.json': JSON.stringify([
      { Config: `${name}.json`, RepoTags: ['app:1', 'app'], Layers: ['aaa/layer.tar', 'bbb/layer.tar'] },
      { Config: `${name}.json`, RepoTags: null, Layers: ['ddd/layer.tar', './ccc/layer.tar'] },
      { Config: `${name}.json`, RepoTags: ['bad:1'], Layers: ['aaa/layer.tar', 'none/layer.tar'] },
      { Config: `${name}.json`, RepoTags: ['bad:2'], Layers: ['loop/layer.tar', 'aaa/layer.tar'] },
      { Config: `${'0'.repeat(64)}.json`, RepoTags: ['bad:3'], Layers: [] },
      { Config: 'aaa', RepoTags: ['bad:4'], Layers: [] },
      { Config: `${name}.json`, RepoTags: ['bad:5'], Layers: ['aaa/layer.tar'] },
    ]),
    [`${'0'.repeat(64)}.json`]: config,
  });
  const path = join(folder, 'saved.tar');
  writeFileSync(path, archive);
  for (const selector of ['app:1', 'docker.io/library/app:latest', 'app', '@1']) {
    await assertSameImage(await openImage(`docker-archive:${path}:${selector}`, {}));
  }
  const open = (selector: string) => openImage(`docker-archive:${path}${selector}`, {});
  await assert.rejects(open(''), isError('not-found', /several images.*app:1/));
  await assert.rejects(open(':app:2'), isError('not-found', /no app:2; it has app:1/));
  await assert.rejects(open(':@9'), isError('not-found', /no @9/));
  await assert.rejects(open(':bad:1'), isError('input-missing', /no none\/layer\.tar/));
  await assert.rejects(open(':bad:2'), isError('limit', /40 steps/));
  await assert.rejects(open(':bad:3'), isError('digest-mismatch', /another configuration/));
  await assert.rejects(open(':bad:4'), isError('input-missing', /has no aaa/));
  await assert.rejects(open(':bad:5'), isError('parse', /lists 1 layers where .* names 2/));
  await assert.rejects(
    openImage(`docker-archive:${path}:app:1`, { platform: 'linux/arm64' }),
    isError('not-found', /for linux\/amd64 alone/),
  );
});

test('an archive of both kinds, as Docker 25 writes it, is read as the one that pins its layers', async (t) => {
  const folder = makeFolder(t);
  const files: Record<string, string | Uint8Array> = {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          {
            mediaType: IMAGE[0].mediaType,
            digest: IMAGE[0].digest,
            size: IMAGE[0].bytes.length,
            annotations: {
              'io.containerd.image.name': 'docker.io/library/app:1',
              'org.opencontainers.image.ref.name': '1',
            },
          },
        ],
      }),
    ),
    'manifest.json': JSON.stringify([
      {
        Config: `blobs/sha256/${IMAGE[1]?.digest.slice(7)}`,
        RepoTags: ['app:1'],
        Layers: IMAGE.slice(2).map(({ digest }) => `blobs/sha256/${digest.slice(7)}`),
      },
    ]),
  };
  for (const { digest, bytes } of IMAGE) files[`blobs/sha256/${digest.slice(7)}`] = bytes;
  const path = join(folder, 'both.tar');
  writeFileSync(path, makeTar(files));
  assert.equal(parseTarget(path).transport, 'oci-archive');
  for (const target of [path, `oci-archive:${path}:docker.io/library/app:1`, `docker-archive:${path}:app:1`]) {
    await assertSameImage(await openImage(target, {}));
  }
});

test('what a bare argument is', (t) => {
  const folder = makeFolder(t);
  const layout = writeLayout(join(folder, 'layout'), { t: IMAGE });
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'usr'));
  const release = join(folder, 'release');
  mkdirSync(join(release, 'manifests'), { recursive: true });
  const notes = join(folder, 'notes.json');
  writeFileSync(notes, '{}');
  const plain = join(folder, 'plain.tar');
  writeFileSync(plain, makeTar({ 'etc/passwd': 'x' }));

  assert.equal(formatTarget(parseTarget(layout)), `oci:${layout}`);
  assert.deepEqual(parseTarget(root), { transport: 'rootfs', argument: root, recognized: true });
  assert.deepEqual(parseTarget('docker:24'), { transport: 'docker', argument: 'docker:24', recognized: true });
  assert.equal(formatTarget(parseTarget('alpine:3')), 'docker://alpine:3');
  assert.deepEqual(parseTarget('docker://quay.io/a'), {
    transport: 'docker',
    argument: 'quay.io/a',
    recognized: false,
  });
  for (const other of [release, notes, plain, '/dev/null']) {
    assert.throws(() => parseTarget(other), isError('unsupported', /name what it is with a prefix/), other);
  }
  assert.throws(() => parseTarget('none/Here'), isError('parse', /not an image reference/));
  assert.throws(() => parseTarget('./none/Here'), isError('input-missing', /^\.\/none\/Here does not exist$/));
  assert.throws(() => parseTarget(''), isError('parse', /empty/));
  assert.throws(() => parseTarget('oci:'), isError('usage', /names nothing/));
  assert.deepEqual(parseTarget('squashfs:x.sqsh'), { transport: 'squashfs', argument: 'x.sqsh', recognized: false });
});

test('an image in a registry is not opened without a client', async () => {
  await assert.rejects(openImage('docker://alpine', {}), isError('usage', /in a registry/));
});
