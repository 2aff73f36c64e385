// The image writer against three reference programs: GNU tar lists it, skopeo reads and copies it, umoci unpacks it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../test/support/needs.ts';
import { writeDirImage, writeOciLayout } from './layout.ts';
import { packTar, type TarEntry } from './tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-layout-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const longName = `usr/lib/${'deep/'.repeat(30)}file`;
const base: readonly TarEntry[] = [
  { path: 'etc', type: 'dir' },
  { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
  { path: longName, body: 'long' },
  { path: 'srv/größe', body: 'non-ASCII' },
  { path: 'etc/link', type: 'symlink', link: 'os-release' },
  { path: 'bin/su', mode: 0o4755, body: new Uint8Array(1000) },
];
const top: readonly TarEntry[] = [
  { path: 'etc/hard', type: 'hardlink', link: 'etc/os-release' },
  { path: 'etc/.wh.link' },
  { path: 'run/pipe', type: 'fifo' },
];

test('a packed tar lists as written', needsPrograms('tar'), () => {
  const file = join(folder, 'a.tar');
  writeFileSync(file, packTar([...base, ...top, { path: 'dev/null', type: 'char', uid: 3, gid: 4 }]));
  const lines = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', file], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  const epoch = '1970-01-01 00:00';
  assert.deepEqual(lines, [
    `drwxr-xr-x 0/0 0 ${epoch} etc/`,
    `-rw-r--r-- 0/0 28 ${epoch} etc/os-release`,
    `-rw-r--r-- 0/0 4 ${epoch} ${longName}`,
    `-rw-r--r-- 0/0 9 ${epoch} srv/größe`,
    `lrwxrwxrwx 0/0 0 ${epoch} etc/link -> os-release`,
    `-rwsr-xr-x 0/0 1000 ${epoch} bin/su`,
    `hrw-r--r-- 0/0 0 ${epoch} etc/hard link to etc/os-release`,
    `-rw-r--r-- 0/0 0 ${epoch} etc/.wh.link`,
    `prw-r--r-- 0/0 0 ${epoch} run/pipe`,
    `crw-r--r-- 3/4 0,0 ${epoch} dev/null`,
  ]);
});

test('any name and body come back from GNU tar', needsPrograms('tar'), () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
    .map((text) => text.replace(/[/\0.]/gu, '_'));
  fc.assert(
    fc.property(name, fc.uint8Array({ maxLength: 1500 }), (path, body) => {
      const read = execFileSync('tar', ['-xOf', '-'], { input: packTar([{ path: `d/${path}`, body }]) });
      assert.deepEqual(new Uint8Array(read), body);
      const listed = execFileSync('tar', ['--quoting-style=literal', '--show-transformed-names', '-tf', '-'], {
        input: packTar([{ path: `d/${path}`, body }]),
        env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
      }).toString('utf8');
      assert.equal(listed, `d/${path}\n`);
    }),
    { numRuns: 25 },
  );
});

test('skopeo and umoci read an OCI layout with every compression', needsPrograms('skopeo', 'umoci'), () => {
  const layout = join(folder, 'layout');
  const config = { created: '2022-03-31T00:00:00Z', user: '65534', labels: { release: 'demo' } };
  const digests = writeOciLayout(layout, [
    { tag: 'gzip', layers: [base, top], config },
    { tag: 'zstd', layers: [base, top], config, compression: 'zstd' },
    { tag: 'none', layers: [packTar(base), top], config: { ...config, architecture: 'arm64' }, compression: 'none' },
  ]);
  for (const [tag, expected] of digests) {
    const arch = tag === 'none' ? 'arm64' : 'amd64';
    const seen = JSON.parse(
      execFileSync('skopeo', ['inspect', '--override-arch', arch, `oci:${layout}:${tag}`], { encoding: 'utf8' }),
    );
    assert.equal(seen.Digest, expected.manifest);
    assert.deepEqual(seen.Layers, expected.layers);
    assert.equal(seen.Architecture, arch);
    assert.deepEqual(seen.Labels, { release: 'demo' });
    execFileSync('skopeo', ['copy', '-q', '--override-arch', arch, `oci:${layout}:${tag}`, `dir:${join(folder, tag)}`]);
  }
  execFileSync('umoci', ['unpack', '--rootless', '--image', `${layout}:gzip`, join(folder, 'bundle')]);
  const root = join(folder, 'bundle', 'rootfs');
  assert.equal(readFileSync(join(root, longName), 'utf8'), 'long');
  assert.equal(readFileSync(join(root, 'srv/größe'), 'utf8'), 'non-ASCII');
  assert.equal(readFileSync(join(root, 'etc/hard'), 'utf8'), 'ID=alpine\nVERSION_ID=3.15.0\n');
  assert.equal(lstatSync(join(root, 'bin/su')).mode & 0o7777, 0o4755);
  assert.deepEqual(readdirSync(join(root, 'etc')).sort(), ['hard', 'os-release']);
  assert.throws(() => readlinkSync(join(root, 'etc/link')));
});

test('a dir: image is what skopeo writes for the same image', needsPrograms('skopeo'), () => {
  const recipe = { layers: [base, top] };
  const ours = join(folder, 'ours');
  const theirs = join(folder, 'theirs');
  const digests = writeDirImage(ours, recipe);
  const layout = join(folder, 'one');
  writeOciLayout(layout, [{ tag: 'a', ...recipe }]);
  execFileSync('skopeo', ['copy', '-q', '--preserve-digests', `oci:${layout}:a`, `dir:${theirs}`]);
  assert.deepEqual(readdirSync(ours).sort(), readdirSync(theirs).sort());
  for (const name of readdirSync(ours)) {
    assert.deepEqual(readFileSync(join(ours, name)), readFileSync(join(theirs, name)), name);
  }
  const seen = JSON.parse(execFileSync('skopeo', ['inspect', `dir:${ours}`], { encoding: 'utf8' }));
  assert.equal(seen.Digest, digests.manifest);
});
