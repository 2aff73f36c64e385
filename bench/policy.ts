// The preview of 100 policies on the charts of a platform, 90 of them, from the YAML to the JSON, by the built program. Everything is GENERATED: charts with
// the objects that a service usually has; of the policies a third each change the Pods of one service, judge patterns of all Pods, and loop with conditions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cost, interleaved, type Measurement, PLIMSOLL } from './measurement.ts';

const CHARTS = 90;
const POLICIES = 100;
const NAMESPACES = 8;
const ROUNDS = 3;
const GOAL = 5;

/** The figures. */
export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-policy-'));
  try {
    const [charts, policies] = [join(folder, 'charts.yaml'), join(folder, 'policies.yaml')];
    writeFileSync(charts, Array.from({ length: CHARTS }, (_, at) => chart(at)).join('---\n'));
    writeFileSync(policies, Array.from({ length: POLICIES }, (_, at) => policy(at)).join('---\n'));
    return ['preview', 'matrix'].map((word) => {
      const args = [PLIMSOLL, 'policy', word, charts, '--policies', policies];
      const output = ['--format', 'json', '--quiet', '--output', join(folder, 'result.json')];
      const [timed] = interleaved(ROUNDS, [() => cost([...args, ...output])]);
      const value = timed?.cpuSeconds ?? Number.NaN;
      const name = `policy ${word}, ${CHARTS} charts x ${POLICIES} policies, CPU`;
      return { id: 'POL', name, value, unit: 's', goal: `<= ${GOAL} s`, ok: value <= GOAL };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A Deployment with two containers and an init container, a CronJob, and six objects beside them. */
function chart(at: number): string {
  const head = (kind: string, apiVersion = 'v1') =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: service-${at}, namespace: ns${at % NAMESPACES}, labels: {app: service-${at}}}\n`;
  const template = `template:
  metadata: {labels: {app: service-${at}, tier: t${at % 7}}}
  spec:
    initContainers:
    - {name: wait, image: "registry.example/wait:1.${at}"}
    containers:
    - name: main
      image: "registry.example/service-${at}:1.${at}"
      ports: [{name: http, containerPort: 8080}]
      resources: {limits: {cpu: "1", memory: 512Mi}, requests: {cpu: 100m, memory: 64Mi}}
      securityContext: {capabilities: {drop: [ALL]}}
    - {name: proxy, image: "registry.example/proxy:2"}
    volumes: [{name: tmp, emptyDir: {}}]
`;
  const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));
  return [
    `${head('Deployment', 'apps/v1')}spec:\n${indented(template, 2)}`,
    `${head('CronJob', 'batch/v1')}spec:\n  schedule: "0 0 * * *"\n  jobTemplate:\n    spec:\n${indented(template, 6)}`,
    `${head('Service')}spec: {selector: {app: service-${at}}, ports: [{port: 80, targetPort: http}]}\n`,
    `${head('ConfigMap')}data: {settings: "a: 1"}\n`,
    head('ServiceAccount'),
    `${head('Role', 'rbac.authorization.k8s.io/v1')}rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n`,
    `${head('PodDisruptionBudget', 'policy/v1')}spec: {maxUnavailable: 1}\n`,
    `${head('Ingress', 'networking.k8s.io/v1')}spec: {rules: []}\n`,
  ].join('---\n');
}

function policy(at: number): string {
  if (at % 3 === 0) {
    return `apiVersion: kyverno.io/v1
kind: Policy
metadata: {name: change-${at}, namespace: ns${at % NAMESPACES}}
spec:
  rules:
  - name: context
    match: {resources: {kinds: [Pod], selector: {matchLabels: {app: service-${at % CHARTS}}}}}
    mutate:
      foreach:
      - list: request.object.spec.containers
        patchStrategicMerge:
          spec: {containers: [{(name): "{{element.name}}", securityContext: {runAsNonRoot: true, privileged: false}}]}
`;
  }
  const body =
    at % 3 === 1
      ? `pattern: {spec: {=(initContainers): [{image: "*:*"}], containers: [{image: "!*:latest", =(securityContext): {=(privileged): "false"}}]}}`
      : `foreach: [{list: "request.object.spec.containers[]", deny: {conditions: {any: [{key: "{{ regex_match('^registry[.]example/.+:[0-9.]+$', '{{element.image}}') }}", operator: Equals, value: false}]}}}]`;
  return `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: judge-${at}}
spec:
  validationFailureAction: Audit
  rules:
  - name: rule
    match: {any: [{resources: {kinds: [Pod]}}]}
    exclude: {any: [{resources: {namespaces: [kube-system]}}]}
    validate: {message: "not so", ${body}}
`;
}
