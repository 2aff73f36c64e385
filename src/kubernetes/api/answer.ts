// Answers of an API server as objects and pages. Only the outline is checked: the rest of an object is kept as it came.
import { ServerError } from '../transport/server-error.ts';
import type { KubernetesObject } from './resource.ts';

/** One page of a collection. */
export interface ObjectPage {
  readonly items: readonly KubernetesObject[];
  /** State of the collection: where a watch begins. The same for all pages of one reading. */
  readonly resourceVersion: string;
  /** Where the next page begins; absent on the last one. */
  readonly continue?: string;
}

/** @throws ServerError `not-understood` for what is no object of Kubernetes */
export function parseObject(text: string, server: string): KubernetesObject {
  const value = parseJson(text, server);
  if (!isObject(value)) throw notUnderstood(server, 'an object');
  return value;
}

/** @throws ServerError `not-understood` for what is no list of Kubernetes objects */
export function parseList(text: string, server: string): ObjectPage {
  const value = parseJson(text, server);
  // Items of a list that is empty may be null: Go writes a nil slice so.
  const items = isObject(value) ? (value['items'] ?? []) : undefined;
  if (!isObject(value) || !Array.isArray(items) || !items.every(isObject)) throw notUnderstood(server, 'a list');
  const { resourceVersion = '', continue: next } = value.metadata;
  return { items, resourceVersion, ...(typeof next === 'string' && next !== '' ? { continue: next } : {}) };
}

/** @throws ServerError `not-understood` */
export function parseJson(text: string, server: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood(server, 'JSON');
  }
}

/** Whether a value has the outline of an object: metadata whose name and version, if any, are text. */
export function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return false;
  const { metadata } = value;
  if (typeof metadata !== 'object' || metadata === null) return false;
  return ['name', 'namespace', 'resourceVersion', 'uid'].every((field) => {
    const part = (metadata as Record<string, unknown>)[field];
    return part === undefined || typeof part === 'string';
  });
}

function notUnderstood(server: string, wanted: string): ServerError {
  return new ServerError(
    'not-understood',
    `${server}: the answer is not ${wanted} of Kubernetes: is this an API server?`,
  );
}
