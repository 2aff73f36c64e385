import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnable, isProgramFolder, markOwned, OWNABLE_NAMES } from './owner-rule.ts';
import type { Package } from './package.ts';
import { layer } from './test-facts.ts';

const PATH = 'usr/lib/node_modules/npm/package.json';
const OWNER = 'pkg:apk/a@1';
const OWNED = new Map([[PATH, OWNER]]);

function found(type: Package['type'], path: string, from = layer('one')): Package {
  return { purl: `pkg:${type}/a@1`, type, name: 'a', version: '1', scheme: 'npm', location: { layer: from, path } };
}

test('a language package in a file of an operating-system package has that package as owner', () => {
  const [inside, outside, database] = markOwned(
    [found('npm', PATH), found('npm', `app/${PATH}`), found('apk', PATH)],
    OWNED,
  );
  assert.equal(inside?.ownedBy, OWNER);
  assert.ok(outside !== undefined && !('ownedBy' in outside));
  assert.equal(database?.ownedBy, undefined, 'operating-system packages are never owned');
});

test("a file that a higher layer replaced is no longer the owner's", () => {
  const layers = [layer('one'), layer('two'), layer('three')];
  const ownerOf = (file: string, owner: string): string | undefined =>
    markOwned([found('npm', PATH, layer(file)), found('apk', 'db', layer(owner))], OWNED, layers)[0]?.ownedBy;
  assert.equal(ownerOf('three', 'two'), undefined);
  assert.equal(ownerOf('two', 'two'), OWNER);
  assert.equal(ownerOf('one', 'two'), OWNER, 'an upgrade of the owner may leave the version inside as it was');
});

test('a package inside an archive has the owner of the archive', () => {
  const inner = found('maven', `${PATH}!/WEB-INF/lib/a.war!/b.jar`);
  assert.equal(markOwned([inner], OWNED)[0]?.ownedBy, OWNER);
  assert.equal(markOwned([inner], new Map([[inner.location.path, 'other']]))[0]?.ownedBy, 'other');
});

const OWNABLE: readonly (readonly [string, boolean])[] = [
  ['package.json', true],
  ['/usr/share/nodejs/a/package.json', true],
  ['usr/lib/python3/dist-packages/a.dist-info/METADATA', true],
  ['usr/share/java/a-1.0.jar', true],
  ['usr/lib/dotnet/a.deps.json', true],
  ['METADATA', true],
  ['a.METADATA', false],
  ['a_package.json', false],
  ['usr/share/doc/jar', false],
  ['usr/share/doc/.jar', false],
  ['usr/share/doc/deps.json', false],
  ['usr/jar/', false],
  ['n', false],
  ['', false],
];

for (const [path, expected] of OWNABLE) {
  test(`${path === '' ? 'an empty path' : path} is ${expected ? '' : 'not '}ownable`, () => {
    const bytes = Buffer.from(`x/${path}/x`);
    assert.equal(isOwnable(bytes, 2, 2 + path.length), expected);
  });
}

test('every ownable name is found', () => {
  for (const name of OWNABLE_NAMES) {
    const path = `usr/${name.replace('*', 'a')}`;
    assert.ok(isOwnable(Buffer.from(path), 0, path.length), name);
  }
});

for (const [folder, expected] of [
  ['/usr/bin/', true],
  ['usr/sbin', true],
  ['usr/libexec', true],
  ['bin', true],
  ['usr/cabin', false],
  ['usr/bin/sub', false],
  ['usr/libexec-old', false],
  ['', false],
] as const) {
  test(`the folder ${folder === '' ? '(root)' : folder} ${expected ? 'holds' : 'does not hold'} programs`, () => {
    const bytes = Buffer.from(`/x${folder}x`);
    assert.equal(isProgramFolder(bytes, 2, 2 + folder.length), expected);
  });
}
