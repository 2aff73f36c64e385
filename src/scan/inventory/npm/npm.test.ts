import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
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
    assert.equal(npm.wants?.(header(path)), name !== undefined);
  });
}

test('what a link from a wanted path leads to is wanted, and is no package at its own place', () => {
  const path = 'root/.local/share/pnpm/store/v3/files/ab/cdef';
  assert.equal(npm.wants?.(header(path)), true);
  assert.deepEqual(npm.packages([located(path, { name: 'ajv', version: '8.0.0' })], undefined).packages, []);
});

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

test('the real node_modules of this checkout agree with npm ls', needsPrograms('npm'), () => {
  const root = resolve(import.meta.dirname, '../../../..');
  const { facts } = readTree(npm, root);
  const ours = npm
    .packages(facts, undefined)
    .packages.map((found) => `${found.location.path.replace(/\/package\.json$/, '')} ${found.name}@${found.version}`);
  const { stdout } = spawnSync('npm', ['ls', '--all', '--parseable', '--long'], { cwd: root, encoding: 'utf8' });
  const theirs = stdout
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([folder]) => folder !== undefined && folder !== '' && resolve(folder) !== root)
    .map(([folder = '', id]) => `${relative(root, folder)} ${id}`);
  assert.ok(theirs.length > 10, 'npm ls lists the dependencies');
  assert.deepEqual(ours.sort(), theirs.sort());
});
