// Which providers hold for a resource. Upstream: staging/src/k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go (the function
// transformerFromOverrides): an exact entry, else the group's wildcard, else `*.*`, else no encryption; lists that name a resource twice add up.
// Wildcards work from Kubernetes 1.27; before, such an entry is the name of a resource that does not exist.
import { type EncryptionConfiguration, type Transformer, transformersOf } from './configuration.ts';

/** How values of one resource are stored. */
export interface Effective {
  /** The entry that decides; absent when none names the resource, which is then stored as it is. */
  readonly entry?: string;
  /** All that read, in the order in which they are tried. Never empty. */
  readonly readers: readonly Transformer[];
  /** The first of the readers. */
  readonly writer: Transformer;
}

/** A resource's name and its API group, empty for the core group. */
export interface GroupResource {
  readonly resource: string;
  readonly group: string;
}

const IDENTITY: Transformer = { provider: 'identity' };

/** `deployments.apps` to its parts, at the first full stop, as upstream's schema.ParseGroupResource. */
export function parseGroupResource(text: string): GroupResource {
  const dot = text.indexOf('.');
  return dot < 0 ? { resource: text, group: '' } : { resource: text.slice(0, dot), group: text.slice(dot + 1) };
}

/** What holds for a resource (`secrets`, `deployments.apps`). */
export function effective(configuration: EncryptionConfiguration, resource: string): Effective {
  const { resource: name, group } = parseGroupResource(resource);
  for (const entry of [joined(name, group), joined('*', group), '*.*']) {
    const readers = configuration.rules.flatMap(({ resources, providers }) =>
      resources.flatMap((text) => (normal(text) === entry ? transformersOf(providers) : [])),
    );
    const [writer] = readers;
    if (writer !== undefined) return { entry, readers, writer };
  }
  return { readers: [IDENTITY], writer: IDENTITY };
}

/** One spelling an entry: `secrets.` is `secrets`, only the wildcard of the core group keeps its full stop. */
function normal(text: string): string {
  const { resource, group } = parseGroupResource(text);
  return joined(resource, group);
}

function joined(resource: string, group: string): string {
  return group === '' && resource !== '*' ? resource : `${resource}.${group}`;
}
