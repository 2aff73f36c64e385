import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { parseSection } from '../definition/read-section.ts';
import { judgePolicies } from '../judge/judge-policies.ts';
import type { JudgedObjects, PolicyAnswer } from './finding.ts';
import { TOPICS, topicOf } from './topics.ts';

const POLICIES = 'data/k8s/kube-bench/cfg/cis-1.20/policies.yaml';

/** Checks of cis-1.20 that stay with people, and the topic of each other one. */
const TOPIC_OF: Readonly<Record<string, string | undefined>> = {
  '5.1.1': 'cluster-admin',
  '5.1.2': 'secrets',
  '5.1.3': 'wildcards',
  '5.1.4': 'create-pods',
  '5.1.5': 'default-accounts',
  '5.1.6': 'tokens',
  '5.1.7': 'masters-group',
  '5.1.8': 'escalation',
  '5.2.1': 'privileged',
  '5.2.2': 'host-pid',
  '5.2.3': 'host-ipc',
  '5.2.4': 'host-network',
  '5.2.5': 'escalating',
  '5.2.6': 'root',
  '5.2.7': 'net-raw',
  '5.2.8': 'added-capabilities',
  '5.2.9': 'capabilities',
  '5.3.1': 'network-plugin',
  '5.3.2': 'network-policies',
  '5.4.1': 'secret-variables',
  '5.4.2': undefined,
  '5.5.1': undefined,
  '5.7.1': undefined,
  '5.7.2': 'seccomp',
  '5.7.3': 'security-context',
  '5.7.4': 'default-namespace',
};

test('each check of section 5 of cis-1.20 has the topic that it is about', needsShared(POLICIES), () => {
  const section = parseSection(readFileSync(sharedPath(POLICIES), 'utf8'), 'policies.yaml');
  const checks = section?.groups.flatMap(({ checks: all }) => all) ?? [];
  assert.deepEqual(Object.fromEntries(checks.map((check) => [check.id, topicOf(check)?.id])), TOPIC_OF);
});

function objects(
  text: string,
  from: JudgedObjects['from'] = 'manifests',
  unread: readonly string[] = [],
): JudgedObjects {
  return { from, objects: parseManifestObjects(text, 'f').objects, unread };
}

function ask(id: string, text: string): PolicyAnswer {
  const topic = TOPICS.find((one) => one.id === id);
  assert.ok(topic !== undefined, id);
  return topic.judge(objects(text));
}

function subjects(id: string, text: string): readonly string[] {
  return ask(id, text).findings.map(({ subject }) => subject);
}

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

function role(name: string, rules: string, labels = '{}'): string {
  return `${RBAC}\nkind: ClusterRole\nmetadata: {name: ${name}, labels: ${labels}}\nrules: ${rules}\n---\n`;
}

const ROLES =
  role('reads', '[{apiGroups: [""], resources: [secrets], verbs: [list]}]') +
  role('all', '[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]') +
  role(
    'writes',
    '[{apiGroups: [""], resources: [secrets], verbs: [delete]}, {apiGroups: [""], resources: [pods], verbs: [create]}]',
  ) +
  role('grants', '[{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}]') +
  role('acts', '[{apiGroups: [""], resources: [users], verbs: [impersonate]}]') +
  role('proxies', '[{apiGroups: [""], resources: ["nodes/proxy"], verbs: [get]}]') +
  role('parts', '[{apiGroups: [""], resources: ["*/proxy"], verbs: [get]}]') +
  role('other', '[{apiGroups: [apps], resources: [secrets], verbs: [get]}]') +
  role(
    'system:own',
    '[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]',
    '{kubernetes.io/bootstrapping: rbac-defaults}',
  );

test('rights are found in roles, but for those that Kubernetes makes itself', () => {
  assert.deepEqual(subjects('secrets', ROLES), ['ClusterRole/reads', 'ClusterRole/all']);
  assert.deepEqual(subjects('wildcards', ROLES), ['ClusterRole/all']);
  assert.deepEqual(subjects('create-pods', ROLES), ['ClusterRole/all', 'ClusterRole/writes']);
  assert.deepEqual(subjects('escalation', ROLES), ['ClusterRole/all', 'ClusterRole/grants', 'ClusterRole/acts']);
  assert.deepEqual(subjects('node-proxy', ROLES), ['ClusterRole/all', 'ClusterRole/proxies', 'ClusterRole/parts']);
  assert.equal(ask('secrets', ROLES).judged, 9);
});

test('the label of the roles that Kubernetes makes excuses no other role, and no subject that was added', () => {
  const label = '{kubernetes.io/bootstrapping: rbac-defaults}';
  assert.deepEqual(subjects('wildcards', role('mine', '[{apiGroups: ["*"], resources: [x], verbs: [get]}]', label)), [
    'ClusterRole/mine',
  ]);
  const bound = (who: string): string =>
    `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: cluster-admin, labels: ${label}}\n` +
    `roleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: Group, name: "system:masters"}${who}]\n`;
  assert.deepEqual(subjects('cluster-admin', bound('')), []);
  assert.deepEqual(subjects('cluster-admin', bound(', {kind: User, name: joe}')), ['ClusterRoleBinding/cluster-admin']);
  const account = ', {kind: ServiceAccount, namespace: user, name: "system:x"}';
  assert.deepEqual(subjects('cluster-admin', bound(account)), ['ClusterRoleBinding/cluster-admin']);
});

test('bindings of cluster-admin, of system:masters and of default accounts', () => {
  const bind = (name: string, to: string, subject: string) =>
    `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: ${name}}\nroleRef: {kind: ClusterRole, name: ${to}}\nsubjects: [${subject}]\n---\n`;
  const text =
    bind('a', 'cluster-admin', '{kind: User, name: someone}') +
    bind('b', 'view', '{kind: Group, name: "system:masters"}') +
    bind('c', 'view', '{kind: ServiceAccount, name: default, namespace: x}');
  assert.deepEqual(subjects('cluster-admin', text), ['ClusterRoleBinding/a']);
  assert.deepEqual(ask('cluster-admin', text).findings[0]?.evidence, ['User someone']);
  assert.deepEqual(subjects('masters-group', text), ['ClusterRoleBinding/b']);
  assert.match(
    ask('masters-group', bind('a', 'view', '{kind: User, name: someone}')).open ?? '',
    /client certificates/,
  );
  assert.deepEqual(subjects('default-accounts', text), ['ClusterRoleBinding/c']);
});

function workload(name: string, pod: string, container: string, namespace = 'ns'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {template: {spec: {containers: [{name: c, image: i${container}}]${pod}}}}\n---\n`;
}

const WORKLOADS: readonly (readonly [topic: string, pod: string, container: string])[] = [
  ['privileged', '', ', securityContext: {privileged: true}'],
  ['host-pid', ', hostPID: true', ''],
  ['host-ipc', ', hostIPC: true', ''],
  ['host-network', ', hostNetwork: true', ''],
  ['escalating', '', ', securityContext: {allowPrivilegeEscalation: true}'],
  ['root', ', securityContext: {runAsNonRoot: false}', ''],
  ['net-raw', '', ', securityContext: {capabilities: {drop: [CHOWN]}}'],
  ['added-capabilities', '', ', securityContext: {capabilities: {drop: [ALL], add: [SYS_ADMIN]}}'],
  ['capabilities', '', ', securityContext: {capabilities: {drop: [NET_RAW]}}'],
  ['host-path', ', volumes: [{name: v, hostPath: {path: /}}]', ''],
  ['host-ports', '', ', ports: [{containerPort: 1, hostPort: 1}]'],
  ['secret-variables', '', ', env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]'],
  ['secret-variables', '', ', envFrom: [{secretRef: {name: s}}]'],
  ['seccomp', ', securityContext: {seccompProfile: {type: Unconfined}}', ''],
  ['security-context', '', ''],
  ['tokens', '', ''],
  ['default-accounts', '', ''],
];
const SAFE = workload(
  'safe',
  ', serviceAccountName: own, automountServiceAccountToken: false, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}',
  ', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}',
);

for (const [topic, pod, container] of WORKLOADS) {
  test(`workloads: ${topic} is found${pod}${container}, and not in one that has nothing of it`, () => {
    const { findings, judged } = ask(topic, SAFE + workload('bad', pod, container));
    assert.deepEqual([findings.map(({ subject }) => subject), judged], [['Deployment/ns/bad'], 2]);
  });
}

test('a workload without containers leaves the check open', () => {
  const empty =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: empty, namespace: ns}\nspec: {template: {spec: {containers: []}}}\n---\n';
  const { judged, open } = ask('privileged', SAFE + empty);
  assert.deepEqual([judged, open], [1, 'there are no containers that could be judged in Deployment/ns/empty']);
});

test('kinds that could not be read leave open what they would decide, and what was found stays found', () => {
  const check = (title: string, text: string, ...unread: readonly string[]) => {
    const asked = {
      id: '5',
      title,
      audit: '',
      auditConfig: '',
      auditEnv: '',
      type: 'manual',
      remediation: '',
      scored: false,
      multiple: false,
    };
    return judgePolicies(asked, objects(text, 'cluster', unread)).verdict;
  };
  const bad = workload('bad', '', ', securityContext: {privileged: true}');
  assert.equal(check('privileged containers', SAFE), 'pass');
  assert.equal(check('privileged containers', SAFE, 'cronjobs'), 'no-evidence');
  assert.equal(check('privileged containers', SAFE, 'ingresses'), 'pass');
  assert.equal(check('privileged containers', bad, 'cronjobs'), 'warn');
  assert.equal(check('namespaces have network policies', bad), 'warn');
  assert.equal(check('namespaces have network policies', bad, 'networkpolicies'), 'no-evidence');
});

test('Pods that a controller among the objects made are told once', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: bad-x, namespace: ns, ownerReferences: [{kind: Deployment, name: bad}]}\nspec: {hostPID: true, containers: [{name: c, image: i}]}\n---\n';
  assert.deepEqual(subjects('host-pid', workload('bad', ', hostPID: true', '') + pod), ['Deployment/ns/bad']);
  assert.deepEqual(subjects('host-pid', pod), ['Pod/ns/bad-x']);
});

test('what a Pod shows and its owner does not is told of the owner, unless the Pod ended; former revisions run nothing', () => {
  const owned = (kind: string, name: string, spec: string, more = '') =>
    `apiVersion: ${kind === 'Pod' ? 'v1' : 'apps/v1'}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ns, ownerReferences: [{kind: Deployment, name: good}]}\nspec: ${spec}\n${more}---\n`;
  const bad = '{hostPID: true, containers: [{name: c, image: i}]}';
  const good = workload('good', '', '');
  assert.deepEqual(subjects('host-pid', good + owned('Pod', 'forged', bad)), ['Deployment/ns/good']);
  assert.deepEqual(subjects('host-pid', good + owned('Pod', 'over', bad, 'status: {phase: Failed}\n')), []);
  assert.deepEqual(subjects('host-pid', good + owned('ReplicaSet', 'former', `{template: {spec: ${bad}}}`)), []);
  const selfish = owned('Pod', 'a', bad).replace('kind: Deployment, name: good', 'kind: Pod, name: a');
  assert.deepEqual(subjects('host-pid', selfish), ['Pod/ns/a']);
});

test('workloads that name no namespace leave open what their namespace decides', () => {
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n';
  for (const id of ['network-policies', 'admission', 'default-namespace']) {
    assert.deepEqual(ask(id, text), {
      judged: 0,
      findings: [],
      open: '1 workload names no namespace: say which with --namespace',
    });
  }
});

test('namespaces: policies, admission, the namespace default, the network plug-in', () => {
  const policy =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\nspec: {podSelector: {}}\n---\n';
  const text = workload('a', '', '') + workload('b', '', '', 'default') + policy;
  assert.deepEqual(subjects('network-policies', text), ['Namespace/default']);
  assert.deepEqual(subjects('admission', text), ['Namespace/default', 'Namespace/ns']);
  const labelled =
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: ns, labels: {pod-security.kubernetes.io/enforce: baseline}}\n---\n';
  assert.deepEqual(subjects('admission', text + labelled), ['Namespace/default']);
  const engine = 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {}\n---\n';
  assert.match(ask('admission', text + engine).open ?? '', /ClusterPolicy/);
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\n---\n';
  assert.deepEqual(subjects('default-namespace', text + service), ['Deployment/default/b']);
  const agent = (name: string) =>
    `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: ${name}, namespace: kube-system}\nspec: {}\n---\n`;
  assert.deepEqual(
    [ask('network-plugin', agent('weave-net')).judged, subjects('network-plugin', agent('weave-net'))],
    [1, []],
  );
  assert.deepEqual(subjects('network-plugin', agent('kube-flannel-ds')), ['DaemonSet/kube-system/kube-flannel-ds']);
  assert.notEqual(ask('network-plugin', text).open, undefined);
  assert.notEqual(ask('network-plugin', agent('calico-exporter')).open, undefined);
});
