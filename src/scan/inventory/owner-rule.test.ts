import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOwned } from './owner-rule.ts';
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
