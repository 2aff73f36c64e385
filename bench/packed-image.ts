// Writes an OCI layout whose layers are packed files that exist already, linked rather than copied.
import { createHash } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../src/platform/canonical.ts';
import type { PackedLayer } from './layer-corpus.ts';

/** An image of a layout: its tag and its layers, bottom first. */
export interface PackedImage {
  readonly tag: string;
  readonly layers: readonly PackedLayer[];
}

/** Makes the layout anew. The folder must lie on the file system of the layers. */
export function writePackedLayout(folder: string, images: readonly PackedImage[]): void {
  rmSync(folder, { recursive: true, force: true });
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const linked = new Map<string, string>();
  const link = (layer: PackedLayer): string => {
    let digest = linked.get(layer.path);
    if (digest === undefined) {
      digest = fileDigest(layer.path);
      linkSync(layer.path, join(blobs, digest.slice(7)));
      linked.set(layer.path, digest);
    }
    return digest;
  };
  const put = (value: unknown): { readonly digest: string; readonly size: number } => {
    const text = JSON.stringify(value);
    const digest = digestOf(text);
    writeFileSync(join(blobs, digest.slice(7)), text);
    return { digest, size: text.length };
  };
  const manifests = images.map(({ tag, layers }) => {
    const digests = layers.map(link);
    const config = put({
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { tag } },
      rootfs: { type: 'layers', diff_ids: digests },
    });
    const manifest = put({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: layers.map(({ packedBytes }, index) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: digests[index],
        size: packedBytes,
      })),
    });
    const annotations = { 'org.opencontainers.image.ref.name': tag };
    return { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations };
  });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

function fileDigest(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  for (let got = readSync(file, buffer); got > 0; got = readSync(file, buffer)) hash.update(buffer.subarray(0, got));
  closeSync(file);
  return `sha256:${hash.digest('hex')}`;
}
