import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-policy-'));
after(() => rmSync(folder, { recursive: true }));

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: s}\nspec: {containers: [{name: c, image: i}]}\n';
const POLICY =
  'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {validationFailureAction: Enforce, rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: "no {{ request.object.metadata.name }}", pattern: {spec: {hostNetwork: true}}}}]}\n';

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function policy(...args: readonly string[]) {
  return runCommand(['policy', ...args], { folder });
}

test('check: what fails and why, as text and as JSON; exit code 1 only when asked for', async () => {
  write('pods/a.yaml', POD.replace('{containers', '{hostNetwork: on, containers'));
  write('pods/b.yaml', POD.replace('name: p', 'name: q'));
  write('pods/broken.yaml', 'a: [\n');
  const text = await policy('check', '--pss', 'baseline:v1.20', 'pods');
  assert.equal(text.code, 0);
  assert.match(
    text.stdout,
    /^fail Pod\/s\/p\n {2}hostNamespaces: .*\n {4}spec\.hostNetwork is true\n1 of 2 workloads pass baseline of v1\.20\n$/,
  );
  assert.match(text.stderr, /a\.yaml:4: Kubernetes reads on as true/);
  assert.match(text.stderr, /broken\.yaml/);
  const json = await policy(
    'check',
    '--pss',
    'baseline:v1.20',
    'pods',
    '--format',
    'json',
    '--quiet',
    '--fail-on',
    'fail',
  );
  assert.deepEqual([json.code, json.stderr], [1, '']);
  const { subjects, gaps } = JSON.parse(json.stdout);
  assert.deepEqual(
    subjects.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]),
    [
      ['Pod/s/p', 'fail'],
      ['Pod/s/q', 'pass'],
    ],
  );
  assert.equal(gaps.length, 1);
  assert.equal((await policy('check', '--pss', 'baseline', 'pods/b.yaml', '--fail-on', 'fail,gaps')).code, 0);
  assert.equal((await policy('check', '--pss', 'baseline', 'pods', '--fail-on', 'gaps')).code, 1);
});

test('test: 1 for a row that comes out otherwise; files outside the folder are not read', async () => {
  write('tests/p/policy.yaml', POLICY);
  const file = (result: string, path = '../policy.yaml') =>
    write(
      'tests/p/.kyverno-test/kyverno-test.yaml',
      `kind: Test\npolicies: [${path}]\nresources: [pod.yaml]\nresults: [{policy: a, rule: r, kind: Pod, resources: [p], result: ${result}}]\n`,
    );
  write('tests/p/.kyverno-test/pod.yaml', POD);
  file('fail');
  const right = await policy('test', 'tests');
  assert.deepEqual([right.code, right.stdout], [0, '1 row: 1 right, 0 wrong, 0 unsupported\n']);
  assert.equal((await policy('test', 'tests/p/.kyverno-test')).code, 0);
  assert.equal((await policy('test', 'tests/p/.kyverno-test/kyverno-test.yaml')).code, 0);
  file('pass');
  const wrong = await policy('test', 'tests', '--format', 'json');
  assert.equal(wrong.code, 1);
  const { rows, results } = JSON.parse(wrong.stdout);
  assert.deepEqual([rows, results[0].actual, results[0].verdict], [1, 'fail', 'wrong']);
  file('fail', '../../../outside.yaml');
  write('outside.yaml', POLICY);
  const outside = await policy('test', 'tests');
  assert.equal(outside.code, 1);
  assert.match(outside.stderr, /outside the folder/);
  symlinkSync(join(folder, 'outside.yaml'), join(folder, 'tests/p/link.yaml'));
  file('fail', '../link.yaml');
  assert.equal((await policy('test', 'tests')).code, 1);
});

test('preview: rejections, and the message with its variables', async () => {
  write('release.yaml', POD);
  write('policies/a.yaml', POLICY);
  const shown = await policy('preview', 'manifests:release.yaml', '--policies', 'policies');
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /rejected Pod\/s\/p\n {2}fail a\/r: no p \(/);
  assert.equal((await policy('preview', 'release.yaml', '--policies', 'policies', '--fail-on', 'fail')).code, 1);
  assert.equal((await policy('preview', 'release.yaml', '--policies', 'policies', '--fail-on', 'gaps')).code, 0);
});

const SUCCESSOR = (expression: string) =>
  `apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: b}\nspec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: [{expression: "${expression}"}]}\n`;

test('compare: the same, different, and what could not be told', async () => {
  write('one.yaml', POD);
  write('old.yaml', POLICY);
  const compare = async (expression: string, failOn: string) => {
    write('new.yaml', SUCCESSOR(expression));
    const args = ['one.yaml', '--before', 'old.yaml', '--after', 'new.yaml', '--fail-on', failOn, '--format', 'json'];
    const { code, stdout } = await policy('compare', ...args);
    assert.ok(resultValidator('policy-compare-1')(JSON.parse(stdout)));
    return [code, JSON.parse(stdout).verdict];
  };
  assert.deepEqual(await compare('has(object.spec.hostNetwork)', 'fail,gaps'), [0, 'pass']);
  assert.deepEqual(await compare('true', 'fail'), [1, 'fail']);
  assert.deepEqual(await compare('nonsense()', 'fail'), [0, 'no-evidence']);
  assert.deepEqual(await compare('nonsense()', 'gaps'), [1, 'no-evidence']);
  // A file of the new set that cannot be read.
  write('half/new.yaml', SUCCESSOR('has(object.spec.hostNetwork)'));
  write('half/broken.yaml', 'apiVersion: v1\nkind: [\n');
  const args = ['one.yaml', '--before', 'old.yaml', '--after', 'half', '--format', 'json'];
  assert.equal(JSON.parse((await policy('compare', ...args)).stdout).verdict, 'no-evidence');
  const { stdout } = await policy('compare', 'one.yaml', '--before', 'old.yaml', '--after', 'new.yaml');
  assert.match(stdout, /^could not be told: Pod\/s\/p: rejected before, not known after\n/);
});

test('matrix: as a table, as JSON by its schema, as a page; gaps and missing controls by exit code', async () => {
  write('matrix.yaml', `${POD}---\na: 1\n`);
  write('policies/a.yaml', POLICY);
  const shown = await policy('matrix', 'matrix.yaml');
  assert.match(shown.stdout, /Pod\/s\/p +- +- +- +- +chart +- +- +- +-/);
  assert.match(shown.stderr, /gap not-scanned: matrix\.yaml/);
  const json = await policy('matrix', 'matrix.yaml', '--policies', 'policies', '--format', 'json', '--fail-on', 'fail');
  const document = JSON.parse(json.stdout);
  assert.ok(resultValidator('policy-matrix-1')(JSON.parse(json.stdout)));
  assert.deepEqual([json.code, document.policies, document.workloads.length, document.gaps.length], [1, 1, 1, 1]);
  assert.equal((await policy('matrix', 'matrix.yaml', '--fail-on', 'gaps')).code, 1);
  for (const args of [
    ['matrix', 'matrix.yaml'],
    ['preview', 'matrix.yaml', '--policies', 'policies'],
  ]) {
    const page = await policy(...args, '--format', 'html');
    assert.equal(page.code, 0, page.stderr);
    assert.match(page.stdout, /What could not be told: 1 gap/);
  }
});

test('a namespace for objects that name none', async () => {
  write('bare.yaml', POD.replace(', namespace: s', ''));
  const { stdout } = await policy('check', '--pss', 'restricted', 'bare.yaml', '--namespace', 'services');
  assert.match(stdout, /^fail Pod\/services\/p/);
  assert.equal((await policy('check', '--pss', 'restricted', 'bare.yaml', '--set', 'a=b')).code, 2);
});

test('what is not there, or says nothing, is told', async () => {
  write('empty.yaml', 'a: 1\n');
  assert.equal((await policy('check', '--pss', 'baseline', 'nowhere.yaml')).code, 3);
  assert.equal((await policy('check', '--pss', 'baseline', 'empty.yaml')).code, 3);
  assert.equal((await policy('check', '--pss', 'strict', 'empty.yaml')).code, 2);
  assert.equal((await policy('check', 'empty.yaml')).code, 2);
  assert.equal((await policy('test', 'policies')).code, 3);
  assert.equal((await policy('preview', 'release.yaml', '--policies', 'release.yaml')).code, 3);
  assert.equal((await policy('preview', 'release.yaml', '--policies', 'policies', '--fail-on', 'warn')).code, 2);
});

test(
  'the best practices of kyverno/policies from their folder',
  needsShared('data/k8s/kyverno-policies/best-practices'),
  async () => {
    const outcome = await policy('test', sharedPath('data/k8s/kyverno-policies/best-practices'), '--format', 'json');
    const { rows, right, wrong, unsupported } = JSON.parse(outcome.stdout);
    assert.deepEqual([outcome.code, rows, right, wrong, unsupported], [0, 77, 74, 0, 3]);
  },
);
