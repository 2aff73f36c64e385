// Which running pods are older than a mitigation of their workload: a changed template reaches only pods that are made from then on. Compares every claimed
// place of a template with the same place of the pods. Kubernetes API, LabelSelector.
import type { ApiClient } from '../../kubernetes/api/client.ts';
import { type KubernetesObject, PODS } from '../../kubernetes/api/resource.ts';
import { ServerError } from '../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../platform/errors.ts';
import { covers, type Region } from './field/claims.ts';
import { isMembers, type Value, valueAt } from './field/document.ts';
import type { Path } from './field/path.ts';
import { targetKind } from './ledger/state.ts';
import type { ObservedObject } from './observe.ts';
import { parseTarget } from './step/target.ts';

/** Pods of one workload that must be started anew, by mitigation; or why they could not be looked at. */
export type DueRestarts = ReadonlyMap<string, readonly string[]> | { readonly unread: string };

/** Kinds of workloads whose pods stay when their template changes, until a controller replaces them. */
const WORKLOADS = ['daemonsets', 'deployments', 'replicasets', 'statefulsets'];

/**
 * Looks at the running pods of every observed workload.
 * @returns by target; those without a claim on their template are left out
 */
export async function dueRestarts(
  api: Pick<ApiClient, 'list'>,
  observed: ReadonlyMap<string, ObservedObject>,
): Promise<ReadonlyMap<string, DueRestarts>> {
  const due = new Map<string, DueRestarts>();
  for (const [target, { claims, document }] of observed) {
    const namespace = workloadNamespace(target);
    const regions = claims.regions.filter(({ path }) => podPath(path) !== undefined);
    if (namespace === undefined || regions.length === 0 || document === undefined) continue;
    due.set(target, await dueOf(api, namespace, document, regions));
  }
  return due;
}

/** Where the pods of a target are; undefined for what has none. */
export function workloadNamespace(target: string): string | undefined {
  if (targetKind(target) !== 'object') return undefined;
  const { resource, name } = parseTarget(target);
  return resource.group === 'apps' && WORKLOADS.includes(resource.plural) ? name.namespace : undefined;
}

async function dueOf(
  api: Pick<ApiClient, 'list'>,
  namespace: string,
  document: Value,
  regions: readonly Region[],
): Promise<DueRestarts> {
  const labelSelector = selectorText(valueAt(document, ['spec', 'selector']));
  // An empty selector would be all pods of the namespace.
  if (labelSelector === undefined) return { unread: 'its selector is not understood' };
  const due = new Map<string, string[]>();
  try {
    for await (const pod of api.list(PODS, { namespace, labelSelector })) {
      if (!isRunning(pod)) continue;
      const lacking = regions.filter(({ path }) => !hasValue(pod, podPath(path) ?? [], valueAt(document, path)));
      const holders = new Set(lacking.flatMap(({ claims }) => claims.map(({ holder }) => holder)));
      for (const holder of holders) due.set(holder, [...(due.get(holder) ?? []), `${namespace}/${pod.metadata.name}`]);
    }
  } catch (error) {
    if (error instanceof ServerError) return { unread: messageOf(error) };
    throw error;
  }
  return due;
}

/** Place in a pod of a place in a workload's template; undefined for places outside of it, or for the template as a whole. */
function podPath([spec, template, ...inner]: Path): Path | undefined {
  return spec === 'spec' && template === 'template' && inner.length > 0 ? inner : undefined;
}

/** Admission adds to pods what templates have not; what is to be absent must be absent. */
function hasValue(pod: KubernetesObject, path: Path, wanted: Value): boolean {
  const value = valueAt(pod, path);
  return wanted === undefined ? value === undefined : covers(value, wanted);
}

function isRunning(pod: KubernetesObject): boolean {
  const status = isMembers(pod['status']) ? pod['status'] : {};
  return (
    status['phase'] !== 'Succeeded' && status['phase'] !== 'Failed' && pod.metadata.deletionTimestamp === undefined
  );
}

/** `a=b,c in (d,e),f,!g`; undefined for an empty selector, or one of another form. */
function selectorText(selector: Value): string | undefined {
  const { matchLabels, matchExpressions } = isMembers(selector) ? selector : {};
  const parts = isMembers(matchLabels)
    ? Object.entries(matchLabels).map(([key, value]) => `${key}=${String(value)}`)
    : [];
  for (const one of Array.isArray(matchExpressions) ? matchExpressions : []) {
    const { key, operator, values } = isMembers(one) ? one : {};
    const list = Array.isArray(values) ? values.join(',') : '';
    if (operator === 'In' || operator === 'NotIn') {
      parts.push(`${String(key)} ${operator === 'In' ? 'in' : 'notin'} (${list})`);
    } else if (operator === 'Exists') parts.push(String(key));
    else if (operator === 'DoesNotExist') parts.push(`!${String(key)}`);
    else return undefined;
  }
  return parts.length === 0 ? undefined : parts.join(',');
}
