import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { writeZip } from '../../../../test/support/write-zip.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { readLines } from './lines.ts';
import { digestOfFiles, readInput } from './read-input.ts';

interface Read {
  readonly files: Record<string, string>;
  readonly skipped: string[];
  readonly digests: string[];
}

async function read(path: string): Promise<Read> {
  const result: Read = { files: {}, skipped: [], digests: [] };
  await readInput(path, {
    accepts: (name) => name.endsWith('.json'),
    file: (name, bytes, digest) => {
      result.files[name] = Buffer.from(bytes).toString();
      result.digests.push(digest);
    },
    skipped: (name, reason) => result.skipped.push(`${name}: ${reason}`),
  });
  return result;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

const MEMBERS = [
  ['a/one.json', '1'],
  ['a/two.json', '22'],
  ['a/readme.md', 'no'],
  ['.git/three.json', 'hidden'],
] as const;

test('a folder is walked in order, without hidden files and links; archives in it are opened', async () => {
  const folder = join(temporaryFolder(), 'folder');
  mkdirSync(join(folder, 'b/.hidden'), { recursive: true });
  for (const [name, content] of [
    ['z.json', 'z'],
    ['b/y.json', 'y'],
    ['b/.hidden/x.json', 'x'],
    ['b/notes.txt', 'n'],
  ] as const)
    writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, 'b/packed.json.gz'), gzipSync('packed'));
  symlinkSync('/etc/passwd', join(folder, 'link.json'));
  symlinkSync('..', join(folder, 'b/loop'));
  writeZip(join(folder, 'all.zip'), MEMBERS);
  const { files, skipped } = await read(folder);
  assert.deepEqual(files, {
    'a/one.json': '1',
    'a/two.json': '22',
    'b/packed.json': 'packed',
    'b/y.json': 'y',
    'z.json': 'z',
  });
  assert.deepEqual(skipped, ['link.json: a symbolic link or special file']);
});

test('zip, tar, tar.gz and tar.zst hold the same files with the same digests', needsPrograms('tar'), async () => {
  const folder = join(temporaryFolder(), 'members');
  for (const [name, content] of MEMBERS) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const tar = spawnSync('tar', ['-C', folder, '-cf', '-', '.'], { maxBuffer: 1 << 26 }).stdout;
  const zip = join(temporaryFolder(), 'members.zip');
  writeZip(zip, MEMBERS);
  const paths = [
    zip,
    file('m.tar', tar),
    file('m.tar.gz', gzipSync(tar)),
    file('m.anything', zstdCompressSync(tar)),
    folder,
  ];
  for (const path of paths) {
    const { files, digests } = await read(path);
    assert.deepEqual(
      Object.entries(files).sort(),
      [
        ['a/one.json', '1'],
        ['a/two.json', '22'],
      ],
      path,
    );
    assert.deepEqual(digests.sort(), [digestOf('1'), digestOf('22')].sort(), path);
  }
});

test('a zip that another program made is read, and damage inside it is found', {
  skip: findProgram('python3') === undefined ? 'needs the program python3' : false,
}, async () => {
  const folder = join(temporaryFolder(), 'python');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'x.json'), 'x'.repeat(10_000));
  const zip = join(temporaryFolder(), 'python.zip');
  assert.equal(spawnSync('python3', ['-m', 'zipfile', '-c', zip, join(folder, 'x.json')]).status, 0);
  assert.equal((await read(zip)).files['x.json']?.length, 10_000);
  const bytes = readFileSync(zip);
  bytes[60] = (bytes[60] ?? 0) ^ 0xff;
  const { files, skipped } = await read(file('broken.zip', bytes));
  assert.deepEqual([files, skipped.length], [{}, 1]);
  assert.match(skipped[0] ?? '', /^x\.json: a damaged member/);
});

test('a zip of more members than 16 bits can count', async () => {
  const zip = join(temporaryFolder(), 'many.zip');
  writeZip(
    zip,
    Array.from({ length: 66_000 }, (_, number) => [`${number}.json`, String(number)] as const),
  );
  const { files } = await read(zip);
  assert.equal(Object.keys(files).length, 66_000);
  assert.equal(files['65999.json'], '65999');
});

test('a single file is read whatever its name; its digest is that of the stored bytes', async () => {
  const packed = gzipSync('{"a":1}');
  assert.deepEqual(await read(file('plain.txt', 'text')), {
    files: { 'plain.txt': 'text' },
    skipped: [],
    digests: [digestOf('text')],
  });
  assert.deepEqual(await read(file('x.csv.gz', packed)), {
    files: { 'x.csv': '{"a":1}' },
    skipped: [],
    digests: [digestOf(packed)],
  });
  assert.deepEqual((await read(file('empty', ''))).files, { empty: '' });
});

test('a large file can be taken in pieces; members of archives and small files come whole', async () => {
  const content = `{"a":"${'x'.repeat(5_000_000)}"}`;
  const taken: string[] = [];
  const visitor = (pieces: Uint8Array[]) => ({
    accepts: () => true,
    skipped: () => undefined,
    file: (name: string) => taken.push(`${name} whole`),
    open: (name: string) => ({
      push: (bytes: Uint8Array) => pieces.push(Buffer.from(bytes)),
      end: (digest: string) => taken.push(`${name} ${digest}`),
    }),
  });
  const packed = gzipSync(content);
  for (const [name, stored] of [
    ['pieces.json', Buffer.from(content)],
    ['pieces.json.gz', packed],
    ['small.json', Buffer.from('{}')],
  ] as const) {
    const pieces: Uint8Array[] = [];
    await readInput(file(name, stored), visitor(pieces));
    assert.ok(name === 'small.json' || (pieces.length > 1 && Buffer.concat(pieces).toString() === content));
  }
  const zip = join(temporaryFolder(), 'pieces.zip');
  writeZip(zip, [['in.json', content]]);
  await readInput(zip, visitor([]));
  assert.deepEqual(taken, [
    `pieces.json ${digestOf(content)}`,
    `pieces.json ${digestOf(packed)}`,
    'small.json whole',
    'in.json whole',
  ]);
});

test('what cannot be read says so', async () => {
  const code = async (path: string): Promise<string> => {
    try {
      await read(path);
      return 'none';
    } catch (error) {
      assert.ok(error instanceof PlimsollError, String(error));
      return error.code;
    }
  };
  assert.equal(await code(join(temporaryFolder(), 'absent')), 'input-missing');
  assert.equal(await code(file('x.tar.xz', Buffer.from('fd377a585a000000', 'hex'))), 'unsupported');
  assert.equal(await code(file('x.bz2', 'BZh91AY')), 'unsupported');
  assert.equal(await code(file('cut.json.gz', gzipSync('x'.repeat(100_000)).subarray(0, 60))), 'parse');
  const zip = join(temporaryFolder(), 'cut.zip');
  writeZip(zip, MEMBERS);
  truncateSync(zip, 150);
  assert.equal(await code(zip), 'parse');
});

test('damaged zips raise ParseError or LimitError, or skip members, and nothing else', async () => {
  const zip = join(temporaryFolder(), 'fuzz.zip');
  writeZip(zip, MEMBERS);
  const good = readFileSync(zip);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) if (at > 3) bytes[at] = value;
        try {
          await read(file('fuzzed.zip', bytes));
        } catch (error) {
          assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a zip cannot claim more than it holds', async () => {
  const zip = join(temporaryFolder(), 'bomb.zip');
  writeZip(zip, [['bomb.json', Buffer.alloc(20_000_000)]]);
  const bytes = readFileSync(zip);
  // The size in the directory is made small: inflation stops there instead of running on.
  bytes.writeUInt32LE(10, bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24);
  const { files, skipped } = await read(file('lying.zip', bytes));
  assert.deepEqual([files, skipped.length], [{}, 1]);
});

test('the digest of several files does not depend on their order', () => {
  const [a, b] = [digestOf('a'), digestOf('b')];
  assert.equal(digestOfFiles([a, b]), digestOfFiles([b, a]));
  assert.equal(digestOfFiles([a]), a);
  assert.notEqual(digestOfFiles([a, a]), a);
});

test('lines are found across chunks, packed or not', async () => {
  const line = 'zwölf Boxkämpfer '.repeat(40_000);
  const text = `${line}1\n\n${line}2\nend`;
  for (const path of [
    file('lines', text),
    file('lines.gz', Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))])),
  ]) {
    const lines: string[] = [];
    await readLines(path, (found) => lines.push(found));
    assert.deepEqual(lines, [`${line}1`, `${line}2`, 'end']);
  }
});
