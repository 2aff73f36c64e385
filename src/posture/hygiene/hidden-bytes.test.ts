import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../../platform/canonical.ts';
import { ListingWriter } from '../../scan/image/layer/listing.ts';
import { HiddenBytes, type ListedLayer } from './hidden-bytes.ts';

interface Layer {
  readonly files?: Readonly<Record<string, number>>;
  readonly whiteouts?: readonly string[];
  readonly opaque?: readonly string[];
}

function listed({ files = {}, whiteouts = [], opaque = [] }: Layer): ListedLayer {
  const listing = new ListingWriter();
  for (const [path, size] of Object.entries(files)) {
    listing.add({ path, type: 'file', size, mode: 0o644, uid: 0, gid: 0 });
  }
  return { whiteouts, opaque, listing: listing.finish() };
}

function hidden(...layers: readonly Layer[]): Promise<number | undefined> {
  const digests = layers.map((_layer, position) => digestOf(`layer ${position}`));
  return new HiddenBytes(async (digest) => listed(layers[digests.indexOf(digest)] ?? {})).of(digests);
}

test('what is replaced, deleted, or below what is deleted or emptied', async () => {
  const base = { files: { 'etc/a': 1, 'var/cache/x': 10, 'var/cache/sub/y': 100, variant: 1000 } };
  assert.equal(await hidden(base), 0);
  assert.equal(await hidden(base, { files: { 'etc/a': 5, 'etc/b': 7 } }), 1);
  assert.equal(await hidden(base, { whiteouts: ['var/cache/x'] }), 10);
  assert.equal(await hidden(base, { whiteouts: ['var'] }), 110);
  assert.equal(await hidden(base, { opaque: ['var/cache'] }), 110);
  assert.equal(await hidden(base, { opaque: [''] }), 1111);
  // What hides something can be hidden itself; nothing is hidden twice.
  assert.equal(await hidden(base, { files: { 'etc/a': 5 } }, { whiteouts: ['etc'] }, { whiteouts: ['etc/a'] }), 6);
  // A mark acts on the layers below alone.
  assert.equal(await hidden({}, { files: { 'etc/a': 5 }, whiteouts: ['etc'] }), 0);
});

test('as much as a file system that is laid over layer by layer no longer shows', async () => {
  const path = fc.constantFrom('a', 'b/c', 'b/d', 'b/e/f', 'g');
  const layer: fc.Arbitrary<Layer> = fc.record({
    files: fc.dictionary(path, fc.nat(99), { maxKeys: 4 }),
    whiteouts: fc.uniqueArray(fc.constantFrom('a', 'b', 'b/e', 'b/c', 'g'), { maxLength: 2 }),
    opaque: fc.uniqueArray(fc.constantFrom('b', 'b/e'), { maxLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { maxLength: 5 }), async (layers) => {
      const visible = new Map<string, number>();
      let all = 0;
      for (const { files = {}, whiteouts = [], opaque = [] } of layers) {
        for (const seen of [...visible.keys()]) {
          const below = (folder: string) => seen.startsWith(`${folder}/`);
          if (whiteouts.includes(seen) || whiteouts.some(below) || opaque.some(below)) visible.delete(seen);
        }
        for (const [name, size] of Object.entries(files)) {
          visible.set(name, size);
          all += size;
        }
      }
      const shown = [...visible.values()].reduce((sum, size) => sum + size, 0);
      assert.equal(await hidden(...layers), all - shown);
    }),
    { numRuns: 300 },
  );
});

test('a layer is looked up once for all images; without one of them nothing is told', async () => {
  const [base, own, other] = ['base', 'own', 'other'].map((name) => digestOf(name));
  assert.ok(base !== undefined && own !== undefined && other !== undefined);
  const asked: string[] = [];
  const counting = new HiddenBytes(async (digest) => {
    asked.push(digest);
    if (digest === other) return undefined;
    return listed(digest === base ? { files: { a: 7 } } : { files: { a: 1 } });
  });
  assert.deepEqual([await counting.of([base, own]), await counting.of([base, own])], [7, 7]);
  assert.deepEqual(asked, [base, own]);
  assert.equal(await counting.of([base, other]), undefined);
});
