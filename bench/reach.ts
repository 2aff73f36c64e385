// Reachability of 2,000 pods under 200 policies, from the YAML to the list, by the built program: pods of 500 owners, as a platform has them, and
// 2,000 pods that are all different, where nothing can be put together.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cost, interleaved, type Measurement, PLIMSOLL } from './measurement.ts';

const PODS = 2000;
const POLICIES = 200;
const NAMESPACES = 20;
const ROUNDS = 3;
const GOAL = 3;

/** The figures. */
export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-reach-'));
  try {
    return [500, PODS].map((owners) => {
      const file = join(folder, `${owners}.yaml`);
      writeFileSync(file, manifests(owners));
      const list = [
        PLIMSOLL,
        'reach',
        'list',
        file,
        '--format',
        'txt',
        '--quiet',
        '--output',
        join(folder, 'list.txt'),
      ];
      const [timed] = interleaved(ROUNDS, [() => cost(list)]);
      const value = timed?.cpuSeconds ?? Number.NaN;
      const name = `reachability, ${PODS} pods of ${owners} owners x ${POLICIES} policies, CPU`;
      return { id: 'REA', name, value, unit: 's', goal: `<= ${GOAL} s`, ok: value <= GOAL };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pods in rows of namespaces; each policy selects one application and lets two others and a block of addresses in, and itself out to two. */
function manifests(owners: number): string {
  const spaces = Array.from(
    { length: NAMESPACES },
    (_, at) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ns${at}, labels: {zone: z${at % 4}}}\n`,
  );
  const pods = Array.from({ length: PODS }, (_, at) => {
    const app = at % owners;
    return `apiVersion: v1
kind: Pod
metadata:
  name: app${app}-${at}
  namespace: ns${app % NAMESPACES}
  labels: {app: app${app}, tier: t${app % 7}}
  ownerReferences:
  - {apiVersion: apps/v1, kind: ReplicaSet, name: app${app}, controller: true}
spec:
  containers:
  - {name: main, image: example/app, ports: [{name: http, containerPort: ${8000 + (app % 5)}}]}
`;
  });
  const policies = Array.from({ length: POLICIES }, (_, at) => {
    const rule = (side: string): string => `  - ${side}:
    - podSelector: {matchLabels: {tier: t${at % 7}}}
    - namespaceSelector: {matchLabels: {zone: z${at % 4}}}
      podSelector: {matchExpressions: [{key: tier, operator: In, values: [t1, t2]}]}
    - ipBlock: {cidr: 10.${at % 16}.0.0/16}
    ports: [{port: http}, {port: ${7000 + at}, endPort: ${7100 + at}}]
`;
    return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p${at}, namespace: ns${at % NAMESPACES}}
spec:
  podSelector: {matchLabels: {app: app${at}}}
  policyTypes: [Ingress, Egress]
  ingress:
${rule('from')}  egress:
${rule('to')}`;
  });
  return [...spaces, ...pods, ...policies].join('---\n');
}
