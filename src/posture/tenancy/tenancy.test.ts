import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsShared, sharedPath } from '../../../test/support/needs.ts';
import type { NodeEvidence } from '../../kubernetes/evidence/evidence.ts';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import type { Minor } from '../kubernetes-versions/minor.ts';
import { parseTerm } from '../reach/question.ts';
import { TENANCY_CHECKS } from './check.ts';
import { leadsToNode } from './host-path.ts';
import { judgeTenancy, type TenancyQuestion, type TenancyResult } from './tenancy.ts';

interface Given extends Partial<Pick<TenancyQuestion, 'nodes' | 'unread' | 'waivers'>> {
  readonly users?: readonly string[];
  readonly kubernetes?: Minor;
}

function judge(yaml: string, { users = ['user/*'], ...given }: Given = {}): TenancyResult {
  const manifests = parseManifestObjects(yaml, 'm.yaml');
  return judgeTenancy({ manifests, users: users.map(parseTerm), asOf: '2022-04-20', ...given });
}

/** `SUBJECT VERDICT: REASON` of one check. */
function said({ results }: TenancyResult, check: string): readonly string[] {
  return results
    .filter((one) => one.check === check)
    .map(({ subject, verdict, reason }) => `${subject} ${verdict}: ${reason}`);
}

function verdicts({ results }: TenancyResult, check: string): readonly string[] {
  return results.filter((one) => one.check === check).map(({ verdict }) => verdict);
}

const UAI = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: uai-vers, namespace: user}
spec:
  template:
    metadata: {labels: {uas: managed, user: vers}}
    spec:
      containers: [{name: uai, image: uai:1}]
`;

function uai(spec: string): string {
  return UAI.replace('spec:\n      containers', `spec:\n${spec.replace(/^/gm, '      ')}\n      containers`);
}

test('a pod of users without anything: every check of workloads has something to say', () => {
  const result = judge(UAI, { kubernetes: '1.24' });
  assert.deepEqual(said(result, 'sandbox'), [
    'user/uai-vers[Deployment] fail: no RuntimeClass: its pods run on the kernel of their node',
  ]);
  assert.deepEqual(said(result, 'host-path'), ['user/uai-vers[Deployment] pass: it mounts nothing of the node']);
  assert.deepEqual(verdicts(result, 'privileges'), ['warn']);
  assert.deepEqual(said(result, 'service-account-token'), [
    'user/uai-vers[Deployment] warn: the token of user/default is mounted; no role is bound to it in the input',
  ]);
  assert.match(said(result, 'placement')[0] ?? '', /fail: it selects no nodes/);
  assert.deepEqual(verdicts(result, 'default-deny'), ['fail']);
  assert.equal(result.verdict.verdict, 'fail');
});

test('pods are those of users by namespace, labels, and the labels of a namespace', () => {
  const other = UAI.replace('namespace: user', 'namespace: team-a');
  const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {tenant: blue}}\n';
  const of = (users: readonly string[]) => judge(`${UAI}---${other}${namespace}`, { users });
  assert.deepEqual(of(['user/*']).userWorkloads, ['user/uai-vers[Deployment]']);
  assert.deepEqual(of(['uas=managed']).userNamespaces, ['team-a', 'user']);
  assert.deepEqual(of(['namespace:tenant=blue']).userWorkloads, ['team-a/uai-vers[Deployment]']);
  assert.deepEqual(of(['pod:later/uas=managed']).userNamespaces, ['later']);
  assert.deepEqual(of(['pod:later/uas=managed']).userWorkloads, []);
});

const CLASS = (handler: string, selector = '') => `---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: box}
handler: ${handler}
${selector}
`;

test('a sandbox counts by its handler; one that is not known is no evidence', () => {
  const pod = uai('runtimeClassName: box');
  const of = (more: string) => verdicts(judge(pod + more), 'sandbox');
  assert.deepEqual(of(CLASS('runsc')), ['pass']);
  assert.deepEqual(of(CLASS('kata-qemu')), ['pass']);
  assert.deepEqual(of(CLASS('runc')), ['fail']);
  assert.deepEqual(of(CLASS('kataclysm')), ['no-evidence']);
  assert.deepEqual(of(''), ['no-evidence']);
});

test('the handler must be on the nodes that the class sends its pods to', () => {
  const node = (name: string, labels = '{}') =>
    `---\napiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: ${labels}}\n`;
  const pod = uai('runtimeClassName: box');
  const selector = 'scheduling: {nodeSelector: {sandbox: gvisor}}';
  const evidence = (name: string, text: string): NodeEvidence => ({
    node: name,
    collectedAt: '2022-04-20T00:00:00Z',
    collector: '1',
    probes: ['node'],
    observations: [{ kind: 'content', path: '/etc/containerd/config.toml', text, sha256: '', redacted: false }],
  });
  const runsc = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]\n';
  const of = (nodes: string, collected: readonly NodeEvidence[] = []) =>
    said(judge(pod + CLASS('runsc', selector) + nodes, { nodes: collected }), 'sandbox-nodes')[0];
  assert.match(of('') ?? '', /no-evidence: .*no nodes are in the input/);
  assert.match(of(node('w1')) ?? '', /fail: .*there is no such node/);
  const two = node('w1', '{sandbox: gvisor}') + node('w2', '{sandbox: gvisor}');
  assert.match(of(two) ?? '', /no-evidence: of 2 of 2 nodes/);
  assert.match(of(two, [evidence('w1', runsc), evidence('w2', 'version = 2\n')]) ?? '', /fail: 1 of 2 nodes .*: w2/);
  assert.match(of(two, [evidence('w1', runsc), evidence('w2', runsc)]) ?? '', /pass: all 2 nodes/);
  assert.match(of(two, [evidence('w1', runsc), evidence('w2', `  # ${runsc}`)]) ?? '', /fail: 1 of 2 nodes .*: w2/);
});

test('paths of the node: those that lead to it, and those that only share, however they are written', () => {
  for (const path of [
    '/',
    '//',
    '/etc',
    '/etc/kubernetes/pki',
    '/var',
    '/var/lib',
    '/lus/../etc',
    '/run/containerd/containerd.sock',
    '/./',
  ]) {
    assert.ok(leadsToNode(path), path);
  }
  for (const path of ['/lus', '/etc/localtime', '/data/etc', '/etcetera', '/home', '/dev/shm'])
    assert.ok(!leadsToNode(path), path);
  const volumes = (path: string) => uai(`volumes: [{name: v, hostPath: {path: ${path}}}]`);
  assert.deepEqual(verdicts(judge(volumes('/lus')), 'host-path'), ['warn']);
  assert.deepEqual(verdicts(judge(volumes('/')), 'host-path'), ['fail']);
});

test('a claim is a path of the node where its volume is one, whichever of the two names the other', () => {
  const pod = uai('volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]');
  const volume = (spec: string) => `---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: ${spec}\n`;
  const claim =
    '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: user}\nspec: {volumeName: pv}\n';
  const of = (more: string) => verdicts(judge(pod + more), 'host-path');
  assert.deepEqual(of(volume('{hostPath: {path: /etc}, claimRef: {namespace: user, name: c}}')), ['fail']);
  assert.deepEqual(of(volume('{local: {path: /mnt/disk}}') + claim), ['warn']);
  assert.deepEqual(of(volume('{hostPath: {path: /etc}, claimRef: {namespace: other, name: c}}')), ['pass']);
  const unread = new Set(['PersistentVolume']);
  assert.deepEqual(verdicts(judge(pod, { unread }), 'host-path'), ['no-evidence']);
  assert.deepEqual(verdicts(judge(UAI, { unread }), 'host-path'), ['pass']);
  assert.deepEqual(of(volume('{nfs: {path: /etc, server: s}}') + claim), ['pass']);
});

const ROLE = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: launch}
rules: [{apiGroups: [""], resources: [pods], verbs: [create, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: launch}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: launch}
subjects: [{kind: Group, name: "system:serviceaccounts:user"}]
`;

test('tokens: what the account may do by any group that it is in; none where the pod or its account says so', () => {
  const token = (yaml: string) => said(judge(yaml), 'service-account-token')[0];
  assert.match(token(UAI + ROLE) ?? '', /fail: the token of user\/default is mounted: it may make pods, .* everywhere/);
  assert.match(token(uai('automountServiceAccountToken: false') + ROLE) ?? '', /pass: no token is mounted/);
  const account =
    '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: user}\nautomountServiceAccountToken: false\n';
  assert.match(token(UAI + account + ROLE) ?? '', /pass/);
  assert.match(token(uai('automountServiceAccountToken: true') + account + ROLE) ?? '', /fail/);
  const projected = uai(
    'automountServiceAccountToken: false\nvolumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: t}}]}}]',
  );
  assert.match(token(projected + ROLE) ?? '', /fail/);
  assert.match(
    token(UAI + ROLE.replace('name: launch}\nsubjects', 'name: other}\nsubjects')) ?? '',
    /no-evidence: .*what ClusterRole\/other allows is not known/,
  );
});

test('tokens: objects that could not be read are no evidence, never harmless', () => {
  const result = judge(UAI, { unread: new Set(['RoleBinding']) });
  assert.deepEqual(verdicts(result, 'service-account-token'), ['no-evidence']);
});

const NODES = `---
apiVersion: v1
kind: Node
metadata: {name: m1, labels: {node-role.kubernetes.io/master: ""}}
spec: {taints: [{key: node-role.kubernetes.io/master, effect: NoSchedule}]}
---
apiVersion: v1
kind: Node
metadata: {name: w1, labels: {uas: "False"}}
---
apiVersion: v1
kind: Node
metadata: {name: w2, labels: {uas: "no"}}
---
apiVersion: v1
kind: Node
metadata: {name: w3, labels: {pool: users}}
spec: {taints: [{key: uai_only, value: "true", effect: NoSchedule}]}
`;

test('placement: nodes that are open to everything, nodes of their own, and the control plane', () => {
  const placed = (yaml: string) => said(judge(yaml), 'placement')[0] ?? '';
  assert.match(placed(UAI + NODES), /fail: it may run on nodes that take everything: w1, w2/);
  const own = 'nodeSelector: {pool: users}\ntolerations: [{key: uai_only, operator: Exists}]';
  assert.match(placed(uai(own) + NODES), /pass: all nodes that it may run on are tainted against others \(1\)/);
  assert.match(placed(uai('tolerations: [{operator: Exists}]') + NODES), /fail: it may run on control-plane nodes: m1/);
  assert.match(
    placed(uai('tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]\nnodeSelector: {a: b}')),
    /fail: it tolerates/,
  );
  assert.match(placed(uai('nodeSelector: {pool: users}')), /no-evidence/);
});

test('placement: what runs beside it, once its pods run', () => {
  const pod = (name: string, namespace: string, node: string) =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {nodeName: ${node}, containers: [{name: c, image: i:1}]}\n`;
  const beside = judge(pod('uai', 'user', 'w1') + pod('api', 'services', 'w1') + pod('db', 'services', 'w2'));
  assert.deepEqual(said(beside, 'placement'), [
    'user/uai[Pod] fail: it runs on w1, beside workloads of the platform (1)',
  ]);
  assert.deepEqual(verdicts(judge(pod('uai', 'user', 'w1') + pod('db', 'services', 'w2')), 'placement'), ['pass']);
});

test('the label uas: three spellings keep a node free, others only look so', () => {
  assert.deepEqual(
    said(judge(NODES), 'host-label').map((text) => text.replace(/:.*/, '')),
    ['Node/w2 fail', 'Node/w1 pass', 'Node/w3 not-applicable'],
  );
  assert.deepEqual(verdicts(judge(NODES, { users: ['team/*'] }), 'host-label'), ['not-applicable']);
});

const PSP = (spec: string) => `---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: p}
spec: ${spec}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: p}
rules: [{apiGroups: [policy], resources: [podsecuritypolicies], resourceNames: [p], verbs: [use]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: p, namespace: user}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: p}
subjects: [{kind: ServiceAccount, name: default, namespace: user}]
`;
const LABELLED = (level: string) =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: user, labels: {pod-security.kubernetes.io/enforce: ${level}}}\n`;

test('admission: PodSecurityPolicies before 1.25, labels from 1.23 on, and neither in the place of the other', () => {
  const of = (yaml: string, kubernetes?: Minor) =>
    verdicts(judge(yaml, kubernetes === undefined ? {} : { kubernetes }), 'admission');
  const tight = PSP('{volumes: [configMap], privileged: false}');
  assert.deepEqual(of(tight, '1.20'), ['pass']);
  assert.deepEqual(of(tight + LABELLED('privileged'), '1.25'), ['fail']);
  assert.deepEqual(of(LABELLED('baseline'), '1.20'), ['fail']);
  assert.deepEqual(of(LABELLED('baseline'), '1.23'), ['pass']);
  assert.deepEqual(of(LABELLED('baseline'), '1.30'), ['pass']);
  assert.deepEqual(of(PSP('{privileged: true}'), '1.21'), ['fail']);
  // A volume of any kind is one of the node too.
  assert.deepEqual(of(PSP('{volumes: ["*"]}'), '1.21'), ['fail']);
  assert.deepEqual(of(UAI, '1.25'), ['no-evidence']);
  assert.deepEqual(of(LABELLED('baseline')), ['no-evidence']);
  const kyverno =
    '---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: k}\nspec: {rules: [{name: r, validate: {message: m}}]}\n';
  assert.deepEqual(of(LABELLED('privileged') + kyverno, '1.25'), ['unsupported']);
  const inCel = (kind: string) =>
    `---\napiVersion: policies.kyverno.io/v1\nkind: ${kind}\nmetadata: {name: k}\nspec: {}\n`;
  assert.deepEqual(of(LABELLED('privileged') + inCel('ValidatingPolicy'), '1.25'), ['unsupported']);
  // These refuse nothing.
  assert.deepEqual(of(LABELLED('privileged') + inCel('PolicyException'), '1.25'), ['fail']);
  assert.deepEqual(of(LABELLED('privileged') + inCel('MutatingPolicy'), '1.25'), ['fail']);
  assert.deepEqual(of(PSP('{volumes: [configMap], defaultAddCapabilities: [SYS_ADMIN]}'), '1.20'), ['fail']);
});

test('admission: a policy counts for every account of the namespace, whether its pods name that account or not', () => {
  const loose = PSP('{privileged: true}').replaceAll('name: p', 'name: q').replace('[p]', '[q]');
  const both =
    PSP('{volumes: [configMap]}') + loose.replace('ServiceAccount, name: default', 'ServiceAccount, name: other');
  assert.deepEqual(verdicts(judge(both, { kubernetes: '1.20' }), 'admission'), ['fail']);
});

test('admission: a policy that the API server does not look at bounds nothing', () => {
  const argv = ['kube-apiserver', '--enable-admission-plugins=NodeRestriction'];
  const nodes: readonly NodeEvidence[] = [
    {
      node: 'm1',
      collectedAt: '2022-04-20T00:00:00Z',
      collector: '1',
      probes: ['benchmark'],
      observations: [{ kind: 'process', pid: 1, ppid: 0, user: 'root', argv }],
    },
  ];
  const result = judge(PSP('{volumes: [configMap]}'), { kubernetes: '1.20', nodes });
  assert.match(said(result, 'admission')[0] ?? '', /fail: the API server runs without the admission plugin/);
});

const NETWORK = `---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: macvlan-uas-nmn-conf, namespace: user}
spec:
  config: '{"type": "macvlan", "master": "bond0.nmn0", "ipam": {"subnet": "10.252.0.0/17", "routes": [{"dst": "10.100.0.0/17"}]}}'
`;

test('attachments: where they lead, by definition and by annotation', () => {
  const attached = UAI.replace(
    'labels: {uas',
    'annotations: {k8s.v1.cni.cncf.io/networks: other/lost@eth1}, labels: {uas',
  );
  assert.deepEqual(said(judge(NETWORK), 'attachment'), [
    'NetworkAttachmentDefinition/user/macvlan-uas-nmn-conf fail: pods get an address on macvlan on bond0.nmn0 (10.252.0.0/17), with routes to 10.100.0.0/17; NetworkPolicies do not govern it',
  ]);
  assert.match(said(judge(attached), 'attachment')[0] ?? '', /fail: its pods are attached to other\/lost/);
  assert.deepEqual(verdicts(judge(NETWORK.replace('"master"', '"master')), 'attachment'), ['no-evidence']);
  assert.deepEqual(verdicts(judge(UAI), 'attachment'), ['pass']);
});

test('exposure: services by their type, bounded ones as a warning', () => {
  const service = (spec: string) =>
    `---\napiVersion: v1\nkind: Service\nmetadata: {name: ssh, namespace: user}\nspec: ${spec}\n`;
  const of = (spec: string) => verdicts(judge(UAI + service(spec)), 'exposure');
  assert.deepEqual(of('{type: LoadBalancer, ports: [{port: 22}]}'), ['fail']);
  assert.deepEqual(of('{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 22}]}'), ['warn']);
  assert.deepEqual(of('{type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0], ports: [{port: 22}]}'), ['fail']);
  assert.deepEqual(of('{externalIPs: [192.0.2.1], ports: [{port: 22}]}'), ['fail']);
  assert.deepEqual(of('{type: LoadBalancer, loadBalancerSourceRanges: [" 0.0.0.0/0 "], ports: [{port: 22}]}'), [
    'fail',
  ]);
  assert.deepEqual(of('{ports: [{port: 22}]}'), ['pass']);
  const ingress =
    '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: user}\nspec: {defaultBackend: {service: {name: ssh, port: {number: 22}}}}\n';
  assert.deepEqual(verdicts(judge(UAI + ingress), 'exposure'), ['fail']);
  // What leads in by another language may stand in any namespace.
  const mesh =
    '---\napiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata: {name: v, namespace: services}\nspec: {}\n';
  assert.deepEqual(verdicts(judge(UAI + mesh), 'exposure'), ['unsupported']);
});

const POLICY = (spec: string) =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: user}\nspec: ${spec}\n`;

test('default deny: both directions, for all pods, and not undone by a rule for everything', () => {
  const of = (...specs: readonly string[]) =>
    said(
      judge(UAI + specs.map((spec, at) => POLICY(spec).replace('name: p', `name: p${at}`)).join('')),
      'default-deny',
    )[0] ?? '';
  assert.match(of('{podSelector: {}, policyTypes: [Ingress, Egress]}'), /pass/);
  assert.match(of('{podSelector: {}, policyTypes: [Ingress]}'), /fail: egress is open/);
  assert.match(
    of('{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress]}'),
    /fail: ingress and egress are open/,
  );
  const deny = '{podSelector: {}, policyTypes: [Ingress, Egress]}';
  assert.match(of(deny, '{podSelector: {}, egress: [{}]}'), /fail: egress is open/);
  assert.match(of(deny, '{podSelector: {}, egress: [{to: [{namespaceSelector: {}}]}]}'), /fail: egress is open/);
  assert.match(
    of(deny, '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}'),
    /fail: ingress is open/,
  );
  assert.match(of(deny, '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]}'), /pass/);
  assert.match(of(deny, '{podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]}'), /pass/);
});

const API = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: services}
spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: a, image: a:1}]}}}
`;

test('what users reach of the platform, from pods that are there and from those that are not yet', () => {
  assert.match(
    said(judge(UAI + API), 'platform-reach')[0] ?? '',
    /^Namespace\/user fail: workloads of the platform are reachable: 1 of 1/,
  );
  assert.match(said(judge(API), 'platform-reach')[0] ?? '', /fail/);
  const closed = POLICY('{podSelector: {}, policyTypes: [Ingress, Egress]}');
  assert.deepEqual(verdicts(judge(UAI + API + closed), 'platform-reach'), ['pass']);
  assert.deepEqual(verdicts(judge(UAI), 'platform-reach'), ['no-evidence']);
  const [open] = judge(UAI + API).results.filter(({ check }) => check === 'platform-reach');
  assert.match(
    open?.evidence[0] ?? '',
    /user\/uai-vers\[Deployment\] => services\/api\[Deployment\] : .*: no NetworkPolicy selects the source/,
  );
});

test('what is reachable is told of pods of users only, and not where policies or pods are missing', () => {
  const broker = UAI.replace('uai-vers', 'broker').replace(
    'labels: {uas: managed, user: vers}',
    'labels: {app: broker}',
  );
  const closed = POLICY('{podSelector: {matchLabels: {app: broker}}, policyTypes: [Ingress, Egress]}');
  // The broker is no pod of users; theirs come later, and nothing closes them.
  assert.deepEqual(verdicts(judge(broker + closed + API, { users: ['user/uai-*'] }), 'platform-reach'), ['fail']);
  const users = ['pod:user/uas=managed'];
  const own = POLICY('{podSelector: {matchLabels: {uas: managed}}, policyTypes: [Ingress, Egress]}');
  assert.deepEqual(verdicts(judge(API + own, { users }), 'platform-reach'), ['pass']);
  assert.deepEqual(verdicts(judge(API, { users, unread: new Set(['NetworkPolicy']) }), 'platform-reach'), [
    'no-evidence',
  ]);
  assert.deepEqual(verdicts(judge(API + own, { users, unread: new Set(['Pod']) }), 'platform-reach'), ['no-evidence']);
  const cilium =
    '---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: user}\nspec: {}\n';
  const strange = judge(UAI + API + cilium);
  assert.deepEqual(
    [verdicts(strange, 'platform-reach'), verdicts(strange, 'default-deny')],
    [['unsupported'], ['unsupported']],
  );
});

test('admission: a policy that keeps the baseline is no pass where another one may be bound to the account', () => {
  const other = PSP('{volumes: [configMap]}').replace(
    'metadata: {name: p, namespace: user}',
    'metadata: {name: q, namespace: user}',
  );
  const lost = other
    .slice(other.lastIndexOf('---'))
    .replace('kind: ClusterRole, name: p}', 'kind: ClusterRole, name: lost}');
  const result = judge(PSP('{volumes: [configMap]}') + lost, { kubernetes: '1.20' });
  assert.deepEqual(verdicts(result, 'admission'), ['no-evidence']);
});

test('law: the order of objects changes nothing, and a policy that denies everything never makes a verdict worse', () => {
  const parts = [UAI, NODES, ROLE, NETWORK, API, PSP('{privileged: true}'), LABELLED('baseline')];
  const rank = (verdict: string): number => ['pass', 'warn', 'no-evidence', 'fail'].indexOf(verdict);
  fc.assert(
    fc.property(fc.shuffledSubarray(parts, { minLength: 1 }), (picked) => {
      const plain = ({ results }: TenancyResult) =>
        results.map(({ check, subject, verdict, reason }) => [check, subject, verdict, reason]);
      const sorted = parts.filter((one) => picked.includes(one));
      assert.deepEqual(plain(judge(picked.join('---\n'))), plain(judge(sorted.join('---\n'))));
      const closed = judge([...picked, POLICY('{podSelector: {}, policyTypes: [Ingress, Egress]}')].join('---\n'));
      for (const check of ['default-deny', 'platform-reach']) {
        const before = verdicts(judge(picked.join('---\n')), check)[0] ?? '';
        assert.ok(rank(verdicts(closed, check)[0] ?? '') <= rank(before), check);
      }
    }),
    { numRuns: 40 },
  );
});

test('waivers cover a failed result by check and subject, and expire', () => {
  const waiver = {
    check: 'sandbox',
    subjects: ['user/*'],
    owner: 'team',
    reason: 'no handler yet',
    expires: '2022-04-30',
  };
  const held = judge(UAI, { waivers: [waiver] });
  assert.equal(held.results.find(({ check }) => check === 'sandbox')?.waiver, 'team until 2022-04-30: no handler yet');
  assert.equal(judge(UAI, { waivers: [{ ...waiver, expires: '2022-04-01' }] }).waivers[0]?.state, 'expired');
});

test('every check says something of every input, even an empty one', () => {
  const master = '---\napiVersion: v1\nkind: Node\nmetadata: {name: m, labels: {node-role.kubernetes.io/master: ""}}\n';
  for (const yaml of ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n', UAI, UAI + master]) {
    const { results } = judge(yaml);
    const silent = TENANCY_CHECKS.filter(({ id }) => results.every(({ check }) => check !== id));
    assert.deepEqual(
      silent.map(({ id }) => id),
      [],
    );
  }
});

const SHIPPED = 'data/csm/k8s/uas-namespace-sidecar-psp.yaml';

test('the policy of user access instances as it was shipped lets everything pass', needsShared(SHIPPED), () => {
  const result = judge(readFileSync(sharedPath(SHIPPED), 'utf8'), { users: ['uas/*'], kubernetes: '1.20' });
  assert.match(
    said(result, 'admission')[0] ?? '',
    /uas-default-psp lets pods of uas have privileged, hostNetwork, hostPath of every path/,
  );
});
