// Workloads with the Pods that they are or become: each owner once, whether the input has the controller, the Pods that it made, or both. Pods that run
// say more than the template that they are from.
import { isMap, type JsonMap, listOf, membersOf, textOf, valueAt } from '../../platform/json.ts';
import { compareText } from '../../platform/order.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import { podsOf } from '../policy/objects/pods-of.ts';

/** Pods of one owner. */
export interface PodWorkload {
  /** `NAMESPACE/NAME[KIND]`, as reach names them. */
  readonly subject: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly position: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Specifications of its Pods: those that run, else that of the template. */
  readonly specs: readonly JsonMap[];
  /** Whole Pods, as specs. */
  readonly pods: readonly JsonMap[];
  /** Nodes that its Pods run on; empty when none runs. */
  readonly nodes: readonly string[];
}

/** Steps from a Pod to its last owner: Pod, ReplicaSet, Deployment, and what an operator makes of its own. */
const OWNER_STEPS = 10;

/** The workloads of all objects, sorted by subject. */
export function podWorkloads(objects: readonly KubernetesObject[]): readonly PodWorkload[] {
  const makers = objects.flatMap((object) => {
    const [pod] = object.kind === 'PodTemplate' ? [] : podsOf(object);
    return pod === undefined || object.name === '' ? [] : [{ object, pod }];
  });
  const known = new Map(makers.map(({ object }) => [keyOf(object, object.kind, object.name), object]));
  const groups = Map.groupBy(makers, ({ object }) => topOwner(object, known));
  return [...groups]
    .map(([key, members]) => workloadOf(key, members, known))
    .sort((a, b) => compareText(a.subject, b.subject));
}

interface Maker {
  readonly object: KubernetesObject;
  readonly pod: KubernetesObject;
}

function workloadOf(key: string, members: readonly Maker[], known: ReadonlyMap<string, KubernetesObject>): PodWorkload {
  const [namespace = '', kind = '', name = ''] = key.split('\0');
  const running = members.filter(({ object }) => object.kind === 'Pod');
  const top = members.find(({ object }) => object === known.get(key)) ?? members[0];
  const counted = running.length > 0 ? running : top === undefined ? [] : [top];
  const pods = counted.map(({ pod }) => pod.value);
  const nodes = running.flatMap(({ pod }) => textOf(pod.value, 'spec', 'nodeName') || []);
  return {
    subject: `${namespace}/${name}[${kind}]`,
    namespace,
    name,
    kind,
    position: top?.object.position ?? '',
    labels: labelsOf(counted[0]?.pod.value),
    specs: pods.flatMap((pod) => specOf(pod)),
    pods,
    nodes: [...new Set(nodes)].sort(compareText),
  };
}

/** The containers of a specification, init containers and ephemeral ones too. */
export function containersOf(spec: JsonMap): readonly JsonMap[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => listOf(spec, list).filter(isMap));
}

function specOf(pod: JsonMap): readonly JsonMap[] {
  const spec = valueAt(pod, 'spec');
  return isMap(spec) ? [spec] : [];
}

function labelsOf(pod: JsonMap | undefined): ReadonlyMap<string, string> {
  return new Map(membersOf(pod, 'metadata', 'labels').map(([key, value]) => [key, String(value)]));
}

function keyOf({ namespace = 'default' }: KubernetesObject, kind: string, name: string): string {
  return `${namespace}\0${kind}\0${name}`;
}

/** The key of the last owner, in the input or only named. A static pod is owned by its node and stands for itself. */
function topOwner(object: KubernetesObject, known: ReadonlyMap<string, KubernetesObject>): string {
  let key = keyOf(object, object.kind, object.name);
  let current: KubernetesObject | undefined = object;
  for (let step = 0; current !== undefined && step < OWNER_STEPS; step += 1) {
    const owners = listOf(current.value, 'metadata', 'ownerReferences');
    const owner = owners.find((one) => valueAt(one, 'controller') === true) ?? owners[0];
    const [kind, name] = [textOf(owner, 'kind'), textOf(owner, 'name')];
    if (kind === undefined || name === undefined || kind === 'Node') break;
    key = keyOf(object, kind, name);
    current = known.get(key);
  }
  return key;
}
