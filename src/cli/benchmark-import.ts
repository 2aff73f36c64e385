// `plimsoll benchmark import`: results of `kube-bench --json` in the form that compare and publish take.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LIMITS } from '../platform/limits.ts';
import { readTextFile } from '../scan/release/folder.ts';
import { BENCHMARK_FORMATS, parseBenchmarkFailOn, writeBenchmark } from './benchmark-output.ts';
import { type CommandContext, type CommonOptions, newCommand } from './command.ts';

interface ImportOptions extends CommonOptions {
  readonly failOn?: string;
}

const EXAMPLE =
  'plimsoll benchmark import ncn-m001=kube-bench-m001.json ncn-w001=kube-bench-w001.json --format json --output site-benchmark.json';

/** `benchmark import`. */
export function benchmarkImportCommand(context: CommandContext): Command {
  return newCommand('import', 'results of kube-bench --json, of one node or several', BENCHMARK_FORMATS, EXAMPLE)
    .argument('<files...>', 'NODE=FILE, or a file alone, which then names the node')
    .option('--fail-on <words>', 'exit 1 for fail, warn, gaps (what could not be judged)')
    .action((files: readonly string[], options: ImportOptions) => importFiles(files, options, context));
}

async function importFiles(files: readonly string[], options: ImportOptions, context: CommandContext): Promise<void> {
  const words = parseBenchmarkFailOn(options.failOn);
  const { importKubeBench } = await import('../posture/benchmark/import-kube-bench.ts');
  const runs = files.map((text) => {
    const { node, file } = named(text);
    return { node, file, text: readTextFile(resolve(context.workingDirectory, file), LIMITS.benchmarkResultBytes) };
  });
  const result = importKubeBench(runs, context.now().toISOString().slice(0, 10));
  await writeBenchmark(result, options, words, context);
}

/** `NODE=FILE`; of a file alone its name without folder and ending. */
function named(text: string): { readonly node: string; readonly file: string } {
  const equals = text.indexOf('=');
  if (equals > 0 && !text.slice(0, equals).includes('/'))
    return { node: text.slice(0, equals), file: text.slice(equals + 1) };
  return { node: text.slice(text.lastIndexOf('/') + 1).replace(/\.json$/, ''), file: text };
}
