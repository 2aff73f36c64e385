import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { grantsOf, isFor } from './grants.ts';
import { allows, powersOf } from './powers.ts';

function grants(yaml: string) {
  return grantsOf(parseManifestObjects(yaml, 'm.yaml').objects);
}

const role = (rules: string, more = '') =>
  `---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: ${rules}\n${more}`;
const BINDING = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects: [{kind: ServiceAccount, name: s}, {kind: Group, name: "system:serviceaccounts:c"}]
`;

test('a binding is for accounts by name, by the user that they are, and by their groups; one without a namespace is of its own', () => {
  const [grant] = grants(role('[]') + BINDING).grants;
  assert.ok(grant !== undefined);
  assert.deepEqual(
    [isFor(grant, 'a', 's'), isFor(grant, 'b', 's'), isFor(grant, 'c', 'any'), isFor(grant, 'a', 'other')],
    [true, false, true, false],
  );
  const user = { ...grant, subjects: [{ kind: 'User', name: 'system:serviceaccount:x:y' }] as const };
  assert.ok(isFor(user, 'x', 'y') && !isFor(user, 'x', 'z'));
});

test('a role that is not in the input is a gap, and those of every API server are known', () => {
  const { gaps, grants: found } = grants(BINDING);
  assert.match(gaps[0]?.reason ?? '', /RoleBinding\/a\/b gives the ClusterRole r, which is not in the input/);
  assert.deepEqual(found[0]?.rules, []);
  const [admin] = grants(BINDING.replace('name: r}', 'name: cluster-admin}')).grants;
  assert.deepEqual(admin === undefined ? [] : powersOf(admin).map(({ power }) => power.id), ['everything']);
  // The built-in role admin changes roles and acts as accounts of its namespaces; it may not escalate.
  const [some] = grants(BINDING.replace('name: r}', 'name: admin}')).grants;
  const ids = some === undefined ? [] : powersOf(some).map(({ power }) => power.id);
  assert.deepEqual(ids.slice(0, 2), ['impersonate', 'change-roles']);
  assert.ok(!ids.includes('escalate') && !ids.includes('bind'));
  // A Role of that name is another one.
  assert.equal(
    grants(BINDING.replace('kind: ClusterRole, name: r}', 'kind: Role, name: cluster-admin}')).gaps.length,
    1,
  );
});

test('aggregated roles have the rules of those that their selectors fit', () => {
  const whole = role('[]', 'aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: r}}]}\n');
  const member =
    '---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: m, labels: {to: r}}\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]\n';
  const [grant] = grants(whole + member + BINDING).grants;
  assert.deepEqual(grant === undefined ? [] : powersOf(grant).map(({ power }) => power.id), ['read-secrets']);
});

test('roles of the input are aggregated to those of every API server, and to the ones above', () => {
  const member = (to: string) =>
    role('[{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}]', '').replace(
      '{name: r}',
      `{name: m, labels: {rbac.authorization.k8s.io/aggregate-to-${to}: "true"}}`,
    );
  const has = (name: string, to: string) => {
    const [grant] = grants(member(to) + BINDING.replace('name: r}', `name: ${name}}`)).grants;
    return grant !== undefined && powersOf(grant).some(({ power }) => power.id === 'node-proxy');
  };
  assert.deepEqual([has('view', 'view'), has('edit', 'view'), has('admin', 'edit')], [true, true, true]);
  assert.deepEqual([has('view', 'edit'), has('edit', 'admin'), has('r', 'view')], [false, false, false]);
});

test('powers: by wildcards, by subresources, and not by names where one object is not enough', () => {
  const of = (rule: string) => {
    const [grant] = grants(role(`[${rule}]`) + BINDING).grants;
    return grant === undefined ? [] : powersOf(grant).map(({ power }) => power.id);
  };
  assert.deepEqual(of('{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}'), ['everything']);
  assert.deepEqual(of('{apiGroups: [""], resources: ["*/exec"], verbs: [create]}'), ['exec']);
  assert.deepEqual(of('{apiGroups: [""], resources: [secrets], verbs: ["*"]}'), ['read-secrets']);
  assert.deepEqual(of('{apiGroups: [""], resources: [secrets], resourceNames: [one], verbs: [get]}'), []);
  assert.deepEqual(
    of(
      '{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [cluster-admin], verbs: [bind]}',
    ),
    ['bind'],
  );
  assert.deepEqual(of('{apiGroups: [apps], resources: [pods], verbs: [create]}'), []);
  assert.deepEqual(of('{apiGroups: [""], resources: [pods], verbs: [get, list]}'), []);
});

test('a rule allows by group, resource and verb together', () => {
  const rule = { groups: [''], resources: ['pods', '*/log'], verbs: ['get'], names: [] };
  assert.ok(allows(rule, '', 'pods', 'get'));
  assert.ok(allows(rule, '', 'pods/log', 'get'));
  assert.ok(!allows(rule, '', 'pods/exec', 'get'));
  assert.ok(!allows(rule, 'apps', 'pods', 'get'));
  assert.ok(!allows(rule, '', 'pods', 'list'));
});
