import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { regionOf } from '../squashfs/region.ts';
import { withRegion } from '../squashfs/region-file.ts';
import { makeSquashfs } from '../squashfs/test-squashfs.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { readListing } from './listing.ts';
import type { Reader } from './reader.ts';
import { readRootfs } from './rootfs.ts';
import { readSquashfs } from './squashfs.ts';

/** Reads some files whole and others as they pass. */
const READERS: readonly Reader[] = [
  {
    id: 'whole',
    version: 1,
    reads: ['etc/name', '**/*.txt'],
    read: (body) => ({ data: Buffer.from(body).toString('hex') }),
  },
  {
    id: 'pieces',
    version: 1,
    reads: [],
    content: {
      magics: [[0x50, 0x49, 0x45, 0x43]],
      minBytes: 4,
      open: () => {
        let sum = 0;
        return {
          push: (chunk) => {
            for (const byte of chunk) sum = (sum * 31 + byte) % 1_000_003;
          },
          end: () => ({ data: sum }),
        };
      },
    },
  },
];

const work = mkdtempSync(join(tmpdir(), 'plimsoll-squashfs-'));
after(() => rmSync(work, { recursive: true, force: true }));

describe('law: a tree and its file system give the same report', needsPrograms('mksquashfs'), () => {
  const root = join(work, 'tree');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'many'));
  mkdirSync(join(root, 'empty'), { mode: 0o1777 });
  writeFileSync(join(root, 'etc/name'), 'inside');
  for (let index = 0; index < 700; index += 1)
    writeFileSync(join(root, `many/${index}-${'n'.repeat(index % 90)}.txt`), `${index}`);
  writeFileSync(join(root, 'block.txt'), Buffer.alloc(131_072, 'block '));
  writeFileSync(join(root, 'tail.txt'), Buffer.alloc(131_072 * 3 + 77, 'tail '));
  writeFileSync(join(root, 'program'), Buffer.concat([Buffer.from('PIEC'), randomBytes(300_000)]));
  writeFileSync(join(root, 'hole.txt'), 'start');
  truncateSync(join(root, 'hole.txt'), 1_000_000);
  writeFileSync(join(root, 'none.txt'), '');
  linkSync(join(root, 'etc/name'), join(root, 'linked.txt'));
  symlinkSync('../etc/name', join(root, 'many/link'));
  symlinkSync('/nowhere', join(root, 'dangling'));
  writeFileSync(join(root, 'etc/sudo'), 'PIEC');
  chmodSync(join(root, 'etc/sudo'), 0o4755);
  writeFileSync(join(root, 'naïve – ☃.txt'), 'name');

  for (const options of [
    ['-comp', 'gzip'],
    ['-comp', 'zstd'],
    ['-comp', 'lz4'],
    ['-comp', 'lz4', '-Xhc'],
    ['-comp', 'lzo', '-noD'],
    ['-comp', 'xz'],
    ['-comp', 'xz', '-b', '1M', '-Xdict-size', '8K'],
    ['-comp', 'lzo', '-Xalgorithm', 'lzo1x_999'],
    ['-comp', 'lzo', '-Xalgorithm', 'lzo1x_1'],
    ['-comp', 'gzip', '-b', '1M'],
    ['-comp', 'gzip', '-b', '4096', '-no-fragments'],
    ['-noI', '-noD', '-noF', '-noX', '-always-use-fragments'],
  ]) {
    test(options.join(' '), () => {
      const path = join(work, 'image.squashfs');
      execFileSync('mksquashfs', [root, path, '-noappend', '-quiet', '-no-progress', ...options]);
      const tree = readRootfs(root, READERS);
      assert.ok(tree.facts.length > 700);
      assert.deepEqual(
        withRegion({ path, offset: 0 }, (region) => readSquashfs(region, { readers: READERS })),
        tree,
      );
    });
  }

  test('lzma is refused with what to do', () => {
    const path = join(work, 'lzma.squashfs');
    execFileSync('mksquashfs', [join(root, 'etc'), path, '-noappend', '-quiet', '-no-progress', '-comp', 'lzma']);
    assert.throws(() => withRegion({ path, offset: 0 }, (region) => readSquashfs(region, { readers: READERS })), {
      code: 'unsupported',
      message: /packed with lzma .*unsquashfs/,
    });
  });
});

const SMALL = makeSquashfs([
  {
    name: 'etc',
    children: [
      { name: 'name', body: 'inside' },
      { name: 'link', link: '/etc/name' },
    ],
  },
  { name: 'ping', body: `PIEC${'x'.repeat(9000)}`, capable: true, mode: 0o755 },
]);

test('our own maker of file systems agrees with unsquashfs', needsPrograms('unsquashfs'), () => {
  const [image, out] = [join(work, 'small.squashfs'), join(work, 'unpacked')];
  writeFileSync(image, SMALL);
  execFileSync('unsquashfs', ['-no-xattrs', '-no-progress', '-d', out, image], { stdio: 'ignore' });
  assert.equal(readFileSync(join(out, 'etc/name'), 'utf8'), 'inside');
  assert.deepEqual(read(SMALL).digest, readRootfs(out, READERS).digest);
});

test('file capabilities are seen', () => {
  const capable = listed(read(SMALL)).filter((entry) => entry.capabilities === true);
  assert.deepEqual(
    capable.map(({ path }) => path),
    ['ping'],
  );
});

test('what lies beside it and is not read is told', () => {
  const { unknowns } = readSquashfs(regionOf(SMALL), { readers: READERS, unread: ['overlay partition 4 (ext3)'] });
  assert.deepEqual(
    unknowns.map(({ kind, reason }) => [kind, reason.slice(0, 38)]),
    [['not-scanned', 'overlay partition 4 (ext3) is not read']],
  );
});

test('a directory that contains itself is refused', () => {
  const image = Buffer.from(SMALL);
  // The reference of the root stands in the superblock; the entry `etc` is made to lead there.
  const entry = image.indexOf('etc', image.indexOf('name') + 4) - 8;
  image.writeUInt16LE(image.readUInt16LE(32), entry);
  assert.throws(() => read(image), { code: 'parse', message: /two places/ });
});

for (const name of ['..', '.', 'a/b', 'a\0b']) {
  test(`the name ${JSON.stringify(name)} is refused`, () => {
    assert.throws(() => read(makeSquashfs([{ name, body: '' }])), { code: 'parse', message: /cannot have the name/ });
  });
}

test('a name that comes twice is refused', () => {
  const twice = makeSquashfs([
    { name: 'a', body: '1' },
    { name: 'a', body: '2' },
  ]);
  assert.throws(() => read(twice), { code: 'parse', message: /"a" twice/ });
});

test('a file that claims to be huge costs no more than its bytes', () => {
  const image = makeSquashfs([{ name: 'a.txt', body: 'x'.repeat(5000) }]);
  const size = image.indexOf(Buffer.from([0x88, 0x13, 0, 0]), 96 + 5000);
  image.writeUInt32LE(LIMITS.fileBytes, size);
  assert.throws(() => read(image), ParseError);
});

test('holes are counted: a small file cannot unpack to more than is let through', () => {
  const image = makeSquashfs([{ name: 'a.txt', body: Buffer.alloc(40_960, 1) }]);
  const limits = { ...LIMITS, ratioFreeBytes: 20_000, compressionRatio: 0.01 };
  assert.throws(() => readSquashfs(regionOf(image), { readers: READERS, limits }), LimitError);
});

test('more entries than are let through are refused', () => {
  const limits = { ...LIMITS, layerEntries: 2 };
  assert.throws(() => readSquashfs(regionOf(SMALL), { readers: READERS, limits }), LimitError);
});

test('a tree deeper than paths may be is told, not followed', () => {
  let node = { name: 'd', children: [] as readonly object[] };
  for (let depth = 0; depth < 300; depth += 1) node = { name: 'd', children: [node] };
  const { unknowns } = read(makeSquashfs([node as Parameters<typeof makeSquashfs>[0][number]]));
  assert.deepEqual(
    unknowns.map(({ kind }) => kind),
    ['limit-reached'],
  );
});

test('law: a file that was cut is refused, wherever', () => {
  for (let length = 0; length < SMALL.length; length += 37) {
    assert.throws(() => read(SMALL.subarray(0, length)), ParseError);
  }
});

test('law: whatever bytes are changed, only parse and limit errors come', () => {
  const change = fc.tuple(fc.nat(SMALL.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const image = Buffer.from(SMALL);
      for (const [at, byte] of changes) image[at] = byte;
      try {
        read(image);
      } catch (error) {
        const refused = error instanceof Error && 'code' in error && error.code === 'unsupported';
        assert.ok(refused || error instanceof ParseError || error instanceof LimitError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

function read(image: Uint8Array): LayerReport {
  return readSquashfs(regionOf(image), { readers: READERS });
}

function listed(report: LayerReport): readonly EntryHeader[] {
  const entries: EntryHeader[] = [];
  readListing(report.listing, (entry) => entries.push(entry));
  return entries;
}

/** Bytes that do not pack well, the same every time. */
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, state = 1; index < length; index += 1) {
    state = (state * 48_271) % 2_147_483_647;
    bytes[index] = state & 0xff;
  }
  return bytes;
}
