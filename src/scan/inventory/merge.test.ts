import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packTar, type TarEntry } from '../../../demo/image/tar.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { readLayer } from '../image/layer/read-layer.ts';
import type { ImageConfig } from '../image/source.ts';
import type { Cataloguer } from './cataloguer.ts';
import { type InventorySubject, mergeInventory, viewOf } from './merge.ts';
import type { Inventory, Package } from './package.ts';

/** Each file named `some` holds a number of packages. */
const COUNTING: Cataloguer = {
  id: 'counting',
  version: 1,
  title: 'For tests',
  reads: ['**/some'],
  read: (body) => ({ data: Number(Buffer.from(body).toString()), problems: ['odd'] }),
  packages: (facts) => ({
    packages: facts.flatMap(({ data, layer, path }) =>
      Array.from({ length: data as number }, (_, i): Package => {
        const name = `p${i}`;
        return { purl: `pkg:npm/${name}@1`, type: 'npm', name, version: '1', scheme: 'npm', location: { layer, path } };
      }),
    ),
  }),
};

const CONFIG: ImageConfig = {
  os: 'linux',
  architecture: 'amd64',
  environmentNames: [],
  exposedPorts: [],
  labels: {},
  historyLength: 0,
  diffIds: [],
};
const SUBJECT: InventorySubject = { image: 'sha256:0', platform: 'linux/amd64', config: CONFIG, foreignLayers: 0 };

async function inventoryOf(...archives: readonly (readonly TarEntry[])[]): Promise<Inventory> {
  const reports = await Promise.all(
    archives.map((entries) => readLayer(() => [packTar(entries)], { readers: [COUNTING] })),
  );
  return mergeInventory(SUBJECT, reports, viewOf(reports), [COUNTING]);
}

describe('mergeInventory', () => {
  test('what a cataloguer cannot make packages of costs its packages and not the image', async () => {
    const broken: Cataloguer = {
      ...COUNTING,
      id: 'broken',
      packages: () => {
        throw new TypeError('of no kind');
      },
    };
    const readers = [broken, COUNTING];
    const reports = [await readLayer(() => [packTar([{ path: 'a/some', body: '1' }])], { readers })];
    const { packages, gaps } = mergeInventory(SUBJECT, reports, viewOf(reports), readers);
    assert.deepEqual(
      packages.map(({ name }) => name),
      ['p0'],
    );
    assert.deepEqual(
      gaps
        .filter(({ reason }) => !reason.includes('odd'))
        .map(({ kind, location, reason }) => [kind, location, reason]),
      [['file-unparsed', `${reports[0]?.digest}:a/some`, 'broken: of no kind']],
    );
  });

  test('an image without layers has an empty inventory', async () => {
    const { packages, gaps, layers } = await inventoryOf();
    assert.deepEqual({ packages, gaps, layers }, { packages: [], gaps: [], layers: [] });
  });

  test('a platform that the configuration does not name is a gap', () => {
    for (const platform of ['linux/unknown', 'unknown/amd64']) {
      const { gaps } = mergeInventory({ ...SUBJECT, platform }, [], viewOf([]), [COUNTING]);
      assert.deepEqual(
        gaps.map(({ kind, target }) => [kind, target]),
        [['undecidable', SUBJECT.image]],
      );
    }
  });

  test('takes as many packages as an image may have, and no more', async () => {
    assert.equal((await inventoryOf([{ path: 'some', body: '300000' }])).packages.length, 300_000);
    await assert.rejects(inventoryOf([{ path: 'some', body: `${LIMITS.packages + 1}` }]), LimitError);
  });

  test('a file that is gone, or that was replaced, leaves no gap', async () => {
    const reasons = async (...upper: TarEntry[]): Promise<readonly string[]> =>
      (await inventoryOf([{ path: 'a/some', body: '1' }], upper)).gaps.map(({ reason }) => reason);
    assert.deepEqual(await reasons(), ['counting: odd']);
    assert.deepEqual(await reasons({ path: 'a/.wh.some' }), []);
    assert.deepEqual(await reasons({ path: 'a/some', type: 'dir' }), []);
  });

  test('a layer that comes twice counts once', async () => {
    const layer: TarEntry[] = [{ path: 'some', body: '2' }];
    const { packages, layers } = await inventoryOf(layer, [{ path: '.wh.some' }], layer);
    assert.equal(packages.length, 2);
    assert.equal(layers[0], layers[2]);
  });
});
