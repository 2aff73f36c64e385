import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { differenceOf } from './difference.ts';
import { type Preview, previewOf } from './preview.ts';

function objectsIn(folder: string): readonly KubernetesObject[] {
  return readdirSync(sharedPath(folder))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const { objects, gaps } = parseManifestObjects(readFileSync(sharedPath(join(folder, file)), 'utf8'), file);
      assert.deepEqual(gaps, [], file);
      return objects;
    });
}

function preview(release: string, policies: string, asOf = '2022-04-06'): Preview {
  return previewOf(
    parseManifestObjects(release, 'release').objects,
    policySetOf(parseManifestObjects(policies, 'policies').objects),
    asOf,
  );
}

/** Findings as `CHECK VERDICT`, of one subject. */
function findings({ findings: all }: Preview, subject: string): readonly string[] {
  return all.filter((one) => one.subject === subject).map(({ check, verdict }) => `${check} ${verdict}`);
}

const RELEASE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cray-capmc, namespace: services}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/instance: cray-hms-capmc, app.kubernetes.io/name: cray-capmc}}
    spec:
      initContainers: [{name: wait-for-etcd, image: "registry.local/etcd:1"}]
      containers:
      - {name: cray-capmc, image: "registry.local/capmc:1", securityContext: {capabilities: {add: [NET_ADMIN]}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: metallb-speaker, namespace: metallb-system}
spec: {template: {spec: {hostNetwork: true, containers: [{name: s, image: "registry.local/metallb/speaker:1"}]}}}
`;

test(
  'the policies of CSM: all are read, and what they leave open is found',
  needsShared('data/k8s/csm-kyverno'),
  () => {
    const set = policySetOf(objectsIn('data/k8s/csm-kyverno'));
    const kinds = (kind: string) =>
      set.policies.filter(
        ({ namespace, rules }) => namespace !== undefined && rules.some((rule) => rule.kind === kind),
      );
    assert.deepEqual([kinds('mutate').length, kinds('validate').length, set.exceptions.length], [31, 31, 38]);
    assert.deepEqual(
      set.policies.flatMap(({ rules }) => rules.flatMap(({ unsupported }) => unsupported ?? [])),
      [],
    );
    const result = previewOf(parseManifestObjects(RELEASE, 'release').objects, set, '2025-07-31');
    const count = (check: string) => result.findings.filter((finding) => finding.check === check).length;
    assert.equal(count('no-init-containers'), 31);
    assert.equal(count('no-run-as-user'), 31);
    assert.equal(count('audit-only'), 32);
    assert.equal(count('exception-unowned'), 38);
    assert.equal(count('exception-unscoped'), 1);
    // The chart's container and its init container: one has a policy, the other none.
    assert.deepEqual(findings(result, 'Deployment/services/cray-capmc container cray-capmc'), [
      'identity-by-image warn',
    ]);
    assert.deepEqual(findings(result, 'Deployment/services/cray-capmc init container wait-for-etcd'), [
      'identity-open fail',
    ]);
    const pod = result.objects.find(({ created, subject }) => created === 'Pod' && subject.endsWith('cray-capmc'));
    assert.equal(pod?.outcome, 'mutated');
    assert.deepEqual(
      pod?.changes.map(({ path, to }) => [path.replace('spec.containers[name=cray-capmc].securityContext.', ''), to]),
      [
        ['runAsNonRoot', true],
        ['allowPrivilegeEscalation', false],
        ['privileged', false],
      ],
    );
    const excepted = result.objects.filter(({ results }) =>
      results.some(({ exceptions }) => exceptions.includes('kyverno/metallb-speaker')),
    );
    assert.deepEqual(
      excepted.map(({ subject, created }) => [subject, created]),
      [
        ['DaemonSet/metallb-system/metallb-speaker', undefined],
        ['DaemonSet/metallb-system/metallb-speaker', 'Pod'],
      ],
    );
  },
);

const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec: {validationFailureAction: Enforce, rules: [{name: r, match: {any: [{resources: {kinds: [Pod], selector: {matchLabels: {app: w}}}}]}, validate: {pattern: {spec: {=(hostNetwork): false}}}}]}
`;
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: s}\nspec: {template: {metadata: {labels: {app: w}}, spec: {hostNetwork: true, containers: [{name: c, image: i, securityContext: {runAsUser: 1000}}]}}}\n';

test('a policy with a selector rejects the Pod that a Deployment would create', () => {
  const { objects } = preview(DEPLOYMENT, POLICY);
  assert.deepEqual(
    objects.map(({ subject, created, outcome }) => [subject, created, outcome]),
    [['Deployment/s/w', 'Pod', 'rejected']],
  );
});

test('what cannot be evaluated is unknown, never admitted', () => {
  const other = POLICY.replace('validate: {pattern: {spec: {=(hostNetwork): false}}}', 'validate: {cel: {}}');
  assert.deepEqual(
    preview(DEPLOYMENT, other).objects.map(({ outcome }) => outcome),
    ['unknown'],
  );
  const cel = (kind: string) =>
    `apiVersion: policies.kyverno.io/v1alpha1\nkind: ${kind}\nmetadata: {name: v}\nspec: {}\n`;
  assert.deepEqual(findings(preview(DEPLOYMENT, cel('MutatingPolicy')), 'v'), ['policy-kind unsupported']);
  assert.deepEqual(findings(preview(DEPLOYMENT, cel('ValidatingPolicy')), 'v'), [
    'rule-unsupported unsupported',
    'matches-nothing warn',
  ]);
});

const EXCEPTION = (more: string, annotations = '') =>
  `${POLICY}---\napiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e, namespace: k, annotations: {${annotations}}}\nspec: {exceptions: [{policyName: p, ruleNames: [r]}], match: {any: [{resources: {kinds: [Pod], ${more}}}]}}\n`;
const OWNED = (expires: string) => `plimsoll.io/owner: o, plimsoll.io/reason: r, plimsoll.io/expires: "${expires}"`;

test('exceptions: too wide, unused, orphaned, without owner, expired', () => {
  const of = (text: string) => findings(preview(DEPLOYMENT, text), 'k/e');
  assert.deepEqual(of(EXCEPTION('names: ["w-xxxxx-"]', OWNED('2022-04-06'))), []);
  assert.deepEqual(of(EXCEPTION('names: ["w-xxxxx-"]', OWNED('2022-04-05'))), ['exception-expired fail']);
  assert.deepEqual(of(EXCEPTION('names: ["w-xxxxx-"]', OWNED('soon'))), ['exception-expired fail']);
  assert.deepEqual(of(EXCEPTION('names: ["w-*"]')), ['exception-unowned warn', 'exception-wide warn']);
  assert.deepEqual(of(EXCEPTION('namespaces: [s]', OWNED('2999-01-01'))), ['exception-wide warn']);
  assert.deepEqual(of(EXCEPTION('names: [other]', OWNED('2999-01-01'))), ['exception-unused warn']);
  const orphan = EXCEPTION('names: [w]', OWNED('2999-01-01')).replace('ruleNames: [r]', 'ruleNames: [q]');
  assert.deepEqual(of(orphan), ['exception-orphaned fail']);
});

test('policies in force only on paper', () => {
  const of = (policy: string, id = 'p') => findings(preview(DEPLOYMENT, policy), id);
  assert.deepEqual(of(POLICY), []);
  assert.deepEqual(of(POLICY.replace('Enforce', 'Audit')), ['audit-only warn']);
  assert.deepEqual(of(POLICY.replace('spec: {', 'spec: {failurePolicy: Ignore, ')), ['failure-ignored warn']);
  assert.deepEqual(of(POLICY.replace('spec: {', 'spec: {admission: false, ')), ['no-admission warn']);
  assert.deepEqual(of(POLICY.replace('app: w', 'app: x')), ['matches-nothing warn']);
  const elsewhere = POLICY.replace('ClusterPolicy', 'Policy').replace('{name: p}', '{name: p, namespace: gone}');
  assert.deepEqual(of(elsewhere, 'gone/p'), ['namespace-missing warn']);
});

test('differences are told place by place, named elements by their names', () => {
  const from = { a: [{ name: 'x', v: 1 }, { name: 'y' }], b: [1], c: 1 };
  const to = { a: [{ name: 'y' }, { name: 'x', v: 2 }], b: [2], d: {} };
  assert.deepEqual(differenceOf(from, to), [
    { path: 'a[name=x].v', from: 1, to: 2 },
    { path: 'b', from: [1], to: [2] },
    { path: 'c', from: 1 },
    { path: 'd', to: {} },
  ]);
  assert.deepEqual(differenceOf(from, from), []);
});

test('what fails is rejected where the rule, an override or the policy says so', () => {
  const outcome = (spec: string, rule = '') =>
    preview(
      DEPLOYMENT,
      POLICY.replace('validationFailureAction: Enforce, ', spec).replace('validate: {', `validate: {${rule}`),
    ).objects[0]?.outcome;
  assert.equal(outcome(''), 'admitted');
  assert.equal(outcome('', 'failureAction: Enforce, '), 'rejected');
  assert.equal(outcome('validationFailureAction: Enforce, ', 'failureAction: Audit, '), 'admitted');
  const overrides = (action: string, namespace: string) =>
    `validationFailureActionOverrides: [{action: ${action}, namespaces: [${namespace}]}], `;
  assert.equal(outcome(overrides('Enforce', 's*')), 'rejected');
  assert.equal(outcome(overrides('Enforce', 'other')), 'admitted');
  assert.equal(outcome(`validationFailureAction: Enforce, ${overrides('Audit', 's')}`), 'admitted');
});
