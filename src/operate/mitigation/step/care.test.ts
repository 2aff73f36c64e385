// What can reject or lock out, however it is written down, and what policies are in audit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workOf } from '../work.ts';
import { careOf } from './care.ts';
import { EXEMPT_NAMESPACES, exemptPolicy } from './exempt.ts';
import { stepWork } from './kinds.ts';
import type { Manifest, Step } from './step.ts';

function created(apiVersion: string, kind: string, spec: object = {}): Step {
  return { type: 'create-object', id: 's', object: { apiVersion, kind, metadata: { name: 'n' }, spec }, plural: 'ns' };
}

test('what decides about requests asks for care in every type of step', () => {
  const cases: readonly (readonly [step: Step, rejects: boolean, locksOut: boolean])[] = [
    [created('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'), false, true],
    [created('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'), true, true],
    [created('kyverno.io/v1', 'ClusterPolicy'), true, true],
    [created('policies.kyverno.io/v1alpha1', 'ValidatingPolicy'), true, true],
    [created('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'), false, true],
    [created('v1', 'ResourceQuota'), false, true],
    [created('v1', 'ConfigMap'), false, false],
    [created('apps/v1', 'Deployment'), false, false],
    [
      {
        type: 'set-field',
        id: 's',
        object: { apiVersion: 'v1', kind: 'Namespace', name: 'n' },
        path: '/metadata/labels/a',
      },
      false,
      true,
    ],
    [{ type: 'sysctl', id: 's', key: 'a.b', value: '1' }, false, true],
    [{ type: 'file-mode', id: 's', path: '/a', mode: '0755' }, false, false],
  ];
  for (const [step, rejects, locksOut] of cases)
    assert.deepEqual(careOf(step), { rejects, locksOut }, JSON.stringify(step));
});

test('in audit nothing of a policy rejects; to enforce, it is as it was written', () => {
  const rules = [
    {
      name: 'a',
      validate: { failureAction: 'Enforce', failureActionOverrides: [{ action: 'Enforce' }], message: 'm' },
    },
    { name: 'b', verifyImages: [{ failureAction: 'Enforce' }] },
  ];
  const spec = { rules, validationFailureActionOverrides: [{ action: 'enforce', namespaces: ['a'] }] };
  const policy: Manifest = { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'p' }, spec };
  const audit = JSON.stringify(exemptPolicy(policy, 'audit'));
  assert.match(audit, /"validationFailureAction":"audit"/);
  assert.doesNotMatch(audit, /nforce/);
  const enforced = exemptPolicy(policy, 'enforce')['spec'];
  assert.deepEqual(
    Reflect.get(Object(enforced), 'validationFailureActionOverrides'),
    spec.validationFailureActionOverrides,
  );
  const binding: Manifest = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'] },
  };
  const own = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: EXEMPT_NAMESPACES };
  const matchResources = { namespaceSelector: { matchExpressions: [own] } };
  const spec2 = { policyName: 'p', matchResources };
  assert.deepEqual(exemptPolicy(binding, 'audit')['spec'], { ...spec2, validationActions: ['Audit'] });
  assert.deepEqual(exemptPolicy(binding, 'enforce')['spec'], { ...spec2, validationActions: ['Deny'] });
  const hooks: Manifest = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'w' },
    webhooks: [{ name: 'a', namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }],
  };
  const expected = { name: 'a', namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }, own] } };
  assert.deepEqual(exemptPolicy(hooks, 'enforce')['webhooks'], [expected]);
});

test('a value of a policy, and what decides about the exempt namespaces, is no step', () => {
  const set = (apiVersion: string, kind: string, name: string, namespace?: string) => {
    const object = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    return stepWork({ type: 'set-field', id: 's', object, path: '/spec/x', value: 'enforce' }, 'audit');
  };
  assert.throws(() => set('kyverno.io/v1', 'ClusterPolicy', 'p'), /cannot report first/);
  assert.throws(
    () => set('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'b'),
    /cannot report first/,
  );
  assert.throws(() => set('v1', 'Namespace', 'kube-system'), /no mitigation decides about the namespace kube-system/);
  assert.throws(() => set('networking.k8s.io/v1', 'NetworkPolicy', 'n', 'kyverno'), /the namespace kyverno/);
  assert.equal(set('apps/v1', 'Deployment', 'coredns', 'kube-system').objects.length, 1);
  assert.equal(set('v1', 'Namespace', 'user').objects.length, 1);
});

test('what only reports needs no confirmation; with --enforce it does', () => {
  const steps = [created('kyverno.io/v1', 'ClusterPolicy', { rules: [{ name: 'r', validate: {} }] })];
  const bundle = { steps } as unknown as Parameters<typeof workOf>[0];
  assert.deepEqual([workOf(bundle, 'audit').locksOut, workOf(bundle, 'enforce').locksOut], [false, true]);
});
