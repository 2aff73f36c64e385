import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { makeZip } from '../../../platform/test-zip.ts';
import { dpkg } from '../dpkg/index.ts';
import { markOwned } from '../owner-rule.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { python } from './index.ts';
import { isMetadata, parseMetadata, siteOf } from './parse.ts';

const SITE = 'usr/lib/python3/dist-packages';

const PATHS: readonly (readonly [string, boolean])[] = [
  [`${SITE}/PyYAML-6.0.dist-info/METADATA`, true],
  ['PyYAML-6.0.dist-info/METADATA', true],
  [`${SITE}/setuptools/_vendor/zipp-3.19.2.dist-info/METADATA`, true],
  [`${SITE}/six-1.16.0.egg-info/PKG-INFO`, true],
  [`${SITE}/six-1.16.0.egg-info`, true],
  ['app/foo.egg-info/PKG-INFO', true],
  [`${SITE}/six-1.16.0-py3.9.egg/EGG-INFO/PKG-INFO`, true],
  ['METADATA', false],
  ['app/METADATA', false],
  ['app/PKG-INFO', false],
  [`${SITE}/.dist-info/METADATA`, false],
  [`${SITE}/.egg-info`, false],
  [`${SITE}/~ip-21.0.dist-info/METADATA`, false],
  [`${SITE}/~ip-21.0.egg-info`, false],
  [`${SITE}/a-1.0.dist-info/sboms/METADATA`, false],
  ['root/.cache/uv/archive-v0/0aB/a-1.0.dist-info/METADATA', false],
];

for (const [path, expected] of PATHS) {
  test(`${path} is ${expected ? '' : 'no '}metadata`, () => {
    assert.equal(isMetadata(path), expected);
    assert.equal(python.wants?.(header(path)), expected);
  });
}

test('metadata become a package with a normalised name', () => {
  const data = parse('Metadata-Version: 2.1\r\nname:  Ruamel.Yaml__Clib \r\nVERSION:1.0+Local.1\r\n\r\nName: other\n');
  assert.deepEqual(data, { name: 'ruamel-yaml-clib', version: '1.0+Local.1' });
  const path = `${SITE}/ruamel.yaml.clib-1.0.dist-info/METADATA`;
  assert.deepEqual(python.packages([located(path, data)], undefined).packages, [
    {
      purl: 'pkg:pypi/ruamel-yaml-clib@1.0%2Blocal.1',
      type: 'pypi',
      name: 'ruamel-yaml-clib',
      version: '1.0+Local.1',
      scheme: 'pep440',
      namespace: 'pypi',
      location: { layer: layer('one'), path },
    },
  ]);
});

test('an egg is read, unpacked or not', () => {
  const body = makeZip([
    { path: 'a/__init__.py' },
    { path: 'EGG-INFO/PKG-INFO', content: 'Name: a\nVersion: 1\n', deflated: true },
  ]);
  const path = `${SITE}/a-1-py3.9.egg`;
  assert.deepEqual(python.read?.(body, header(path)), { data: { name: 'a', version: '1' } });
  assert.throws(() => python.read?.(makeZip([{ path: 'a.py' }]), header(path)), /without EGG-INFO/);
  assert.throws(() => python.read?.(body.subarray(0, 90), header(path)), ParseError);
  assert.throws(() => python.read?.(Buffer.alloc(LIMITS.metadataBytes + 1, 'a'), header(path)), LimitError);
  const twice = [
    located(path, { name: 'a', version: '1' }),
    located(`${SITE}/a-1.egg-info`, { name: 'a', version: '1' }),
  ];
  assert.equal(python.packages(twice, undefined).packages.length, 1);
});

test('the target of a hard link is no package at its own place', () => {
  const fact = located('var/cache/ab/cdef', { name: 'a', version: '1' });
  assert.deepEqual(python.packages([fact], undefined).packages, []);
});

test('a folder that describes a distribution twice holds it once; other folders and versions are packages of their own', () => {
  const paths = [
    [`${SITE}/a-1.dist-info/METADATA`, '1'],
    [`${SITE}/a.egg-info/PKG-INFO`, '1'],
    [`${SITE}/a-1.egg-info`, '1'],
    [`${SITE}/a-2.egg-info`, '2'],
    ['opt/venv/a-1.dist-info/METADATA', '1'],
    ['opt/venv/a-1.egg/EGG-INFO/PKG-INFO', '1'],
  ] as const;
  const facts = paths.map(([path, version]) => located(path, { name: 'a', version }));
  assert.deepEqual(
    python.packages(facts, undefined).packages.map((found) => found.location.path),
    [0, 3, 4, 5].map((place) => paths[place]?.[0]),
  );
});

test('a package is of the layer that brought this version', () => {
  const fact = located(`${SITE}/a.egg-info/PKG-INFO`, { name: 'a', version: '2' }, layer('three'), [
    { layer: layer('one'), data: { name: 'a', version: '1' } },
    { layer: layer('two'), data: { name: 'a', version: '2' } },
  ]);
  assert.equal(python.packages([fact], undefined).packages[0]?.location.layer, layer('two'));
});

for (const name of ['Python', 'argparse', 'wsgiref']) {
  test(`${name} describes itself, and is no distribution`, () => {
    assert.deepEqual(python.read?.(Buffer.from(`Name: ${name}\nVersion: 2.7.18\n`), header('a.egg-info')), {});
  });
}

/** Each with the name and version that Python's own parser gives; a usable pair or a ParseError. */
const HEADERS: readonly string[] = [
  '',
  '\n',
  'Name: a\nVersion: 1\n',
  'Name: a\nVersion: 1',
  'Version: 1\nSummary: x\nName: a\n\nName: b\n',
  'Name: a\nName: b\nVersion: 1\nVersion: 2\n',
  'name:a\nVERSION:\t1\t\n',
  'Name: a\r\nVersion: 1\r\n\r\nbody\r\n',
  'Description: x\n        Name: b\n        |Version: 2\nName: a\nVersion: 1\n',
  'Description: x\n\tName: b\nName: a\nVersion: 1\n',
  'Name: a\nno header\nVersion: 1\n',
  'Name: a\n \nVersion: 1\n',
  'Name: a\n continued\nVersion: 1\n',
  'Name:\n a\nVersion: 1\n',
  'Name: a b\nVersion: 1\n',
  'Name: a\nVersion: 1 2\n',
  'Name: -a\nVersion: 1\n',
  'Name: a-\nVersion: 1\n',
  'Name: a/b\nVersion: 1\n',
  'Name: \u00e4\nVersion: 1\n',
  'Name: a\nVersion:\n',
  'Name a\nVersion: 1\n',
  'Na me: b\nName: a\nVersion: 1\n',
  ': b\nName: a\nVersion: 1\n',
  `Name: ${'a'.repeat(600)}\nVersion: 1\n`,
];

test('header for header, the same name and version as the e-mail parser of Python', needsPrograms('python3'), () => {
  const program =
    'import sys,json;from email import message_from_string as m\n' +
    'print(json.dumps([[(m(t)[h] or "").strip() for h in ("Name","Version")] for t in json.load(sys.stdin)]))';
  const { stdout } = spawnSync('python3', ['-c', program], { input: JSON.stringify(HEADERS), encoding: 'utf8' });
  const theirs = JSON.parse(stdout) as readonly (readonly [string, string])[];
  assert.equal(theirs.length, HEADERS.length);
  let usable = 0;
  for (const [index, [name, version]] of theirs.entries()) {
    const text = HEADERS[index] ?? '';
    if (/^[a-z]{1,500}$/.test(name) && /^\S+$/.test(version)) {
      usable += 1;
      assert.deepEqual(parse(text), { name, version }, JSON.stringify(text));
    } else assert.throws(() => parse(text), ParseError, JSON.stringify(text));
  }
  assert.equal(usable, 11);
});

test('whatever surrounds them, the first name and version of the headers are found', () => {
  const other = fc.stringMatching(/^X-[A-Za-z]{1,9}: [ -~]{0,30}$/);
  fc.assert(
    fc.property(
      fc.array(other),
      fc.array(other),
      fc.string(),
      fc.constantFrom('\n', '\r\n'),
      (above, below, body, end) => {
        const lines = [...above, 'Name: a.b', 'Version: 1.2', ...below, '', body];
        assert.deepEqual(parse(lines.join(end)), { name: 'a-b', version: '1.2' });
      },
    ),
  );
});

const DEBIAN = '/usr/lib/python3/dist-packages';

test('a value of many lines takes no time', () => {
  const start = performance.now();
  assert.throws(() => parse(`Name: a\n${' b\n'.repeat(1_000_000)}Version: 1\n`), ParseError);
  assert.ok(performance.now() - start < 5000);
});

test("Debian's own Python packages agree with pip", {
  skip: existsSync(DEBIAN) ? false : `needs ${DEBIAN}`,
}, (context) => {
  agreesWithPip(DEBIAN, context);
});

test('the site-packages of the Python on PATH agree with pip', needsPrograms('python3'), (context) => {
  const program = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  agreesWithPip(spawnSync('python3', ['-c', program], { encoding: 'utf8' }).stdout.trim(), context);
});

test('a tree that pip installed agrees with pip', needsPrograms('python3'), (context) => {
  const target = mkdtempSync(join(tmpdir(), 'plimsoll-python-'));
  try {
    const wanted = ['--target', target, 'zope.interface', 'ruamel.yaml', 'PyYAML'];
    const { status } = pip(['install', '--quiet', '--no-compile', '--retries', '0', '--timeout', '20', ...wanted]);
    if (status !== 0) return context.skip('needs pip and a package index');
    agreesWithPip(target, context);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
});

test('what dpkg installed has its owner', needsPrograms('dpkg-query', 'python3'), (context) => {
  if (!existsSync(DEBIAN)) return context.skip(`needs ${DEBIAN}`);
  const database = readTree(dpkg, '/', 'var/lib/dpkg').facts;
  const { owned = new Map<string, string>() } = dpkg.packages(database, undefined);
  const { packages } = python.packages(readTree(python, '/', DEBIAN.slice(1)).facts, undefined);
  assert.ok(packages.length > 0);
  const paths = packages.map((found) => `/${found.location.path}`);
  const { stdout } = spawnSync('dpkg-query', ['--search', ...paths], { encoding: 'utf8' });
  const theirs = new Set(stdout.split('\n').map((line) => line.slice(line.indexOf(': ') + 2)));
  for (const found of markOwned(packages, owned)) {
    assert.equal(found.ownedBy !== undefined, theirs.has(`/${found.location.path}`), found.location.path);
  }
});

function pip(arguments_: readonly string[]): SpawnSyncReturns<string> {
  const quiet = ['--disable-pip-version-check', '--no-input'];
  return spawnSync('python3', ['-m', 'pip', ...quiet, ...arguments_], { encoding: 'utf8' });
}

/** Every distribution directly in the folder that pip lists, and no other; pip names a distribution once. */
function agreesWithPip(folder: string, context: TestContext): void {
  const { status, stdout } = pip(['list', '--format=json', '--path', folder]);
  if (status !== 0) {
    context.skip('needs pip');
    return;
  }
  const theirs = JSON.parse(stdout) as readonly { readonly name: string; readonly version: string }[];
  const { facts, problems } = readTree(python, folder);
  const ours = python.packages(facts, undefined).packages.filter((found) => siteOf(found.location.path) === '.');
  assert.deepEqual(problems, []);
  assert.ok(theirs.length > 0);
  assert.deepEqual(
    ours.map((found) => `${found.name} ${found.version}`).sort(),
    theirs.map(({ name, version }) => `${name.toLowerCase().replace(/[-_.]+/g, '-')} ${version}`).sort(),
  );
}

function parse(text: string): ReturnType<typeof parseMetadata> {
  return parseMetadata(Buffer.from(text));
}
