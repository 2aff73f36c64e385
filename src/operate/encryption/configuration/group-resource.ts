// Entries of the lists of resources: a resource with its API group.

/** A resource's name and its API group, empty for the core group. */
export interface GroupResource {
  readonly resource: string;
  readonly group: string;
}

/** `deployments.apps` to its parts, at the first full stop, as upstream's schema.ParseGroupResource. */
export function parseGroupResource(text: string): GroupResource {
  const dot = text.indexOf('.');
  return dot < 0 ? { resource: text, group: '' } : { resource: text.slice(0, dot), group: text.slice(dot + 1) };
}
