import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assembleImage } from '../../demo/image/assemble.ts';
import { writeOciLayout } from '../../demo/image/layout.ts';
import { packTar, type TarEntry } from '../../demo/image/tar.ts';
import { needsPrograms } from '../../test/support/needs.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore, type Store } from '../platform/store.ts';
import type { AdvisorySet } from './advisory/advisory.ts';
import { registryAccess } from './image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from './inventory/inventory-store.ts';
import type { Release, ReleaseImage } from './release/release.ts';
import { type ScanResult, scanRelease } from './scan-release.ts';

const NO_ADVISORIES: AdvisorySet = {
  id: digestOf(''),
  builtAt: '2026-01-01',
  starter: false,
  feeds: [],
  lookup: () => [],
  enrichment: () => undefined,
  endOfLife: () => undefined,
  close: () => undefined,
};

const OS: TarEntry = { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.4\n' };

function apk(...packages: readonly (readonly [name: string, version: string])[]): TarEntry {
  return {
    path: 'lib/apk/db/installed',
    body: packages.map(([name, version]) => `C:Q1x\nP:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`).join(''),
  };
}

function image(logical: string, local: string): ReleaseImage {
  return { logical, local, origin: 'own', charts: [], sources: [] };
}

function release(images: readonly ReleaseImage[]): Release {
  const counts = {
    explicitReferences: 0,
    imageNames: 0,
    chartEntries: 0,
    chartReleases: 0,
    charts: 0,
    namespaces: 0,
    precacheEntries: 0,
  };
  return { name: 'test', version: '1', target: 'images:test', images, charts: [], counts, lint: [], gaps: [] };
}

describe('scanRelease', () => {
  let folder = '';
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-scan-'));
    store = await openStore(':memory:', INVENTORY_MIGRATIONS);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  function scan(images: readonly ReleaseImage[]): Promise<ScanResult> {
    return scanRelease(release(images), {
      set: NO_ADVISORIES,
      severityPolicy: 'vendor-then-cvss-then-nvd',
      asOf: '2026-01-01',
      store,
      jobs: 1,
      access: registryAccess({}),
      onProgress: () => undefined,
    });
  }

  function packagesOf(result: ScanResult): readonly string[] {
    return result.assessment.packages.map((found) => `${found.name} ${found.version}`);
  }

  test('reads shared layers once, and nothing on the second scan', async () => {
    const base = [OS, apk(['musl', '1.2.2-r7'], ['zlib', '1.2.11-r3'])];
    writeOciLayout(join(folder, 'layout'), [
      { tag: 'a', layers: [base, [{ path: 'a' }]] },
      { tag: 'b', layers: [base, [{ path: 'b' }]], compression: 'gzip' },
    ]);
    const images = [
      image('registry.test/a:1', `oci:${folder}/layout:a`),
      image('registry.test/b:1', `oci:${folder}/layout:b`),
    ];
    const first = await scan(images);
    assert.deepEqual({ read: first.counts.layersRead, kept: first.counts.imagesFromStore }, { read: 3, kept: 0 });
    const second = await scan(images);
    assert.deepEqual({ read: second.counts.layersRead, kept: second.counts.imagesFromStore }, { read: 0, kept: 2 });
    assert.deepEqual(second.assessment, first.assessment);
    assert.deepEqual(
      first.assessment.images.map((one) => [one.slot, one.packages, one.os?.version]),
      [
        ['registry.test/a|linux/amd64', 2, '3.15.4'],
        ['registry.test/b|linux/amd64', 2, '3.15.4'],
      ],
    );
  });

  test('a package counts in its last version, and keeps the layer that brought it', async () => {
    const [digests] = writeOciLayout(join(folder, 'layout'), [
      {
        tag: 'a',
        layers: [[OS, apk(['musl', '1'], ['zlib', '1'], ['gone', '1'])], [apk(['musl', '1'], ['zlib', '2'])]],
      },
    ]).values();
    const { assessment } = await scan([image('registry.test/a:1', `oci:${folder}/layout:a`)]);
    assert.deepEqual(
      assessment.packages.map((found) => [found.name, found.version, digests?.layers.indexOf(found.location.layer)]),
      [
        ['musl', '1', 0],
        ['zlib', '2', 1],
      ],
    );
  });

  test('a damaged and a missing image are named gaps, the others are reported', async () => {
    writeOciLayout(join(folder, 'layout'), [{ tag: 'good', layers: [[OS, apk(['musl', '1'])]] }]);
    const [bad] = writeOciLayout(join(folder, 'damaged'), [
      { tag: 'bad', layers: [[OS, { path: 'x', body: 'x'.repeat(9000) }]] },
    ]).values();
    const blob = join(folder, 'damaged/blobs/sha256', (bad?.layers[0] ?? '').slice(7));
    const bytes = readFileSync(blob);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
    writeFileSync(blob, bytes);
    const { assessment } = await scan([
      image('registry.test/good:1', `oci:${folder}/layout:good`),
      image('registry.test/bad:1', `oci:${folder}/damaged:bad`),
      image('registry.test/none:1', `oci:${folder}/layout:none`),
    ]);
    const gaps = assessment.gaps.filter((gap) => gap.kind === 'image-unreadable');
    assert.deepEqual(
      gaps.map((gap) => gap.target),
      ['registry.test/bad|linux/amd64', 'registry.test/none|linux/amd64'],
    );
    assert.match(gaps[0]?.reason ?? '', /damaged, fetch it again/);
    assert.match(gaps[1]?.reason ?? '', /none/);
    assert.deepEqual(packagesOf({ assessment } as ScanResult), ['musl 1']);
  });

  /** Flips a bit in the middle of a layout's blob. */
  function damage(layout: string, digest: string): void {
    const blob = join(folder, layout, 'blobs/sha256', digest.slice('sha256:'.length));
    const bytes = readFileSync(blob);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
    writeFileSync(blob, bytes);
  }

  test('an image that is damaged in one place is read from another', async () => {
    const layers = [[OS, apk(['musl', '1']), { path: 'x', body: 'x'.repeat(9000) }]];
    for (const layout of ['damaged', 'whole', 'lost']) {
      const [made] = writeOciLayout(join(folder, layout), [{ tag: 'a', layers }]).values();
      if (layout !== 'whole') damage(layout, made?.layers[0] ?? '');
    }
    for (const layouts of [
      ['damaged', 'whole', 'lost'],
      ['damaged', 'lost', 'whole'],
      ['whole', 'lost'],
    ]) {
      await store.close();
      store = await openStore(':memory:', INVENTORY_MIGRATIONS);
      const { assessment, counts } = await scan(
        layouts.map((layout) => image(`registry.test/${layout}:1`, `oci:${folder}/${layout}:a`)),
      );
      assert.deepEqual(
        assessment.images.map((one) => one.packages),
        layouts.map(() => 1),
      );
      assert.equal(assessment.gaps.filter(({ kind }) => kind === 'image-unreadable').length, 0);
      assert.equal(counts.layersRead, 1);
    }
    await store.close();
    store = await openStore(':memory:', INVENTORY_MIGRATIONS);
    const { assessment } = await scan(
      ['damaged', 'lost'].map((layout) => image(`registry.test/${layout}:1`, `oci:${folder}/${layout}:a`)),
    );
    assert.deepEqual(
      assessment.gaps.flatMap(({ kind, target }) => (kind === 'image-unreadable' ? [target] : [])),
      ['registry.test/damaged|linux/amd64', 'registry.test/lost|linux/amd64'],
    );
  });

  test('a layer that is damaged in one image does not take it from another that has it whole', async () => {
    const base = [OS, apk(['musl', '1']), { path: 'x', body: 'x'.repeat(9000) }];
    const [hurt] = writeOciLayout(join(folder, 'a'), [{ tag: 'a', layers: [base, [{ path: 'a' }]] }]).values();
    writeOciLayout(join(folder, 'b'), [{ tag: 'b', layers: [base, [{ path: 'b' }]] }]);
    damage('a', hurt?.layers[0] ?? '');
    const { assessment } = await scan([
      image('registry.test/a:1', `oci:${folder}/a:a`),
      image('registry.test/b:1', `oci:${folder}/b:b`),
    ]);
    assert.deepEqual(
      assessment.images.map((one) => one.packages),
      [1, 1],
    );
  });

  test('an archive whose configuration claims the diffID of a clean layer does not borrow its result', async () => {
    const clean = packTar([OS, apk(['zlib', '1.2.12-r0'])]);
    const dirty = packTar([OS, apk(['zlib', '1.2.11-r3'])]);
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [digestOf(clean)] },
    });
    for (const [name, layer] of [
      ['clean', clean],
      ['forged', dirty],
    ] as const) {
      const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['a:1'], Layers: ['layer.tar'] }]);
      writeFileSync(
        join(folder, `${name}.tar`),
        packTar([
          { path: 'manifest.json', body: manifest },
          { path: 'config.json', body: config },
          { path: 'layer.tar', body: layer },
        ]),
      );
    }
    assert.deepEqual(packagesOf(await scan([image('registry.test/clean:1', `docker-archive:${folder}/clean.tar`)])), [
      'zlib 1.2.12-r0',
    ]);
    const forged = await scan([image('registry.test/forged:1', `docker-archive:${folder}/forged.tar`)]);
    assert.ok(!packagesOf(forged).includes('zlib 1.2.12-r0'), 'the clean result was borrowed');
    assert.equal(forged.assessment.gaps.filter((gap) => gap.kind === 'image-unreadable').length, 1);
    // Together in one release, in either order, they stay apart.
    for (const order of [
      ['clean', 'forged'],
      ['forged', 'clean'],
    ]) {
      const both = await scan(
        order.map((name) => image(`registry.test/${name}:1`, `docker-archive:${folder}/${name}.tar`)),
      );
      const byName = new Map(both.assessment.images.map((one) => [one.logical, one]));
      assert.equal(byName.get('registry.test/clean:1')?.packages, 1);
      assert.equal(byName.get('registry.test/forged:1')?.digest, undefined);
    }
  });

  test('a packed archive of several images gives what the bare one gives', async () => {
    const base = packTar([OS, apk(['musl', '1'])]);
    const tops = ['a', 'b', 'c'].map((name) => packTar([apk(['musl', '1'], [name, '2'])]));
    const entries: TarEntry[] = [{ path: 'base.tar', body: base }];
    const manifest = tops.map((top, index) => {
      const diffIds = [digestOf(base), digestOf(top)];
      const config = JSON.stringify({
        os: 'linux',
        architecture: 'amd64',
        rootfs: { type: 'layers', diff_ids: diffIds },
      });
      entries.push({ path: `${index}.json`, body: config }, { path: `${index}.tar`, body: gzipSync(top) });
      return { Config: `${index}.json`, RepoTags: [`app:${index}`], Layers: ['base.tar', `${index}.tar`] };
    });
    const tar = packTar([...entries, { path: 'manifest.json', body: JSON.stringify(manifest) }]);
    writeFileSync(join(folder, 'saved.tar'), tar);
    writeFileSync(join(folder, 'saved.tgz'), gzipSync(tar));
    const found: (readonly string[])[] = [];
    for (const name of ['saved.tgz', 'saved.tar']) {
      const images = tops.map((_, index) =>
        image(`registry.test/${index}:1`, `docker-archive:${folder}/${name}:app:${index}`),
      );
      const result = await scan(images);
      assert.deepEqual(
        result.assessment.gaps.filter((gap) => gap.kind === 'image-unreadable'),
        [],
      );
      found.push([...packagesOf(result)].sort());
      assert.equal(result.counts.layersRead, name === 'saved.tgz' ? 4 : 0);
    }
    assert.deepEqual(found[0], ['a 2', 'b 2', 'c 2', 'musl 1', 'musl 1', 'musl 1']);
    assert.deepEqual(found[1], found[0]);
  });

  test('finds a package database behind a link to a directory of a lower layer', async () => {
    const hidden = { ...apk(['musl', '1']), path: 'data/apk/installed' };
    writeOciLayout(join(folder, 'layout'), [
      { tag: 'a', layers: [[OS, hidden], [{ path: 'lib/apk/db', type: 'symlink', link: '../../data/apk' }]] },
    ]);
    assert.deepEqual(packagesOf(await scan([image('registry.test/a:1', `oci:${folder}/layout:a`)])), ['musl 1']);
  });

  test('a foreign layer is a gap', async () => {
    const layout = join(folder, 'layout');
    const { blobs, manifestBytes } = assembleImage({ layers: [[OS, apk(['musl', '1'])]] });
    const manifest = JSON.parse(manifestBytes.toString()) as {
      layers: { mediaType: string; digest: string; size: number }[];
    };
    manifest.layers.unshift({
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf('base'),
      size: 4,
    });
    const text = JSON.stringify(manifest);
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    for (const [digest, body] of blobs) writeFileSync(join(layout, 'blobs/sha256', digest.slice(7)), body);
    writeFileSync(join(layout, 'blobs/sha256', digestOf(text).slice(7)), text);
    const entry = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(text),
      size: text.length,
    };
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const { assessment } = await scan([image('registry.test/a:1', `oci:${layout}`)]);
    assert.deepEqual(packagesOf({ assessment } as ScanResult), ['musl 1']);
    assert.ok(assessment.gaps.some((gap) => gap.kind === 'not-scanned' && /foreign/.test(gap.reason)));
  });

  describe('of an unpacked root file system', needsPrograms('tar'), () => {
    let root = '';
    before(() => {
      root = mkdtempSync(join(tmpdir(), 'plimsoll-root-'));
      execFileSync('tar', ['-C', root, '-xf', '-'], {
        input: packTar([OS, { ...apk(['musl', '1']), path: 'data/installed' }]),
      });
      mkdirSync(join(root, 'lib/apk/db'), { recursive: true });
      symlinkSync('/data/installed', join(root, 'lib/apk/db/installed'));
    });
    after(() => rmSync(root, { recursive: true }));

    test('gives its packages, also behind links inside the root', async () => {
      const result = await scan([image(`rootfs:${root}`, `rootfs:${root}`)]);
      assert.deepEqual(packagesOf(result), ['musl 1']);
      assert.equal(result.assessment.images[0]?.os?.id, 'alpine');
    });
  });
});
