import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { located } from '../test-facts.ts';
import { kindOf, readContentSets } from './content-sets.ts';
import { contentSets } from './index.ts';

/** In the form of atomic-reactor's schema. */
function manifest(...names: readonly unknown[]): Buffer {
  return Buffer.from(
    JSON.stringify({ metadata: { icm_version: 1, image_layer_index: 1 }, content_sets: names, image_contents: [] }),
  );
}

test('the names of repositories are read, whatever else stands there', () => {
  assert.deepEqual(readContentSets(manifest('b-rpms', 'a-rpms', 'b-rpms', 7, 'no token', '')), ['a-rpms', 'b-rpms']);
  assert.deepEqual(readContentSets(Buffer.from('{"content_sets": null}')), []);
  for (const text of ['', '[]', '{}', '{"content_sets": {}}', 'null', '"x"']) {
    assert.throws(() => readContentSets(Buffer.from(text)), ParseError, text);
  }
});

test('main repositories, extended streams and layered products are told apart', () => {
  const kinds: Readonly<Record<string, string>> = {
    'rhel-8-for-x86_64-baseos-rpms': 'main',
    'rhel-8-for-x86_64-appstream-rpms__8': 'main',
    'rhel-9-for-aarch64-appstream-source-rpms': 'main',
    'ubi-9-for-x86_64-baseos-rpms': 'main',
    'ubi-8-baseos-rpms': 'main',
    'codeready-builder-for-rhel-9-x86_64-rpms': 'main',
    'rhel-7-server-rpms': 'main',
    'rhel-8-for-x86_64-baseos-eus-rpms': 'extended',
    'rhel-8-for-x86_64-baseos-eus-rpms__8_DOT_6': 'extended',
    'rhel-8-for-x86_64-appstream-e4s-rpms': 'extended',
    'rhel-7-server-aus-rpms': 'extended',
    'rhocp-4.12-for-rhel-8-x86_64-rpms': 'other',
    'rhel-7-server-ose-3.11-rpms': 'other',
    'jb-eap-7.4-for-rhel-8-x86_64-rpms': 'other',
    'fast-datapath-for-rhel-8-x86_64-rpms': 'other',
    'acme-internal': 'other',
  };
  for (const [name, kind] of Object.entries(kinds)) assert.equal(kindOf(name), kind, name);
});

test('what the repositories leave open is a gap; those of the base image alone are none', () => {
  const gaps = (files: Readonly<Record<string, readonly string[]>>) =>
    contentSets
      .packages(
        Object.entries(files).map(([name, data]) => located(`root/buildinfo/content_manifests/${name}`, data)),
        undefined,
      )
      .problems?.map(({ path, kind, reason }) => `${kind} ${path.split('/').at(-1)}: ${reason}`);
  const base = ['rhel-8-for-x86_64-baseos-rpms', 'ubi-8-for-x86_64-appstream-rpms'];
  assert.deepEqual(gaps({ 'ubi8.json': base }), []);
  const found = gaps({
    'a.json': [...base, 'rhocp-4.12-for-rhel-8-x86_64-rpms', 'rhel-8-for-x86_64-baseos-eus-rpms'],
    'b.json': ['rhocp-4.12-for-rhel-8-x86_64-rpms', ...Array.from({ length: 7 }, (_, index) => `product-${index}`)],
  });
  assert.equal(found?.length, 3);
  assert.match(
    found?.[0] ?? '',
    /^undecidable a\.json: installed from repositories of an extended.*: rhel-8-for-x86_64-baseos-eus-rpms$/,
  );
  assert.match(found?.[1] ?? '', /^undecidable a\.json: .*not read.*: rhocp-4\.12-for-rhel-8-x86_64-rpms$/);
  assert.match(found?.[2] ?? '', /^undecidable b\.json: .*product-0, product-1, .* and 2 more$/);
});
