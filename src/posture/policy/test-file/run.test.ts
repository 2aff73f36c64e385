import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { runTestFile } from './run.ts';

const BEST_PRACTICES = 'data/k8s/kyverno-policies/best-practices';

test('the tests of kyverno/policies, best practices: no row is wrong', needsShared(BEST_PRACTICES), () => {
  const rows = readdirSync(sharedPath(BEST_PRACTICES)).flatMap((name) => {
    const folder = sharedPath(join(BEST_PRACTICES, name, '.kyverno-test'));
    const read = (path: string) => readFileSync(join(folder, path), 'utf8');
    try {
      return runTestFile(read('kyverno-test.yaml'), name, read);
    } catch (error) {
      if ((error as { readonly code?: string }).code === 'ENOENT') return [];
      throw error;
    }
  });
  assert.deepEqual(
    rows.filter(({ verdict }) => verdict === 'wrong'),
    [],
  );
  const unsupported = rows.filter(({ verdict }) => verdict === 'unsupported').map(({ rule }) => rule);
  assert.deepEqual(unsupported, ['default-deny', 'generate-limitrange', 'generate-resourcequota']);
  assert.equal(rows.length, 77);
});

const FILES: Readonly<Record<string, string>> = {
  policy:
    'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, preconditions: {all: [{key: "{{request.operation}}", operator: Equals, value: CREATE}]}, validate: {pattern: {metadata: {labels: {a: b}}}}}]}\n',
  pod: 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n',
  'values.yaml': 'globalValues: {request.operation: UPDATE}\n',
};

/** [members of the test, members of the result, verdict, what came of the rule]. */
const ROWS: readonly (readonly [string, string, string, string | undefined])[] = [
  ['', 'result: fail', 'right', 'fail'],
  ['', 'result: pass', 'wrong', 'fail'],
  ['', 'result: fail, resources: [other]', 'wrong', undefined],
  ['', 'result: fail, policy: other', 'unsupported', undefined],
  ['', 'result: skip, rule: other', 'right', 'skip'],
  ['', 'result: fail, newMember: 1', 'unsupported', undefined],
  ['userinfo: user.yaml', 'result: fail', 'unsupported', undefined],
  ['variables: values.yaml', 'result: skip', 'right', 'skip'],
  ['values: {globalValues: {request.operation: DELETE}}', 'result: fail', 'unsupported', undefined],
  ['values: {globalValues: {request.object.spec: {}}}', 'result: fail', 'unsupported', undefined],
  ['values: {subresources: []}', 'result: fail', 'unsupported', undefined],
  ['values: {policies: [{name: p, rules: [{name: r, foreachValues: {}}]}]}', 'result: fail', 'unsupported', undefined],
];

for (const [members, result, verdict, actual] of ROWS) {
  test(`${members} ${result} is ${verdict}`, () => {
    const defaults = ['policy: p', 'rule: r', 'resources: [a]'].filter(
      (one) => !result.includes(one.slice(0, one.indexOf(':') + 1)),
    );
    const text = `kind: Test\npolicies: [policy]\nresources: [pod]\n${members}\nresults: [{kind: Pod, ${[...defaults, result].join(', ')}}]\n`;
    const [row] = runTestFile(text, 'kyverno-test.yaml', (path) => FILES[path] ?? '');
    assert.deepEqual([row?.verdict, row?.actual], [verdict, actual]);
  });
}

const WITH_VALUES: Readonly<Record<string, string>> = {
  policy: `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  rules:
  - name: r
    match: {any: [{resources: {kinds: [Pod], operations: [UPDATE], namespaceSelector: {matchLabels: {team: blue}}}}]}
    context: [{name: allowed, configMap: {name: c, namespace: d}}]
    validate: {deny: {conditions: {any: [{key: "{{request.object.metadata.name}}", operator: AnyNotIn, value: "{{allowed.data.names}}"}]}}}
`,
  pods: ['a', 'b']
    .map((name) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: space}\n`)
    .join('---\n'),
  values: `apiVersion: cli.kyverno.io/v1alpha1
kind: Values
globalValues: {request.operation: UPDATE}
namespaceSelector: [{name: space, labels: {team: blue}}]
policies:
- name: p
  rules: [{name: r, values: {allowed.data.names: '["a"]'}}]
  resources: [{name: b, values: {allowed.data.names: '["c"]'}}]
`,
};

test('values stand in for ConfigMaps, operations and labels of namespaces', () => {
  const rows = (members: string) =>
    runTestFile(
      `policies: [policy]\nresources: [pods]\n${members}\nresults: [{policy: p, rule: r, kind: Pod, resources: [a, b], result: pass}]\n`,
      'kyverno-test.yaml',
      (path) => WITH_VALUES[path] ?? '',
    ).map(({ resource, actual, verdict }) => [resource, actual ?? verdict]);
  assert.deepEqual(rows('variables: values'), [
    ['Pod/a', 'pass'],
    ['Pod/b', 'fail'],
  ]);
  const noLabels = 'values: {globalValues: {request.operation: UPDATE}}';
  assert.deepEqual(rows(noLabels), [
    ['Pod/a', 'unsupported'],
    ['Pod/b', 'unsupported'],
  ]);
  assert.deepEqual(rows(''), [
    ['Pod/a', 'skip'],
    ['Pod/b', 'skip'],
  ]);
});
