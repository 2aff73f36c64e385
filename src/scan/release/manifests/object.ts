// One Kubernetes object as a value: what it is called and where it stands. Names of fields: Kubernetes API, meta/v1 TypeMeta and ObjectMeta.
import { isMap, type Json, type JsonMap, textOf } from '../../../platform/json.ts';

/** One object with its place. */
export interface KubernetesObject {
  /** `apps/v1`; that of the list for an item that names none. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Name, else generateName; empty without both. */
  readonly name: string;
  readonly namespace?: string;
  /** As an API server would read it (scalar.ts). */
  readonly value: JsonMap;
  /** `FILE:LINE` where it starts. */
  readonly position: string;
}

/** The object of a value that has apiVersion and kind. */
export function objectOf(value: Json, position: string): KubernetesObject | undefined {
  const apiVersion = textOf(value, 'apiVersion') ?? '';
  const kind = textOf(value, 'kind') ?? '';
  if (!isMap(value) || apiVersion === '' || kind === '') return undefined;
  const namespace = textOf(value, 'metadata', 'namespace') ?? '';
  const name = textOf(value, 'metadata', 'name') || textOf(value, 'metadata', 'generateName') || '';
  return { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }), value, position };
}
