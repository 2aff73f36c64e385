import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { findData, readDebChangelog } from './deb-file.ts';

const TEXT =
  'foo (1.2-3) stable; urgency=medium\n\n  * CVE-2023-0001\n\n -- A <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n';

/** Builds a package whose files are these; a value that begins with `->` is a symbolic link. */
function build(name: string, files: Readonly<Record<string, string | Buffer>>, ...options: readonly string[]): string {
  const folder = join(temporaryFolder(), `deb-${name}`);
  rmSync(folder, { recursive: true, force: true });
  const control = `Package: ${name}\nVersion: 1.2-3\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n`;
  for (const [path, content] of Object.entries({ 'DEBIAN/control': control, ...files })) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    if (typeof content === 'string' && content.startsWith('->')) symlinkSync(content.slice(2), join(folder, path));
    else writeFileSync(join(folder, path), content);
  }
  const file = join(temporaryFolder(), `${name}.deb`);
  const { status, stderr } = spawnSync('dpkg-deb', ['--build', '--root-owner-group', ...options, folder, file], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return file;
}

function read(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ReturnType<typeof readDebChangelog> {
  return readDebChangelog(file, 'foo', '1.2-3', environment);
}

const CHANGELOG = 'usr/share/doc/foo/changelog.Debian.gz';

test('the changelog is found in every packing', needsPrograms('dpkg-deb', 'xz'), async () => {
  const large = Buffer.alloc(3_000_000, 'some other file ');
  for (const packing of ['gzip', 'xz', 'zstd', 'none']) {
    const file = build(`foo-${packing}`, { 'usr/bin/foo': large, [CHANGELOG]: gzipSync(TEXT) }, `-Z${packing}`);
    assert.deepEqual(await read(file), { text: TEXT }, packing);
  }
});

test('xz is read by apt where there is no program for it', needsPrograms('dpkg-deb', 'apt-get'), async () => {
  const file = build('foo-apt', { [CHANGELOG]: gzipSync(TEXT) }, '-Zxz');
  assert.deepEqual(await read(file, { PATH: '/nonexistent' }), { text: TEXT });
});

test(
  'a changelog counts only when it is of this version of this source package',
  needsPrograms('dpkg-deb'),
  async () => {
    const other = TEXT.replace('1.2-3', '1.2-4');
    const upstream = gzipSync('Changes in 1.2:\n');
    const cases: readonly (readonly [Readonly<Record<string, string | Buffer>>, unknown])[] = [
      [{ [CHANGELOG]: gzipSync(TEXT), 'usr/share/doc/foo/changelog.gz': upstream }, { text: TEXT }],
      [{ 'usr/share/doc/foo/changelog.gz': gzipSync(TEXT) }, { text: TEXT }],
      [{ 'usr/share/doc/foo/changelog.Debian': TEXT }, { text: TEXT }],
      [{ [CHANGELOG]: gzipSync(other) }, undefined],
      [{ [CHANGELOG]: gzipSync(TEXT.replace('foo', 'bar')) }, undefined],
      [{ [CHANGELOG]: 'not gzip at all' }, undefined],
      [{ 'usr/share/doc/foo': '->libfoo1' }, { sharedWith: 'libfoo1' }],
      [{ 'usr/share/doc/foo': '->../../../../etc/Shadow' }, undefined],
      [{ [CHANGELOG]: '->../libfoo1/changelog.Debian.gz' }, { sharedWith: 'libfoo1' }],
      [{ 'usr/share/foo/changelog.Debian.gz': gzipSync(TEXT) }, undefined],
      [{}, undefined],
    ];
    for (const [files, expected] of cases) {
      assert.deepEqual(await read(build('foo', files, '-Zgzip')), expected, Object.keys(files).join());
    }
  },
);

test('the files of a package lie where ar finds them', needsPrograms('dpkg-deb', 'ar'), () => {
  const file = build('foo', { [CHANGELOG]: gzipSync(TEXT) }, '-Zgzip');
  const { offset, length } = findData(file);
  const data = spawnSync('ar', ['p', file, 'data.tar.gz'], { maxBuffer: 1 << 26 });
  assert.deepEqual(readFileSync(file).subarray(offset, offset + length), data.stdout);
});

test('damaged packages raise errors of the program, nothing else', needsPrograms('dpkg-deb', 'xz'), async () => {
  for (const packing of ['gzip', 'xz']) {
    const good = readFileSync(build(`fuzz-${packing}`, { [CHANGELOG]: gzipSync(TEXT) }, `-Z${packing}`));
    const target = join(temporaryFolder(), 'damaged.deb');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        async (changes, length) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          writeFileSync(target, length % 3 === 0 ? bytes.subarray(0, length) : bytes);
          try {
            await read(target);
          } catch (error) {
            assert.ok(error instanceof PlimsollError && error.code !== 'internal', String(error));
          }
        },
      ),
      { numRuns: packing === 'xz' ? 25 : 200 },
    );
  }
  cpSync('/dev/null', join(temporaryFolder(), 'empty.deb'));
  await assert.rejects(read(join(temporaryFolder(), 'empty.deb')), { code: 'parse' });
});
