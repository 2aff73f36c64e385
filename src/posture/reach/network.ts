// The network that manifests describe: workloads, namespaces, policies, services and doors, and all that could not be told of it. Pure.

import { LimitError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { compareGaps } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import type { ManifestObject, ManifestObjects } from '../../scan/release/manifests/objects.ts';
import type { AddressRange } from './address.ts';
import { doorsOf } from './doors.ts';
import { DIRECTIONS, type Direction, type NetworkPolicy, type Peer, readPolicy } from './network-policy.ts';
import { findNotEvaluated, findStrangers, type NotEvaluated } from './not-evaluated.ts';
import { type Labels, labelsAt, type Selector } from './selector.ts';
import { type Entry, readEntry, readService, type Service } from './service.ts';
import { isGroup, namesOf } from './source.ts';
import { findWorkloads, type Workload } from './workload.ts';

/** A namespace that the input describes, or only names. */
export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
  /** `FILE:LINE`; absent when the input has no such object. */
  readonly position?: string;
}

/** What manifests say of the network. */
export interface Network {
  readonly workloads: readonly Workload[];
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly policies: readonly NetworkPolicy[];
  readonly services: readonly Service[];
  readonly entries: readonly Entry[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly gaps: readonly Gap[];
  /** Assumptions that were made, in words. */
  readonly notes: readonly string[];
}

/** Set by API servers on every namespace from Kubernetes 1.21 on. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
/** Labels that controllers put on pods that no manifest shows. */
const MADE_LABELS =
  /^(?:pod-template-hash|controller-revision-hash|pod-template-generation|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|(?:batch\.kubernetes\.io\/)?(?:job-name|controller-uid|job-completion-index))$/;

/**
 * The network of a release.
 * @param more keys of labels that a question asks for, which may tell pods of one owner apart
 * @throws LimitError for more workloads or rules than are judged
 */
export function readNetwork({ objects, gaps }: ManifestObjects, more: readonly string[] = []): Network {
  const found: Gap[] = [...gaps];
  const policies = policiesOf(objects, found);
  const services = objects
    .filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
    .flatMap((object) => readService(object) ?? []);
  const entries = objects.flatMap((object) => readEntry(object) ?? []);
  const asked = askedKeys(policies, services);
  const { workloads, nameless } = findWorkloads(objects, new Set([...asked.pods, ...more]));
  for (const place of nameless) {
    found.push({
      kind: 'undecidable',
      target: place,
      reason: 'an object with pods has no valid name; its pods are left out',
    });
  }
  refuseTooMany(workloads, policies, services, entries);
  const namespaces = namespacesOf(objects, workloads, policies);
  found.push(...labelGaps(asked, namespaces), ...strangerGaps(objects));
  for (const { entry, service } of doorsOf({ entries, services, workloads }).lost) {
    const reason = `the ${entry.kind} ${entry.namespace}/${entry.name} leads to the service ${service}, and no pod of the input is behind it`;
    found.push({ kind: 'undecidable', target: entry.position, reason });
  }
  return {
    workloads,
    namespaces,
    policies,
    services,
    entries,
    notEvaluated: findNotEvaluated(objects, workloads),
    gaps: found.sort(compareGaps),
    notes: notesOf(policies, namespaces, asked),
  };
}

/** The address blocks that the rules of a direction name, exceptions included. */
export function blocksOf({ policies }: Pick<Network, 'policies'>, direction: Direction): readonly AddressRange[] {
  return peersOf(policies, [direction]).flatMap((peer) => (peer.kind === 'block' ? [peer.range, ...peer.except] : []));
}

/** The network with one more pod in it, which no manifest has: what a user or a tenant may start. */
export function withPod(network: Network, workload: Workload): Network {
  const { namespaces } = network;
  const own = namespaces.get(workload.namespace) ?? unknownNamespace(workload.namespace);
  return {
    ...network,
    workloads: [...network.workloads, workload].sort((a, b) => compareText(a.id, b.id)),
    namespaces: new Map([...namespaces, [own.name, own]]),
  };
}

function isPolicy({ kind, apiVersion }: ManifestObject): boolean {
  return kind === 'NetworkPolicy' && isGroup(apiVersion, 'networking.k8s.io', 'extensions');
}

/** The policies in order; of several under one name the last, which is what applying the files leaves. */
function policiesOf(objects: readonly ManifestObject[], gaps: Gap[]): readonly NetworkPolicy[] {
  const policies = new Map<string, NetworkPolicy>();
  for (const object of objects.filter(isPolicy)) {
    const policy = readPolicy(object);
    const place = { target: object.file, location: `line ${object.node.line}` };
    if ('reason' in policy) {
      const reason = `an API server refuses this NetworkPolicy: ${policy.reason}; it counts as not there`;
      gaps.push({ kind: 'undecidable', ...place, reason });
      continue;
    }
    const name = `${policy.namespace}/${policy.name}`;
    const before = policies.get(name);
    if (before !== undefined) {
      const reason = `the NetworkPolicy ${name} is there twice, first at ${before.position}; the last counts`;
      gaps.push({ kind: 'undecidable', ...place, reason });
    }
    policies.set(name, policy);
  }
  return [...policies.values()].sort(comparePolicies);
}

function comparePolicies(a: NetworkPolicy, b: NetworkPolicy): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name) || compareText(a.position, b.position);
}

function peersOf(policies: readonly NetworkPolicy[], directions = DIRECTIONS): readonly Peer[] {
  return policies.flatMap((policy) =>
    directions.flatMap((direction) => (policy[direction] ?? []).flatMap(({ peers = [] }) => peers)),
  );
}

/** Keys of labels that rules ask for, of pods and of namespaces. */
interface AskedKeys {
  readonly pods: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

function askedKeys(policies: readonly NetworkPolicy[], services: readonly Service[]): AskedKeys {
  const pods = new Set<string>();
  const namespaces = new Set<string>();
  const add = (keys: Set<string>, selector: Selector = []): void => {
    for (const { key } of selector) keys.add(key);
  };
  for (const policy of policies) add(pods, policy.pods);
  for (const service of services) add(pods, service.pods);
  for (const peer of peersOf(policies)) {
    if (peer.kind !== 'pods') continue;
    add(pods, peer.pods);
    add(namespaces, peer.namespaces);
  }
  return { pods, namespaces };
}

function namespacesOf(
  objects: readonly ManifestObject[],
  workloads: readonly Workload[],
  policies: readonly NetworkPolicy[],
): ReadonlyMap<string, Namespace> {
  const namespaces = new Map<string, Namespace>();
  for (const object of objects) {
    const names = object.kind === 'Namespace' && object.apiVersion === 'v1' ? namesOf(object) : undefined;
    if (names === undefined) continue;
    const labels = new Map([[NAME_LABEL, names.name], ...labelsAt(object.node, 'metadata', 'labels')]);
    namespaces.set(names.name, { name: names.name, labels, position: names.position });
  }
  for (const { namespace } of [...workloads, ...policies]) {
    if (!namespaces.has(namespace)) namespaces.set(namespace, unknownNamespace(namespace));
  }
  return new Map([...namespaces].sort(([a], [b]) => compareText(a, b)));
}

function unknownNamespace(name: string): Namespace {
  return { name, labels: new Map([[NAME_LABEL, name]]) };
}

/** Labels that are asked for and that the input cannot show. */
function labelGaps(asked: AskedKeys, namespaces: ReadonlyMap<string, Namespace>): readonly Gap[] {
  const keys = [...asked.namespaces].filter((key) => key !== NAME_LABEL).sort();
  const unknown = [...namespaces.values()].filter(({ position }) => position === undefined);
  const made = [...asked.pods].filter((key) => MADE_LABELS.test(key)).sort();
  return [
    ...(keys.length === 0 ? [] : unknown).map(
      ({ name }): Gap => ({
        kind: 'undecidable',
        target: `namespace ${name}`,
        reason: `it is not in the input, and rules ask for its labels (${keys.join(', ')}); it counts as one without them`,
      }),
    ),
    ...made.map(
      (key): Gap => ({
        kind: 'undecidable',
        target: `label ${key}`,
        reason:
          'rules ask for a label that controllers put on pods; only pods that are in the input themselves have it',
      }),
    ),
  ];
}

function strangerGaps(objects: readonly ManifestObject[]): readonly Gap[] {
  return [...findStrangers(objects)].map(([kind, count]) => ({
    kind: 'not-scanned',
    target: kind,
    reason: `${count === 1 ? 'an object' : `${count} objects`} of this kind: pods, services and policies that an operator makes of it are not seen`,
  }));
}

function notesOf(
  policies: readonly NetworkPolicy[],
  namespaces: ReadonlyMap<string, Namespace>,
  asked: AskedKeys,
): readonly string[] {
  const blocks = policies.filter((policy) => peersOf([policy]).some(({ kind }) => kind === 'block')).length;
  const written = [...namespaces.values()].some(({ position }) => position === undefined);
  return [
    ...(blocks > 0
      ? [
          'Blocks of addresses are held against addresses outside the cluster only: whether they also match pods and nodes is the network plug-in’s choice',
        ]
      : []),
    ...(asked.namespaces.has(NAME_LABEL) && written
      ? [`The label ${NAME_LABEL} counts as set on every namespace: API servers do so from Kubernetes 1.21 on`]
      : []),
  ];
}

function refuseTooMany(
  workloads: readonly Workload[],
  policies: readonly NetworkPolicy[],
  services: readonly Service[],
  entries: readonly Entry[],
): void {
  if (workloads.length > LIMITS.reachWorkloads) {
    throw new LimitError(`the input has more than ${LIMITS.reachWorkloads} workloads`);
  }
  const rules = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
  const parts = rules.reduce((sum, { peers = [], ports = [] }) => sum + peers.length + ports.length, rules.length);
  const backends = entries.reduce((sum, entry) => sum + entry.backends.length, services.length);
  if (parts > LIMITS.reachRules || backends > LIMITS.reachRules) {
    throw new LimitError(
      `the input has more than ${LIMITS.reachRules} rules of network policies, or services and doors`,
    );
  }
}
