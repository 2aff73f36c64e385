// Workloads: the pods of one owner that no rule can tell apart. Reads objects; gives each workload once, whether it was written as a controller, as
// the pods that it made, or as both (`kubectl get all`).
import { compareText } from '../../platform/order.ts';
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { ownerOf, type PodNetwork, podNetwork, podTemplate } from './pods.ts';
import type { Labels } from './selector.ts';
import { type Named, namesOf } from './source.ts';

/** Pods that are treated alike. */
export interface Workload extends Named, PodNetwork {
  /** `NAMESPACE/NAME[KIND]`; where rules tell pods of one owner apart, with the labels that do: `NAMESPACE/NAME{tier=a}[KIND]`. */
  readonly id: string;
}

/** Steps from a pod to its last owner: Pod, ReplicaSet, Deployment, and what an operator makes of its own. */
const OWNER_STEPS = 10;

/** Objects that no API server would take, and the workloads of the others. */
export interface FoundWorkloads {
  readonly workloads: readonly Workload[];
  /** `FILE:LINE` of objects with pods but without a valid name. */
  readonly nameless: readonly string[];
}

/**
 * Finds the workloads of all objects, sorted by id.
 * @param asked keys of labels that any selector asks for: pods of one owner that differ in others are alike
 */
export function findWorkloads(objects: readonly ManifestObject[], asked: ReadonlySet<string>): FoundWorkloads {
  const makers: Maker[] = [];
  const nameless: string[] = [];
  for (const object of objects) {
    const template = podTemplate(object);
    if (template === undefined || object.kind === 'PodTemplate') continue;
    const names = namesOf(object);
    if (names === undefined) nameless.push(`${object.file}:${object.node.line}`);
    else makers.push({ names, network: podNetwork(template), owner: ownerOf(object.node) });
  }
  const known = new Map(makers.map((maker) => [keyOf(maker.names), maker]));
  const groups = Map.groupBy(makers, (maker) => JSON.stringify(topOwner(maker, known)));
  const workloads = [...groups].flatMap(([key, members]) => {
    const [namespace = '', kind = '', name = ''] = JSON.parse(key) as string[];
    // Pods that run say more than the template that they came from; a template stands for those that its owner makes.
    const pods = members.filter(({ names }) => names.kind === 'Pod');
    const top = known.get(key) ?? members[0];
    const counted = pods.length > 0 ? pods : top === undefined ? [] : [top];
    return variants(counted, { namespace, kind, name, position: top?.names.position ?? '' }, asked);
  });
  return { workloads: workloads.sort((a, b) => compareText(a.id, b.id)), nameless };
}

interface Maker {
  readonly names: Named;
  readonly network: PodNetwork;
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
}

function keyOf({ namespace, kind, name }: Pick<Named, 'namespace' | 'kind' | 'name'>): string {
  return JSON.stringify([namespace, kind, name]);
}

/** The last owner of a maker, in the input or only named. A static pod is owned by its node and stands for itself. */
function topOwner(maker: Maker, known: ReadonlyMap<string, Maker>): readonly string[] {
  const { namespace } = maker.names;
  let { kind, name } = maker.names;
  let owner = maker.owner;
  for (let step = 0; owner !== undefined && owner.kind !== 'Node' && step < OWNER_STEPS; step += 1) {
    ({ kind, name } = owner);
    owner = known.get(keyOf({ namespace, kind, name }))?.owner;
  }
  return [namespace, kind, name];
}

/** One workload for each set of asked labels that the members differ in. */
function variants(members: readonly Maker[], names: Named, asked: ReadonlySet<string>): readonly Workload[] {
  const groups = [...Map.groupBy(members, ({ network }) => askedText(network.labels, asked)).values()];
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sign = groups.length === 1 ? '' : `{${askedText(first.network.labels, asked)}}`;
    return [
      {
        ...names,
        id: `${names.namespace}/${names.name}${sign}[${names.kind}]`,
        labels: first.network.labels,
        ports: distinct(group.flatMap(({ network }) => network.ports)),
        hostNetwork: group.some(({ network }) => network.hostNetwork),
        attachments: [...new Set(group.flatMap(({ network }) => network.attachments))].sort(),
        ...(first.network.runtimeClass === undefined ? {} : { runtimeClass: first.network.runtimeClass }),
      },
    ];
  });
}

function askedText(labels: Labels, asked: ReadonlySet<string>): string {
  const pairs = [...labels].filter(([key]) => asked.has(key)).map(([key, value]) => `${plain(key)}=${plain(value)}`);
  return pairs.sort(compareText).join(',');
}

/** What no API server takes in a label would be taken for a sign of a list. */
function plain(text: string): string {
  return text.replace(/[^-\w./]/gu, (character) => `%${(character.codePointAt(0) ?? 0).toString(16)}`);
}

function distinct<Port>(ports: readonly Port[]): readonly Port[] {
  return [...new Map(ports.map((port) => [JSON.stringify(port), port])).values()];
}
