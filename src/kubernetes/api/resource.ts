// Kubernetes objects and where they stand under an API server's address. API concepts of Kubernetes, "Resource URIs".
import { PlimsollError } from '../../platform/errors.ts';

/** One kind of object that a server keeps. */
export interface Resource {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural name in lower case, as in paths and roles. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Name of one object. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** The fields of every object's metadata that this program uses. */
export interface ObjectMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object as the server gives it: fields that this program does not know stay in it, so that writing it back loses nothing. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', namespaced: true };
export const CONFIG_MAPS: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
export const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces', namespaced: false };
export const NODES: Resource = { group: '', version: 'v1', plural: 'nodes', namespaced: false };
export const PODS: Resource = { group: '', version: 'v1', plural: 'pods', namespaced: true };

/** Path of a collection; without a namespace that of all namespaces. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const { group, version, plural, namespaced } = resource;
  const root = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
  if (namespace !== undefined && !namespaced) {
    throw new PlimsollError('usage', `${plural} are not in namespaces`);
  }
  return `${root}${namespace === undefined ? '' : `/namespaces/${segment(namespace)}`}/${segment(plural)}`;
}

/** Path of one object. */
export function objectPath(resource: Resource, { namespace, name }: ObjectName): string {
  if (resource.namespaced && namespace === undefined) {
    throw new PlimsollError('usage', `${resource.plural} "${name}" needs a namespace`);
  }
  return `${collectionPath(resource, namespace)}/${segment(name)}`;
}

/** `secrets demo/s1`, for messages. */
export function objectText(resource: Resource, { namespace, name }: Partial<ObjectName>): string {
  const place = [namespace, name].filter((part) => part !== undefined).join('/');
  const plural = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  return place === '' ? plural : `${plural} ${place}`;
}

/** A part of a path, under the rules of the server (apimachinery, path segment names): what would lead elsewhere is refused. */
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text)) {
    throw new PlimsollError('usage', `"${text}" cannot be part of an object's address`);
  }
  return encodeURIComponent(text);
}
