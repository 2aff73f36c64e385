// The images that pods run, of the objects that an API server lists: what the pod asks for, and what the node's runtime says that it took.
// Kubernetes API reference: PodSpec (containers, initContainers, ephemeralContainers), ContainerStatus.imageID (`REPOSITORY@DIGEST`, by Docker with
// `docker-pullable://` before it; an image that was never in a registry has only the digest of its configuration).
import type { KubernetesObject } from '../../../kubernetes/api/resource.ts';
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { normalizeReference, parseReference, repositoryOf } from '../../image/reference.ts';
import type { Mention } from '../mention.ts';

/** What pods run. */
export interface Running {
  readonly mentions: readonly Mention[];
  readonly gaps: readonly Gap[];
  /** References under which several images run. */
  readonly lint: readonly Verdict[];
}

const LISTS = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/** Pods that ended run nothing. */
const ENDED: ReadonlySet<unknown> = new Set(['Succeeded', 'Failed']);

/** The images of the pods. */
export function runningImages(pods: readonly KubernetesObject[]): Running {
  const mentions: Mention[] = [];
  const gaps: Gap[] = [];
  for (const pod of pods) {
    const status = mapOf(pod['status']);
    if (ENDED.has(status['phase'])) continue;
    const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
    for (const [list, statuses] of LISTS) {
      const taken = new Map(listOf(status[statuses]).map((one) => [one['name'], one['imageID']]));
      for (const container of listOf(mapOf(pod['spec'])[list])) {
        const position = `${name} ${String(container['name'] ?? '')}`;
        try {
          mentions.push({
            ...mentionOf(container['image'], taken.get(container['name'])),
            source: `pods of ${name.split('/')[0]}`,
            position,
          });
        } catch (error) {
          gaps.push({
            kind: 'undecidable',
            target: `pod ${name}`,
            location: String(container['name'] ?? ''),
            reason: messageOf(error),
          });
        }
      }
    }
  }
  return { ...toldApart(mentions), gaps };
}

/** @throws ParseError for what is no reference */
function mentionOf(image: unknown, imageId: unknown): Pick<Mention, 'logical' | 'written' | 'physical' | 'digest'> {
  const written = typeof image === 'string' ? image : '';
  const logical = normalizeReference(written);
  const pin = pinOf(imageId);
  return { logical, ...(written === logical ? {} : { written }), ...pin };
}

function pinOf(imageId: unknown): Pick<Mention, 'physical' | 'digest'> {
  if (typeof imageId !== 'string' || !imageId.includes('@')) return {};
  try {
    const reference = parseReference(imageId.replace(/^[a-z-]+:\/\//, ''));
    const { digest } = reference;
    return digest === undefined ? {} : { physical: `${repositoryOf(reference)}@${digest}`, digest };
  } catch {
    // A runtime's own word that is no reference pins nothing.
    return {};
  }
}

/** A tag that moved runs several images: each goes by its digest then, so that none hides the other. */
function toldApart(mentions: readonly Mention[]): Pick<Running, 'mentions' | 'lint'> {
  const lint: Verdict[] = [];
  const apart = [...Map.groupBy(mentions, ({ logical }) => logical)].flatMap(([logical, group]): readonly Mention[] => {
    const digests = new Set(group.flatMap(({ digest }) => digest ?? []));
    if (digests.size < 2 || logical.includes('@')) return group;
    lint.push({
      check: 'one-tag-runs-as-several-images',
      subject: logical,
      verdict: 'warn',
      evidence: group.flatMap(({ position, digest }) => (digest === undefined ? [] : [`${position} ${digest}`])).sort(),
      reason: `pods run ${digests.size} different images under this reference`,
      remediation: 'restart the pods, or name the image by its digest',
    });
    return group.map((one) => (one.digest === undefined ? one : { ...one, logical: `${logical}@${one.digest}` }));
  });
  return { mentions: apart, lint };
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(mapOf) : [];
}
