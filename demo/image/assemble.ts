// Makes an OCI image in memory: layers, configuration and manifest as blobs under their digests (OCI image-spec 1.1).
// Nothing depends on the clock or the machine, so the same recipe gives the same digests.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Digest, digestOf } from '../../src/platform/canonical.ts';
import { packTar, type TarEntry } from './tar.ts';

/** How the layers are stored. */
export type LayerCompression = 'gzip' | 'zstd' | 'none';

/** The settings of an image that can be chosen. */
export interface ImageSettings {
  /** RFC 3339. */
  readonly created?: string;
  readonly user?: string;
  /** `NAME=value`. */
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** `amd64` unless given. */
  readonly architecture?: string;
}

/** What an image is made from. */
export interface ImageRecipe {
  /** Bottom first; a buffer is a ready, uncompressed tar. */
  readonly layers: readonly (readonly TarEntry[] | Buffer)[];
  readonly config?: ImageSettings;
  /** `gzip` unless given. */
  readonly compression?: LayerCompression;
}

/** The digests of an image that was made. */
export interface ImageDigests {
  readonly manifest: Digest;
  readonly config: Digest;
  /** Of the layers as stored, bottom first. */
  readonly layers: readonly Digest[];
}

/** An image in memory. */
export interface AssembledImage extends ImageDigests {
  readonly manifestBytes: Buffer;
  readonly architecture: string;
  /** Configuration and layers by digest; the manifest is not among them. */
  readonly blobs: ReadonlyMap<Digest, Buffer>;
}

/** Media types of the OCI image specification. */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPES = {
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  none: 'application/vnd.oci.image.layer.v1.tar',
} as const satisfies Record<LayerCompression, string>;

/** Builds the image's blobs. */
export function assembleImage(recipe: ImageRecipe): AssembledImage {
  const compression = recipe.compression ?? 'gzip';
  const settings = recipe.config ?? {};
  const architecture = settings.architecture ?? 'amd64';
  const tars = recipe.layers.map((layer) => (Buffer.isBuffer(layer) ? layer : packTar(layer)));
  const layers = tars.map((tar) => descriptor(LAYER_TYPES[compression], compress(tar, compression)));
  const configBytes = Buffer.from(
    JSON.stringify({
      created: settings.created ?? '1970-01-01T00:00:00Z',
      architecture,
      os: 'linux',
      config: {
        ...(settings.user === undefined ? {} : { User: settings.user }),
        ...(settings.env === undefined ? {} : { Env: settings.env }),
        ...(settings.entrypoint === undefined ? {} : { Entrypoint: settings.entrypoint }),
        ...(settings.labels === undefined ? {} : { Labels: settings.labels }),
      },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
      history: tars.map((_, index) => ({ created_by: `layer ${index + 1}` })),
    }),
  );
  const config = descriptor(CONFIG_TYPE, configBytes);
  const manifestBytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: config.fields,
      layers: layers.map((layer) => layer.fields),
    }),
  );
  return {
    manifest: digestOf(manifestBytes),
    config: config.fields.digest,
    layers: layers.map((layer) => layer.fields.digest),
    manifestBytes,
    architecture,
    blobs: new Map([config, ...layers].map((blob) => [blob.fields.digest, blob.bytes])),
  };
}

function descriptor(mediaType: string, bytes: Buffer) {
  return { bytes, fields: { mediaType, digest: digestOf(bytes), size: bytes.length } };
}

function compress(tar: Buffer, compression: LayerCompression): Buffer {
  if (compression === 'none') return tar;
  if (compression === 'zstd') return zstdCompressSync(tar);
  const gzip = gzipSync(tar);
  gzip[9] = 255; // RFC 1952 "OS": unknown, instead of the machine's own
  return gzip;
}
