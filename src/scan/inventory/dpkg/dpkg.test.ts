import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsPrograms, needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import { osFrom, osRelease } from '../os-release/index.ts';
import type { Package } from '../package.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { parseFileList } from './file-list.ts';
import { dpkg } from './index.ts';
import { parseStatus } from './parse.ts';

const OS = { id: 'debian', version: '12' } as const;
const BASH =
  'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nSource: bash (5.2.15-2)\nVersion: 5.2.15-2+b13\n';

function parse(text: string, single = false): ReturnType<typeof parseStatus> {
  return parseStatus(Buffer.from(text), single);
}

function namesOf(text: string): readonly string[] {
  return parse(text).data.entries.map((entry) => entry.name);
}

test('a stanza becomes a package with purl, source and namespace', () => {
  const { packages } = dpkg.packages([located('var/lib/dpkg/status', parse(BASH).data)], OS);
  assert.deepEqual(packages, [
    {
      purl: 'pkg:deb/debian/bash@5.2.15-2%2Bb13?arch=amd64&distro=debian-12',
      type: 'deb',
      name: 'bash',
      version: '5.2.15-2+b13',
      scheme: 'deb',
      source: { name: 'bash', version: '5.2.15-2' },
      namespace: 'debian:12',
      location: { layer: layer('one'), path: 'var/lib/dpkg/status' },
    },
  ]);
});

test('the vendor is the distribution, and a package without Source is its own source', () => {
  const data = parse('Package: tar\nStatus: install ok installed\nVersion: 1:1.34+dfsg-1\nArchitecture: all\n').data;
  const [found] = dpkg.packages([located('var/lib/dpkg/status', data)], { id: 'ubuntu', version: '22.04' }).packages;
  assert.equal(found?.purl, 'pkg:deb/ubuntu/tar@1:1.34%2Bdfsg-1?arch=all&distro=ubuntu-22.04');
  assert.equal(found?.namespace, 'ubuntu:22.04');
  assert.deepEqual(found?.source, { name: 'tar', version: '1:1.34+dfsg-1' });
});

const STATES: readonly (readonly [string, 'package' | 'absent' | 'undecidable' | 'problem'])[] = [
  ['install ok installed', 'package'],
  ['hold ok installed', 'package'],
  ['deinstall ok installed', 'package'],
  ['install ok unpacked', 'package'],
  ['install ok half-configured', 'package'],
  ['install reinstreq half-configured', 'package'],
  ['install ok triggers-awaited', 'package'],
  ['install ok triggers-pending', 'package'],
  ['deinstall ok config-files', 'absent'],
  ['purge ok not-installed', 'absent'],
  ['install reinstreq half-installed', 'undecidable'],
  ['install ok', 'problem'],
  ['', 'problem'],
];

for (const [status, outcome] of STATES) {
  test(`"Status: ${status}" is ${outcome}`, () => {
    const result = parse(BASH.replace('install ok installed', status));
    const { packages, problems = [] } = dpkg.packages([located('var/lib/dpkg/status', result.data)], OS);
    assert.equal(packages.length, outcome === 'package' ? 1 : 0);
    assert.equal(problems.length, outcome === 'undecidable' ? 1 : 0);
    assert.equal(result.problems.length, outcome === 'problem' ? 1 : 0);
    if (outcome === 'undecidable') assert.equal(problems[0]?.kind, 'undecidable');
  });
}

test('field names in any case, folded fields, a field of half a megabyte, Windows line ends, blank lines at the end', () => {
  const long = ` ${'x'.repeat(467_000)}`;
  const text = `PACKAGE: a\r\nstatus: install ok installed\r\nDepends: b,\r\n Package: no\r\n${long}\r\nversion: 1\r\n\r\n\r\n${BASH}\n\n\n`;
  assert.deepEqual(parse(text).problems, []);
  assert.deepEqual(namesOf(text), ['a', 'bash']);
});

test('a stanza that cannot be used is a problem, and costs no other stanza', () => {
  const text = `Version: 1\n\nPackage: a\nStatus: install ok installed\n\nPackage: b c\nVersion: 1\n\nno field\n\n${BASH}Source: other\n`;
  assert.deepEqual(namesOf(text), ['bash']);
  assert.equal(
    parse(text).problems.join('\n'),
    [
      'an entry has no usable name (Package: "")',
      'the package "a" has no usable version (Version: "")',
      'an entry has no usable name (Package: "b c")',
      'line 9 is neither a field nor the continuation of one',
      'an entry has no usable name (Package: "")',
      'the package "bash" has the field source twice',
    ].join('\n'),
  );
  const odd = parse(BASH.replace('(5.2.15-2)', '(5.2.15-2'));
  assert.match(odd.problems.join(), /"bash" has no usable source/);
  assert.equal(odd.data.entries.length, 1);
});

test('what is no status file is refused; an empty one is empty', () => {
  assert.throws(() => parse('<html>\n'), ParseError);
  assert.throws(() => parse('Maintainer: x\n'), ParseError);
  assert.deepEqual(parse(`${BASH}\nMaintainer: x\n`).problems, ['an entry has no usable name (Package: "")']);
  assert.deepEqual(parse('\n\n').data.entries, []);
});

test('distroless: an entry of status.d needs no Status, and md5sums name its files', () => {
  const read = (path: string, text: string): unknown => dpkg.read?.(Buffer.from(text), header(path)).data;
  const stanza = 'Package: nodejs\nVersion: 18\nArchitecture: amd64\n';
  const sums = `${'0'.repeat(32)}  usr/bin/node\n${'a'.repeat(32)}  usr/lib/node_modules/npm/package.json\n`;
  const facts = ['bm9kZWpz', 'nodejs'].map((name) => [
    located(`var/lib/dpkg/status.d/${name}`, read(`var/lib/dpkg/status.d/${name}`, stanza)),
    located(`var/lib/dpkg/status.d/${name}.md5sums`, read(`var/lib/dpkg/status.d/${name}.md5sums`, sums)),
  ]);
  for (const both of facts) {
    const { packages, owned } = dpkg.packages(both, OS);
    assert.deepEqual(
      [...(owned ?? [])],
      [
        ['usr/bin/node', packages[0]?.purl],
        ['usr/lib/node_modules/npm/package.json', packages[0]?.purl],
      ],
    );
  }
  assert.equal(
    dpkg.read?.(Buffer.from(`${'0'.repeat(32)}  usr/share/doc/node\n`), header('x/status.d/a.md5sums')).data,
    undefined,
  );
});

test('owner of files: whole names at the end of a line alone, per architecture', () => {
  assert.deepEqual(
    parseFileList(Buffer.from('/.\n/a/package.json\n/a/package.json.d\n/b/xpackage.json\n/c/package.json'), 'list'),
    {
      owns: ['a/package.json', 'c/package.json'],
    },
  );
  const status = parse(`${BASH}\n${BASH.replace('amd64', 'i386')}\n${BASH.replaceAll('bash', 'npm')}`).data;
  const { owned } = dpkg.packages(
    [
      located('var/lib/dpkg/info/bash:i386.list', { owns: ['i/package.json'] }),
      located('var/lib/dpkg/info/gone.list', { owns: ['g/package.json'] }),
      located('var/lib/dpkg/info/npm.list', { owns: ['n/package.json'] }),
      located('var/lib/dpkg/status', status),
    ],
    OS,
  );
  assert.deepEqual(
    [...(owned ?? [])],
    [
      ['i/package.json', 'pkg:deb/debian/bash@5.2.15-2%2Bb13?arch=i386&distro=debian-12'],
      ['n/package.json', 'pkg:deb/debian/npm@5.2.15-2%2Bb13?arch=amd64&distro=debian-12'],
    ],
  );
});

test('of the info folder only file lists are wanted', () => {
  const wants = (path: string): boolean | undefined => dpkg.wants?.(header(path));
  assert.equal(wants('var/lib/dpkg/info/bash.list'), true);
  assert.equal(wants('var/lib/dpkg/info/bash.postinst'), false);
  assert.equal(wants('var/lib/dpkg/status'), true);
  assert.equal(wants('var/lib/dpkg/status.d/bash'), true);
});

test('a package is of the layer that brought this version', () => {
  const fact = located('var/lib/dpkg/status', parse(BASH).data, layer('three'), [
    { layer: layer('one'), data: parse(BASH.replace('+b13', '')).data },
    { layer: layer('two'), data: parse(BASH).data },
  ]);
  assert.equal(dpkg.packages([fact], OS).packages[0]?.location.layer, layer('two'));
});

const ARCHIVE = 'data/rootfs/debian-12-minbase-metadata-only.tar.xz';
const NEEDS_BOTH = { skip: needsShared(ARCHIVE).skip || needsPrograms('dpkg-query', 'tar', 'xz').skip };

test('the real Debian 12 minbase agrees with dpkg-query', NEEDS_BOTH, () => {
  inTemporary((root) => {
    assert.equal(spawnSync('tar', ['-xJf', sharedPath(ARCHIVE), '-C', root]).status, 0);
    const { facts, problems } = readTree(dpkg, root);
    const { packages } = dpkg.packages(facts, osFrom(readTree(osRelease, root).facts));
    assert.deepEqual(problems, []);
    assert.equal(packages.length, 88);
    assert.ok(packages.every((found) => found.namespace === 'debian:12'));
    assert.equal(packages.find((found) => found.name === 'zlib1g')?.source?.name, 'zlib');
    assert.deepEqual(packages.map(summary).sort(), query(join(root, 'var/lib/dpkg')));
  });
});

const OWN = '/var/lib/dpkg/status';
const NEEDS_OWN = { skip: needsPrograms('dpkg-query').skip || (existsSync(OWN) ? false : 'needs a Debian system') };

test('the dpkg database of the machine agrees with dpkg-query', NEEDS_OWN, () => {
  const { data, problems } = parseStatus(readFileSync(OWN), false);
  assert.deepEqual(problems, []);
  const { packages } = dpkg.packages([located('var/lib/dpkg/status', data)], OS);
  assert.deepEqual(packages.map(summary).sort(), query('/var/lib/dpkg'));
});

test('every state agrees with dpkg-query', needsPrograms('dpkg-query'), () => {
  inTemporary((root) => {
    const stanzas = STATES.filter(([, outcome]) => outcome !== 'problem').map(([status], place) => {
      // dpkg-query refuses a waiting package that does not say what it waits for.
      const waits = /triggers-(awaited|pending)$/.exec(status)?.[1];
      return `Package: p${place}\nStatus: ${status}\nMaintainer: m\nArchitecture: all\nVersion: ${place}-1\nDescription: d\n${
        waits === undefined ? '' : `Triggers-${waits}: p0\n`
      }`;
    });
    for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'status'), stanzas.join('\n'));
    const { data } = parseStatus(readFileSync(join(root, 'status')), false);
    const { packages } = dpkg.packages([located('var/lib/dpkg/status', data)], OS);
    assert.equal(packages.length, 8);
    assert.deepEqual(packages.map(summary).sort(), query(root));
  });
});

function summary(found: Package): string {
  const architecture = /[?&]arch=([^&]*)/.exec(found.purl)?.[1];
  return [found.name, found.version, architecture, found.source?.name, found.source?.version].join(' ');
}

/** What dpkg-query says is unpacked, in the form of `summary`. */
function query(folder: string): readonly string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format language.
  const format = '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\t${db:Status-Status}\n';
  const { stdout, stderr } = spawnSync('dpkg-query', ['--admindir', folder, '-W', '-f', format], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, state]) => state !== undefined && !/^(?:not-installed|config-files|half-installed)$/.test(state))
    .map(([line = '']) => line)
    .sort();
}

function inTemporary(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-dpkg-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
