import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packTar, type TarEntry } from '../../../demo/image/tar.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { readsBehindLinks } from './behind-links.ts';
import type { LayerReport } from './layer/layer-report.ts';
import { readLayer } from './layer/read-layer.ts';
import type { Reader } from './layer/reader.ts';
import { type ImageView, overlay } from './overlay.ts';

const READER: Reader = {
  id: 'r',
  version: 1,
  reads: ['lib/db/installed', 'lib/db/parts/*', '**/mark', '**/m0', '**/m1'],
  read: (body) => ({ data: Buffer.from(body).toString() }),
};

async function layers(...archives: readonly (readonly TarEntry[])[]): Promise<LayerReport[]> {
  return Promise.all(archives.map((entries) => readLayer(() => [packTar(entries)], { readers: [READER] })));
}

async function view(...archives: readonly (readonly TarEntry[])[]): Promise<ImageView> {
  return overlay(await layers(...archives));
}

async function visible(...archives: readonly (readonly TarEntry[])[]): Promise<readonly string[]> {
  return (await view(...archives)).facts.map((fact) => `${fact.path}=${String(fact.data)}`);
}

const file = (path: string, body: string): TarEntry => ({ path, body });
const link = (path: string, target: string): TarEntry => ({ path, type: 'symlink', link: target });

describe('overlay', () => {
  test('the upper file stands, with what it replaced', async () => {
    const [fact] = (await view([file('lib/db/installed', '1')], [file('other', '')], [file('lib/db/installed', '2')]))
      .facts;
    assert.equal(fact?.data, '2');
    assert.deepEqual(
      fact?.earlier.map((earlier) => earlier.data),
      ['1'],
    );
  });

  test('whiteouts delete files and whole directories below, not in their own layer', async () => {
    assert.deepEqual(
      await visible([file('a/mark', '1'), file('b/c/mark', '2')], [file('a/.wh.mark', ''), file('.wh.b', '')]),
      [],
    );
    assert.deepEqual(await visible([file('a/mark', '1')], [file('a/mark', '2'), file('a/.wh.mark', '')]), ['a/mark=2']);
    const [fact] = (await view([file('a/mark', '1')], [file('.wh.a', '')], [file('a/mark', '3')])).facts;
    assert.deepEqual(fact?.earlier, [], 'deleted and made again is no history');
  });

  test('opaque directories hide what is below, not what comes with them', async () => {
    assert.deepEqual(
      await visible(
        [file('d/mark', 'old'), file('d/x/mark', 'old'), file('e/mark', 'stays')],
        [file('d/y/mark', 'new'), file('d/.wh..wh..opq', '')],
      ),
      ['d/y/mark=new', 'e/mark=stays'],
    );
  });

  test('file becomes directory and back', async () => {
    assert.deepEqual(await visible([file('x/mark', '1')], [file('x', 'a file now')]), []);
    assert.deepEqual(
      await visible([file('x/mark', '1')], [file('x', '')], [{ path: 'x', type: 'dir' }, file('x/mark', '2')]),
      ['x/mark=2'],
    );
    assert.deepEqual(await visible([file('mark', '1')], [{ path: 'mark', type: 'dir' }]), []);
  });

  test('a file that nobody reads still replaces one that was read', async () => {
    assert.deepEqual(await visible([file('lib/db/installed', '1')], [link('lib/db/installed', '/nowhere')]), []);
    assert.deepEqual(await visible([file('lib/db/installed', '1')], [{ path: 'lib/db/installed', type: 'fifo' }]), []);
  });

  test('entries below a link to a directory land where it points', async () => {
    assert.deepEqual(
      await visible([link('lib', 'usr/lib'), file('usr/lib/db/mark', 'base')], [file('lib/db/mark', 'upper')]),
      ['usr/lib/db/mark=upper'],
    );
    assert.deepEqual(
      await visible([link('lib', 'usr/lib'), file('usr/lib/db/mark', 'base')], [file('lib/db/.wh.mark', '')]),
      [],
    );
    assert.deepEqual(
      await visible(
        [link('lib', 'usr/lib'), file('usr/lib/mark', 'base')],
        [{ path: 'lib', type: 'dir' }, file('lib/mark', 'own')],
      ),
      ['lib/mark=own', 'usr/lib/mark=base'],
    );
  });

  test('resolves links inside the root, and gives up on circles', async () => {
    const { resolve } = await view([
      link('a', '/b'),
      link('b', '../../c'),
      link('x', 'y'),
      link('y', 'x'),
      link('dir/up', '../c/d'),
      file('mark', ''),
    ]);
    assert.equal(resolve('a'), 'c');
    assert.equal(resolve('a/f'), 'c/f');
    assert.equal(resolve('dir/up/f'), 'c/d/f');
    assert.equal(resolve('x/f'), undefined);
    assert.equal(resolve('plain/f'), 'plain/f');
  });

  test('`..` counts from where a link led, as for the kernel', async () => {
    const { resolve } = await view([link('a', 'c/d'), link('x', 'a/../b'), link('up', 'a/../../e'), file('mark', '')]);
    assert.equal(resolve('x'), 'c/b');
    assert.equal(resolve('up/f'), 'e/f');
  });

  test('of several entries at one path of the lowest layer the last stands', async () => {
    const { facts, resolve } = await view([
      link('lib', 'usr/lib'),
      { path: 'lib', type: 'dir' },
      file('lib/mark', 'own'),
      link('etc', 'one'),
      link('etc', 'two'),
    ]);
    assert.equal(facts[0]?.path, 'lib/mark');
    assert.equal(resolve('lib'), 'lib');
    assert.equal(resolve('etc'), 'two');
  });

  test('a link that takes the place of a hard link into a lower layer stands', async () => {
    const hard = (path: string, target: string): TarEntry => ({ path, type: 'hardlink', link: target });
    const base = [file('a', ''), file('b', '')];
    assert.equal((await view(base, [hard('m0', 'a'), link('m0', 'b')])).resolve('m0'), 'b');
    assert.equal((await view(base, [link('m0', 'b'), hard('m0', 'a')])).resolve('m0'), 'a');
    assert.equal((await view(base, [hard('m0', 'a'), { path: 'm0', type: 'dir' }])).resolve('m0'), 'm0');
  });

  test('what lies behind links in a circle is shown where the archive has it, not lost', async () => {
    assert.deepEqual(await visible([link('a', 'b'), link('b', 'a')], [file('a/mark', 'x')]), ['a/mark=x']);
  });

  test('a few layers of long names are refused before they fill the memory', async () => {
    const links = Array.from({ length: 6500 }, (_, i) => link(`${i}/${'a/'.repeat(250)}l`, 'x'));
    await assert.rejects(view(links), LimitError);
  });

  test('one layer many times over costs no more than its entries each time', async () => {
    const [layer] = await layers(Array.from({ length: 500 }, (_, i) => file(`${i}/mark`, 'x')));
    assert.ok(layer !== undefined);
    const { facts } = overlay(Array.from({ length: LIMITS.imageLayers }, () => layer));
    assert.equal(facts.length, 500);
    assert.equal(facts[0]?.earlier.length, LIMITS.imageLayers - 1);
    const many = { ...layer, entries: LIMITS.imageEntries };
    assert.throws(() => overlay([layer, many]), LimitError);
  });

  test('a place that a layer names twice, once through a link, has its history once', async () => {
    const { facts } = await view(
      [link('lib', 'usr/lib'), file('usr/lib/mark', '1')],
      [file('lib/mark', '2'), file('usr/lib/mark', '3')],
    );
    assert.deepEqual(
      facts.map(({ data, earlier }) => [data, earlier.map((before) => before.data)]),
      [['3', ['1']]],
    );
  });

  test('deleted names do not count', async () => {
    const some = (start: number) =>
      Array.from({ length: 3500 }, (_, i) => link(`d/${start + i}/${'a/'.repeat(200)}l`, 'x'));
    const gone: TarEntry[] = [file('.wh.d', '')];
    const archives = Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? some(i * 3500) : gone));
    assert.equal((await view(...archives)).resolve('d'), 'd');
  });

  test('links that explode are given up, not followed for ever', async () => {
    const bomb = Array.from({ length: 50 }, (_, i) => link(`l${i}`, `l${i + 1}/l${i + 1}/l${i + 1}/l${i + 1}`));
    assert.equal((await view(bomb)).resolve('l0'), undefined);
  });

  test('finds databases behind links and hard links', async () => {
    const behind = async (...archives: readonly (readonly TarEntry[])[]): Promise<unknown> => {
      const reports = await layers(...archives);
      return [...readsBehindLinks(reports, overlay(reports), [READER])];
    };
    const extra = (path: string, folder = false): unknown => [{ reader: 'r', path, folder }];
    assert.deepEqual(await behind([link('lib/db', '/data'), file('data/installed', '1')]), [
      [0, extra('data/installed')],
    ]);
    assert.deepEqual(await behind([file('data/i', '1')], [link('lib/db/installed', '../../data/i')]), [
      [0, extra('data/i')],
    ]);
    assert.deepEqual(await behind([link('lib/db/parts', '/p'), file('p/one', '1')]), [[0, extra('p', true)]]);
    assert.deepEqual(
      await behind([file('data/i', '1')], [{ path: 'lib/db/installed', type: 'hardlink', link: 'data/i' }]),
      [[0, extra('data/i')]],
    );
    assert.deepEqual(await behind([file('lib/db/installed', '1')]), []);
    // The archive itself names the place through a link, of its own layer or of a lower one.
    assert.deepEqual(
      await behind([link('lib/db', '/data'), link('data', 'vol')], [file('data/installed', '1'), file('vol/x', '')]),
      [[1, extra('data/installed')]],
    );
    // Some files of the folder came by its own name, others did not.
    assert.deepEqual(await behind([link('lib/db/parts', '/p'), file('p/one', '1')], [file('lib/db/parts/two', '2')]), [
      [0, extra('p', true)],
    ]);
    assert.deepEqual(await behind([link('lib/db/parts', '/p*'), file('p*/one', '1'), file('pa', '')]), [
      [0, extra('p*', true)],
    ]);
  });

  test('law: agrees with unpacking the layers one after another', async () => {
    const names = fc.constantFrom('a', 'b', 'm0', 'm1');
    const path = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const entry = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(path, fc.string({ maxLength: 2 })).map(([p, body]) => file(p, body)) },
      { weight: 2, arbitrary: path.map((p): TarEntry => ({ path: p, type: 'dir' })) },
      { weight: 1, arbitrary: path.map((p): TarEntry => link(p, 'nowhere')) },
      { weight: 2, arbitrary: path.map((p) => file(p.replace(/[^/]+$/, '.wh.$&'), '')) },
      { weight: 1, arbitrary: path.map((p) => file(`${p}/.wh..wh..opq`, '')) },
    );
    // One layer never holds a path both as file and as directory, as real layers do not.
    const layer = fc.uniqueArray(entry, {
      maxLength: 6,
      selector: (e) => e.path.replace('.wh.', ''),
      comparator: (x, y) => clash(x, y),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (bare) => {
        const archives = bare.map(withParents);
        assert.deepEqual(await visible(...archives), model(archives));
      }),
      { numRuns: 400 },
    );
  });
});

/** Every entry behind its parent directories, as archives of real layers have them. */
function withParents(entries: readonly TarEntry[]): readonly TarEntry[] {
  return entries.flatMap((entry) => {
    const parts = entry.path.split('/').slice(0, -1);
    return [...parts.map((_, index): TarEntry => ({ path: parts.slice(0, index + 1).join('/'), type: 'dir' })), entry];
  });
}

function clash(x: string, y: string): boolean {
  return x === y || x.startsWith(`${y}/`) || y.startsWith(`${x}/`);
}

/** The plain way: a map of paths, deletions first, then every entry in its order. Links here point nowhere and are never followed. */
function model(archives: readonly (readonly TarEntry[])[]): readonly string[] {
  const tree = new Map<string, string | undefined>();
  const clear = (path: string, self: boolean): void => {
    for (const known of [...tree.keys()])
      if (known.startsWith(`${path}/`) || (self && known === path)) tree.delete(known);
  };
  for (const entries of archives) {
    for (const { path } of entries) {
      if (path.endsWith('/.wh..wh..opq')) clear(path.slice(0, -'/.wh..wh..opq'.length), false);
      else if (/(^|\/)\.wh\./.test(path)) clear(path.replace('.wh.', ''), true);
    }
    for (const { path, type, body } of entries) {
      if (/(^|\/)\.wh\./.test(path)) continue;
      if (type === 'dir') tree.delete(path);
      else {
        clear(path, true);
        tree.set(path, type === 'symlink' ? undefined : String(body));
      }
    }
  }
  return [...tree]
    .filter(([path, body]) => body !== undefined && /(^|\/)m[01]$/.test(path))
    .map(([path, body]) => `${path}=${body}`)
    .sort();
}
