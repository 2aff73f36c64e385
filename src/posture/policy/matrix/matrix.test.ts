import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseManifestObjects, readManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import type { ControlCell } from './cell.ts';
import { controlMatrix } from './matrix.ts';

/** `CONTROL SETBY` of each cell of the only workload. */
function cellsOf(objects: string, policies = ''): ReadonlyMap<string, ControlCell> {
  const matrix = controlMatrix(
    parseManifestObjects(objects, 'r.yaml').objects,
    policySetOf(parseManifestObjects(policies, 'p.yaml').objects),
  );
  assert.equal(matrix.rows.length, 1);
  return new Map(matrix.rows[0]?.cells.map((cell) => [cell.check, cell]));
}

function setBy(control: string, objects: string, policies = ''): string | undefined {
  return cellsOf(objects, policies).get(control)?.setBy;
}

const DEPLOYMENT = (container: string, pod = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: s}\nspec: {template: {metadata: {labels: {app: w}}, spec: {${pod}containers: [{name: c, image: "i:1", ${container}}]}}}\n`;
const MUTATION = (patch: string, more = '') =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: m}\nspec: {rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, ${more}mutate: {patchStrategicMerge: {spec: {${patch}}}}}]}\n`;
const READ_ONLY = (value: boolean) =>
  `containers: [{(name): "*", securityContext: {readOnlyRootFilesystem: ${value}}}]`;
const EXCEPTION =
  'apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e, namespace: k}\nspec: {exceptions: [{policyName: m, ruleNames: ["*r"]}], match: {any: [{resources: {kinds: [Pod, Deployment], names: ["w*"]}}]}}\n';

/** What sets a control: [control, Deployment, policies, expected]. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['read-only-root', DEPLOYMENT('securityContext: {readOnlyRootFilesystem: true}'), '', 'chart'],
  ['read-only-root', DEPLOYMENT(''), '', 'none'],
  ['read-only-root', DEPLOYMENT(''), MUTATION(READ_ONLY(true)), 'policy'],
  [
    'read-only-root',
    DEPLOYMENT('securityContext: {readOnlyRootFilesystem: true}'),
    MUTATION(READ_ONLY(false)),
    'overridden',
  ],
  ['read-only-root', DEPLOYMENT(''), `${MUTATION(READ_ONLY(true))}---\n${EXCEPTION}`, 'exempt'],
  [
    'read-only-root',
    DEPLOYMENT(''),
    MUTATION(READ_ONLY(true), 'exclude: {any: [{resources: {namespaces: [s]}}]}, '),
    'exempt',
  ],
  [
    'read-only-root',
    DEPLOYMENT(''),
    MUTATION(READ_ONLY(true), 'preconditions: {all: [{key: "{{serviceAccountName}}", operator: Equals, value: x}]}, '),
    'unknown',
  ],
  ['read-only-root', DEPLOYMENT(''), MUTATION(READ_ONLY(true)).replace('spec: {', 'spec: {admission: false, '), 'none'],
  ['read-only-root', DEPLOYMENT('', 'initContainers: [{name: i, image: "i:1"}], '), MUTATION(READ_ONLY(true)), 'none'],
  ['seccomp', DEPLOYMENT('', 'securityContext: {seccompProfile: {type: RuntimeDefault}}, '), '', 'chart'],
  [
    'seccomp',
    DEPLOYMENT('securityContext: {privileged: true}', 'securityContext: {seccompProfile: {type: RuntimeDefault}}, '),
    '',
    'overridden',
  ],
  ['seccomp', DEPLOYMENT('securityContext: {seccompProfile: {type: Unconfined}}'), '', 'none'],
  ['seccomp', DEPLOYMENT(''), MUTATION('securityContext: {+(seccompProfile): {type: RuntimeDefault}}'), 'policy'],
  ['non-root', DEPLOYMENT('securityContext: {runAsUser: 1000}'), '', 'chart'],
  ['non-root', DEPLOYMENT('securityContext: {runAsUser: 0, runAsNonRoot: true}'), '', 'none'],
  ['non-root', DEPLOYMENT('securityContext: {runAsUser: 0}', 'securityContext: {runAsUser: 1}, '), '', 'overridden'],
  ['non-root', DEPLOYMENT('securityContext: {runAsUser: 1}', 'os: {name: windows}, '), '', 'none'],
  ['lsm', DEPLOYMENT('securityContext: {appArmorProfile: {type: RuntimeDefault}}'), '', 'chart'],
  ['lsm', DEPLOYMENT('securityContext: {seLinuxOptions: {type: container_t}}'), '', 'chart'],
  ['lsm', DEPLOYMENT('securityContext: {seLinuxOptions: {type: spc_t}}'), '', 'none'],
  ['lsm', DEPLOYMENT('securityContext: {seLinuxOptions: {type: container_runtime_t}}'), '', 'none'],
  [
    'non-root',
    DEPLOYMENT('securityContext: {runAsNonRoot: true}'),
    MUTATION('containers: [{(name): "*", securityContext: "{{serviceAccountName}}"}]'),
    'unknown',
  ],
  ['pss-baseline', DEPLOYMENT(''), '', 'chart'],
  ['pss-baseline', DEPLOYMENT('', 'hostNetwork: true, '), '', 'none'],
  ['pss-baseline', DEPLOYMENT('', 'hostNetwork: true, '), MUTATION('hostNetwork: false'), 'policy'],
];
for (const [control, objects, policies, expected] of CASES) {
  test(`${control} is ${expected}: ${objects.slice(objects.indexOf('spec: {containers'))}${policies.slice(60)}`, () => {
    assert.equal(setBy(control, objects, policies), expected);
  });
}

const NETWORK = (spec: string, namespace = 's') =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n, namespace: ${namespace}}\nspec: {${spec}}\n`;

test('NetworkPolicies that select the Pod, and act on it', () => {
  const of = (more: string, pod = '') => {
    const cells = cellsOf(`${DEPLOYMENT('', pod)}${more}`);
    return [cells.get('network-ingress')?.setBy, cells.get('network-egress')?.setBy];
  };
  assert.deepEqual(of(NETWORK('podSelector: {}')), ['chart', 'none']);
  assert.deepEqual(of(NETWORK('podSelector: {}, policyTypes: [Ingress, Egress]')), ['chart', 'chart']);
  assert.deepEqual(of(NETWORK('podSelector: {}, policyTypes: [Egress]', 'other')), ['none', 'none']);
  assert.deepEqual(of(NETWORK('podSelector: {matchLabels: {app: x}}')), ['none', 'none']);
  assert.deepEqual(of(NETWORK('podSelector: {}'), 'hostNetwork: true, '), ['overridden', 'none']);
  assert.deepEqual(of(NETWORK('podSelector: {}, unknown: 1')), ['none', 'none'], 'an API server refuses it');
});

test('rules on what runs: KubeArmor and Tetragon by labels, Falco on every node', () => {
  const armor = (label: string) =>
    `---\napiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\nmetadata: {name: k, namespace: s}\nspec: {selector: {matchLabels: {app: ${label}}}}\n`;
  assert.equal(setBy('runtime-rules', DEPLOYMENT('') + armor('w')), 'chart');
  assert.equal(setBy('runtime-rules', DEPLOYMENT('') + armor('x')), 'none');
  const tracing = '---\napiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: t}\nspec: {}\n';
  assert.equal(setBy('runtime-rules', DEPLOYMENT('') + tracing), 'chart');
});

test('what the next control would break, and what it costs', () => {
  const cells = cellsOf(
    `${DEPLOYMENT('ports: [{containerPort: 80}], volumeMounts: [{name: t, mountPath: /tmp}]', 'volumes: [{name: h, hostPath: {path: /dev}}], ')}---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: s}\nspec: {selector: {app: w}}\n`,
  );
  assert.deepEqual(cells.get('non-root')?.next?.breaks, [
    'c opens port 80',
    'it mounts /dev of the node, which has owners and labels of its own',
  ]);
  assert.deepEqual(cells.get('read-only-root')?.next?.breaks, ['c could write to /tmp alone']);
  assert.deepEqual(cells.get('network-ingress')?.next?.breaks, [
    'what calls the Service/s/front, until a rule allows it',
  ]);
  assert.match(cells.get('seccomp')?.next?.costs ?? '', /^settings of 1 of 1 containers; /);
});

test('a workload whose containers cannot be read is unknown, never set', () => {
  const broken =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {template: {spec: {containers: x}}}\n';
  for (const control of ['seccomp', 'non-root', 'pss-baseline']) assert.equal(setBy(control, broken), 'unknown');
});

const RELEASE = 'data/csm/k8s/cray-powerdns-manager-0.5.2.rendered.yaml';
const POLICIES = 'data/csm/kyverno/rendered';

test('a chart of the platform release under its policies', needsShared(RELEASE, POLICIES), () => {
  const { objects } = readManifestObjects(sharedPath(RELEASE));
  const set = policySetOf(readManifestObjects(sharedPath(POLICIES)).objects);
  const { rows, counts } = controlMatrix(objects, set);
  assert.deepEqual(
    rows[0]?.cells.map(({ check, setBy: by }) => `${check} ${by}`),
    [
      'seccomp none',
      'lsm none',
      'non-root chart',
      'read-only-root none',
      'pss-baseline chart',
      'pss-restricted none',
      'network-ingress none',
      'network-egress none',
      'runtime-rules none',
    ],
  );
  assert.deepEqual(counts['seccomp'], { chart: 0, policy: 0, overridden: 0, exempt: 0, none: 1, unknown: 0 });
});
