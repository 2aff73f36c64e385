// Policies in CEL on a real API server: what we say of a Pod is what the server does with it. Each expression is a ValidatingAdmissionPolicy that is bound to
// Pods with its own label; Pods are created as dry runs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { clusterProgram, needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster } from '../../../../test/cluster/cluster.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { applyCelPolicy } from './apply.ts';

/** Expressions that defaults of the server do not touch. */
const EXPRESSIONS: readonly string[] = [
  "object.metadata.name == 'plain'",
  'has(object.spec.hostNetwork) && object.spec.hostNetwork',
  'object.spec.?hostNetwork.orValue(false) == false',
  'object.spec.hostNetwork == true',
  'object.spec.hostNetwork || true',
  "object.spec.containers.all(c, !c.image.endsWith(':latest'))",
  "object.spec.containers.exists(c, c.image.matches('^registry[.]example/[a-z]+:[0-9.]+$'))",
  'object.spec.containers.exists_one(c, has(c.ports))',
  'object.spec.containers.filter(c, has(c.ports)).size() == 1',
  'object.spec.containers.all(c, has(c.ports) && c.ports.all(p, p.containerPort >= 1024))',
  "object.spec.containers.map(c, c.name).join(',') == 'a,b'",
  "object.metadata.labels['team'] == 'blue'",
  "has(object.metadata.labels.team) ? object.metadata.labels.team in ['blue', 'red'] : false",
  "object.metadata.?labels[?'team'].orValue('') != ''",
  'object.spec.containers[0].ports[0].containerPort == 80',
  'object.spec.containers[5].name == "x"',
  "request.operation == 'CREATE' && request.namespace == 'default'",
  'oldObject == null',
  "string(object.spec.containers.size()) == '2'",
  'object.spec.containers.size() > 1.5',
  "object.metadata.name.startsWith('h') || object.metadata.name.contains('lai')",
  "object.metadata.name.matches('^(plain|host)$')",
  "!(object.metadata.name in ['plain'])",
  'type(object.spec.containers[0].name) == string',
  'object.metadata.name > 1',
  '1 / (object.spec.containers.size() - 1) > 0',
];

const POD = (name: string, label: string, spec: string, labels = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: default, labels: {case: ${label}${labels}}}\nspec: {automountServiceAccountToken: false, ${spec}}\n`;
const PODS: readonly ((label: string) => string)[] = [
  (label) => POD('plain', label, 'containers: [{name: a, image: "registry.example/app:1.0"}]'),
  (label) =>
    POD(
      'host',
      label,
      'hostNetwork: true, containers: [{name: a, image: "i:latest", ports: [{containerPort: 80, hostPort: 80}]}, {name: b, image: i}]',
      ', team: blue',
    ),
  (label) =>
    POD(
      'ports',
      label,
      'containers: [{name: a, image: i, ports: [{containerPort: 8080}, {containerPort: 9090}]}]',
      ', team: green',
    ),
];

function policyOf(expression: string, label: string): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${label}}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}], objectSelector: {matchLabels: {case: ${label}}}}
  validations: [{expression: ${JSON.stringify(expression)}, message: refused}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${label}}
spec: {policyName: ${label}, validationActions: [Deny]}
`;
}

test(
  'the API server refuses what we say fails, and takes what we say passes',
  needsCluster('current', 'kubectl'),
  async () => {
    const cluster = await startCluster({ servers: 1, version: 'current' });
    try {
      const kubectl = (args: readonly string[], input: string) =>
        spawnSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args, '-f', '-'], {
          input,
          encoding: 'utf8',
        });
      const account = kubectl(
        ['apply'],
        'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: default}\n',
      );
      assert.equal(account.status, 0, account.stderr);
      const labels = EXPRESSIONS.map((_, at) => `case-${at}`);
      const canary = policyOf('false', 'canary');
      const applied = kubectl(
        ['apply'],
        [...EXPRESSIONS.map((one, at) => policyOf(one, labels[at] ?? '')), canary].join('---\n'),
      );
      assert.equal(applied.status, 0, applied.stderr);
      const create = (pod: string) => kubectl(['create', '--dry-run=server', '-o', 'name'], pod);
      const isInForce = () => /refused/.test(create(PODS[0]?.('canary') ?? '').stderr);
      for (let tries = 0; tries < 120 && !isInForce(); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 500));
      assert.ok(isInForce(), 'the server has taken up its policies');
      const differences: string[] = [];
      const seen = new Set<string>();
      for (const [at, expression] of EXPRESSIONS.entries()) {
        const label = labels[at] ?? '';
        const [policy] = policySetOf(parseManifestObjects(policyOf(expression, label), 'p').objects).cel ?? [];
        assert.ok(policy !== undefined);
        for (const pod of PODS) {
          const [object] = parseManifestObjects(pod(label), 'o').objects;
          assert.ok(object !== undefined);
          const result = applyCelPolicy(policy, object, { operation: 'CREATE', namespaceLabels: () => undefined });
          const { status, stderr } = create(pod(label));
          const said =
            status === 0
              ? 'pass'
              : /resulted in error/.test(stderr)
                ? 'error'
                : /refused/.test(stderr)
                  ? 'fail'
                  : stderr;
          seen.add(said);
          if (result?.status !== said)
            differences.push(
              `${expression} on ${object.name}: ${result?.status} (${result?.message}), the server: ${said}`,
            );
        }
      }
      assert.deepEqual(differences, []);
      assert.deepEqual([...seen].sort(), ['error', 'fail', 'pass']);
    } finally {
      await cluster.stop();
    }
  },
);
