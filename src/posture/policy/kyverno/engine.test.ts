import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueAt } from '../../../platform/json.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { admit } from './admit.ts';
import type { RuleResult } from './engine.ts';
import { policySetOf } from './policy-set.ts';

/** Results of a policy's rules on the last object of the text, as `RULE STATUS`. */
function results(policy: string, object: string): readonly RuleResult[] {
  const set = policySetOf(parseManifestObjects(policy, 'p').objects);
  const [target] = parseManifestObjects(object, 'o').objects;
  assert.ok(target !== undefined && set.policies.length > 0);
  const labels = [['team', 'a']] as const;
  const world = {
    operation: 'CREATE',
    exceptions: set.exceptions,
    namespaceLabels: (name: string) => (name === 'known' ? labels : undefined),
  };
  return admit(target, set.policies, world).results;
}

function said(policy: string, object: string): readonly string[] {
  return results(policy, object).map(({ rule, status }) => `${rule} ${status}`);
}

const policy = (rule: string, more = '') =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p${more}}\nspec: {rules: [{name: r, ${rule}}]}\n`;
const PODS = 'match: {any: [{resources: {kinds: [Pod]}}]}';
const DENY = 'validate: {deny: {}}';
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: known, labels: {app: web}}\nspec: {containers: [{name: a, image: "x/a:1"}, {name: b, image: b}]}\n';
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: known}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: "a:latest"}]}}}\n';
const CRON_JOB =
  'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web, namespace: known}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "a:latest"}]}}}}}\n';

const resources = (block: string) => `match: {any: [{resources: {${block}}}]}`;

/** [match and exclude, whether a Pod is denied: fail, unsupported, or not asked]. */
const MATCHES: readonly (readonly [string, string])[] = [
  [PODS, 'fail'],
  ['match: {resources: {kinds: [Pod]}}', 'fail'],
  ['match: {resources: {kinds: [v1/Pod]}}', 'fail'],
  ['match: {resources: {kinds: ["*"]}}', 'fail'],
  ['match: {resources: {kinds: ["*/*/Pod"]}}', 'fail'],
  ['match: {resources: {kinds: [Pod/exec]}}', ''],
  ['match: {resources: {kinds: [apps/v1/Pod]}}', ''],
  [resources('kinds: [Pod], names: ["web-*"]'), 'fail'],
  [resources('kinds: [Pod], name: "db-*"'), ''],
  [resources('kinds: [Pod], namespaces: [kno*]'), 'fail'],
  [resources('kinds: [Pod], selector: {matchLabels: {app: "w?b"}}'), 'fail'],
  [resources('kinds: [Pod], selector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}'), ''],
  [resources('kinds: [Pod], selector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}'), 'fail'],
  [resources('kinds: [Pod], namespaceSelector: {matchLabels: {team: a}}'), 'fail'],
  [resources('kinds: [Pod], operations: [DELETE]'), ''],
  [resources('kinds: [Pod], operations: [CREATE]'), 'fail'],
  ['match: {all: [{resources: {kinds: [Pod]}}, {resources: {names: [web-1]}}]}', 'fail'],
  ['match: {all: [{resources: {kinds: [Pod]}}, {resources: {names: [other]}}]}', ''],
  [`${PODS}, exclude: {any: [{resources: {names: [web-1]}}]}`, ''],
  [`${PODS}, exclude: {all: [{resources: {names: [web-1]}}, {resources: {namespaces: [other]}}]}`, 'fail'],
  [`${PODS}, exclude: {resources: {namespaces: [known]}}`, ''],
  ['match: {any: [{resources: {kinds: [Pod]}, subjects: [{kind: User, name: a}]}]}', 'unsupported'],
  [resources('kinds: [Pod], somethingNew: 1'), 'unsupported'],
  [`${PODS}, celPreconditions: []`, 'unsupported'],
  [`${PODS}, exclude: {any: [{clusterRoles: [cluster-admin]}]}`, 'unsupported'],
];

for (const [block, expected] of MATCHES) {
  test(`${block}: ${expected || 'not asked'}`, () => {
    assert.deepEqual(said(policy(`${block}, ${DENY}`), POD), expected === '' ? [] : [`r ${expected}`]);
  });
}

test('the labels of a namespace that is not known are not guessed', () => {
  const rule = `${resources('kinds: [Pod], namespaceSelector: {matchLabels: {team: a}}')}, ${DENY}`;
  assert.deepEqual(said(policy(rule), POD.replace('namespace: known', 'namespace: other')), ['r unsupported']);
});

const condition = (key: string, operator: string, value: string) =>
  `${PODS}, validate: {deny: {conditions: {all: [{key: ${key}, operator: ${operator}, value: ${value}}]}}}`;
const NAMES = '"{{ request.object.spec.containers[].name }}"';

/** [condition of deny, what comes of it]. */
const CONDITIONS: readonly (readonly [string, string])[] = [
  [condition('"{{ request.object.metadata.name }}"', 'Equals', '"web-*"'), 'fail'],
  [condition('"{{ request.object.metadata.name }}"', 'NotEquals', 'web-1'), 'pass'],
  [condition('"{{ length(request.object.spec.containers) }}"', 'GreaterThan', '1'), 'fail'],
  [condition('"{{ length(request.object.spec.containers) }}"', 'LessThan', '2'), 'pass'],
  [condition('1Gi', 'GreaterThan', '500Mi'), 'fail'],
  [condition('1h', 'DurationLessThan', '61m'), 'fail'],
  [condition('v1.10.0', 'GreaterThan', 'v1.9.0'), 'fail'],
  [condition(NAMES, 'AnyIn', '[a]'), 'fail'],
  [condition(NAMES, 'AllIn', '[a]'), 'pass'],
  [condition(NAMES, 'AllIn', '[a, b, c]'), 'fail'],
  [condition(NAMES, 'AnyNotIn', '[a]'), 'fail'],
  [condition(NAMES, 'AllNotIn', '[a]'), 'pass'],
  [condition(NAMES, 'AllNotIn', '["x*"]'), 'fail'],
  [condition('5', 'AnyIn', '1-10'), 'fail'],
  [condition('"{{ request.object.metadata.missing }}"', 'Equals', 'x'), 'error'],
  [condition('"{{ request.object.metadata.missing || \'x\' }}"', 'Equals', 'x'), 'fail'],
  [condition('"{{ request.userInfo.username }}"', 'Equals', 'x'), 'unsupported'],
  [condition('"{{ serviceAccountName || \'x\' }}"', 'Equals', 'x'), 'unsupported'],
  [condition('"{{ request.operation }}"', 'Resembles', 'x'), 'unsupported'],
  [condition('"{{ time_now() }}"', 'Equals', 'x'), 'unsupported'],
  [condition('"{{ images.containers.b.registry }}"', 'Equals', 'docker.io'), 'fail'],
  [
    condition('"{{ images.containers.\\"{{ request.object.spec.containers[0].name }}\\".path }}"', 'Equals', 'x/a'),
    'fail',
  ],
  [condition('"{{ a b }}"', 'Equals', 'x'), 'unsupported'],
];

for (const [rule, expected] of CONDITIONS) {
  test(`${rule.slice(rule.indexOf('all:'))}: ${expected}`, () =>
    assert.deepEqual(said(policy(rule), POD), [`r ${expected}`]));
}

/** [rule, what comes of it on the Pod]. */
const RULES: readonly (readonly [string, string])[] = [
  ['validate: {foreach: [{list: request.object.spec.containers, pattern: {image: "*:*"}}]}', 'fail'],
  [
    'validate: {foreach: [{list: request.object.spec.containers, preconditions: {all: [{key: "{{ element.name }}", operator: Equals, value: a}]}, pattern: {image: "*:*"}}]}',
    'pass',
  ],
  ['validate: {foreach: [{list: request.object.spec.initContainers, pattern: {image: "*:*"}}]}', 'skip'],
  [
    'validate: {foreach: [{list: request.object.spec.containers, context: [{name: item, variable: {jmesPath: element.name}}], deny: {conditions: {all: [{key: "{{ item }}{{ elementIndex }}", operator: Equals, value: b1}]}}}]}',
    'fail',
  ],
  [
    'validate: {foreach: [{list: "request.object.spec.containers", foreach: [{list: "keys(element)", deny: {conditions: {all: [{key: "{{ element0.name }}.{{ element1 }}", operator: Equals, value: b.image}]}}}]}]}',
    'fail',
  ],
  ['validate: {anyPattern: [{metadata: {name: x}}, {metadata: {name: web-?}}]}', 'pass'],
  ['validate: {anyPattern: [{metadata: {name: x}}, {metadata: {name: y}}]}', 'fail'],
  [
    'preconditions: {all: [{key: "{{ request.object.nothing }}", operator: Equals, value: x}]}, validate: {deny: {}}',
    'skip',
  ],
  ['context: [{name: c, configMap: {name: a, namespace: b}}], validate: {deny: {}}', 'fail'],
  [
    'context: [{name: c, configMap: {name: a, namespace: b}}], validate: {pattern: {metadata: {name: "{{ c.data.x }}"}}}',
    'unsupported',
  ],
  [
    'context: [{name: c, variable: {value: [web-1], jmesPath: "[0]"}}], validate: {pattern: {metadata: {name: "{{ c }}"}}}',
    'pass',
  ],
  [
    'context: [{name: c, variable: {jmesPath: request.object.nothing, default: web-1}}], validate: {pattern: {metadata: {name: "{{ c }}"}}}',
    'pass',
  ],
  ['validate: {pattern: {metadata: {name: "$(./../x)"}}}', 'unsupported'],
  ['validate: {cel: {expressions: []}}', 'unsupported'],
  ['validate: {podSecurity: {level: baseline, version: v9.1}}', 'unsupported'],
  ['verifyImages: [{imageReferences: ["*"]}]', 'unsupported'],
  ['mutate: {targets: [{kind: Pod}], patchStrategicMerge: {}}', 'unsupported'],
  ['mutate: {patchesJson6902: "- {op: add, path: /metadata/labels/x, value: y}"}', 'pass'],
  ['mutate: {patchStrategicMerge: {metadata: {labels: {+(app): other}}}}', 'skip'],
];

for (const [rule, expected] of RULES) {
  test(`${rule}: ${expected}`, () => assert.deepEqual(said(policy(`${PODS}, ${rule}`), POD), [`r ${expected}`]));
}

test('a merge over every container keeps their order, and the next rule sees what the one before did', () => {
  const rules = `${PODS}, mutate: {foreach: [{list: request.object.spec.containers, patchStrategicMerge: {spec: {containers: [{(name): "{{ element.name }}", securityContext: {runAsNonRoot: true}}]}}}]}`;
  const second = `, {name: s, ${PODS}, validate: {pattern: {spec: {containers: [{securityContext: {runAsNonRoot: true}}]}}}}]}`;
  const found = results(policy(rules).replace(/\]}\n$/, second), POD);
  assert.deepEqual(
    found.map(({ rule, status }) => `${rule} ${status}`),
    ['r pass', 's pass'],
  );
  const containers = valueAt(found[0]?.patched?.value, 'spec', 'containers') as readonly { readonly name: string }[];
  assert.deepEqual(
    containers.map(({ name }) => name),
    ['a', 'b'],
  );
});

test('rules for Pods are generated for controllers, and moved below their templates', () => {
  const pattern = `${PODS}, validate: {pattern: {spec: {containers: [{image: "!*:latest"}]}}}`;
  assert.deepEqual(said(policy(pattern), DEPLOYMENT), ['autogen-r fail']);
  assert.deepEqual(said(policy(pattern), CRON_JOB), ['autogen-cronjob-r fail']);
  const variables = `${PODS}, validate: {deny: {conditions: {all: [{key: "{{ request.object.spec.containers[0].name }}", operator: Equals, value: a}]}}}`;
  assert.deepEqual(said(policy(variables), DEPLOYMENT), ['autogen-r fail']);
  assert.deepEqual(said(policy(variables), CRON_JOB), ['autogen-cronjob-r fail']);
  const podSecurity = `${PODS}, validate: {podSecurity: {level: restricted, version: v1.20}}`;
  assert.deepEqual(said(policy(podSecurity), CRON_JOB), ['autogen-cronjob-r fail']);
  const unsupported = `${PODS}, validate: {cel: {}}`;
  assert.deepEqual(said(policy(unsupported), DEPLOYMENT), ['autogen-r unsupported']);
});

for (const [what, text] of [
  ['a selector', policy(`${resources('kinds: [Pod], selector: {matchLabels: {app: web}}')}, ${DENY}`)],
  ['a name', policy(`${resources('kinds: [Pod], names: ["*"]')}, ${DENY}`)],
  ['another kind', policy(`${resources('kinds: [Pod, Service]')}, ${DENY}`)],
  ['an annotation', policy(`${PODS}, ${DENY}`, ', annotations: {pod-policies.kyverno.io/autogen-controllers: none}')],
  [
    'other controllers',
    policy(`${PODS}, ${DENY}`, ', annotations: {pod-policies.kyverno.io/autogen-controllers: "Job,CronJob"}'),
  ],
  ['a JSON patch', policy(`${PODS}, mutate: {patchesJson6902: "[]"}`)],
] as const) {
  test(`${what} ends the generation of rules`, () => assert.deepEqual(said(text, DEPLOYMENT), []));
}

const EXCEPTION = (spec: string) =>
  `---\napiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e, namespace: k}\nspec: {exceptions: [{policyName: p, ruleNames: [r]}], match: {any: [{resources: {kinds: [Pod]}}]}, ${spec}}\n`;
const PRIVILEGED = POD.replace(
  'image: b}',
  'image: b, securityContext: {privileged: true, capabilities: {add: [NET_RAW]}}}',
);
const STANDARD = policy(`${PODS}, validate: {podSecurity: {level: baseline, version: v1.20}}`);

/** [what an exception says, what comes of the Pod]. */
const EXCEPTIONS: readonly (readonly [string, string])[] = [
  ['background: false', 'skip'],
  ['conditions: {all: [{key: "{{ request.object.metadata.name }}", operator: Equals, value: other}]}', 'fail'],
  ['podSecurity: [{controlName: Privileged Containers, images: ["*"]}]', 'fail'],
  [
    'podSecurity: [{controlName: Privileged Containers, images: ["*"]}, {controlName: Capabilities, images: [b]}]',
    'skip',
  ],
  ['podSecurity: [{controlName: Privileged Containers}, {controlName: Capabilities, images: [b]}]', 'fail'],
  [
    'podSecurity: [{controlName: Privileged Containers, images: [b], restrictedField: "spec.containers[*].securityContext.privileged", values: ["true"]}, {controlName: Capabilities, images: [b], restrictedField: "spec.containers[*].securityContext.capabilities.add", values: [NET_ADMIN]}]',
    'fail',
  ],
  [
    'podSecurity: [{controlName: Privileged Containers, images: [b], restrictedField: "spec.containers[*].securityContext.privileged", values: ["true"]}, {controlName: Capabilities, images: [b], restrictedField: "spec.containers[*].securityContext.capabilities.add", values: [NET_*]}]',
    'skip',
  ],
];

for (const [spec, expected] of EXCEPTIONS) {
  test(`an exception with ${spec}: ${expected}`, () => {
    assert.deepEqual(said(STANDARD + EXCEPTION(spec), PRIVILEGED), [`r ${expected}`]);
  });
}

test('a Policy is for its own namespace alone', () => {
  const text = policy(`${PODS}, ${DENY}`)
    .replace('ClusterPolicy', 'Policy')
    .replace('name: p', 'name: p, namespace: known');
  assert.deepEqual(said(text, POD), ['r fail']);
  assert.deepEqual(said(text, POD.replace('namespace: known', 'namespace: other')), []);
});
