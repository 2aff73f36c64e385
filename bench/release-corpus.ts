// A release for the benchmarks: twenty images on three big bases, each with a small application layer of its own.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from '../demo/image/tar.ts';
import { layerCorpus, type PackedLayer } from './layer-corpus.ts';
import { type PackedImage, writePackedLayout } from './packed-image.ts';

const IMAGES = 20;

/** The release on disk. */
export interface ReleaseCorpus {
  readonly bases: number;
  /** OCI layout of the images. */
  readonly layout: string;
  /** Tags of the images in it. */
  readonly tags: readonly string[];
  /** Every layer once, bases first. */
  readonly uniqueLayers: readonly PackedLayer[];
}

/** Writes the release into a folder on the file system of the layer corpus, which is made when it is not there. */
export async function writeReleaseCorpus(folder: string): Promise<ReleaseCorpus> {
  const { whole, halves } = layerCorpus();
  const bases = [whole, ...halves];
  const tops = Array.from({ length: IMAGES }, (_, index) => topLayer(folder, index));
  const images = tops.map(
    (top, index): PackedImage => ({ tag: `image-${index}`, layers: [bases[index % bases.length] ?? whole, top] }),
  );
  const layout = join(folder, 'release');
  await writePackedLayout(layout, images);
  return { bases: bases.length, layout, tags: images.map(({ tag }) => tag), uniqueLayers: [...bases, ...tops] };
}

/** A few installed npm packages and files of its own. */
function topLayer(folder: string, index: number): PackedLayer {
  const entries = Array.from({ length: 40 }, (_, number) => ({
    path: `app/node_modules/part-${number}/package.json`,
    body: JSON.stringify({ name: `part-${number}`, version: `1.${index}.${number}` }),
  }));
  const packed = gzipSync(packTar([...entries, { path: `app/main-${index}.js`, body: 'x'.repeat(10_000 + index) }]));
  const path = join(folder, `top-${index}.tar.gz`);
  writeFileSync(path, packed);
  return { path, packedBytes: packed.length };
}
