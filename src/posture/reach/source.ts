// What the readers of this room take from an object of a manifest: its name, its place, and scalars as Kubernetes reads them.
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { readScalar } from '../../scan/release/manifests/scalar.ts';
import { nodeAt, textAt, type YamlNode } from '../../scan/release/yaml.ts';

/** Names as the API takes them at most (RFC 1123 subdomain), which also keeps them apart from the signs of a list: `/ [ ] { }` and spaces. */
const NAME = /^[A-Za-z0-9](?:[-_.:A-Za-z0-9]{0,251}[A-Za-z0-9])?$/;

/** Namespace of an object that names none. */
export const DEFAULT_NAMESPACE = 'default';

/** Names and place of an object. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  /** `FILE:LINE` */
  readonly position: string;
}

/** The names of an object; undefined when it has none that an API server would take. */
export function namesOf({ kind, file, node }: ManifestObject): Named | undefined {
  const name = textAt(node, 'metadata', 'name') ?? textAt(node, 'metadata', 'generateName')?.replace(/[-.]+$/, '');
  const namespace = textAt(node, 'metadata', 'namespace') || DEFAULT_NAMESPACE;
  if (name === undefined || !NAME.test(name) || !NAME.test(namespace) || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind))
    return undefined;
  return { namespace, name, kind, position: `${file}:${node.line}` };
}

/** Whether a field is true as Kubernetes reads it: `on` is. */
export function isTrueAt(node: YamlNode | undefined, ...path: readonly string[]): boolean {
  return meaningAt(node, ...path) === true;
}

/** What a scalar means to Kubernetes: the port 0x50 is the number 80, "80" is text. Undefined for what is no scalar, is null or not there. */
export function meaningAt(
  node: YamlNode | undefined,
  ...path: readonly string[]
): string | number | boolean | undefined {
  const found = nodeAt(node, ...path);
  const value = found?.kind === 'scalar' ? readScalar(found) : undefined;
  return value === undefined || value.value === null ? undefined : value.value;
}

/** Whether a field is there and not null. */
export function isSetAt(node: YamlNode | undefined, ...path: readonly string[]): boolean {
  const found = nodeAt(node, ...path);
  return found !== undefined && !(found.kind === 'scalar' && found.isNull);
}

/** Whether the group is one of the API's, with any version: `networking.k8s.io/v1` of `networking.k8s.io`. */
export function isGroup(apiVersion: string, ...groups: readonly string[]): boolean {
  return groups.includes(groupOf(apiVersion));
}

/** The group of `apps/v1`; empty for the core group's `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
