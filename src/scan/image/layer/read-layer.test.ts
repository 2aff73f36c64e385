import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from '../../../../demo/image/tar.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { readListing } from './listing.ts';
import { readLayer } from './read-layer.ts';
import type { Reader } from './reader.ts';

const TEXT_READER: Reader = {
  id: 'text',
  version: 1,
  reads: ['etc/name', 'etc/names/*', '**/marker', '**/*.note'],
  read: (body) => {
    const text = Buffer.from(body).toString();
    if (text === 'bad') throw new ParseError('bad text');
    return { data: text };
  },
};

function read(entries: readonly TarEntry[], readers: readonly Reader[] = [TEXT_READER]): Promise<LayerReport> {
  const blob = gzipSync(packTar(entries));
  return readLayer(() => [blob], { readers });
}

function facts(report: LayerReport): readonly string[] {
  return report.facts.map((fact) => `${fact.path}=${String(fact.data)}`);
}

describe('readLayer', () => {
  test('collects the wanted files by the four pattern forms, and the digest of the blob', async () => {
    const blob = gzipSync(
      packTar([
        { path: 'etc/name', body: '1' },
        { path: 'etc/names/a', body: '2' },
        { path: 'etc/names/sub/a', body: 'no' },
        { path: 'opt/x/marker', body: '3' },
        { path: 'opt/y.note', body: '4' },
        { path: 'marker', body: '5' },
        { path: 'etc/name2', body: 'no' },
      ]),
    );
    const report = await readLayer(() => [blob], { readers: [TEXT_READER], expected: digestOf(blob) });
    assert.deepEqual(facts(report), ['etc/name=1', 'etc/names/a=2', 'marker=5', 'opt/x/marker=3', 'opt/y.note=4']);
    assert.equal(report.digest, `sha256:${createHash('sha256').update(blob).digest('hex')}`);
    assert.equal(report.entries, 7);
  });

  test('separates whiteouts and opaque marks from entries', async () => {
    const report = await read([
      { path: 'a/.wh.gone' },
      { path: '.wh.top' },
      { path: 'b/.wh..wh..opq' },
      { path: 'c/.wh..wh.plnk' },
      { path: 'd' },
    ]);
    assert.deepEqual(report.whiteouts, ['a/gone', 'top']);
    assert.deepEqual(report.opaque, ['b']);
    assert.deepEqual(
      listed(report).map((entry) => entry.path),
      ['d'],
    );
  });

  test('lists every entry with owner, mode and link', async () => {
    const report = await read([
      { path: 'etc', type: 'dir', mode: 0o1777, uid: 0, gid: 400_000 },
      { path: 'etc/ünï', mode: 0o4755, body: 'x'.repeat(300) },
      { path: 'etc/l', type: 'symlink', link: 'ünï' },
    ]);
    assert.deepEqual(listed(report), [
      { path: 'etc', type: 'dir', size: 0, mode: 0o1777, uid: 0, gid: 400_000 },
      { path: 'etc/ünï', type: 'file', size: 300, mode: 0o4755, uid: 0, gid: 0 },
      { path: 'etc/l', type: 'symlink', size: 0, mode: 0o777, uid: 0, gid: 0, link: 'ünï' },
    ]);
  });

  test("a later entry at a path, or a file in a directory's place, replaces what was read", async () => {
    const report = await read([
      { path: 'etc/name', body: 'first' },
      { path: 'etc/name', type: 'symlink', link: 'other' },
      { path: 'opt/deep/marker', body: 'x' },
      { path: 'opt/deep', body: 'now a file' },
      { path: 'keep/marker', body: 'kept' },
    ]);
    assert.deepEqual(facts(report), ['keep/marker=kept']);
  });

  test('a hard link to a file that nobody wanted is read on a second walk', async () => {
    const report = await read([
      { path: 'data/blob', body: 'behind' },
      { path: 'etc/name', type: 'hardlink', link: 'data/blob' },
    ]);
    assert.deepEqual(facts(report), ['data/blob=behind', 'etc/name=behind']);
  });

  test('a hard link keeps the file that it was made to, and the last entry at its own path stands', async () => {
    const report = await read([
      { path: 'etc/names/a', body: 'first' },
      { path: 'etc/names/b', type: 'hardlink', link: 'etc/names/a' },
      { path: 'etc/names/a', body: 'second' },
      { path: 'etc/names/c', type: 'hardlink', link: 'etc/names/a' },
      { path: 'etc/names/c', body: 'own' },
    ]);
    assert.deepEqual(facts(report), ['etc/names/a=second', 'etc/names/b=first', 'etc/names/c=own']);
  });

  test('the name of a hard link target is no pattern', async () => {
    for (const path of ['**/*', 'data/*', '**/b', '*']) {
      const report = await read([
        { path, body: 'starred' },
        { path: 'etc/name', type: 'hardlink', link: path },
      ]);
      assert.deepEqual(facts(report), [`${path}=starred`, 'etc/name=starred'].sort());
    }
  });

  test('folders that become files and folders again keep what came last', async () => {
    const report = await read([
      { path: 'a/b/marker', body: '1' },
      { path: 'a', body: 'a file' },
      { path: 'a/b/marker', body: '2' },
      { path: 'a/c/marker', body: '3' },
      { path: 'a/c', type: 'symlink', link: 'b' },
      { path: 'a/c', type: 'dir' },
      { path: 'a/c/x.note', body: '4' },
    ]);
    assert.deepEqual(facts(report), ['a/b/marker=2', 'a/c/x.note=4']);
    assert.deepEqual(
      report.unknowns.map(({ kind, path }) => [kind, path]),
      [
        ['undecidable', 'a'],
        ['undecidable', 'a/c'],
      ],
    );
  });

  test('a file known by its first bytes is one under each of its names, unless that name is another file by now', async () => {
    const reader: Reader = {
      id: 'content',
      version: 1,
      reads: [],
      content: {
        magics: [[0x50, 0x52, 0x4f, 0x47]],
        minBytes: 4,
        open: () => ({ push: () => {}, end: () => ({ data: 1 }) }),
      },
    };
    const hard = (path: string, link: string): TarEntry => ({ path, type: 'hardlink', link });
    const report = await read(
      [
        { path: 'a', body: 'PROG' },
        hard('b', 'a'),
        hard('c', 'b'),
        hard('d', './a'),
        { path: 'd', body: 'text' },
        hard('e', 'x'),
      ],
      [reader],
    );
    assert.deepEqual(facts(report), ['a=1', 'b=1', 'c=1']);
  });

  test('files known by their first bytes are passed on in pieces, wherever they lie', async () => {
    const seen: string[] = [];
    const sniffer: Reader = {
      id: 'elf',
      version: 1,
      reads: [],
      content: {
        magics: [[0x7f, 0x45, 0x4c, 0x46]],
        minBytes: 8,
        open: (entry) => {
          let bytes = 0;
          return {
            push: (chunk) => {
              bytes += chunk.length;
            },
            end: () => {
              seen.push(entry.path);
              if (entry.path === 'broken') throw new ParseError('no program');
              return { data: bytes };
            },
          };
        },
      },
    };
    const archive = packTar([
      { path: 'bin/tool', body: `\u007fELF${'x'.repeat(600_000)}` },
      { path: 'broken', body: '\u007fELFxxxxxx' },
      { path: 'tiny', body: '\u007fELF' },
      { path: 'script', body: '#!/bin/sh exit 0' },
    ]);
    for (const size of [3, 1 << 20]) {
      const chunks = Array.from({ length: Math.ceil(archive.length / size) }, (_, i) =>
        archive.subarray(i * size, (i + 1) * size),
      );
      const report = await readLayer(() => chunks, { readers: [sniffer, TEXT_READER] });
      assert.deepEqual(facts(report), ['bin/tool=600004']);
      assert.deepEqual(
        report.unknowns.map((unknown) => [unknown.path, unknown.reason]),
        [['broken', 'no program']],
      );
    }
    assert.deepEqual(seen, ['bin/tool', 'broken', 'bin/tool', 'broken']);
  });

  test('what a reader cannot parse is an unknown at its path', async () => {
    const report = await read([
      { path: 'etc/name', body: 'bad' },
      { path: 'x.note', body: 'fine' },
    ]);
    assert.deepEqual(report.unknowns, [
      { reader: 'text', path: 'etc/name', kind: 'file-unparsed', reason: 'bad text' },
    ]);
    assert.deepEqual(facts(report), ['x.note=fine']);
  });

  test('what a reader refuses as too large is a bound that was met', async () => {
    const reader: Reader = {
      ...TEXT_READER,
      read: () => {
        throw new LimitError('too many lines');
      },
    };
    const { unknowns } = await read([{ path: 'etc/name', body: 'x' }], [reader]);
    assert.deepEqual(unknowns, [{ reader: 'text', path: 'etc/name', kind: 'limit-reached', reason: 'too many lines' }]);
  });

  test('of very many problems the first are told, and how many more there are', async () => {
    const entries = Array.from({ length: LIMITS.layerUnknowns + 5 }, (_, i) => ({ path: `${i}.note`, body: 'bad' }));
    const { unknowns } = await read(entries);
    assert.equal(unknowns.length, LIMITS.layerUnknowns + 1);
    assert.match(unknowns.find(({ reader }) => reader === 'walk')?.reason ?? '', /^5 more problems/);
  });

  test('a small layer of long names stops the walk before they fill the memory', async () => {
    const entries = Array.from({ length: 6500 }, (_, i): TarEntry => ({ path: `${i}/${'a/'.repeat(250)}marker` }));
    await assert.rejects(read(entries), LimitError);
  });

  test('facts that would fill the memory stop the walk', async () => {
    const reader: Reader = { ...TEXT_READER, read: () => ({ data: 'x'.repeat(LIMITS.layerFactText / 2) }) };
    const entries = ['1.note', '2.note', '3.note'].map((path): TarEntry => ({ path, body: 'x' }));
    assert.equal((await read(entries.slice(0, 1), [reader])).facts.length, 1);
    await assert.rejects(read(entries, [reader]), LimitError);
  });

  test('holes of sparse files count as unpacked bytes', async () => {
    const hole = { 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '200000000' };
    const entries = Array.from({ length: 20 }, (_, i): TarEntry => ({ path: `${i}.note`, body: 'x', pax: hole }));
    const reader: Reader = { ...TEXT_READER, read: () => ({}) };
    await assert.rejects(read(entries, [reader]), LimitError);
  });

  test("a file above the reader's bound is named, not read", async () => {
    const report = await read([{ path: 'etc/name', body: 'x'.repeat(11) }], [{ ...TEXT_READER, maxBytes: 10 }]);
    assert.deepEqual(
      report.unknowns.map((unknown) => [unknown.kind, unknown.path]),
      [['limit-reached', 'etc/name']],
    );
  });

  test('a changed blob is a digest mismatch, also where it no longer unpacks', async () => {
    const blob = gzipSync(packTar([{ path: 'etc/name', body: 'x'.repeat(5000) }]));
    const flipped = Buffer.from(blob);
    flipped[blob.length >> 1] = (flipped[blob.length >> 1] ?? 0) ^ 1;
    await assert.rejects(
      readLayer(() => [flipped], { readers: [], expected: digestOf(blob) }),
      (error) => {
        assert.ok(error instanceof PlimsollError && error.code === 'digest-mismatch');
        assert.match(error.message, /damaged, fetch it again/);
        return true;
      },
    );
  });

  test('a bare archive that may have been cut between two files is told; a packed one shows by itself that it is whole', async () => {
    const whole = packTar([{ path: 'etc/name', body: 'x' }, { path: 'b' }]);
    const reasons = async (blob: Uint8Array): Promise<readonly string[]> =>
      (await readLayer(() => [blob], { readers: [TEXT_READER] })).unknowns.map(
        ({ kind, reason }) => `${kind} ${reason}`,
      );
    assert.deepEqual(await reasons(whole), []);
    // After the body, before and after the last header: nothing else shows that it was longer.
    for (const length of [1024, 1536]) {
      const [told, ...more] = await reasons(whole.subarray(0, length));
      assert.match(told ?? '', /^undecidable the archive has no end mark/);
      assert.deepEqual(more, []);
      assert.deepEqual(await reasons(gzipSync(whole.subarray(0, length))), []);
    }
    assert.deepEqual(await reasons(new Uint8Array(0)), []);
  });

  test('a blob that was built broken is a ParseError', async () => {
    const blob = gzipSync(packTar([{ path: 'a', body: 'x'.repeat(5000) }])).subarray(0, -20);
    await assert.rejects(
      readLayer(() => [blob], { readers: [], expected: digestOf(blob) }),
      ParseError,
    );
    const page = Buffer.from('<html>not found</html>'.padEnd(1024));
    await assert.rejects(
      readLayer(() => [page], { readers: [] }),
      ParseError,
    );
  });

  for (const [name, limits] of [
    ['entries', { layerEntries: 2 }],
    ['bytes', { layerBytes: 3000 }],
    ['ratio', { ratioFreeBytes: 1000, compressionRatio: 5 }],
  ] as const) {
    test(`the bound on ${name} stops the walk`, async () => {
      const blob = gzipSync(packTar([{ path: 'a', body: 'x'.repeat(100_000) }, { path: 'b' }, { path: 'c' }]));
      await assert.rejects(
        readLayer(() => [blob], { readers: [], limits: { ...LIMITS, ...limits } }),
        LimitError,
      );
      await readLayer(() => [blob], { readers: [] });
    });
  }

  test('is the same through the public zlib interface and in one-byte chunks', async () => {
    const blob = gzipSync(
      packTar([
        { path: 'etc/name', body: 'same' },
        { path: 'l', type: 'symlink', link: 'x' },
      ]),
    );
    const bytes = [...blob].map((_byte, index) => blob.subarray(index, index + 1));
    assert.deepEqual(
      await readLayer(() => bytes, { readers: [TEXT_READER], publicZlibOnly: true }),
      await readLayer(() => [blob], { readers: [TEXT_READER] }),
    );
  });
});

function listed(report: LayerReport): readonly EntryHeader[] {
  const entries: EntryHeader[] = [];
  readListing(report.listing, (entry) => entries.push(entry));
  return entries;
}
