import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ParseError } from '../../../platform/errors.ts';
import { indentQuoted } from './quoted-lines.ts';
import { benchmarkFor, parsePlaces } from './read-places.ts';
import { parseSection } from './read-section.ts';

function section(check: string): ReturnType<typeof parseSection> {
  return parseSection(`type: node\nid: 4\ngroups:\n- id: 4.1\n  checks:\n  - ${check}\n`, 'node.yaml');
}

test('texts are kept as they are written', () => {
  const read = section(
    '{id: 5.10, text: "a\\n  b", scored: yes, tests: {bin_op: or, test_items: [{flag: no, compare: {op: eq, value: no}}, {path: "{.a}", set: off}]}}',
  );
  const [check] = read?.groups[0]?.checks ?? [];
  assert.deepEqual([check?.id, check?.title, check?.scored, check?.multiple], ['5.10', 'a b', true, false]);
  assert.deepEqual(check?.tests, {
    operation: 'or',
    items: [
      { flag: 'no', path: '', env: '', set: true, compare: { op: 'eq', value: 'no' } },
      { flag: '', path: '{.a}', env: '', set: false },
    ],
  });
});

test('a file without groups is none, and one that is wrong is refused', () => {
  assert.equal(parseSection('---\n## nothing\n', 'config.yaml'), undefined);
  for (const text of ['type: pod\ngroups: []', 'type: node\ngroups: [{checks: [{text: a}]}]', 'groups: ']) {
    assert.throws(() => parseSection(text, 'f'), ParseError, text);
  }
  assert.throws(() => section('{id: 4.1.1}\n  - {id: 4.1.1}'), /there twice/);
  assert.throws(() => section('{id: "../a"}'), ParseError);
});

test('quoted texts may go on at the column of their key, blocks are left alone', () => {
  const text = 'a:\n  b: "one\n  two"\n  c: \'it\'\'s\n  three\'\n  d: |\n    e: "open\n    f\n  g: "h"\n';
  assert.deepEqual(parse(indentQuoted(text)), { a: { b: 'one two', c: "it's three", d: 'e: "open\nf\n', g: 'h' } });
});

test('places of a benchmark lie over the common ones, member by member', () => {
  const common =
    'master:\n  components: [etcd]\n  etcd: {bins: [etcd], confs: [/a, /b], defaultconf: /c, optional: true}\nversion_mapping: {"1.20": a, "1.22": b}\n';
  const own = 'master:\n  etcd: {confs: [/own]}\n';
  const { places, versions } = parsePlaces([
    ['config.yaml', common],
    ['a/config.yaml', own],
  ]);
  const [etcd] = places.get('master') ?? [];
  assert.deepEqual(
    [etcd?.programs, etcd?.optional, etcd?.files.conf],
    [['etcd'], true, { candidates: ['/own'], fallback: '/c' }],
  );
  const chosen = ['v1.20.2', '1.21', 'v1.22.0-rc', 'v1.30.1', 'v1.19.0', 'x'].map((version) =>
    benchmarkFor(versions, version),
  );
  assert.deepEqual(chosen, ['a', 'a', 'b', 'b', undefined, undefined]);
});
