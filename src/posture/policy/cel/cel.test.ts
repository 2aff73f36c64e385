import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseManifestObjects, readManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { comparePolicies } from '../preview/compare.ts';
import { previewOf } from '../preview/preview.ts';
import { applyCelPolicy } from './apply.ts';
import { pluralOf } from './constraints.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: s, labels: {app: w}}\nspec: {priority: 5, containers: [{name: c, image: "i:latest", ports: [{containerPort: 80}]}, {name: d, image: "i:1"}]}\n';
const POLICY = (spec: string, kind = 'ValidatingPolicy', version = 'policies.kyverno.io/v1') =>
  `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: p}\nspec:\n  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n${spec}\n`;
const EXPRESSION = (expression: string) => POLICY(`  validations: [{expression: ${JSON.stringify(expression)}}]`);

function statusOf(policy: string, object = POD): string {
  const [only] = policySetOf(parseManifestObjects(policy, 'p').objects).cel ?? [];
  const [pod] = parseManifestObjects(object, 'o').objects;
  assert.ok(only !== undefined && pod !== undefined);
  const labels = (namespace: string) => (namespace === 's' ? ([['team', 'blue']] as const) : undefined);
  return applyCelPolicy(only, pod, { operation: 'CREATE', namespaceLabels: labels })?.status ?? 'not asked';
}

/** [expression, what comes of it]. */
const EXPRESSIONS: readonly (readonly [string, string])[] = [
  ["object.metadata.name == 'p'", 'pass'],
  ['object.spec.priority == 5', 'pass'],
  ['object.spec.priority > 5', 'fail'],
  ["object.spec.containers.all(c, c.image.endsWith(':latest'))", 'fail'],
  ["object.spec.containers.exists(c, c.image.endsWith(':latest'))", 'pass'],
  ['has(object.spec.hostNetwork)', 'fail'],
  ['!has(object.spec.hostNetwork) || object.spec.hostNetwork == false', 'pass'],
  ['object.spec.?hostNetwork.orValue(false) == false', 'pass'],
  ['object.spec.hostNetwork == false', 'error'],
  ['object.spec.hostNetwork || true', 'pass'],
  ["object.metadata.name.matches('^[a-z]$')", 'pass'],
  ["object.spec.containers.all(c, (c.image).matches('^i:[0-9]+$'))", 'fail'],
  ["object.metadata.name.matches('(a+)+$')", 'fail'],
  ["object.metadata.name.matches('(')", 'unsupported'],
  ["matches(object.metadata.name, 'p')", 'unsupported'],
  ["quantity('1Gi').isGreaterThan(quantity('1Mi'))", 'unsupported'],
  ["object.spec.containers.all(c, image(c.image).registry() == 'r')", 'unsupported'],
  ["authorizer.group('').resource('pods').check('get').allowed()", 'unsupported'],
  ["request.operation == 'CREATE' && request.namespace == 's' && request.kind.kind == 'Pod'", 'pass'],
  ["request.userInfo.username != 'a'", 'unsupported'],
  ['has(request.userInfo)', 'unsupported'],
  ['request.?userInfo.hasValue()', 'unsupported'],
  ["request['userInfo'] == null", 'unsupported'],
  ['oldObject == null', 'pass'],
  ["namespaceObject.metadata.labels['team'] == 'blue'", 'pass'],
  ['object.spec.priority', 'error'],
  ['object.spec.containers.all(c, ', 'unsupported'],
  ['params.x == 1', 'unsupported'],
  ['object.constructor == null', 'error'],
  ['has(object.toString)', 'fail'],
];
for (const [expression, expected] of EXPRESSIONS) {
  test(`${expression} is ${expected}`, () => assert.equal(statusOf(EXPRESSION(expression)), expected));
}

test('an expression that needs the labels of an unknown namespace is not guessed', () => {
  const other = POD.replace('namespace: s', 'namespace: other');
  assert.equal(statusOf(EXPRESSION('!has(namespaceObject.metadata.labels)'), other), 'unsupported');
});

/** [spec, what comes of it]. */
const SPECS: readonly (readonly [string, string])[] = [
  [
    '  variables: [{name: one, expression: object.metadata.name}, {name: m, expression: variables.one + "x"}]\n  validations: [{expression: variables.m == "px"}]',
    'pass',
  ],
  [
    '  variables: [{name: one, expression: variables.one}]\n  validations: [{expression: variables.one == "p"}]',
    'unsupported',
  ],
  [
    '  variables: [{name: one, expression: variables.m}, {name: m, expression: "1"}]\n  validations: [{expression: variables.one == 1}]',
    'unsupported',
  ],
  ['  validations: [{expression: has(variables.one)}]', 'unsupported'],
  ['  variables: [{name: bad, expression: object.none}]\n  validations: [{expression: "true"}]', 'pass'],
  ['  matchConditions: [{name: no, expression: "false"}]\n  validations: [{expression: "false"}]', 'not asked'],
  ['  matchConditions: [{name: no, expression: object.none}]\n  validations: [{expression: "false"}]', 'error'],
  ['  validations: [{expression: unknown()}, {expression: "false"}]', 'fail'],
  ['  validations: [{expression: unknown()}, {expression: "true"}]', 'unsupported'],
  ['  validations: []', 'unsupported'],
  ['  newMember: 1\n  validations: [{expression: "true"}]', 'unsupported'],
  ['  evaluation: {mode: JSON}\n  validations: [{expression: "true"}]', 'unsupported'],
];
for (const [spec, expected] of SPECS) {
  test(`${spec.trim()} is ${expected}`, () => assert.equal(statusOf(POLICY(spec)), expected));
}

test('lists that grow and loops in loops end in time', () => {
  const grows = Array.from(
    { length: 30 },
    (_, at) => `{name: v${at + 1}, expression: "${Array(10).fill(`variables.v${at}`).join(' + ')}"}`,
  );
  const spec = `  variables: [{name: v0, expression: "[1,2,3,4,5,6,7,8,9,10]"}, ${grows.join(', ')}]\n  validations: [{expression: "variables.v30.size() > 0"}]`;
  assert.equal(statusOf(POLICY(spec)), 'unsupported');
  const list = `[${Array.from({ length: 400 }, (_, at) => at).join(',')}]`;
  const nested = ['a', 'b', 'c', 'd'].reduce((inner, name) => `${list}.all(${name}, ${inner})`, 'true');
  assert.equal(statusOf(EXPRESSION(nested)), 'unsupported');
});

test('names of resources', () => {
  for (const [kind, name] of [
    ['Pod', 'pods'],
    ['NetworkPolicy', 'networkpolicies'],
    ['Ingress', 'ingresses'],
    ['Endpoints', 'endpoints'],
    ['Gateway', 'gateways'],
    ['StorageClass', 'storageclasses'],
  ] as const) {
    assert.equal(pluralOf(kind), name);
  }
});

const VAP = (spec: string) => POLICY(spec, 'ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1');
const BINDING = (actions: string, resources = '') =>
  `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: [${actions}]${resources}}\n`;

test('a ValidatingAdmissionPolicy judges where a binding puts it into force', () => {
  const never = VAP('  validations: [{expression: "false"}]');
  const run = (policies: string) => {
    const { objects, findings } = previewOf(
      parseManifestObjects(POD, 'r').objects,
      policySetOf(parseManifestObjects(policies, 'p').objects),
      '2022-04-06',
    );
    return [
      objects[0]?.outcome ?? 'not asked',
      findings.map(({ check }) => check).filter((check) => /binding|audit/.test(check)),
    ];
  };
  assert.deepEqual(run(never), ['not asked', ['no-binding']]);
  assert.deepEqual(run(never + BINDING('Deny')), ['rejected', []]);
  assert.deepEqual(run(never + BINDING('Audit')), ['admitted', ['audit-only']]);
  const elsewhere = ', matchResources: {objectSelector: {matchLabels: {app: other}}}';
  assert.deepEqual(run(never + BINDING('Deny', elsewhere)), ['not asked', []]);
  assert.deepEqual(run(never + BINDING('Deny', ', paramRef: {name: x}')), ['unknown', []]);
});

test('a ValidatingPolicy for Pods judges controllers by their template, unless that is turned off', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: s}\nspec: {template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: []}}}\n';
  const spec = '  validations: [{expression: "!has(object.spec.hostNetwork)"}]';
  assert.equal(statusOf(POLICY(spec), deployment), 'fail');
  const listed = (controllers: string) =>
    statusOf(POLICY(`${spec}\n  autogen: {podControllers: {controllers: [${controllers}]}}`), deployment);
  assert.deepEqual([listed(''), listed('jobs'), listed('jobs, deployments')], ['not asked', 'not asked', 'fail']);
});

const OLD = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: old}
spec:
  validationFailureAction: Enforce
  rules:
  - name: host
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: no, pattern: {spec: {=(hostPID): "false", =(hostIPC): "false", =(hostNetwork): "false"}}}
`;
const NEW = POLICY(
  '  validations: [{expression: "object.spec.?hostPID.orValue(false) == false && object.spec.?hostIPC.orValue(false) == false && object.spec.?hostNetwork.orValue(false) == false"}]',
);

test(
  'an old policy and its successor in CEL say the same of every Pod of the standards',
  needsShared('data/k8s/pss'),
  () => {
    const { objects } = readManifestObjects(sharedPath('data/k8s/pss'));
    const set = (text: string) => policySetOf(parseManifestObjects(text, 'p').objects);
    const { requests, same, verdict } = comparePolicies(objects, set(OLD), set(NEW));
    assert.ok(requests > 100);
    assert.deepEqual([same, verdict], [requests, 'pass']);
    const weaker = NEW.replace('object.spec.?hostIPC.orValue(false) == false && ', '');
    const { different, verdict: weak } = comparePolicies(objects, set(OLD), set(weaker));
    assert.equal(weak, 'fail');
    assert.ok(different.every(({ before, after }) => before === 'rejects' && after === 'passes'));
    assert.equal(comparePolicies(objects, set(OLD), set(NEW.replace('?hostPID', 'nonsense'))).verdict, 'no-evidence');
    const audits = NEW.replace('  validations:', '  validationActions: [Audit]\n  validations:');
    assert.ok(
      comparePolicies(objects, set(OLD), set(audits)).different.every(
        (one) => one.before === 'rejects' && one.after === 'reports',
      ),
    );
    assert.equal(
      comparePolicies(objects, set(OLD), set(audits)).verdict,
      'fail',
      'what is only reported is not refused',
    );
    const unknown = EXPRESSION('unknown(object)');
    assert.equal(comparePolicies(objects, set(OLD), set(unknown)).verdict, 'no-evidence');
  },
);
