import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import { osFrom, osRelease } from '../os-release/index.ts';
import type { Package } from '../package.ts';
import { layer, located, readTree } from '../test-facts.ts';
import { apk } from './index.ts';
import { parseInstalled } from './parse.ts';

const MUSL =
  'C:Q1yyMWoYnr7lKCxKm9mHlMwkd6dMY=\nP:musl\nV:1.1.24-r2\nA:x86_64\no:musl\nF:lib\nR:libc.musl-x86_64.so.1\na:0:0:777\n\n';
const OS = { id: 'alpine', version: '3.11.5' } as const;

function parse(text: string): ReturnType<typeof parseInstalled> {
  return parseInstalled(Buffer.from(text));
}

test('an entry becomes a package with purl, source and namespace', () => {
  const data = parse(`${MUSL}P:libcrypto1.1\nV:1.1.1d-r3\nA:x86_64\no:openssl\n\n`).data;
  const { packages } = apk.packages([located('lib/apk/db/installed', data)], OS);
  assert.deepEqual(packages[1], {
    purl: 'pkg:apk/alpine/libcrypto1.1@1.1.1d-r3?arch=x86_64&distro=alpine-3.11.5',
    type: 'apk',
    name: 'libcrypto1.1',
    version: '1.1.1d-r3',
    scheme: 'apk',
    source: { name: 'openssl', version: '1.1.1d-r3' },
    namespace: 'alpine:3.11',
    location: { layer: layer('one'), path: 'lib/apk/db/installed' },
  });
});

test('without a known distribution there is no vendor in the purl and no namespace', () => {
  const [found] = apk.packages([located('lib/apk/db/installed', parse(MUSL).data)], undefined).packages;
  assert.equal(found?.purl, 'pkg:apk/musl@1.1.24-r2?arch=x86_64');
  assert.ok(found !== undefined && !('namespace' in found));
});

test('an entry that lacks its name or version is a problem, and costs no other entry', () => {
  const result = parse(`P:broken\nA:x86_64\n\n${MUSL}V:1\n\nP:a b\nV:1\n\nP:c\nV:\n\nstray line\nP:last\nV:1`);
  assert.deepEqual(
    result.data.entries.map((entry) => entry.name),
    ['musl', 'last'],
  );
  assert.equal(result.problems.length, 5);
  assert.match(
    result.problems.join('\n'),
    /"broken" has no usable version[\s\S]*"a b"[\s\S]*line 21 is not of the form/,
  );
});

test('problems are bounded, and what is no database is refused', () => {
  const result = parse(`${MUSL}${'P:x\n\n'.repeat(1000)}`);
  assert.equal(result.problems.length, 21);
  assert.equal(result.problems.at(-1), 'and 980 more problems in the same file');
  assert.throws(() => parse('<html>\n'), ParseError);
  assert.deepEqual(parse('').data.entries, []);
});

test('a very large entry is read, and files that may hold packages have their owner', () => {
  const files = Array.from({ length: 100_000 }, (_nothing, place) => `R:file-${place}\nZ:Q1x=\n`).join('');
  const npm = `P:npm\nV:10.9.1-r0\nA:x86_64\nF:usr/lib/node_modules/npm\n${files}R:package.json\nZ:Q1x=\nF:\nR:package.json\n\n`;
  const fact = located('usr/lib/apk/db/installed', parse(`${npm}${MUSL}`).data);
  const { packages, owned } = apk.packages([fact], OS);
  assert.equal(packages.length, 2);
  const purl = 'pkg:apk/alpine/npm@10.9.1-r0?arch=x86_64&distro=alpine-3.11.5';
  assert.deepEqual(
    [...(owned ?? [])],
    [
      ['usr/lib/node_modules/npm/package.json', purl],
      ['package.json', purl],
    ],
  );
});

test('a package is of the layer that brought this version; a second database adds only what is new', () => {
  const upgraded = parse(MUSL.replace('r2', 'r3')).data;
  const both = { entries: [...upgraded.entries, { name: 'jq', version: '1-r0' }] };
  const fact = located('lib/apk/db/installed', both, layer('three'), [
    { layer: layer('one'), data: parse(MUSL).data },
    { layer: layer('two'), data: upgraded },
  ]);
  const { packages } = apk.packages([fact, located('usr/lib/apk/db/installed', upgraded, layer('four'))], OS);
  assert.deepEqual(
    packages.map((found) => [found.name, found.location.layer]),
    [
      ['musl', layer('two')],
      ['jq', layer('three')],
    ],
  );
});

/** Root file systems with their number of packages and the versions of zlib and openssl, by PROVENANCE.md. */
const ROOTFS: readonly (readonly [string, number, string, string, string])[] = [
  ['alpine-3.10.4', 14, '1.2.11-r1', '1.1.1d-r2', 'alpine:3.10'],
  ['alpine-3.11.5', 14, '1.2.11-r3', '1.1.1d-r3', 'alpine:3.11'],
  ['alpine-minirootfs-20210212-x86_64', 14, '1.2.11-r3', '1.1.1i-r0', 'alpine:edge'],
  ['alpine-minirootfs-3.11.13-x86_64', 14, '1.2.11-r3', '1.1.1l-r0', 'alpine:3.11'],
  ['alpine-minirootfs-3.12.12-x86_64', 14, '1.2.12-r0', '1.1.1n-r0', 'alpine:3.12'],
  ['alpine-minirootfs-3.15.11-x86_64', 14, '1.2.12-r3', '1.1.1w-r1', 'alpine:3.15'],
  ['alpine-minirootfs-3.18.9-x86_64', 15, '1.2.13-r1', '3.1.7-r0', 'alpine:3.18'],
  ['alpine-minirootfs-3.20.3-x86_64', 14, '1.3.1-r1', '3.3.2-r0', 'alpine:3.20'],
];

for (const [name, count, zlib, openssl, namespace] of ROOTFS) {
  const archive = `data/rootfs/${name}.metadata-only.tar.gz`;
  test(`the real ${name}`, needsShared(archive), () => {
    const root = mkdtempSync(join(tmpdir(), 'plimsoll-apk-'));
    try {
      assert.equal(spawnSync('tar', ['-xzf', sharedPath(archive), '-C', root]).status, 0);
      const { facts, problems } = readTree(apk, root);
      const os = osFrom(readTree(osRelease, root).facts);
      const { packages } = apk.packages(facts, os);
      assert.deepEqual(problems, []);
      assert.equal(packages.length, count);
      assert.deepEqual(versionsOf(packages, 'zlib'), [zlib]);
      assert.deepEqual(versionsOf(packages, 'openssl'), [openssl]);
      assert.ok(packages.every((found) => found.namespace === namespace));
      assert.deepEqual(packages.map(summary), referenceOf(readFileSync(join(root, 'lib/apk/db/installed'), 'utf8')));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}

function versionsOf(packages: readonly Package[], source: string): readonly string[] {
  return [...new Set(packages.filter((found) => found.source?.name === source).map((found) => found.version))];
}

function summary(found: Package): string {
  return `${found.name} ${found.version} ${found.source?.name}`;
}

/** The same three fields, taken in the plainest way. */
function referenceOf(text: string): readonly string[] {
  const entries = text.split('\n\n').filter((entry) => entry.trim() !== '');
  return entries.map((entry) =>
    ['P', 'V', 'o'].map((key) => entry.match(new RegExp(`^${key}:(.*)$`, 'm'))?.[1]).join(' '),
  );
}

test('a name with a slash is a problem, not a package whose purl would be another', () => {
  const { data, problems } = parse(`P:a/b\nV:1\n\n${MUSL}`);
  assert.equal(problems?.length, 1);
  assert.equal(apk.packages([located('lib/apk/db/installed', data)], OS).packages.length, 1);
});
