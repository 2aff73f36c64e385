import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packTar, type TarEntry } from '../../../../demo/image/tar.ts';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { EntryHeader } from './layer-report.ts';
import { type BodySink, TarWalker } from './tar.ts';

interface Walked {
  readonly entries: readonly EntryHeader[];
  readonly bodies: ReadonlyMap<string, string>;
  readonly skipped: readonly string[];
}

/** How bodies are taken: whole, or in pieces. */
type Mode = 'whole' | 'pieces';

function walk(archive: Uint8Array, chunk = archive.length, mode: Mode = 'whole'): Walked {
  const entries: EntryHeader[] = [];
  const bodies = new Map<string, string>();
  const skipped: string[] = [];
  const sinks = (path: string): BodySink => {
    if (mode === 'whole') return { whole: (body) => bodies.set(path, body.toString('latin1')) };
    let text = '';
    return {
      piece: (bytes) => {
        text += bytes.toString('latin1');
        return true;
      },
      end: () => bodies.set(path, text),
    };
  };
  const walker = new TarWalker({
    entry: (header) => {
      entries.push(header);
      return header.type === 'file' ? sinks(header.path) : undefined;
    },
    skipped: (path, _kind, reason) => skipped.push(`${path}: ${reason}`),
  });
  for (let at = 0; at < archive.length; at += Math.max(1, chunk))
    walker.push(archive.subarray(at, at + Math.max(1, chunk)));
  walker.end();
  return { entries, bodies, skipped };
}

describe('TarWalker', () => {
  test('gives the headers and bodies of every entry type', () => {
    const { entries, bodies } = walk(
      packTar([
        { path: './', type: 'dir' },
        { path: './etc/passwd', mode: 0o640, uid: 1, gid: 70_000, body: 'root' },
        { path: 'bin/sh', type: 'symlink', link: '/bin/busybox' },
        { path: 'bin/ash', type: 'hardlink', link: './bin/busybox' },
        { path: 'dev/null', type: 'char' },
        { path: 'usr/bin/ping', mode: 0o4755, body: '', pax: { 'SCHILY.xattr.security.capability': '\u0001' } },
      ]),
    );
    assert.deepEqual(
      entries.map((entry) => [
        entry.type,
        entry.path,
        entry.mode.toString(8),
        entry.uid,
        entry.gid,
        entry.link,
        entry.capabilities,
      ]),
      [
        ['dir', '', '755', 0, 0, undefined, undefined],
        ['file', 'etc/passwd', '640', 1, 70_000, undefined, undefined],
        ['symlink', 'bin/sh', '777', 0, 0, '/bin/busybox', undefined],
        ['hardlink', 'bin/ash', '644', 0, 0, 'bin/busybox', undefined],
        ['other', 'dev/null', '644', 0, 0, undefined, undefined],
        ['file', 'usr/bin/ping', '4755', 0, 0, undefined, true],
      ],
    );
    assert.equal(bodies.get('etc/passwd'), 'root');
    assert.equal(bodies.get('usr/bin/ping'), '');
  });

  test('keeps names inside the root, whatever they say', () => {
    const names = ['../../etc/shadow', '/abs/path', 'a//b/./c', 'x/../../y', '..', 'plain...name', '.hidden', '...'];
    const { entries } = walk(packTar(names.map((path) => ({ path }))));
    assert.deepEqual(
      entries.map((entry) => entry.path),
      ['etc/shadow', 'abs/path', 'a/b/c', 'y', '', 'plain...name', '.hidden', '...'],
    );
  });

  test('names an entry with an over-long or over-deep path instead of taking it', () => {
    const { entries, skipped } = walk(
      packTar([{ path: 'x'.repeat(5000) }, { path: `${'d/'.repeat(300)}f` }, { path: 'ok' }]),
    );
    assert.deepEqual(
      entries.map((entry) => entry.path),
      ['ok'],
    );
    assert.match(skipped[0] ?? '', /longer than 4096 bytes/);
    assert.match(skipped[1] ?? '', /deeper than 256/);
  });

  test('stops at the end mark and says that more followed', () => {
    const first = packTar([{ path: 'one' }]);
    const { entries, skipped } = walk(Buffer.concat([first, packTar([{ path: 'two' }])]));
    assert.deepEqual(
      entries.map((entry) => entry.path),
      ['one'],
    );
    assert.match(skipped[0] ?? '', /data after the end/);
    assert.deepEqual(walk(Buffer.concat([first, Buffer.alloc(10_240)])).skipped, []);
  });

  test('takes an archive that lacks the padding of its last body, or half of its end mark', () => {
    const archive = packTar([{ path: 'a', body: 'x'.repeat(700) }]);
    for (const length of [512 + 700, 512 + 800, 512 + 1024, 512 + 1024 + 512]) {
      assert.equal(walk(archive.subarray(0, length)).bodies.get('a')?.length, 700);
    }
    assert.throws(() => walk(archive.subarray(0, 512 + 699)), ParseError);
  });

  test('refuses a cut archive, a wrong checksum, and a page of text', () => {
    const archive = packTar([{ path: 'a', body: 'x'.repeat(2000) }]);
    assert.throws(() => walk(archive.subarray(0, 1000)), ParseError);
    assert.throws(() => walk(archive.subarray(0, 100)), ParseError);
    const wrong = Buffer.from(archive);
    wrong[3] = 0x41;
    assert.throws(() => walk(wrong), /checksum/);
    assert.throws(() => walk(Buffer.from(`<!DOCTYPE html>${' '.repeat(600)}`)), ParseError);
  });

  test('does not allocate for a size that is only declared', () => {
    const archive = packTar([{ path: 'big' }]);
    // 4 GiB in base 256, with the checksum made right.
    archive.fill(0, 124, 136);
    archive[124] = 0x80;
    archive[131] = 1;
    archive.fill(0x20, 148, 156);
    let sum = 0;
    for (let i = 0; i < 512; i++) sum += archive[i] ?? 0;
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const before = process.memoryUsage.rss();
    assert.throws(() => walk(archive), /breaks off/);
    assert.ok(process.memoryUsage.rss() - before < 100_000_000);
  });

  test('property: the cut into chunks changes nothing', () => {
    const entry: fc.Arbitrary<TarEntry> = fc.record({
      path: fc.stringMatching(/^[a-zé]{1,120}(\/[a-z]{1,90}){0,3}$/),
      body: fc.string({ maxLength: 1500 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.integer({ min: 1, max: 1100 }), (entries, chunk) => {
        const archive = packTar(entries);
        assert.deepEqual(walk(archive, chunk), walk(archive));
        assert.deepEqual(walk(archive, chunk, 'pieces'), walk(archive));
      }),
      { numRuns: 100 },
    );
  });

  test('fuzz: damaged archives raise nothing but ParseError', () => {
    const base = packTar([
      { path: 'lib/apk/db/installed', body: 'P:x\nV:1\n' },
      {
        path: `long/${'n'.repeat(150)}`,
        body: 'b',
        pax: { size: '1', 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '3' },
      },
      { path: 'l', type: 'symlink', link: 't'.repeat(200) },
    ]);
    const damage = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.nat(base.length), fc.boolean(), (changes, cut, fixSums) => {
        const archive = Buffer.from(base);
        for (const [at, value] of changes) archive[at] = value;
        if (fixSums) repairChecksums(archive);
        try {
          walk(archive.subarray(0, cut === 0 ? archive.length : cut));
        } catch (error) {
          assert.ok(error instanceof ParseError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  for (const format of ['gnu', 'pax', 'ustar', 'v7', 'oldgnu']) {
    test(`reads what GNU tar writes as ${format}`, needsPrograms('tar'), () => {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tar-'));
      try {
        mkdirSync(join(folder, 'tree/sub'), { recursive: true });
        const long = format === 'v7' ? 'short' : 'n'.repeat(90);
        const deep =
          format === 'gnu' || format === 'pax' || format === 'oldgnu' ? `${'d'.repeat(120)}/${'e'.repeat(120)}` : 'd/e';
        mkdirSync(join(folder, 'tree', deep), { recursive: true });
        writeFileSync(join(folder, 'tree', deep, 'file'), 'deep');
        writeFileSync(join(folder, 'tree/sub', long), 'content');
        chmodSync(join(folder, 'tree/sub', long), 0o6755);
        symlinkSync('../sub', join(folder, 'tree/link'));
        linkSync(join(folder, 'tree/sub', long), join(folder, 'tree/zz-hard'));
        const { entries, bodies } = walk(
          execFileSync('tar', ['-C', join(folder, 'tree'), `--format=${format}`, '--sort=name', '-cf', '-', '.']),
        );
        const byPath = new Map(entries.map((entry) => [entry.path, entry]));
        assert.equal(byPath.get('link')?.link, '../sub');
        assert.equal(byPath.get(`sub/${long}`)?.mode, 0o6755);
        assert.equal(bodies.get(`sub/${long}`), 'content');
        assert.equal(byPath.get('zz-hard')?.type, 'hardlink');
        assert.equal(byPath.get('zz-hard')?.link, `sub/${long}`);
        assert.equal(bodies.get(`${deep}/file`), 'deep');
        assert.equal(byPath.get('sub')?.type, 'dir');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const sparse of [
    ['gnu', undefined],
    ['pax', '0.0'],
    ['pax', '0.1'],
    ['pax', '1.0'],
  ] as const) {
    test(`rebuilds sparse files of format ${sparse.join(' ')}`, needsPrograms('tar'), () => {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tar-'));
      try {
        const file = join(folder, 'holes');
        writeFileSync(file, 'start');
        truncateSync(file, 400_000);
        for (let i = 0; i < 30; i++)
          execFileSync('dd', [
            'if=/dev/zero',
            `of=${file}`,
            'bs=4096',
            `seek=${i * 3}`,
            'count=0',
            'conv=notrunc',
            'status=none',
          ]);
        const pieces = Buffer.alloc(400_000);
        pieces.write('start');
        for (let i = 1; i < 30; i++) {
          pieces.write(`piece ${i}`, i * 12_288);
          execFileSync('dd', [`of=${file}`, 'bs=1', `seek=${i * 12_288}`, 'conv=notrunc', 'status=none'], {
            input: `piece ${i}`,
          });
        }
        const version = sparse[1] === undefined ? [] : [`--sparse-version=${sparse[1]}`];
        const archive = execFileSync('tar', [
          '-C',
          folder,
          `--format=${sparse[0]}`,
          '-S',
          ...version,
          '-cf',
          '-',
          'holes',
        ]);
        assert.ok(archive.length < 300_000, 'the archive holds holes');
        const { entries, bodies } = walk(archive, 777);
        assert.equal(entries[0]?.size, 400_000);
        assert.equal(entries[0]?.path, 'holes');
        assert.equal(bodies.get('holes'), pieces.toString('latin1'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

/** Makes the checksums of all headers of an archive right again, so that fuzzing reaches what lies behind them. */
function repairChecksums(archive: Buffer): void {
  for (let at = 0; at + 512 <= archive.length; at += 512) {
    if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    archive.fill(0x20, at + 148, at + 156);
    let sum = 0;
    for (let i = at; i < at + 512; i++) sum += archive[i] ?? 0;
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
  }
}
