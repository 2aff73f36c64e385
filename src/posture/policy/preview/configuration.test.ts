// ConfigMaps in a preview: those that rules read, and Kyverno's own, which leaves objects out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { type Preview, previewOf } from './preview.ts';

const POD = (name: string, namespace: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {containers: [{name: c, image: i}]}\n`;
const RULE = (more: string) =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {validationFailureAction: Enforce, rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, ${more}}]}\n`;
const DENY = RULE('validate: {deny: {}}');
const KYVERNO = (data: string) =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: kyverno, namespace: kyverno}\ndata: {${data}}\n`;

function preview(objects: string, policies: string): Preview {
  const set = policySetOf(parseManifestObjects(policies, 'p').objects);
  return previewOf(parseManifestObjects(objects, 'r').objects, set, '2022-04-06');
}

function rejected(objects: string, policies: string): readonly string[] {
  const { objects: all } = preview(objects, policies);
  return all.filter(({ outcome }) => outcome === 'rejected').map(({ subject }) => subject);
}

const PODS = `${POD('a', 'kube-system')}---\n${POD('b', 'services')}`;

/** [data of the ConfigMap, who is still judged]. */
const FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['', ['Pod/kube-system/a', 'Pod/services/b']],
  ['resourceFilters: "[Event,*,*] [*/*,kube-system,*]"', ['Pod/services/b']],
  ['resourceFilters: "[Pod/?*,*,*]"', ['Pod/kube-system/a', 'Pod/services/b']],
  ['resourceFilters: "[*,kube-system,*]"', ['Pod/services/b']],
  ['resourceFilters: "[Pod,*,b*] [Node,*,*]"', ['Pod/kube-system/a']],
  ['resourceFilters: "[Pod]"', []],
  ['resourceFilters: "[Deployment,*,*]"', ['Pod/kube-system/a', 'Pod/services/b']],
  [
    `resourceFilters: "", webhooks: '{"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}]}}'`,
    ['Pod/services/b'],
  ],
  [
    `resourceFilters: "", webhooks: '[{"namespaceSelector": {"matchLabels": {"team": "a"}}}]'`,
    ['Pod/kube-system/a', 'Pod/services/b'],
  ],
  [`resourceFilters: "", webhooks: '{"somethingNew": {}}'`, ['Pod/kube-system/a', 'Pod/services/b']],
];
for (const [data, expected] of FILTERS) {
  test(`with ${data || 'no configuration'} ${expected.length} of 2 Pods are judged`, () => {
    assert.deepEqual(rejected(PODS, data === '' ? DENY : DENY + KYVERNO(data)), expected);
    assert.deepEqual(rejected(data === '' ? PODS : PODS + KYVERNO(data), DENY), expected, 'in the release');
  });
}

test('a ConfigMap that is not Kyverno’s leaves nothing out', () => {
  const other = KYVERNO('resourceFilters: "[*,*,*]"').replace('name: kyverno,', 'name: settings,');
  assert.equal(rejected(PODS + other, DENY).length, 2);
  const labelled = other.replace('name: settings,', 'name: settings, labels: {app.kubernetes.io/part-of: kyverno},');
  assert.equal(rejected(PODS + labelled, DENY).length, 0);
});

test('what is left out, and what is not understood, is told', () => {
  const { findings } = preview(PODS, DENY + KYVERNO('resourceFilters: "[*,kube-system,*] nonsense", webhooks: "{"'));
  assert.deepEqual(
    findings.flatMap(({ check, verdict, reason }) =>
      /not-asked|filter/.test(check) ? [[check, verdict, reason]] : [],
    ),
    [
      ['filter-unsupported', 'unsupported', 'resourceFilters: "nonsense" is no filter'],
      ['filter-unsupported', 'unsupported', 'webhooks: it is no JSON'],
      ['not-asked', 'warn', 'no policy is asked of an object, by [*,kube-system,*]'],
    ],
  );
});

test('a rule reads the ConfigMaps of the release and of the policies; others are not guessed', () => {
  const rule = RULE(
    'context: [{name: allowed, configMap: {name: names, namespace: "{{request.namespace}}"}}], validate: {deny: {conditions: {any: [{key: "{{request.object.metadata.name}}", operator: AnyNotIn, value: "{{allowed.data.names}}"}]}}}',
  );
  const map = (names: string) =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: names, namespace: services}\ndata: {names: '["${names}"]'}\n`;
  const outcome = (objects: string, policies: string) => preview(objects, policies).objects[0]?.outcome;
  assert.equal(outcome(POD('b', 'services') + map('b'), rule), 'admitted');
  assert.equal(outcome(POD('b', 'services'), rule + map('a')), 'rejected');
  assert.equal(outcome(POD('b', 'services'), rule), 'unknown');
  assert.equal(outcome(POD('b', 'other'), rule + map('b')), 'unknown');
});

test('a policy that admission does not ask changes and rejects nothing', () => {
  const asked = DENY.replace('spec: {', 'spec: {admission: false, ');
  const { objects, findings } = preview(PODS, asked);
  assert.deepEqual([objects, findings.map(({ check }) => check).includes('no-admission')], [[], true]);
});

test('what a controller creates is of the controller as policies left it', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: s}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n';
  const policy =
    'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: m}\nspec: {rules: [{name: r, match: {any: [{resources: {kinds: [Deployment]}}]}, mutate: {patchStrategicMerge: {spec: {template: {spec: {hostNetwork: true}}}}}}]}\n';
  const pods = preview(deployment, `${policy}---\n${RULE('validate: {pattern: {spec: {=(hostNetwork): false}}}')}`);
  assert.deepEqual(
    pods.objects.map(({ created, outcome }) => [created, outcome]),
    [
      [undefined, 'rejected'],
      ['Pod', 'rejected'],
    ],
  );
});
