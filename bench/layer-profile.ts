// Where the time of a cold layer goes, with the own inflating handle and with Node's public stream: `sh scripts/run.sh bench/layer-profile.ts [FILE]`.
// Samples of the thread that walks (V8's profiler, every 0.2 ms) share out its processor time; the public stream inflates on other threads.
import { statSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileChunks } from '../src/scan/image/file-chunks.ts';
import { readLayer } from '../src/scan/image/layer/read-layer.ts';
import { CATALOGUERS } from '../src/scan/inventory/registry.ts';
import { layerCorpus } from './layer-corpus.ts';

/** What a function's own samples count as; all others are walking and cataloguing. */
const WORK: ReadonlyMap<string, string> = new Map([
  ['writeSync', 'inflating'],
  ['update', 'hashing'],
  ['readSync', 'reading'],
  ['read', 'reading'],
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'runtime'],
]);

const path = process.argv[2] ?? layerCorpus().whole.path;
for (const publicZlibOnly of [false, true]) {
  const { seconds, parts } = await profiled(publicZlibOnly);
  console.log(`${publicZlibOnly ? 'public stream' : 'own handle'}: ${seconds.toFixed(2)} s of CPU`);
  for (const [name, part] of parts) console.log(`  ${name.padEnd(28)} ${part.toFixed(2)} s`);
}

async function profiled(publicZlibOnly: boolean): Promise<{ seconds: number; parts: [string, number][] }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  const before = process.cpuUsage();
  const threadBefore = process.threadCpuUsage();
  await session.post('Profiler.start');
  const open = (): Generator<Uint8Array> => fileChunks(path, 0, statSync(path).size);
  await readLayer(open, { readers: CATALOGUERS, publicZlibOnly });
  const thread = secondsOf(process.threadCpuUsage(threadBefore));
  const seconds = secondsOf(process.cpuUsage(before));
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const samples = new Map<string, number>();
  for (const id of profile.samples ?? []) {
    const name = names.get(id) ?? '';
    const part = WORK.get(name) ?? 'walking and cataloguing';
    // A thread that waits takes no time of a processor.
    if (name !== '(idle)') samples.set(part, (samples.get(part) ?? 0) + 1);
  }
  const all = [...samples.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...samples].map(([part, count]): [string, number] => [part, (thread * count) / all]);
  parts.push(['other threads', Math.max(0, seconds - thread)]);
  return { seconds, parts: parts.sort(([, a], [, b]) => b - a) };
}

function secondsOf({ user, system }: { readonly user: number; readonly system: number }): number {
  return (user + system) / 1e6;
}
