// Makes small images for tests by hand: tar layers, configuration, manifest, index, and the OCI layout that holds them (OCI image-spec 1.1).
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Digest } from '../../src/platform/canonical.ts';

/** Content under its digest, with the media type by which a descriptor names it. */
export interface MadeBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** A made manifest or index, first, and all that hangs below it. */
export type MadeImage = readonly [root: MadeBlob, ...rest: readonly MadeBlob[]];

/** What to make an image of. */
export interface ImageRecipe {
  /** Unpacked tar archives, bottom first. */
  readonly layers?: readonly Uint8Array[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** Members of the configuration's `config`. */
  readonly run?: Readonly<Record<string, unknown>>;
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A blob of bytes or of a value as JSON. */
export function makeBlob(content: unknown, mediaType: string): MadeBlob {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes, mediaType };
}

/** A descriptor of a blob, with further members. */
export function describeBlob(blob: MadeBlob, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { mediaType: blob.mediaType, digest: blob.digest, size: blob.bytes.length, ...more };
}

/** An image of gzip-packed layers. */
export function makeImage(recipe: ImageRecipe = {}): MadeImage {
  const tars = recipe.layers ?? [makeTar({ 'etc/hostname': 'made\n' })];
  const layers = tars.map((tar) => makeBlob(gzipSync(tar), OCI_LAYER));
  const config = makeBlob(
    {
      created: '2024-01-02T03:04:05Z',
      os: 'linux',
      architecture: 'amd64',
      ...recipe.platform,
      config: recipe.run ?? {},
      rootfs: { type: 'layers', diff_ids: tars.map((tar) => makeBlob(tar, '').digest) },
      history: tars.map(() => ({ created_by: 'test' })),
    },
    OCI_CONFIG,
  );
  const manifest = makeBlob(
    {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describeBlob(config),
      layers: layers.map((layer) => describeBlob(layer)),
    },
    OCI_MANIFEST,
  );
  return [manifest, config, ...layers];
}

/** An index over images; `more` holds further members of each descriptor (platform, annotations). */
export function makeIndex(
  entries: readonly { image: MadeImage; more?: Readonly<Record<string, unknown>> }[],
): MadeImage {
  const manifests = entries.map(({ image, more }) => describeBlob(image[0], more));
  const index = makeBlob({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
  return [index, ...entries.flatMap(({ image }) => image)];
}

/** Writes an OCI layout; images under a tag get the annotation that names it, those under a name that starts with `-` get none. */
export function writeLayout(directory: string, images: Readonly<Record<string, MadeImage>>): string {
  mkdirSync(join(directory, 'blobs', 'sha256'), { recursive: true });
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  for (const blob of Object.values(images).flat()) {
    writeFileSync(join(directory, 'blobs', 'sha256', blob.digest.slice('sha256:'.length)), blob.bytes);
  }
  const manifests = Object.entries(images).map(([tag, image]) =>
    describeBlob(image[0], tag.startsWith('-') ? {} : { annotations: { 'org.opencontainers.image.ref.name': tag } }),
  );
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return directory;
}

/** A ustar archive of regular files (paths under 100 bytes). Values `-> TARGET` make symbolic links, `=> TARGET` hard links. */
export function makeTar(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const blocks: Buffer[] = [];
  for (const [path, content] of Object.entries(files)) {
    const link = typeof content === 'string' ? /^([-=])> (.*)$/.exec(content) : null;
    const body = link === null ? Buffer.from(content) : Buffer.alloc(0);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100, 'latin1');
    header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
    header.write(`${body.length.toString(8).padStart(11, '0')}\x0000000000000\0`, 124, 'latin1');
    header.write('        ', 148, 'latin1');
    header.write(link === null ? '0' : link[1] === '-' ? '2' : '1', 156, 'latin1');
    header.write(link?.[2] ?? '', 157, 100, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    blocks.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
