// Writes an OCI layout whose layers are packed files that exist already, linked rather than copied.
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../src/platform/canonical.ts';
import { fileChunks } from '../src/scan/image/file-chunks.ts';
import { hashLayer } from '../src/scan/image/layer/hash-layer.ts';
import type { PackedLayer } from './layer-corpus.ts';

/** An image of a layout: its tag and its layers, bottom first. */
export interface PackedImage {
  readonly tag: string;
  readonly layers: readonly PackedLayer[];
}

/** Makes the layout anew. The folder must lie on the file system of the layers. */
export async function writePackedLayout(folder: string, images: readonly PackedImage[]): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const linked = new Map<string, LayerDigests>();
  const distinct = new Map(images.flatMap(({ layers }) => layers.map((layer) => [layer.path, layer] as const)));
  for (const layer of distinct.values()) {
    const digests = await digestsOf(layer);
    linkSync(layer.path, join(blobs, digests.digest.slice(7)));
    linked.set(layer.path, digests);
  }
  const put = (value: unknown): { readonly digest: string; readonly size: number } => {
    const text = JSON.stringify(value);
    const digest = digestOf(text);
    writeFileSync(join(blobs, digest.slice(7)), text);
    return { digest, size: text.length };
  };
  const manifests = images.map(({ tag, layers }) => {
    const digests = layers.flatMap(({ path }) => linked.get(path) ?? []);
    const config = put({
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { tag } },
      rootfs: { type: 'layers', diff_ids: digests.map(({ diffId }) => diffId) },
    });
    const manifest = put({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: layers.map(({ packedBytes }, index) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: digests[index]?.digest,
        size: packedBytes,
      })),
    });
    const annotations = { 'org.opencontainers.image.ref.name': tag };
    return { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations };
  });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** Of a layer as stored, and unpacked. */
interface LayerDigests {
  readonly digest: Digest;
  readonly diffId: Digest;
}

const known = new Map<string, Promise<LayerDigests>>();

/** Computed once a process: the layers are large, and their files do not change. */
function digestsOf({ path, packedBytes }: PackedLayer): Promise<LayerDigests> {
  const digests = known.get(path) ?? hashLayer(fileChunks(path, 0, packedBytes));
  known.set(path, digests);
  return digests;
}
