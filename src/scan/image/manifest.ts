// Parses image manifests and indexes: OCI image-spec manifest.md and image-index.md, Docker "Image Manifest V 2, Schema 2" and its manifest list.
// Docker schema 1 is refused; attestations and other artefacts that registries keep beside images are told apart from them.
import { type Digest, isDigest } from '../../platform/canonical.ts';
import { LimitError, ParseError, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import {
  type Fields,
  objectIn,
  objectsIn,
  optionalText,
  readObject,
  requiredCount,
  requiredText,
  textMapIn,
} from './json-fields.ts';
import { isPlatformWord, type Platform } from './platform.ts';
import type { LayerPacking } from './source.ts';

/** A pointer to content: what it is, its digest and its size in bytes (OCI image-spec descriptor.md). */
export interface Descriptor {
  /** '' when the document gives none. */
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  /** What the manifest is, in a list of manifests that are no images. */
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The manifest of one image for one platform. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly config: Descriptor;
  /** Bottom first. */
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A list of manifests, one a platform. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

/** Media types that a registry is asked for, the preferred ones first. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

const INDEX_TYPES: ReadonlySet<string> = new Set(MANIFEST_TYPES.slice(0, 2));
const IMAGE_TYPES: ReadonlySet<string> = new Set(MANIFEST_TYPES.slice(2));
const CONFIG_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  // Docker 1.10 wrote this one; the configuration itself shows whether it is one.
  'application/octet-stream',
  '',
]);

/**
 * Parses a manifest or an index. `claimed` is the media type by which it was announced (HTTP header, descriptor), `what` names it in messages.
 * A media type inside the document wins, then the claim; without either the document's members tell.
 * @throws ParseError, LimitError; PlimsollError `unsupported` for schema 1 and for artefacts that are no images.
 */
export function parseManifest(
  bytes: Uint8Array,
  claimed: string | undefined,
  what: string,
): ImageManifest | ImageIndex {
  if (bytes.length > LIMITS.manifestBytes) {
    throw new LimitError(`${what} has ${bytes.length} bytes (at most ${LIMITS.manifestBytes})`);
  }
  const fields = readObject(bytes, what);
  refuseSchema1(fields, what);
  const mediaType = optionalText(fields, 'mediaType', what) ?? claimed ?? '';
  const isIndex = INDEX_TYPES.has(mediaType);
  const isImage = IMAGE_TYPES.has(mediaType);
  const hasList = Array.isArray(fields['manifests']);
  // A document that can be read both ways could show a scanner another image than a runtime (CVE-2021-41190).
  if (hasList && (fields['layers'] !== undefined || fields['config'] !== undefined)) {
    throw new ParseError(`${what} is an image manifest and an index in one`);
  }
  if ((isIndex && !hasList) || (isImage && hasList)) {
    throw new ParseError(`${what} is announced as ${mediaType} and holds something else`);
  }
  return hasList ? parseIndex(fields, what) : parseImage(fields, what);
}

/** cosign's tags for what it keeps beside an image, and the fallback tag of the referrers API. */
const TAG_BESIDE = /(?:^|:)sha256-[0-9a-f]{64}(?:\.[a-z]+)?$/;
/** What `cosign save` writes in an index: `dev.cosignproject.cosign/image` and, beside it, `/sigs`, `/atts`. */
const KIND_BESIDE = /^dev\.cosignproject\.cosign\/(?!image)/;

/** Whether an entry of an index is something else than an image: a build attestation (as BuildKit marks them), a signature, another artefact. */
export function isAttestation(descriptor: Descriptor): boolean {
  const { annotations } = descriptor;
  return (
    (descriptor.artifactType !== undefined && !CONFIG_TYPES.has(descriptor.artifactType)) ||
    TAG_BESIDE.test(annotations['org.opencontainers.image.ref.name'] ?? '') ||
    KIND_BESIDE.test(annotations['kind'] ?? '') ||
    annotations['vnd.docker.reference.type'] !== undefined ||
    (descriptor.platform?.os === 'unknown' && descriptor.platform.architecture === 'unknown')
  );
}

/** Whether a media type is one of the manifests and indexes that are read. */
export function isManifestType(mediaType: string): boolean {
  return IMAGE_TYPES.has(mediaType) || INDEX_TYPES.has(mediaType);
}

/** Whether a media type is that of an index. */
export function isIndexType(mediaType: string): boolean {
  return INDEX_TYPES.has(mediaType);
}

/** How a layer is packed, as its media type claims; its first bytes decide when it is read. */
export function claimedPacking(mediaType: string, what: string): LayerPacking {
  if (mediaType.endsWith('+encrypted')) {
    throw new PlimsollError('unsupported', `${what} has an encrypted layer; scan the image before it is encrypted`);
  }
  if (mediaType.includes('.foreign.') || mediaType.includes('.nondistributable.')) return 'foreign';
  if (/[.+]gzip$/.test(mediaType)) return 'gzip';
  return /[.+]zstd$/.test(mediaType) ? 'zstd' : 'tar';
}

function parseIndex(fields: Fields, what: string): ImageIndex {
  return {
    kind: 'index',
    manifests: objectsIn(fields, 'manifests', what).map((entry) => parseDescriptor(entry, what)),
  };
}

function parseImage(fields: Fields, what: string): ImageManifest {
  if (fields['config'] === undefined && fields['layers'] === undefined) {
    throw new ParseError(`${what} is neither an image manifest nor an index`);
  }
  const config = parseDescriptor(objectIn(fields, 'config', what), `${what}, config`);
  const layers = objectsIn(fields, 'layers', what).map((entry) => parseDescriptor(entry, `${what}, layers`));
  const foreign = layers.find((layer) => layer.mediaType === 'application/vnd.in-toto+json');
  if (!CONFIG_TYPES.has(config.mediaType) || foreign !== undefined) {
    const type = foreign?.mediaType ?? (config.mediaType || 'no type');
    throw new PlimsollError('unsupported', `${what} is no container image but an artefact of type ${type}`);
  }
  if (layers.length > LIMITS.imageLayers) {
    throw new LimitError(`${what} has ${layers.length} layers (at most ${LIMITS.imageLayers})`);
  }
  return { kind: 'image', config, layers, annotations: textMapIn(fields, 'annotations', what) };
}

/**
 * Reads a descriptor (OCI image-spec descriptor.md).
 * @throws ParseError
 */
export function parseDescriptor(fields: Fields, what: string): Descriptor {
  const digest = requiredText(fields, 'digest', what);
  if (!isDigest(digest)) throw new ParseError(`${what}: a digest is not sha256: and 64 lower-case hexadecimal digits`);
  const platform = parsePlatformFields(fields, what);
  const artifactType = optionalText(fields, 'artifactType', what);
  return {
    mediaType: optionalText(fields, 'mediaType', what) ?? '',
    digest,
    size: requiredCount(fields, 'size', what),
    ...(platform === undefined ? {} : { platform }),
    ...(artifactType === undefined ? {} : { artifactType }),
    annotations: textMapIn(fields, 'annotations', what),
  };
}

function parsePlatformFields(descriptor: Fields, what: string): Platform | undefined {
  const fields = objectIn(descriptor, 'platform', what);
  const os = optionalText(fields, 'os', what);
  const architecture = optionalText(fields, 'architecture', what);
  const variant = optionalText(fields, 'variant', what);
  if (![os, architecture, variant].every((word) => word === undefined || isPlatformWord(word))) {
    throw new ParseError(`${what}: a platform is not made of plain words`);
  }
  if (os === undefined || architecture === undefined) return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function refuseSchema1(fields: Fields, what: string): void {
  if (fields['schemaVersion'] === 2) return;
  if (fields['schemaVersion'] === 1) {
    throw new PlimsollError(
      'unsupported',
      `${what} has Docker schema 1, which pins no configuration; push the image again with a current tool`,
    );
  }
  throw new ParseError(`${what} has no schemaVersion 2`);
}
