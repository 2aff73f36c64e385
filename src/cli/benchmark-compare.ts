// `plimsoll benchmark compare`: a vendor's reference run against a site, or a system before and after.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import type { BenchmarkComparison } from '../posture/benchmark/compare.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';

interface CompareOptions extends CommonOptions {
  readonly failOn?: string;
}

const WORDS: readonly string[] = ['worse', 'gaps'];
const EXAMPLE = [
  'plimsoll benchmark compare csm-1.2.0-bundle site-benchmark.json',
  'plimsoll benchmark compare csm-1.2.0-bundle site-benchmark.json --format html --output changes.html',
].join('\n');

/** `benchmark compare`. */
export function benchmarkCompareCommand(context: CommandContext): Command {
  const summary = 'two results: what the configuration, the benchmark or missing evidence changed';
  return newCommand('compare', summary, ['table', 'json', 'html'], EXAMPLE)
    .argument('<from>', 'JSON of benchmark evaluate or import, or the folder of a published bundle')
    .argument('<to>', 'the same of what is compared with it')
    .option('--fail-on <words>', 'exit 1 for worse (checks that fail or warn now), gaps (evidence missing), or both')
    .action((from: string, to: string, options: CompareOptions) => compare(from, to, options, context));
}

async function compare(from: string, to: string, options: CompareOptions, context: CommandContext): Promise<void> {
  const words = options.failOn === undefined ? [] : options.failOn.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !WORDS.includes(word));
  if (wrong !== undefined) {
    throw new PlimsollError('usage', `--fail-on: there is no "${wrong}"; the words are ${WORDS.join(', ')}`);
  }
  const [{ readResultInput }, { compareResults }] = await Promise.all([
    import('./benchmark-input.ts'),
    import('../posture/benchmark/compare.ts'),
  ]);
  const comparison = compareResults(readResultInput(from, context), readResultInput(to, context));
  writeResult(context, options, await rendered(comparison, options, context));
  const isWorse = words.includes('worse') && comparison.changes.some(({ worse }) => worse);
  const isOpen = words.includes('gaps') && comparison.causes['evidence-missing'] > 0;
  if (isWorse || isOpen) context.setExitCode(1);
}

async function rendered(
  comparison: BenchmarkComparison,
  options: CommonOptions,
  context: CommandContext,
): Promise<string> {
  if (options.format === 'json') {
    return (await import('../publish/json/benchmark.ts')).benchmarkComparisonJson(comparison);
  }
  if (options.format === 'html') {
    return (await import('../publish/html/benchmark.ts')).benchmarkComparisonHtml(comparison);
  }
  const { benchmarkComparisonTable } = await import('../publish/terminal/benchmark.ts');
  return benchmarkComparisonTable(comparison, terminalOptions(context, options));
}
