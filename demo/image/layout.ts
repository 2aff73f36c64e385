// Writes images to disk in two of skopeo's forms: an OCI image layout (OCI image-spec "image-layout.md") and a `dir:` folder.
// Blobs that several images share are stored once.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../src/platform/canonical.ts';
import { type AssembledImage, assembleImage, type ImageDigests, type ImageRecipe, MANIFEST_TYPE } from './assemble.ts';

/** An image of a layout and the name it goes by there. */
export interface TaggedImage extends ImageRecipe {
  readonly tag: string;
}

/** Writes one OCI layout that holds all images under their tags (`oci:FOLDER:TAG`); gives the digests by tag. */
export function writeOciLayout(folder: string, images: readonly TaggedImage[]): ReadonlyMap<string, ImageDigests> {
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const digests = new Map<string, ImageDigests>();
  const manifests: unknown[] = [];
  for (const image of images) {
    const assembled = assembleImage(image);
    for (const [digest, bytes] of assembled.blobs) writeFileSync(join(blobs, hexOf(digest)), bytes);
    writeFileSync(join(blobs, hexOf(assembled.manifest)), assembled.manifestBytes);
    digests.set(image.tag, digestsOf(assembled));
    manifests.push({
      mediaType: MANIFEST_TYPE,
      digest: assembled.manifest,
      size: assembled.manifestBytes.length,
      annotations: { 'org.opencontainers.image.ref.name': image.tag },
      platform: { architecture: assembled.architecture, os: 'linux' },
    });
  }
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  return digests;
}

/** Writes one image as `skopeo copy … dir:FOLDER` does: `version`, `manifest.json`, and the blobs named by their hexadecimal digest. */
export function writeDirImage(folder: string, image: ImageRecipe): ImageDigests {
  mkdirSync(folder, { recursive: true });
  const assembled = assembleImage(image);
  for (const [digest, bytes] of assembled.blobs) writeFileSync(join(folder, hexOf(digest)), bytes);
  writeFileSync(join(folder, 'manifest.json'), assembled.manifestBytes);
  writeFileSync(join(folder, 'version'), 'Directory Transport Version: 1.1\n');
  return digestsOf(assembled);
}

function digestsOf(image: AssembledImage): ImageDigests {
  return { manifest: image.manifest, config: image.config, layers: image.layers };
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
