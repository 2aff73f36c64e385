import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { OsRelease } from '../package.ts';
import { located } from '../test-facts.ts';
import { osFrom, osRelease } from './index.ts';
import { osDistro, osNamespace } from './namespace.ts';
import { parseOsRelease } from './parse.ts';

function read(path: string, text: string): OsRelease | undefined {
  return osRelease.read?.(Buffer.from(text), { path, type: 'file', size: text.length, mode: 0o644, uid: 0, gid: 0 })
    .data as OsRelease | undefined;
}

test('Debian 12', () => {
  const text =
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n';
  const os = read('usr/lib/os-release', text);
  assert.deepEqual(os, { id: 'debian', version: '12', name: 'Debian GNU/Linux', codename: 'bookworm' });
});

test('comments, blank lines, odd lines, Windows line ends and repeated variables', () => {
  const text = '# a comment\r\n\r\nID=fedora\r\nwhat is this\r\nVERSION_ID=\'39\'\r\nID="Alpine"\r\n  NAME=x\\ y\r\n';
  assert.deepEqual(parseOsRelease(text), { id: 'alpine', version: '39', name: 'x y' });
});

test('a file without ID names no distribution; a value with control characters does not count', () => {
  assert.equal(parseOsRelease(''), undefined);
  assert.equal(parseOsRelease('NAME=Linux\n'), undefined);
  assert.deepEqual(parseOsRelease('ID=alpine\nVERSION_ID="3\u001b[2J"\n'), { id: 'alpine' });
  assert.throws(() => parseOsRelease('\u0000\u0001 no assignment'), ParseError);
});

test("quoting is the shell's", needsPrograms('sh'), () => {
  const word = fc.string({ minLength: 1 }).map((text) => text.replace(/[^\x20-\x7e]/g, '_'));
  const written = fc.oneof(
    word.map((text) => `"${text.replace(/[$"\\`]/g, '\\$&')}"`),
    word.map((text) => `'${text.replaceAll("'", '')}'`),
    word.map((text) => text.replace(/[^A-Za-z0-9]/g, '\\$&')),
  );
  const values = fc.sample(written, { numRuns: 200, seed: 7 }).filter((text) => text.trim() !== '');
  const script = values.map((value) => `NAME=${value}\nprintf '%s\\n' "$NAME"\n`).join('');
  const shell = spawnSync('sh', { input: script, encoding: 'utf8' });
  assert.equal(shell.stderr, '');
  const expected = shell.stdout.split('\n').slice(0, -1);
  assert.equal(expected.length, values.length);
  for (const [place, value] of values.entries()) {
    const name = parseOsRelease(`ID=x\nNAME=${value}\n`)?.name ?? '';
    assert.equal(name, expected[place], `NAME=${value}`);
  }
});

test('etc/os-release alone counts if it exists; older files help where it is missing', () => {
  const usr = located('usr/lib/os-release', { id: 'debian', version: '12' });
  const etc = located('etc/os-release', { id: 'alpine', version: '3.11.5' });
  const linked = located('opt/vendor/os-release', { id: 'wolfi' });
  const alpine = located('etc/alpine-release', read('etc/alpine-release', '3.9.6\n'));
  assert.equal(osFrom([etc, usr])?.id, 'alpine');
  assert.equal(osFrom([alpine, usr])?.id, 'debian');
  assert.equal(osFrom([alpine, linked])?.id, 'wolfi');
  assert.equal(osFrom([linked, usr])?.id, 'wolfi', 'etc/os-release may be a link to a third place');
  assert.equal(osFrom([located('opt/alpine-release', { id: 'alpine' }), usr])?.id, 'debian');
  assert.deepEqual(osFrom([alpine]), { id: 'alpine', version: '3.9.6' });
  assert.equal(osFrom([]), undefined);
});

test('etc/debian_version', () => {
  assert.deepEqual(read('etc/debian_version', '12.15\n'), { id: 'debian', version: '12' });
  assert.deepEqual(read('etc/debian_version', 'trixie/sid\n'), { id: 'debian', codename: 'trixie' });
  assert.equal(read('etc/debian_version', 'Welcome to my image!'), undefined);
  assert.equal(read('etc/alpine-release', ''), undefined);
});

const NAMESPACES: readonly (readonly [OsRelease, string | undefined, string])[] = [
  [{ id: 'alpine', version: '3.11.5' }, 'alpine:3.11', 'alpine-3.11.5'],
  [{ id: 'alpine', version: '3.20.0_rc1' }, 'alpine:3.20', 'alpine-3.20.0_rc1'],
  [{ id: 'alpine', version: '3.14.0_alpha20210212' }, 'alpine:edge', 'alpine-3.14.0_alpha20210212'],
  [{ id: 'alpine', version: 'edge' }, 'alpine:edge', 'alpine-edge'],
  [{ id: 'alpine' }, undefined, 'alpine'],
  [{ id: 'alpine', version: 'three' }, undefined, 'alpine-three'],
  [{ id: 'debian', version: '12' }, 'debian:12', 'debian-12'],
  [{ id: 'debian', codename: 'trixie' }, 'debian:sid', 'debian-trixie'],
  [{ id: 'ubuntu', version: '22.04' }, 'ubuntu:22.04', 'ubuntu-22.04'],
  [{ id: 'ubuntu' }, undefined, 'ubuntu'],
  [{ id: 'wolfi', version: '20230201' }, 'wolfi', 'wolfi-20230201'],
  [{ id: 'chainguard', version: '20230214' }, 'chainguard', 'chainguard-20230214'],
  [{ id: 'rhel', version: '8.6' }, 'rhel:8', 'rhel-8.6'],
  [{ id: 'rocky', version: '9.3' }, 'rocky:9', 'rocky-9.3'],
  [{ id: 'sles', version: '15.3' }, 'sles:15.3', 'sles-15.3'],
  [{ id: 'opensuse-leap', version: '15.3' }, 'opensuse-leap:15.3', 'opensuse-leap-15.3'],
  [{ id: 'opensuse-tumbleweed', version: '20240101' }, 'opensuse-tumbleweed', 'opensuse-tumbleweed-20240101'],
  [{ id: 'amzn', version: '2023' }, 'amzn:2023', 'amzn-2023'],
  [{ id: 'mariner', version: '2.0' }, 'mariner:2.0', 'mariner-2.0'],
  [{ id: 'constructor', version: '1' }, 'constructor:1', 'constructor-1'],
  [{ id: 'gentoo' }, 'gentoo', 'gentoo'],
];

for (const [os, namespace, distro] of NAMESPACES) {
  test(`${os.id} ${os.version ?? os.codename ?? ''} is matched as ${namespace}`, () => {
    assert.equal(osNamespace(os), namespace);
    assert.equal(osDistro(os), distro);
  });
}
