// What manifests are taken for: owners and their pods, policies that an API server refuses, ways around policies, and what could not be told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../test/support/needs.ts';
import { parseManifestObjects, readManifestObjects } from '../../scan/release/manifests/objects.ts';
import { bypassesOf } from './bypass.ts';
import { reachability } from './evaluate.ts';
import { listText } from './list-text.ts';
import { type Network, readNetwork } from './network.ts';

function networkOf(...objects: readonly object[]): Network {
  return readNetwork(
    parseManifestObjects(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), 'f.json'),
  );
}

function pod(name: string, labels: object, owner?: readonly [kind: string, name: string], spec: object = {}): object {
  const ownerReferences = owner === undefined ? [] : [{ kind: owner[0], name: owner[1], controller: true }];
  const metadata = { name, namespace: 'a', labels, ownerReferences };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
}

function maker(kind: string, name: string, owner?: readonly [kind: string, name: string]): object {
  const ownerReferences = owner === undefined ? [] : [{ kind: owner[0], name: owner[1] }];
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'a', ownerReferences }, spec };
}

function policy(spec: unknown): object {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p', namespace: 'a' }, spec };
}

const OWNED: readonly (readonly [what: string, objects: readonly object[], ids: readonly string[]])[] = [
  [
    'a controller stands for its pods',
    [maker('Deployment', 'x'), maker('CronJob', 'y')],
    ['a/x[Deployment]', 'a/y[CronJob]'],
  ],
  ['kinds of operators with a pod template count', [maker('Rollout', 'x')], ['a/x[Rollout]']],
  [
    'all that a Deployment made is the Deployment',
    [
      maker('Deployment', 'x'),
      maker('ReplicaSet', 'x-1', ['Deployment', 'x']),
      pod('x-1-a', {}, ['ReplicaSet', 'x-1']),
    ],
    ['a/x[Deployment]'],
  ],
  [
    'pods alone go by their owner',
    [pod('x-1', {}, ['ReplicaSet', 'x']), pod('x-2', {}, ['ReplicaSet', 'x'])],
    ['a/x[ReplicaSet]'],
  ],
  ['a static pod goes by itself', [pod('etcd-m1', {}, ['Node', 'm1'])], ['a/etcd-m1[Pod]']],
  [
    'pods of one owner that a policy tells apart are two',
    [
      pod('x-1', { t: 'a' }, ['StatefulSet', 'x']),
      pod('x-2', { t: 'b' }, ['StatefulSet', 'x']),
      policy({ podSelector: { matchLabels: { t: 'a' } } }),
    ],
    ['a/x{t=a}[StatefulSet]', 'a/x{t=b}[StatefulSet]'],
  ],
  [
    'other labels do not tell them apart',
    [pod('x-1', { t: 'a' }, ['StatefulSet', 'x']), pod('x-2', { t: 'b' }, ['StatefulSet', 'x'])],
    ['a/x[StatefulSet]'],
  ],
  ['an object without a valid name is left out', [pod('a b => c', {})], []],
];
for (const [what, objects, ids] of OWNED) {
  test(what, () => {
    assert.deepEqual(
      networkOf(...objects).workloads.map(({ id }) => id),
      ids,
    );
  });
}

test('owners in a circle end', () => {
  const { workloads } = networkOf(maker('X', 'one', ['Y', 'two']), maker('Y', 'two', ['X', 'one']));
  assert.ok(workloads.length > 0);
});

const REFUSED: readonly (readonly [spec: object, reason: RegExp])[] = [
  [{ podSelector: {}, ingress: [{ from: [{}] }] }, /a peer names nothing/],
  [
    { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] },
    /a block of addresses and a selector/,
  ],
  [
    { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } }] }] },
    /outside its block/,
  ],
  [{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0' } }] }] }, /no block of addresses/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: 70 }] }] }, /80-70 are no ports/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: 'http', endPort: 90 }] }] }, /a named port begins a range/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: 80, protocol: 'ICMP' }] }] }, /the protocol ICMP/],
  [{ podSelector: {}, ingress: [{ form: [] }] }, /the unknown field form/],
  [{ podSelector: {}, policyTypes: ['Both'] }, /the policy type Both/],
  [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, /the operator In needs values/],
  [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }, /the operator Gt/],
  [{ podSelector: {}, ingress: { from: [] } }, /ingress is no list/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: '80' }] }] }, /"80" is no port/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: true }] }] }, /true are no ports/],
  [{ podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: '90' }] }] }, /80-90 are no ports/],
  [{ podSelector: { matchLabels: { app: 1 } } }, /a label that is no text/],
  [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [true] }] } }, /a label that is no text/],
];
for (const [spec, reason] of REFUSED) {
  test(`refused as by an API server: ${reason.source}`, () => {
    const { policies, gaps } = networkOf(policy(spec));
    assert.deepEqual(policies, []);
    assert.deepEqual(
      gaps.map(({ kind }) => kind),
      ['undecidable'],
    );
    assert.match(gaps[0]?.reason ?? '', reason);
  });
}

test('of two policies under one name the last counts, with a gap', () => {
  const open = { podSelector: {}, ingress: [{}] };
  const { policies, gaps } = networkOf(policy({ podSelector: {} }), policy(open));
  assert.deepEqual(
    policies.map(({ ingress }) => ingress?.length),
    [1],
  );
  assert.match(gaps[0]?.reason ?? '', /is there twice/);
});

test('a door behind which no pod is, and one that policies close, are told', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'a' },
    spec: { selector: { app: 'x' }, ports: [{ port: 80 }] },
  };
  const backend = (name: string): object => ({ service: { name, port: { number: 80 } } });
  const ingress = (name: string, to: string): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'a' },
    spec: { rules: [{ http: { paths: [{ backend: backend(to) }] } }] },
  });
  const network = networkOf(
    maker('Deployment', 'x'),
    service,
    ingress('one', 's'),
    ingress('two', 'lost'),
    policy({ podSelector: {} }),
  );
  assert.match(network.gaps[0]?.reason ?? '', /the Ingress a\/two leads to the service a\/lost, and no pod/);
  const reach = reachability(network);
  assert.doesNotMatch(listText(reach), /ingress-controller/);
  assert.match(
    reach.network.notes.join('\n'),
    /Ingress a\/one leads to a\/x\[Deployment\], whose policies let not every pod in/,
  );
});

test('further networks, host ports and outer addresses are ways around policies', () => {
  const annotations = { 'k8s.v1.cni.cncf.io/networks': '[{"name": "macvlan-nmn"}]' };
  const spec = { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 22, hostPort: 2222 }] }] };
  const uai = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'uai', namespace: 'a', labels: { app: 'uai' }, annotations },
    spec,
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'a' },
    spec: { selector: { app: 'uai' }, externalIPs: ['10.1.1.1'], ports: [{ port: 22 }] },
  };
  assert.deepEqual(
    bypassesOf(networkOf(uai, service)).map(({ kind, subject }) => `${kind} ${subject}`),
    ['attachment a/uai[Pod]', 'external-address a/uai[Pod]', 'host-port a/uai[Pod]'],
  );
});

const DRYDOCK = 'data/csm/k8s/raw-helm/drydock-networkpolicies.yaml';
test('the network policies of CSM are read', needsShared(DRYDOCK), () => {
  const { policies, gaps } = readNetwork(readManifestObjects(sharedPath(DRYDOCK)));
  assert.ok(policies.length > 0);
  assert.deepEqual(
    gaps.filter(({ reason }) => /refuses/.test(reason)),
    [],
  );
});

test('ports and words are what Kubernetes makes of them', () => {
  const text = `apiVersion: v1
kind: Pod
metadata: {name: x, namespace: a, labels: {app: x, empty: }}
spec: {hostNetwork: off, containers: [{name: c, image: i, ports: [{name: http, containerPort: 0x50}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec: {podSelector: {matchLabels: {empty: ""}}, ingress: [{ports: [{port: 0100, endPort: 1_00}, {port: http}]}]}
`;
  const objects = parseManifestObjects(text, 'f');
  assert.deepEqual(objects.warnings, ['f:4: Kubernetes reads off as false; quote it if text is meant']);
  assert.match(listText(reachability(readNetwork(objects))), /=> a\/x\[Pod\] : TCP 64-100$/m);
});
