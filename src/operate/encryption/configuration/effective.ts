// Which providers hold for a resource. Upstream: staging/src/k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go (the function
// transformerFromOverrides): an exact entry, else the group's wildcard, else `*.*`, else no encryption; lists that name a resource twice add up.
// Wildcards work from Kubernetes 1.27; before, such an entry is the name of a resource that does not exist.
import { type EncryptionConfiguration, type Transformer, transformersOf } from './configuration.ts';
import { parseGroupResource } from './group-resource.ts';
import { type KubernetesRelease, knowsEntry } from './release.ts';

/** How values of one resource are stored. */
export interface Effective {
  /** The entry that decides; absent when none names the resource, which is then stored as it is. */
  readonly entry?: string;
  /** All that read, in the order in which they are tried. Never empty. */
  readonly readers: readonly Transformer[];
  /** The first of the readers. */
  readonly writer: Transformer;
}

const IDENTITY: Transformer = { provider: 'identity' };

/**
 * What holds for a resource (`secrets`, `deployments.apps`).
 * @param release of the server; what it does not know means nothing to it. A current one unless given
 */
export function effective(
  configuration: EncryptionConfiguration,
  resource: string,
  release?: KubernetesRelease,
): Effective {
  const { resource: name, group } = parseGroupResource(resource);
  for (const entry of [joined(name, group), joined('*', group), '*.*']) {
    const readers = configuration.rules.flatMap(({ resources, providers }) =>
      resources.flatMap((text) =>
        normal(text) === entry && knowsEntry(release, text) ? transformersOf(providers) : [],
      ),
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
