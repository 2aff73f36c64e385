import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { parseTerm } from '../../reach/question.ts';
import { judgeTenancy, type TenancyResult } from '../tenancy.ts';
import { ancestorsOf, hierarchyOf, rootOf } from './hierarchy.ts';

function judge(yaml: string, unread?: ReadonlySet<string>): TenancyResult {
  const manifests = parseManifestObjects(yaml, 'm.yaml');
  const question = { manifests, users: [parseTerm('user/*')], asOf: '2022-04-20' };
  return judgeTenancy(unread === undefined ? question : { ...question, unread });
}

function said({ results }: TenancyResult, check: string): readonly string[] {
  return results
    .filter((one) => one.check === check)
    .map(({ subject, verdict, reason }) => `${subject} ${verdict}: ${reason}`);
}

function verdictOf({ results }: TenancyResult, check: string, subject: string): string | undefined {
  return results.find((one) => one.check === check && one.subject === subject)?.verdict;
}

const anchor = (name: string, parent: string) =>
  `---\napiVersion: hnc.x-k8s.io/v1alpha2\nkind: SubnamespaceAnchor\nmetadata: {name: ${name}, namespace: ${parent}}\n`;
const tapms = (name: string, resources = '[]') =>
  `---\napiVersion: tapms.hpe.com/v1alpha3\nkind: Tenant\nmetadata: {name: ${name}, namespace: tenants}\nspec: {tenantname: ${name}, childnamespaces: [slurm, user], tenantresources: ${resources}}\n`;
const policy = (namespace: string, annotations = '{}') =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ${namespace}, annotations: ${annotations}}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n`;
const propagates = (mode: string) =>
  `---\napiVersion: hnc.x-k8s.io/v1alpha2\nkind: HNCConfiguration\nmetadata: {name: config}\nspec: {resources: [{resource: networkpolicies, group: networking.k8s.io, mode: ${mode}}]}\n`;

const TREE =
  anchor('vcluster-blue', 'tenants') +
  anchor('vcluster-blue-slurm', 'vcluster-blue') +
  anchor('vcluster-blue-user', 'vcluster-blue');
const BLUE = TREE + tapms('vcluster-blue');

test('a tree of HNC: parents by anchors, hierarchy and annotation; a cycle ends', () => {
  const { objects } = parseManifestObjects(
    `${anchor('b', 'a')}---\napiVersion: hnc.x-k8s.io/v1alpha2\nkind: HierarchyConfiguration\nmetadata: {name: hierarchy, namespace: c}\nspec: {parent: b}\n` +
      '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: d, annotations: {hnc.x-k8s.io/subnamespace-of: c}}\n',
    'm.yaml',
  );
  const hierarchy = hierarchyOf(objects);
  assert.deepEqual(ancestorsOf(hierarchy, 'd'), ['c', 'b', 'a']);
  assert.equal(rootOf(hierarchy, 'd'), 'a');
  const circle = hierarchyOf(parseManifestObjects(anchor('p', 'q') + anchor('q', 'p'), 'm.yaml').objects);
  assert.deepEqual(ancestorsOf(circle, 'p'), ['q', 'p']);
});

test('tenants of tapms, of Capsule and of a tree by itself', () => {
  const capsule =
    '---\napiVersion: capsule.clastix.io/v1beta2\nkind: Tenant\nmetadata: {name: oil}\nspec: {owners: [{kind: User, name: alice}]}\nstatus: {namespaces: [oil-dev]}\n' +
    '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: oil-prod, labels: {capsule.clastix.io/tenant: oil}}\n';
  const { tenants } = judge(BLUE + capsule + anchor('team-x', 'teams'));
  assert.deepEqual(
    tenants.map(({ name, system, namespaces }) => [name, system, ...namespaces]),
    [
      ['oil', 'capsule', 'oil-dev', 'oil-prod'],
      ['teams', 'hnc', 'team-x', 'teams'],
      ['vcluster-blue', 'tapms', 'vcluster-blue', 'vcluster-blue-slurm', 'vcluster-blue-user'],
    ],
  );
});

test('a NetworkPolicy above comes down only where HNC propagates networkpolicies', () => {
  const of = (yaml: string) => verdictOf(judge(BLUE + yaml), 'tenant-network', 'Namespace/vcluster-blue-user');
  assert.equal(of(''), 'fail');
  assert.equal(of(policy('vcluster-blue')), 'fail');
  assert.equal(of(policy('vcluster-blue') + propagates('Propagate')), 'pass');
  assert.equal(of(policy('vcluster-blue') + propagates('Ignore')), 'fail');
  assert.equal(of(policy('vcluster-blue') + propagates('AllowPropagate')), 'fail');
  assert.equal(
    of(policy('vcluster-blue', '{propagate.hnc.x-k8s.io/all: "true"}') + propagates('AllowPropagate')),
    'pass',
  );
  assert.equal(of(policy('vcluster-blue', '{propagate.hnc.x-k8s.io/none: "true"}') + propagates('Propagate')), 'fail');
  assert.equal(
    of(policy('vcluster-blue', '{propagate.hnc.x-k8s.io/select: team}') + propagates('Propagate')),
    'no-evidence',
  );
  assert.equal(of(policy('vcluster-blue-user')), 'pass');
  const older =
    '---\napiVersion: hnc.x-k8s.io/v1alpha1\nkind: HNCConfiguration\nmetadata: {name: config}\nspec: {types: [{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, mode: propagate}]}\n';
  assert.equal(of(policy('vcluster-blue') + older), 'pass');
  const [stays] = said(judge(BLUE + policy('vcluster-blue')), 'tenant-network');
  assert.match(stays ?? '', /stays there: HNC propagates roles, rolebindings \(without an HNCConfiguration\)/);
});

test('quotas and limits: of the namespace, of the tree, of Capsule; kinds that could not be read are no evidence', () => {
  const quota =
    '---\napiVersion: hnc.x-k8s.io/v1alpha2\nkind: HierarchicalResourceQuota\nmetadata: {name: q, namespace: vcluster-blue}\nspec: {hard: {pods: 5}}\n';
  assert.equal(verdictOf(judge(BLUE + quota), 'tenant-quota', 'Namespace/vcluster-blue-user'), 'pass');
  assert.equal(verdictOf(judge(BLUE), 'tenant-quota', 'Namespace/vcluster-blue-user'), 'fail');
  // Of little weight: a warning.
  assert.equal(verdictOf(judge(BLUE), 'tenant-limits', 'Namespace/vcluster-blue-user'), 'warn');
  assert.equal(
    verdictOf(judge(BLUE, new Set(['ResourceQuota'])), 'tenant-quota', 'Namespace/vcluster-blue-user'),
    'no-evidence',
  );
  const capsule = (spec: string) =>
    `apiVersion: capsule.clastix.io/v1beta2\nkind: Tenant\nmetadata: {name: oil}\nspec: ${spec}\nstatus: {namespaces: [oil-dev]}\n`;
  const oil = judge(
    capsule('{networkPolicies: {items: [{podSelector: {}}]}, limitRanges: {items: []}, nodeSelector: {pool: oil}}'),
  );
  assert.equal(verdictOf(oil, 'tenant-network', 'Namespace/oil-dev'), 'pass');
  assert.equal(verdictOf(oil, 'tenant-limits', 'Namespace/oil-dev'), 'warn');
  assert.equal(verdictOf(oil, 'tenant-nodes', 'Tenant/oil'), 'pass');
  assert.equal(verdictOf(judge(capsule('{owners: []}')), 'tenant-nodes', 'Tenant/oil'), 'fail');
});

const binding = (kind: string, namespace: string, subject: string, role = 'admin') =>
  `---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: b${kind === 'RoleBinding' ? `, namespace: ${namespace}` : ''}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}\nsubjects: [${subject}]\n`;
const GREEN = anchor('vcluster-green', 'tenants') + tapms('vcluster-green');

test('roles that cross tenants: in the cluster, in another tenant, in the platform, and from above', () => {
  const account = '{kind: ServiceAccount, name: default, namespace: vcluster-blue-user}';
  const of = (yaml: string) =>
    said(judge(BLUE + GREEN + yaml), 'tenant-roles').filter((text) => text.includes('vcluster-blue'))[0] ?? '';
  assert.match(of(binding('ClusterRoleBinding', '', account)), /fail: .* in the whole cluster/);
  assert.match(
    of(binding('RoleBinding', 'vcluster-green', account)),
    /fail: .* in vcluster-green of the tenant vcluster-green/,
  );
  assert.match(of(binding('RoleBinding', 'services', account)), /fail: .* in services, which is not of the tenant/);
  assert.match(
    of(binding('RoleBinding', 'tenants', account)),
    /fail: .* in tenants, from which HNC brings it down to vcluster-green/,
  );
  assert.match(of(binding('RoleBinding', 'vcluster-blue', account)), /^Tenant\/vcluster-blue pass/);
  assert.match(of(binding('RoleBinding', 'services', account, 'view')), /warn: /);
  assert.match(of(binding('RoleBinding', 'services', account, 'no-such')), /no-evidence: /);
  assert.match(
    of(binding('ClusterRoleBinding', '', '{kind: Group, name: "system:serviceaccounts:vcluster-blue-slurm"}')),
    /fail/,
  );
  const owner =
    'apiVersion: capsule.clastix.io/v1beta2\nkind: Tenant\nmetadata: {name: oil}\nspec: {owners: [{kind: User, name: alice}]}\nstatus: {namespaces: [oil-dev]}\n';
  assert.match(
    said(
      judge(owner + binding('ClusterRoleBinding', '', '{kind: User, name: alice}', 'cluster-admin')),
      'tenant-roles',
    )[0] ?? '',
    /fail: User alice may do everything in the whole cluster/,
  );
});

test('what every account has by the API server itself crosses nothing', () => {
  const everybody = '{kind: Group, name: "system:authenticated"}';
  const role = (rules: string) =>
    `---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: basic}\nrules: ${rules}\n`;
  const of = (rules: string) =>
    said(judge(BLUE + role(rules) + binding('ClusterRoleBinding', '', everybody, 'basic')), 'tenant-roles')[0] ?? '';
  const own = '{apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews], verbs: [create]}';
  assert.match(of(`[${own}, {nonResourceURLs: [/healthz], verbs: [get]}]`), /^Tenant\/vcluster-blue pass/);
  assert.match(
    of('[{apiGroups: [""], resources: [secrets], verbs: [list]}]'),
    /fail: Group system:authenticated may read Secrets/,
  );
});

test('tenants reach each other unless policies forbid it, though none of their pods is there yet', () => {
  const open = judge(BLUE + GREEN);
  assert.equal(verdictOf(open, 'tenant-reach', 'Tenant/vcluster-blue'), 'fail');
  const namespaces = ['vcluster-blue', 'vcluster-blue-slurm', 'vcluster-blue-user'];
  const closed = judge(BLUE + GREEN + namespaces.map((namespace) => policy(namespace)).join(''));
  assert.equal(verdictOf(closed, 'tenant-reach', 'Tenant/vcluster-blue'), 'pass');
  assert.equal(verdictOf(closed, 'tenant-reach', 'Tenant/vcluster-green'), 'pass');
  assert.equal(verdictOf(judge(BLUE), 'tenant-reach', 'Tenant/vcluster-blue'), 'not-applicable');
});

test('nodes of tenants of tapms are their own only in exclusive groups that no other tenant has', () => {
  const exclusive = (label: string) =>
    `[{type: compute, enforceexclusivehsmgroups: true, hsmgrouplabel: ${label}, xnames: [x1]}]`;
  const of = (blue: string, green: string) => {
    const result = judge(tapms('blue', blue) + tapms('green', green));
    return verdictOf(result, 'tenant-nodes', 'Tenant/blue');
  };
  assert.equal(of(exclusive('b'), exclusive('g')), 'pass');
  assert.equal(of(exclusive('b'), exclusive('b')), 'fail');
  assert.equal(of('[{type: compute, hsmgrouplabel: b, xnames: [x1]}]', exclusive('g')), 'fail');
  assert.equal(of('[]', exclusive('g')), 'not-applicable');
});

test('without any tenant the checks of tenants are not asked; where tenants could not be read, they lack evidence', () => {
  const none = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
  assert.equal(verdictOf(judge(none), 'tenant-roles', 'tenants'), 'not-applicable');
  assert.equal(verdictOf(judge(none, new Set(['Tenant'])), 'tenant-roles', 'tenants'), 'no-evidence');
});
