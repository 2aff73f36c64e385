import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { readRootfs } from '../../image/layer/rootfs.ts';
import { viewOf } from '../merge.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { npm } from './index.ts';
import { installedName, parsePackageJson } from './parse.ts';

const PATHS: readonly (readonly [string, string | undefined])[] = [
  ['node_modules/ajv/package.json', 'ajv'],
  ['app/node_modules/ajv/package.json', 'ajv'],
  ['app/node_modules/@types/node/package.json', '@types/node'],
  ['app/node_modules/a/node_modules/b/package.json', 'b'],
  ['usr/local/lib/node_modules/npm/package.json', 'npm'],
  ['usr/local/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json', '@npmcli/arborist'],
  ['app/node_modules/.pnpm/ajv@8.0.0/node_modules/ajv/package.json', 'ajv'],
  ['app/node_modules/.store/ajv-npm-8.0.0-5dde0c6f0c/package/package.json', 'ajv-npm-8.0.0-5dde0c6f0c'],
  ['app/package.json', undefined],
  ['package.json', undefined],
  ['node_modules/package.json', undefined],
  ['node_modules/@types/package.json', undefined],
  ['node_modules/.cache/package.json', undefined],
  ['node_modules/.cache/a/package.json', undefined],
  ['node_modules/zod/v4/package.json', undefined],
  ['node_modules/tslib/modules/package.json', undefined],
  ['node_modules/a/@b/c/package.json', undefined],
  ['my_node_modules/a/package.json', undefined],
];

for (const [path, name] of PATHS) {
  test(`${path} is ${name === undefined ? 'no installed package' : `the package ${name}`}`, () => {
    assert.equal(installedName(path), name);
    const read = npm.packages([located(path, { name: 'inside', version: '1' })], undefined).packages;
    assert.equal(read.length, name === undefined ? 0 : 1);
  });
}

test('a package.json becomes a package; the name inside counts, the folder only where there is none', () => {
  const parse = (text: string, folder?: string): unknown => parsePackageJson(Buffer.from(text), folder);
  assert.deepEqual(parse('\ufeff{"name":"@a/b","version":" 1.2.3 ","x":[{}]}', 'alias'), {
    name: '@a/b',
    version: '1.2.3',
  });
  assert.deepEqual(parse('{"version":"1.2.3"}', 'folder'), { name: 'folder', version: '1.2.3' });
  assert.deepEqual(parse('{"name":"JSONStream","version":"v1.3.5"}'), { name: 'JSONStream', version: 'v1.3.5' });
  const path = 'node_modules/alias/package.json';
  assert.deepEqual(npm.packages([located(path, { name: '@a/b', version: '1.2.3+x' })], undefined).packages, [
    {
      purl: 'pkg:npm/%40a/b@1.2.3%2Bx',
      type: 'npm',
      name: '@a/b',
      version: '1.2.3+x',
      scheme: 'npm',
      namespace: 'npm',
      location: { layer: layer('one'), path },
    },
  ]);
});

const BAD = [
  '',
  'null',
  '[]',
  '"text"',
  '{"name":',
  '{"type":"module"}',
  '{"name":"a"}',
  '{"name":"a","version":1}',
  '{"name":"a","version":""}',
  '{"name":"a","version":"1 2"}',
  '{"name":"a b","version":"1"}',
  '{"name":".a","version":"1"}',
  '{"name":"@a","version":"1"}',
  '{"name":"a/b","version":"1"}',
  `{"name":"${'a'.repeat(215)}","version":"1"}`,
  `{"name":"a","version":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
];

for (const text of BAD) {
  test(`${text.slice(0, 40)} is no package`, () => {
    assert.throws(() => parsePackageJson(Buffer.from(text), undefined), ParseError);
  });
}

test('a package is of the layer that brought this version', () => {
  const fact = located('node_modules/a/package.json', { name: 'a', version: '2' }, layer('three'), [
    { layer: layer('one'), data: { name: 'a', version: '1' } },
    { layer: layer('two'), data: { name: 'a', version: '2' } },
  ]);
  assert.equal(npm.packages([fact], undefined).packages[0]?.location.layer, layer('two'));
});

const LINKS: readonly (readonly [path: string, link: string, said: boolean])[] = [
  ['app/node_modules/a', '../packages/a', true],
  ['app/node_modules/@ws/a', '../../packages/a', true],
  ['app/node_modules/@ws', '../packages', true],
  ['app/node_modules', '/deps', true],
  ['usr/local/lib/node_modules/tool', '/opt/tool', true],
  ['app/node_modules/ajv', '.pnpm/ajv@8.0.0/node_modules/ajv', false],
  ['app/node_modules/.bin/ajv', '../ajv/cli.js', false],
  ['app/node_modules/ajv/lib/link', '../dist', false],
  ['app/packages/a', '../a', false],
];

for (const [path, link, said] of LINKS) {
  test(`the link ${path} to ${link} ${said ? 'may install a package' : 'says nothing new'}`, () => {
    assert.deepEqual(npm.look?.(header(path, { type: 'symlink', link })), said ? { link: true } : undefined);
    assert.equal(npm.look?.(header(path, { type: 'dir' })), undefined);
  });
}

test('what a link from node_modules leads to is installed, once, and a problem without a version', () => {
  const body = (text: string, path: string): unknown => npm.read?.(Buffer.from(text), header(path)).data;
  const facts = [
    located('app/node_modules', { link: true }),
    located('b/node_modules/@ws/one', { link: true }),
    located('b/node_modules/broken', { link: true }),
    located('b/node_modules/gone', { link: true }),
    located('deps/two/package.json', body('{"name":"two","version":"2"}', 'deps/two/package.json')),
    located('deps/two/esm/package.json', body('{"type":"module"}', 'deps/two/esm/package.json')),
    located('src/broken/package.json', body('{"name":"broken"}', 'src/broken/package.json')),
    located('src/one/package.json', body('{"name":"@ws/one","version":"1"}', 'src/one/package.json')),
    located('src/one/test/package.json', body('{"name":"test","version":"1"}', 'src/one/test/package.json')),
    located('src/package.json', body('no JSON', 'src/package.json')),
  ];
  const real = new Map([
    ['app/node_modules', 'deps'],
    ['b/node_modules/@ws/one', 'src/one'],
    ['b/node_modules/broken', 'src/broken'],
  ]);
  const { packages, problems } = npm.packages(facts, undefined, (path) => real.get(path));
  assert.deepEqual(
    packages.map(({ purl, location }) => [purl, location.path]),
    [
      ['pkg:npm/two@2', 'deps/two/package.json'],
      ['pkg:npm/%40ws/one@1', 'src/one/package.json'],
    ],
  );
  assert.deepEqual(
    problems?.map(({ path, reason }) => [path, reason]),
    [['src/broken/package.json', 'npm: the package "broken" has no usable version: none']],
  );
});

/** What npm lists below a folder: real folder and `NAME@VERSION`. */
function listedByNpm(root: string): readonly string[] {
  const { stdout } = spawnSync('npm', ['ls', '--all', '--parseable', '--long'], { cwd: root, encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([folder]) => folder !== undefined && folder !== '' && resolve(folder) !== root)
    .map(([folder = '', id, real]) => `${relative(root, real || folder)} ${id}`)
    .sort();
}

test('workspaces, and folders that npm links, agree with npm ls', needsPrograms('npm'), () => {
  const root = join(temporaryFolder(), 'linked');
  const files = {
    'package.json': {
      name: 'root',
      private: true,
      workspaces: ['packages/*'],
      dependencies: { vendored: 'file:vendored' },
    },
    'packages/a/package.json': { name: '@ws/a', version: '1.1.0' },
    'packages/b/package.json': { name: 'b', version: '2.0.0', dependencies: { '@ws/a': '*' } },
    'vendored/package.json': { name: 'vendored', version: '0.5.0' },
    'not-installed/package.json': { name: 'not-installed', version: '3.0.0' },
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  }
  const { status, stderr } = spawnSync('npm', ['install', '--offline', '--no-audit'], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const view = viewOf([readRootfs(root, [npm])]);
  const found = npm.packages(view.facts, undefined, view.resolve).packages;
  const ours = found.map(({ name, version, location }) => `${dirname(location.path)} ${name}@${version}`);
  assert.deepEqual(ours.sort(), listedByNpm(root));
  assert.equal(ours.length, 3);
});

test('the real node_modules of this checkout agree with npm ls', needsPrograms('npm'), () => {
  const root = resolve(import.meta.dirname, '../../../..');
  const { facts } = readTree(npm, root);
  const ours = npm
    .packages(facts, undefined)
    .packages.map((found) => `${found.location.path.replace(/\/package\.json$/, '')} ${found.name}@${found.version}`);
  const theirs = listedByNpm(root);
  assert.ok(theirs.length > 10, 'npm ls lists the dependencies');
  assert.deepEqual(ours.sort(), theirs);
});
