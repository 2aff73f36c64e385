// B5 and B6: a release of twenty images on three shared bases costs its unique layers once; scanned again unchanged it costs next to nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  benchFolder,
  type Cost,
  cost,
  interleaved,
  type Measurement,
  PLIMSOLL,
  pairedRatio,
  ratioMeasurement,
} from './measurement.ts';
import { writePackedLayout } from './packed-image.ts';
import { writeReleaseCorpus } from './release-corpus.ts';

const ROUNDS = 3;

/** Needs bash, gzip and the layer corpus. */
export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(benchFolder(), 'run-'));
  try {
    const { bases, layout, tags, uniqueLayers } = await writeReleaseCorpus(folder);
    // One image with every layer once: what the unique bytes cost when nothing is shared.
    const unique = join(folder, 'unique');
    await writePackedLayout(unique, [{ tag: 'all', layers: uniqueLayers }]);
    const targets = tags.map((tag) => `oci:${layout}:${tag}`);
    const store = join(folder, 'store.db');
    const scan = (wanted: readonly string[], fresh: boolean): Cost => {
      if (fresh) for (const suffix of ['', '-wal', '-shm']) rmSync(store + suffix, { force: true });
      return cost([PLIMSOLL, 'scan', ...wanted, '--store', store, '--format', 'json', '--quiet']);
    };
    const [once, first, second] = interleaved(ROUNDS, [
      () => scan([`oci:${unique}:all`], true),
      () => scan(targets, true),
      () => scan(targets, false),
    ]);
    if (once === undefined || first === undefined || second === undefined) return [];
    const sharing = `${tags.length} images on ${bases} bases against their unique layers`;
    const again = 'second scan of the unchanged release against the first';
    return (['wallSeconds', 'cpuSeconds'] as const).flatMap((figure) => {
      const suffix = figure === 'wallSeconds' ? '' : ', CPU';
      const shared = pairedRatio(first, once, figure);
      const repeated = pairedRatio(second, first, figure);
      return [
        ratioMeasurement('B5', sharing + suffix, first[figure], once[figure], 's', 1.1, shared),
        ratioMeasurement('B6', again + suffix, second[figure], first[figure], 's', 0.03, repeated),
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
