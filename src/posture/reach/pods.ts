// Pods and the objects that make pods: from each object its pod template, with labels, ports and what of the network it has beside the pod network.
// Kubernetes API: core/v1 PodSpec; the annotation of the Network Plumbing Working Group's multi-network standard, section 4.1.
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { entriesAt, itemsAt, nodeAt, textAt, type YamlNode } from '../../scan/release/yaml.ts';
import { type Protocol, protocolOf } from './connections.ts';
import { LAST_PORT } from './port-set.ts';
import { type Labels, labelsAt } from './selector.ts';
import { isSetAt, isTrueAt, meaningAt } from './source.ts';

/** A port that a container declares. */
export interface ContainerPort {
  readonly name?: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Opened on the address of the node too. */
  readonly hostPort?: number;
}

/** What of a pod concerns the network. */
export interface PodNetwork {
  readonly labels: Labels;
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
  /** Further networks that the pod is attached to, as the annotation names them. */
  readonly attachments: readonly string[];
  /** RuntimeClass of a sandbox. */
  readonly runtimeClass?: string;
}

const ATTACHMENTS = 'k8s.v1.cni.cncf.io/networks';

/** The pod template of an object: a Pod's own, a CronJob's two levels down, else `spec.template` of any kind that has containers there. */
export function podTemplate({ kind, apiVersion, node }: ManifestObject): YamlNode | undefined {
  if (kind === 'Pod' && apiVersion === 'v1') return node;
  const template = nodeAt(node, 'spec', ...(kind === 'CronJob' ? ['jobTemplate', 'spec'] : []), 'template');
  return itemsAt(template, 'spec', 'containers').length > 0 ? template : undefined;
}

/** Reads a pod or a pod template. Ports that no API server would take are left out. */
export function podNetwork(template: YamlNode): PodNetwork {
  const containers = [
    ...itemsAt(template, 'spec', 'containers'),
    // A restartable init container serves as long as the pod runs (sidecar containers, Kubernetes 1.28).
    ...itemsAt(template, 'spec', 'initContainers').filter((one) => textAt(one, 'restartPolicy') === 'Always'),
  ];
  const runtimeClass = textAt(template, 'spec', 'runtimeClassName');
  return {
    labels: labelsAt(template, 'metadata', 'labels'),
    ports: containers.flatMap((container) => itemsAt(container, 'ports').flatMap(containerPort)),
    hostNetwork: isTrueAt(template, 'spec', 'hostNetwork'),
    attachments: attachmentsOf(template),
    ...(runtimeClass === undefined ? {} : { runtimeClass }),
  };
}

function containerPort(node: YamlNode): readonly ContainerPort[] {
  const port = Number(meaningAt(node, 'containerPort'));
  const protocol = protocolOf(textAt(node, 'protocol'));
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT || protocol === undefined) return [];
  const name = textAt(node, 'name');
  const hostPort = Number(meaningAt(node, 'hostPort') ?? 0);
  return [{ ...(name === undefined ? {} : { name }), protocol, port, ...(hostPort > 0 ? { hostPort } : {}) }];
}

/** The annotation is a list of names with commas, or JSON: then the names in it are found by their key. */
function attachmentsOf(template: YamlNode): readonly string[] {
  const annotations = entriesAt(template, 'metadata', 'annotations');
  const value = annotations.findLast(({ key }) => key === ATTACHMENTS)?.value;
  if (value?.kind !== 'scalar' || value.text.trim() === '') return [];
  const names = value.text.trim().startsWith('[')
    ? [...value.text.matchAll(/"name"\s*:\s*"([^"]{1,253})"/g)].map(([, name]) => name ?? '')
    : value.text.split(',').map((name) => name.trim());
  const found = [...new Set(names.filter((name) => name !== ''))].sort();
  return found.length > 0 ? found : ['a network that its annotation does not name'];
}

/** Whether the object says that another made it: its controlling owner, else the first. */
export function ownerOf(node: YamlNode): { readonly kind: string; readonly name: string } | undefined {
  const owners = itemsAt(node, 'metadata', 'ownerReferences');
  const owner = owners.find((one) => isTrueAt(one, 'controller')) ?? owners[0];
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name');
  return isSetAt(owner) && kind !== undefined && name !== undefined ? { kind, name } : undefined;
}
