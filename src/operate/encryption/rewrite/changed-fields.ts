// Where two readings of one object differ, as paths without values: what a rewrite must not have changed. `resourceVersion` says that something was written
// and `managedFields` by whom: both are the server's own and may move.
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../kubernetes/api/resource.ts';
import { compareText } from '../../../platform/order.ts';

/** Paths named at most; one is enough to stop for. */
const MOST = 20;

/** Paths of fields that differ, such as `data.password` or `metadata.labels`, sorted. Empty when the objects say the same. */
export function changedFields(before: KubernetesObject, after: KubernetesObject): readonly string[] {
  const paths = new Set<string>();
  collect(withoutServersOwn(before), withoutServersOwn(after), '', paths);
  return [...paths].sort(compareText).slice(0, MOST);
}

function withoutServersOwn({ metadata, ...rest }: KubernetesObject): Readonly<Record<string, unknown>> {
  const { resourceVersion: _, managedFields: __, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** A key of a map may be part of a secret only as a name, which etcd and the API show to every reader of the object: it is named. */
function collect(before: unknown, after: unknown, path: string, paths: Set<string>): void {
  if (isDeepStrictEqual(before, after)) return;
  if (!isRecord(before) || !isRecord(after)) {
    paths.add(path);
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    collect(before[key], after[key], path === '' ? key : `${path}.${key}`, paths);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
