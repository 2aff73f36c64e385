// From a root manifest or index to one image: chooses the platform, verifies every document against the digest and size that name it.
// Gives what all transports share of an ImageSource. OCI image-spec image-index.md; a cycle of indexes cannot be verified, so none needs to be looked for.
import { type Digest, digestOf } from '../../platform/canonical.ts';
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { parseImageConfig } from './config.ts';
import {
  claimedPacking,
  type Descriptor,
  type ImageManifest,
  isAttestation,
  isManifestType,
  parseManifest,
} from './manifest.ts';
import { DEFAULT_PLATFORM, formatPlatform, isForOtherPlatform, type Platform, platformDistance } from './platform.ts';
import { coveredLabels, secretsOfConfig } from './secrets/config-secrets.ts';
import type { BlobDescriptor, BlobLocation, ImageConfig, ImageSource, LayerDescriptor } from './source.ts';

/** Content under digests, whatever the transport. */
export interface ContentStore {
  /** Names the place in messages. */
  readonly name: string;
  /** The bytes of a manifest or index as they are stored; the caller verifies them. */
  readManifest(descriptor: Descriptor): Promise<Uint8Array>;
  /** The bytes of a small blob; the caller verifies them. */
  readBlob(descriptor: Descriptor): Promise<Uint8Array>;
  /** Where a layer's bytes are. Files are looked up: throws PlimsollError when one is missing or has another size. */
  locate(descriptor: Descriptor): Promise<BlobLocation>;
}

/** The document that a reference or a layout names first. */
export interface RootDocument {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** Media type by which it was announced. */
  readonly mediaType?: string;
}

/** Indexes within indexes; build tools write one or two. */
const INDEX_DEPTH = 4;

/** Location of a layer that is not distributed with its image. Never opened. */
const NOWHERE: BlobLocation = { kind: 'file', path: '', offset: 0, length: 0 };

/**
 * Opens the image that `root` names in `store`. Without `wanted` an index gives linux/amd64 and a lone image is taken as it is;
 * with it a lone image for another platform is refused.
 * @throws PlimsollError `not-found` when no entry is for the platform, `digest-mismatch`, `unsupported`, what the store throws; ParseError; LimitError.
 */
export async function selectImage(
  root: RootDocument,
  store: ContentStore,
  wanted: Platform | undefined,
): Promise<ImageSource> {
  const { manifest, digest, platform, indexes, attestations } = await followIndexes(
    root,
    store,
    wanted ?? DEFAULT_PLATFORM,
  );
  const what = `the configuration of ${store.name}`;
  const config = parseImageConfig(
    await readVerified(manifest.config, LIMITS.configBytes, what, (blob) => store.readBlob(blob)),
    what,
  );
  if (wanted !== undefined && platform === undefined && isForOtherPlatform(wanted, config)) {
    throw new PlimsollError(
      'not-found',
      `${store.name} is for ${formatPlatform(config)} alone, not for ${formatPlatform(wanted)}`,
    );
  }
  const layers: LayerDescriptor[] = [];
  for (const layer of manifest.layers) layers.push(await describeLayer(layer, store));
  // Runtimes go by the index: a configuration behind it that names another platform is a common slip of build tools.
  return {
    digest,
    ...(indexes.length === 0 ? {} : { indexes }),
    ...(attestations.length === 0 ? {} : { attestations }),
    platform: formatPlatform(platform ?? config),
    config: withAnnotations(config, manifest.annotations),
    layers,
  };
}

/**
 * The entry of an index that serves `wanted` best. Attestations are passed over; a lone entry without a platform is taken.
 * @throws PlimsollError `not-found` with the platforms that there are.
 */
export function chooseEntry(entries: readonly Descriptor[], wanted: Platform, what: string): Descriptor {
  const images = entries.filter((entry) => mayBeImage(entry) && !isAttestation(entry));
  let best: { readonly entry: Descriptor; readonly distance: number } | undefined;
  for (const entry of images) {
    const distance = entry.platform === undefined ? undefined : platformDistance(wanted, entry.platform);
    if (distance !== undefined && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { entry, distance };
  }
  if (best !== undefined) return best.entry;
  const unmarked = images.filter((entry) => entry.platform === undefined);
  if (unmarked.length === 1 && unmarked[0] !== undefined) return unmarked[0];
  const marked = images.flatMap((entry) => (entry.platform === undefined ? [] : [formatPlatform(entry.platform)]));
  const offers = [
    ...new Set(marked),
    ...(unmarked.length > 1 ? [`${unmarked.length} entries without a platform`] : []),
  ];
  throw new PlimsollError(
    'not-found',
    `${what} has no image for ${formatPlatform(wanted)}; it has ${offers.slice(0, 20).join(', ') || 'none at all'}`,
  );
}

/** Annotations of the manifest are labels, and can tell secrets as these can (OCI image-spec annotations.md). */
function withAnnotations(config: ImageConfig, annotations: ImageManifest['annotations']): ImageConfig {
  const secrets = [...(config.secrets ?? []), ...secretsOfConfig([], annotations, [])];
  return {
    ...config,
    labels: { ...config.labels, ...coveredLabels(annotations) },
    ...(secrets.length === 0 ? {} : { secrets }),
  };
}

/** The attestations that an index keeps for one of its images. */
function attestationsOf(entries: readonly Descriptor[], image: Digest): readonly BlobDescriptor[] {
  return entries
    .filter(({ annotations }) => annotations['vnd.docker.reference.digest'] === image)
    .map(({ digest, size }) => ({ digest, size }));
}

/** Other artefacts lie in indexes too; an entry without a media type is looked at. */
function mayBeImage({ mediaType }: Descriptor): boolean {
  return mediaType === '' || isManifestType(mediaType);
}

/** An image manifest, and the way to it. */
interface Followed {
  readonly manifest: ImageManifest;
  readonly digest: Digest;
  readonly platform: Platform | undefined;
  readonly indexes: readonly Digest[];
  readonly attestations: readonly BlobDescriptor[];
}

async function followIndexes(root: RootDocument, store: ContentStore, wanted: Platform): Promise<Followed> {
  let { bytes, digest, mediaType } = root;
  let platform: Platform | undefined;
  const indexes: Digest[] = [];
  let attestations: readonly BlobDescriptor[] = [];
  for (let depth = 0; depth < INDEX_DEPTH; depth++) {
    const what = `manifest ${digest} of ${store.name}`;
    const document = parseManifest(bytes, mediaType, what);
    if (document.kind === 'image') return { manifest: document, digest, platform, indexes, attestations };
    const entry = chooseEntry(document.manifests, wanted, what);
    indexes.push(digest);
    attestations = attestationsOf(document.manifests, entry.digest);
    bytes = await readVerified(entry, LIMITS.manifestBytes, `a manifest of ${store.name}`, (one) =>
      store.readManifest(one),
    );
    digest = entry.digest;
    mediaType = entry.mediaType;
    platform = entry.platform ?? platform;
  }
  throw new LimitError(`${store.name} nests indexes more than ${INDEX_DEPTH - 1} deep`);
}

/**
 * The document that a descriptor names.
 * @throws LimitError before anything above `limit` bytes is read; PlimsollError `digest-mismatch`; what `read` throws.
 */
export async function readVerified<D extends BlobDescriptor>(
  descriptor: D,
  limit: number,
  what: string,
  read: (descriptor: D) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (descriptor.size > limit)
    throw new LimitError(`${what} is stated to have ${descriptor.size} bytes (at most ${limit})`);
  const bytes = await read(descriptor);
  if (bytes.length !== descriptor.size || digestOf(bytes) !== descriptor.digest) {
    throw new PlimsollError(
      'digest-mismatch',
      `${what} is not what ${descriptor.digest} (${descriptor.size} bytes) names: it has ${bytes.length} bytes of ${digestOf(bytes)}`,
    );
  }
  return bytes;
}

async function describeLayer(descriptor: Descriptor, store: ContentStore): Promise<LayerDescriptor> {
  const packing = claimedPacking(descriptor.mediaType, store.name);
  const location = packing === 'foreign' ? NOWHERE : await store.locate(descriptor);
  return { digest: descriptor.digest, size: descriptor.size, packing, location };
}
