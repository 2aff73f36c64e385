// B1 to B4: one big gzip layer scanned cold by the whole program, against `gzip -dc` and against Node's zlib alone; two layers on two workers against
// one; peak memory, also for 3,000,000 empty files.
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { layerCorpus, type PackedLayer } from './layer-corpus.ts';
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

const ROUNDS = 3;
const EMPTY_FILES = 3_000_000;

/** Needs bash and gzip; about three minutes the first time, one later. */
export async function measure(): Promise<readonly Measurement[]> {
  const { whole, halves } = layerCorpus();
  const folder = mkdtempSync(join(benchFolder(), 'run-'));
  try {
    const layout = join(folder, 'layout');
    await writePackedLayout(layout, [{ tag: 'one', layers: [whole] }]);
    const pair = join(folder, 'pair');
    await writePackedLayout(pair, [{ tag: 'two', layers: halves }]);
    const inflate = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'inflate-only.ts'),
      whole.path,
    ];
    const [scan, gzip, zlib] = interleaved(ROUNDS, [
      () => coldScan(folder, `oci:${layout}:one`, 1),
      () => cost(['gzip', '-dc', whole.path]),
      () => cost(inflate),
    ]);
    const paths = halves.map(({ path }) => path);
    const [one, two, inTurn, atOnce] = interleaved(ROUNDS, [
      () => coldScan(folder, `oci:${pair}:two`, 1),
      () => coldScan(folder, `oci:${pair}:two`, 2),
      () => cost(['sh', '-c', 'for file; do gzip -dc "$file"; done', 'sh', ...paths]),
      () => cost(['sh', '-c', 'for file; do gzip -dc "$file" & done; wait', 'sh', ...paths]),
    ]);
    // What the machine itself gives to two processes that share nothing: on a busy or a shared one it is far from twice.
    const machine = wall(inTurn) / wall(atOnce);
    console.error(`two gzip processes at once against one after another: ${machine.toFixed(2)} x`);
    const scanMemory = await peakMemory(scanCommand(folder, `oci:${layout}:one`, 1));
    const empty = await emptyFiles();
    const emptyLayout = join(folder, 'empty');
    await writePackedLayout(emptyLayout, [{ tag: 'empty', layers: [empty] }]);
    const emptyCost = coldScan(folder, `oci:${emptyLayout}:empty`, 1);
    const emptyMemory = await peakMemory(scanCommand(folder, `oci:${emptyLayout}:empty`, 1));
    return [
      ratioMeasurement('B1', 'big gzip layer, cold, CPU against gzip -dc', cpu(scan), cpu(gzip), 's', 0.6),
      // The same bytes: a ratio of speeds is the inverse ratio of times.
      advantageMeasurement('B2', 'the same, speed against zlib alone', wall(scan), wall(zlib), 's', 0.8),
      advantageMeasurement('B3', 'two layers, two workers against one', wall(two), wall(one), 's', 1.6),
      memoryMeasurement('peak memory, big layer', scanMemory, 200 + 20_000 * 0.0001),
      memoryMeasurement('peak memory, 3,000,000 empty files', emptyMemory, 600),
      {
        id: 'B4',
        name: 'time, 3,000,000 empty files',
        value: emptyCost.wallSeconds,
        unit: 's',
        goal: '< 60 s',
        ok: emptyCost.wallSeconds < 60,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scanCommand(folder: string, target: string, jobs: number): readonly string[] {
  const store = join(folder, 'store.db');
  for (const suffix of ['', '-wal', '-shm']) rmSync(store + suffix, { force: true });
  return [PLIMSOLL, 'scan', target, '--store', store, '--jobs', String(jobs), '--format', 'json', '--quiet'];
}

function coldScan(folder: string, target: string, jobs: number): Cost {
  return cost(scanCommand(folder, target, jobs));
}

function wall(one: Cost | undefined): number {
  return one?.wallSeconds ?? Number.NaN;
}

function cpu(one: Cost | undefined): number {
  return one?.cpuSeconds ?? Number.NaN;
}

function memoryMeasurement(name: string, megabytes: number, most: number): Measurement {
  return { id: 'B4', name, value: megabytes, unit: 'MB', goal: `<= ${most} MB`, ok: megabytes <= most };
}

/** A layer of nothing but empty files in 3,000 directories, generated. */
async function emptyFiles(): Promise<PackedLayer> {
  const path = join(benchFolder(), 'empty-files.tar.gz');
  if (!existsSync(path)) {
    const gzip = createGzip({ level: 1 });
    const file = createWriteStream(`${path}.partial`);
    gzip.pipe(file);
    for (let folder = 0; folder < EMPTY_FILES / 1000; folder++) {
      const headers = Buffer.alloc(1000 * 512);
      for (let index = 0; index < 1000; index++) writeHeader(headers, index * 512, `tree/${folder}/file-${index}`);
      if (!gzip.write(headers)) await once(gzip, 'drain');
    }
    gzip.end(Buffer.alloc(1024));
    await once(file, 'close');
    renameSync(`${path}.partial`, path);
  }
  return { path, packedBytes: statSync(path).size };
}

function writeHeader(into: Buffer, at: number, name: string): void {
  into.write(name, at, 'latin1');
  into.write('0000644\u00000000000\u00000000000\u000000000000000\u000000000000000\u0000        0', at + 100, 'latin1');
  into.write('ustar\u000000', at + 257, 'latin1');
  let sum = 0;
  for (let i = at; i < at + 512; i++) sum += into[i] ?? 0;
  into.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, at + 148, 'latin1');
}
