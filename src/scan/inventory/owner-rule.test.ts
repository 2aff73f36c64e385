import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOwned } from './owner-rule.ts';
import type { Package } from './package.ts';
import { layer } from './test-facts.ts';

function found(type: Package['type'], path: string): Package {
  const location = { layer: layer('one'), path };
  return { purl: `pkg:${type}/a@1`, type, name: 'a', version: '1', scheme: 'npm', location };
}

test('a language package in a file of an operating-system package has that package as owner', () => {
  const path = 'usr/lib/node_modules/npm/package.json';
  const owned = new Map([[path, 'pkg:apk/alpine/npm@10']]);
  const [inside, outside, database] = markOwned(
    [found('npm', path), found('npm', `app/${path}`), found('apk', path)],
    owned,
  );
  assert.equal(inside?.ownedBy, 'pkg:apk/alpine/npm@10');
  assert.equal(outside?.ownedBy, undefined);
  assert.equal(database?.ownedBy, undefined, 'operating-system packages are never owned');
  assert.ok(outside !== undefined && !('ownedBy' in outside));
});
