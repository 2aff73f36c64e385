import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { clusterProgram } from '../../../../test/cluster/assets.ts';
import { valueAt } from '../../../platform/json.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseManifestObjects } from './objects.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';

/** What Kubernetes makes of a plain word: [word, value]. */
const WORDS: readonly (readonly [string, unknown])[] = [
  ['y', true],
  ['Yes', true],
  ['on', true],
  ['off', false],
  ['N', false],
  ['true', true],
  ['yES', 'yES'],
  ['"y"', 'y'],
  ['!!str on', 'on'],
  ['0644', 420],
  ['0o17', 15],
  ['0x1F', 31],
  ['089', 89],
  ['1_000', 1000],
  ['-12', -12],
  ['1e3', 1000],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['~', null],
  ['Null', null],
  ['2001-01-01', '2001-01-01'],
  ['1.2.3', '1.2.3'],
  ['12:30:45', '12:30:45'],
  ['.inf', '.inf'],
  ['_', '_'],
];

for (const [word, value] of WORDS) {
  test(`Kubernetes reads ${word} as ${JSON.stringify(value)}`, () => {
    const { objects } = parseManifestObjects(`${POD}v: ${word}\n`, 'f');
    assert.deepEqual(objects[0]?.value['v'], value);
  });
}

const kubectl = clusterProgram('kubectl');

test('kubectl reads the words as booleans, too', {
  skip: kubectl === undefined ? 'needs the program kubectl' : false,
}, () => {
  for (const [word, value] of WORDS.filter(([, expected]) => typeof expected === 'boolean')) {
    const input = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {}}\nimmutable: ${word}\n`;
    const args = ['patch', '--local', '-f', '-', '--type=merge', '-p', '{}', '-o', 'json'];
    const outcome = spawnSync(kubectl ?? '', args, { input, encoding: 'utf8', env: { HOME: '/nonexistent' } });
    assert.deepEqual(JSON.parse(outcome.stdout).immutable, value, word);
  }
});

test('words that are booleans only to Kubernetes are told, with their line', () => {
  const { warnings } = parseManifestObjects(`${POD}spec:\n  a: true\n  b: on\n  c: "on"\n`, 'f.yaml');
  assert.deepEqual(warnings, ['f.yaml:6: Kubernetes reads on as true; quote it if text is meant']);
});

test('several documents, lists in lists, and what is broken beside them', () => {
  const text = `${POD}---\n# nothing\n---\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: PodList, items: [{metadata: {name: b}}]}]\n---\na: [\n---\nother: 1\n---\n{"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "c-", "namespace": "n"}}\n`;
  const { objects, gaps } = parseManifestObjects(text, 'f');
  assert.deepEqual(
    objects.map(({ kind, name, namespace, position }) => [kind, name, namespace, position]),
    [
      ['Pod', 'a', undefined, 'f:1'],
      ['Pod', 'b', undefined, 'f:9'],
      ['Pod', 'c-', 'n', 'f:15'],
    ],
  );
  assert.deepEqual(
    gaps.map(({ kind, location }) => [kind, location]),
    [
      ['file-unparsed', 'document at line 10'],
      ['not-scanned', undefined],
    ],
  );
});

test('aliases out of proportion and depth are met by limits, names of every object are harmless', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join(',')}]`),
  ].join('\n');
  assert.equal(parseManifestObjects(`${POD}${bomb}\n`, 'f').gaps[0]?.kind, 'limit-reached');
  const deep = `${POD}v: ${'['.repeat(LIMITS.yamlDepth + 5)}${']'.repeat(LIMITS.yamlDepth + 5)}\n`;
  assert.equal(parseManifestObjects(deep, 'f').gaps[0]?.kind, 'limit-reached');
  const { objects } = parseManifestObjects(`${POD}__proto__: {polluted: 1}\nconstructor: 1\n`, 'f');
  assert.deepEqual(valueAt(objects[0]?.value, '__proto__', 'polluted'), 1);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(valueAt(objects[0]?.value, 'toString'), undefined);
});
