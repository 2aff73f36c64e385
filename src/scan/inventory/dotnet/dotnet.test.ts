import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { dotnet } from './index.ts';
import { parseDependencies } from './parse.ts';

function parse(value: unknown): ReturnType<typeof parseDependencies> {
  return parseDependencies(Buffer.from(JSON.stringify(value)));
}

const DLL = { 'lib/net6.0/A.dll': {} };
const PACKAGE = { type: 'package' };

/** A published application as the SDK describes it. */
const APPLICATION = {
  runtimeTarget: { name: '.NETCoreApp,Version=v6.0/linux-x64', signature: '' },
  targets: {
    '.NETCoreApp,Version=v6.0': {},
    '.NETCoreApp,Version=v6.0/linux-x64': {
      'Shop/1.0.0': { runtime: { 'Shop.dll': {} } },
      'Newtonsoft.Json/13.0.1': { runtime: DLL },
      'SQLite.Native/2.1.0': { runtimeTargets: { 'runtimes/linux-x64/native/libe_sqlite3.so': {} } },
      'Words/1.0.0': { resources: { 'lib/net6.0/de/Words.resources.dll': {} } },
      'Native/1.0.0': { native: { 'libn.so': {} } },
      'NETStandard.Library/2.0.3': { dependencies: { 'Microsoft.NETCore.Platforms': '1.1.0' } },
      'Empty/1.0.0': { runtime: { 'lib/netstandard1.0/_._': {} } },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.5': { runtime: DLL },
    },
  },
  libraries: {
    'Shop/1.0.0': { type: 'project' },
    'Newtonsoft.Json/13.0.1': PACKAGE,
    'SQLite.Native/2.1.0': PACKAGE,
    'Words/1.0.0': PACKAGE,
    'Native/1.0.0': PACKAGE,
    'NETStandard.Library/2.0.3': PACKAGE,
    'Empty/1.0.0': PACKAGE,
    'Compile.Only/1.0.0': PACKAGE,
    'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.5': { type: 'runtimepack' },
  },
};

test('packages count when they bring something to the application, its own runtime too', () => {
  const { data, problems } = parse(APPLICATION);
  assert.deepEqual(problems, []);
  assert.equal(data.runtime, 'linux-x64');
  assert.deepEqual(
    data.packages.map(({ name, version }) => `${name} ${version}`),
    [
      'Newtonsoft.Json 13.0.1',
      'SQLite.Native 2.1.0',
      'Words 1.0.0',
      'Native 1.0.0',
      'Microsoft.NETCore.App.Runtime.linux-x64 6.0.5',
    ],
  );
});

test('without the target that it names, all packages of a file count', () => {
  const { runtimeTarget: _, ...rest } = APPLICATION;
  assert.equal(parse(rest).data.packages.length, 8);
  assert.equal(parse({ ...APPLICATION, targets: {} }).data.packages.length, 8);
  const old = {
    runtimeTarget: '.NETCoreApp,Version=v1.0',
    targets: { '.NETCoreApp,Version=v1.0': { 'A/1': { runtime: DLL } } },
    libraries: { 'A/1': { type: 'Package' }, 'B/1': PACKAGE },
  };
  assert.deepEqual(parse(old).data, { packages: [{ name: 'A', version: '1' }] });
});

test('a package has the published spelling in its URL and none in its name', () => {
  const path = 'app/Shop.deps.json';
  const data = { packages: [{ name: 'Newtonsoft.Json', version: '13.0.1' }] };
  const fact = located(path, data, layer('three'), [
    { layer: layer('one'), data: { packages: [] } },
    { layer: layer('two'), data },
  ]);
  assert.deepEqual(dotnet.packages([fact, located('blob', data)], undefined).packages, [
    {
      purl: 'pkg:nuget/Newtonsoft.Json@13.0.1',
      type: 'nuget',
      name: 'newtonsoft.json',
      version: '13.0.1',
      scheme: 'nuget',
      namespace: 'nuget',
      location: { layer: layer('two'), path },
    },
  ]);
});

const FRAMEWORKS: readonly (readonly [string, string | undefined, string])[] = [
  [
    'usr/share/dotnet/shared/Microsoft.NETCore.App/6.0.5/Microsoft.NETCore.App.deps.json',
    'linux-musl-x64',
    'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-musl-x64@6.0.5',
  ],
  [
    'shared/Microsoft.AspNetCore.App/8.0.0-rc.1/Microsoft.AspNetCore.App.deps.json',
    'linux-x64',
    'pkg:nuget/Microsoft.AspNetCore.App.Runtime.linux-x64@8.0.0-rc.1',
  ],
  ['shared/Microsoft.NETCore.App/6.0.5/Microsoft.NETCore.App.deps.json', undefined, 'pkg:nuget/A@1.0.0'],
  ['shared/Other.App/6.0.5/Other.App.deps.json', 'linux-x64', 'pkg:nuget/A@1.0.0'],
  ['app/6.0.5/Microsoft.NETCore.App.deps.json', 'linux-x64', 'pkg:nuget/A@1.0.0'],
];

for (const [path, runtime, purl] of FRAMEWORKS) {
  test(`${path} for ${runtime ?? 'all'} is ${purl}`, () => {
    const data = { packages: [{ name: 'A', version: '1.0.0' }], ...(runtime === undefined ? {} : { runtime }) };
    assert.deepEqual(
      dotnet.packages([located(path, data)], undefined).packages.map((found) => found.purl),
      [purl],
    );
  });
}

test('only deps.json files are wanted', () => {
  assert.equal(dotnet.wants?.(header('app/Shop.deps.json')), true);
  assert.equal(dotnet.wants?.(header('app/Shop.runtimeconfig.json')), false);
  assert.equal(dotnet.wants?.(header('app/deps.json')), false);
});

test('an odd name or version is a problem, and costs no other', () => {
  const libraries = {
    'A/1.0.0': PACKAGE,
    B: PACKAGE,
    'C/': PACKAGE,
    '/1.0.0': PACKAGE,
    'D E/1': PACKAGE,
    'F/1 0': PACKAGE,
    'G/2.0.0.1': PACKAGE,
    'H/1': 'text',
  };
  const { data, problems } = parse({ libraries });
  assert.deepEqual(
    data.packages.map(({ name }) => name),
    ['A', 'G'],
  );
  assert.equal(problems.length, 5);
  assert.match(problems[0] ?? '', /"B" is not of the form NAME\/VERSION/);
});

for (const text of ['', '[]', 'null', '{}', '{"libraries":[]}', '{"libraries":', '['.repeat(100_000)]) {
  test(`${text.slice(0, 20) || 'an empty file'} is refused`, () => {
    assert.throws(
      () => parseDependencies(Buffer.from(text)),
      (error) => error instanceof ParseError || error instanceof LimitError,
    );
  });
}

test("Microsoft's own runtime, from a wheel", needsPrograms('python3', 'unzip'), (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-dotnet-'));
  try {
    const wanted = [
      'dotnetcore2==3.1.23',
      '--no-deps',
      '--only-binary=:all:',
      '--platform=manylinux1_x86_64',
      '--dest',
      folder,
    ];
    const options = ['--quiet', '--disable-pip-version-check', '--retries', '0', '--timeout', '20'];
    const { status } = spawnSync('python3', ['-m', 'pip', 'download', ...options, ...wanted]);
    if (status !== 0) return context.skip('needs pip and a package index with dotnetcore2 3.1.23');
    spawnSync('sh', ['-c', 'unzip -q *.whl "*.json" -d root'], { cwd: folder });
    const { facts, problems } = readTree(dotnet, join(folder, 'root'));
    assert.deepEqual(problems, []);
    const { packages } = dotnet.packages(facts, undefined);
    assert.deepEqual(
      packages.map((found) => found.purl),
      ['pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@3.1.23'],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a type that is no text is none, even one that claims to know how it is written', () => {
  for (const type of [{ toString: 1 }, ['package'], 1, null]) {
    assert.deepEqual(parse({ libraries: { 'A/1.0.0': { type } } }).data.packages, []);
  }
});
