// B5 and B6: a release of twenty images on three shared bases costs its unique layers once; scanned again unchanged it costs next to nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from '../demo/image/tar.ts';
import { layerCorpus, type PackedLayer } from './layer-corpus.ts';
import {
  benchFolder,
  type Cost,
  cost,
  interleaved,
  type Measurement,
  PLIMSOLL,
  ratioMeasurement,
} from './measurement.ts';
import { type PackedImage, writePackedLayout } from './packed-image.ts';

const ROUNDS = 3;
const IMAGES = 20;

/** Needs bash, gzip and the layer corpus. */
export async function measure(): Promise<readonly Measurement[]> {
  const { whole, halves } = layerCorpus();
  const bases = [whole, ...halves];
  const folder = mkdtempSync(join(benchFolder(), 'run-'));
  try {
    const tops = Array.from({ length: IMAGES }, (_, index) => topLayer(folder, index));
    const images = tops.map(
      (top, index): PackedImage => ({ tag: `image-${index}`, layers: [bases[index % bases.length] ?? whole, top] }),
    );
    const release = join(folder, 'release');
    writePackedLayout(release, images);
    // One image with every layer once: what the unique bytes cost when nothing is shared.
    const unique = join(folder, 'unique');
    writePackedLayout(unique, [{ tag: 'all', layers: [...bases, ...tops] }]);
    const targets = images.map(({ tag }) => `oci:${release}:${tag}`);
    const store = join(folder, 'store.db');
    const scan = (wanted: readonly string[], fresh: boolean): Cost => {
      if (fresh) for (const suffix of ['', '-wal', '-shm']) rmSync(store + suffix, { force: true });
      return cost([PLIMSOLL, 'scan', ...wanted, '--store', store, '--format', 'json', '--quiet']);
    };
    const [uniqueCost, first, second] = interleaved(ROUNDS, [
      () => scan([`oci:${unique}:all`], true),
      () => scan(targets, true),
      () => scan(targets, false),
    ]);
    return [
      ratioMeasurement(
        'B5',
        `${IMAGES} images on ${bases.length} bases against their unique layers`,
        first?.wallSeconds ?? 0,
        uniqueCost?.wallSeconds ?? 0,
        's',
        1.1,
      ),
      ratioMeasurement(
        'B6',
        'second scan of the unchanged release against the first',
        second?.wallSeconds ?? 0,
        first?.wallSeconds ?? 0,
        's',
        0.03,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small layer of an application: a few installed npm packages and files of its own. */
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
