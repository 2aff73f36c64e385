import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../platform/canonical.ts';
import type { FeedRecord } from '../advisory/advisory.ts';
import { findFeed } from '../advisory/registry.ts';
import { coverageOf, feedRank, mainFeedsOf } from './main-feeds.ts';

function feed(id: string, namespace: string): FeedRecord {
  const told = { source: 'test', sha256: digestOf(id), licence: 'none', records: 1, skipped: 0, skippedReasons: [] };
  return { ...told, id, namespaces: [namespace] };
}

test('what covers a namespace, and what only adds to it', () => {
  const kinds: readonly (readonly [namespace: string, feeds: readonly string[], kind: string])[] = [
    ['cargo', ['rustsec'], 'covered'],
    ['npm', ['rustsec'], 'partial'],
    ['npm', ['gitlab'], 'partial'],
    ['npm', ['gitlab', 'osv'], 'covered'],
    ['npm', [], 'absent'],
    ['rocky:9', ['rpm-updateinfo'], 'covered'],
    ['rhel:8', ['redhat-csaf'], 'covered'],
    ['sles:15.3', ['suse-cvrf'], 'covered'],
    ['debian:12', ['rpm-updateinfo'], 'partial'],
  ];
  for (const [namespace, ids, kind] of kinds) {
    for (const id of ids) assert.ok(findFeed(id) !== undefined, id);
    const speaking = ids.map((id) => feed(id, namespace));
    assert.equal(coverageOf(namespace, speaking).kind, kind, `${namespace} ${ids}`);
    assert.equal(coverageOf('other:1', speaking).kind, 'absent');
  }
});

test("the distribution's own feeds rank one above the next, main feeds as equals, others below", () => {
  const ranks = (namespace: string, ...ids: readonly string[]) => ids.map((id) => feedRank(namespace, id));
  assert.deepEqual(ranks('cargo', 'osv', 'rustsec', 'gitlab'), [0, 0, 1]);
  const [csaf = 0, updateinfo = 0, osv = 0, other = 0] = ranks(
    'rhel:8',
    'redhat-csaf',
    'rpm-updateinfo',
    'osv',
    'gitlab',
  );
  assert.ok(csaf < updateinfo && updateinfo < osv && osv < other);
});

test('what is named to the user are exactly the feeds that would help', () => {
  const named: Readonly<Record<string, readonly string[]>> = {
    'alpine:3.20': ['alpine-secdb', 'osv'],
    'debian:12': ['debian-tracker', 'osv'],
    'ubuntu:22.04': ['osv'],
    wolfi: ['osv'],
    chainguard: ['osv'],
    'rhel:9': ['redhat-csaf', 'rpm-updateinfo', 'osv'],
    'rocky:9': ['rpm-updateinfo', 'osv'],
    'sles:15.3': ['suse-cvrf', 'rpm-updateinfo', 'osv'],
    'opensuse-leap:15.5': ['suse-cvrf', 'rpm-updateinfo', 'osv'],
    npm: ['osv'],
    cargo: ['osv', 'rustsec'],
  };
  for (const [namespace, feeds] of Object.entries(named)) {
    assert.deepEqual(mainFeedsOf(namespace), feeds, namespace);
    for (const id of feeds) {
      assert.ok(findFeed(id) !== undefined, id);
      assert.equal(coverageOf(namespace, [feed(id, namespace)]).kind, 'covered', `${namespace} ${id}`);
    }
  }
  assert.equal(coverageOf('ubuntu:22.04', [feed('redhat-csaf', 'ubuntu:22.04')]).kind, 'partial');
});
