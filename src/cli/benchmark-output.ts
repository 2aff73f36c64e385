// How the results of a benchmark are written: by format, and whether the words of --fail-on hold.
import { PlimsollError } from '../platform/errors.ts';
import type { BenchmarkResult } from '../posture/benchmark/result/result.ts';
import { benchmarkReport } from '../publish/benchmark.ts';
import { type CommandContext, type CommonOptions, terminalOptions, writeResult } from './command.ts';

/** Forms of the results. */
export const BENCHMARK_FORMATS: readonly string[] = ['table', 'json', 'html', 'csv', 'sarif', 'junit', 'policy-report'];

const WORDS = ['fail', 'warn', 'gaps'] as const;

/** What makes the answer "no". */
export type BenchmarkFailWord = (typeof WORDS)[number];

/** Reads `fail,warn,gaps`. @throws PlimsollError `usage` */
export function parseBenchmarkFailOn(text: string | undefined): ReadonlySet<BenchmarkFailWord> {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  return new Set(
    words.map((word) => {
      const known = WORDS.find((one) => one === word);
      if (known !== undefined) return known;
      throw new PlimsollError('usage', `--fail-on: there is no "${word}"; the words are ${WORDS.join(', ')}`);
    }),
  );
}

/** Writes the results, and sets the exit code. */
export async function writeBenchmark(
  result: BenchmarkResult,
  options: CommonOptions,
  words: ReadonlySet<BenchmarkFailWord>,
  context: CommandContext,
): Promise<void> {
  writeResult(context, options, await rendered(result, options, context));
  const open = result.results.filter(({ waiver }) => waiver === undefined);
  const has = (...verdicts: readonly string[]): boolean => open.some(({ verdict }) => verdicts.includes(verdict));
  const fails =
    (words.has('fail') && has('fail')) ||
    (words.has('warn') && has('fail', 'warn')) ||
    (words.has('gaps') && (has('no-evidence', 'unsupported') || result.gaps.length > 0));
  if (fails) context.setExitCode(1);
}

async function rendered(result: BenchmarkResult, options: CommonOptions, context: CommandContext): Promise<string> {
  switch (options.format) {
    case 'json':
      return (await import('../publish/json/benchmark.ts')).benchmarkJson(result);
    case 'html':
      return (await import('../publish/html/benchmark.ts')).benchmarkHtml(result);
    case 'csv':
      return (await import('../publish/verdicts/csv.ts')).verdictsCsv(benchmarkReport(result));
    case 'sarif':
      return (await import('../publish/verdicts/sarif.ts')).verdictsSarif(benchmarkReport(result));
    case 'junit':
      return (await import('../publish/verdicts/junit.ts')).verdictsJunit(benchmarkReport(result));
    case 'policy-report':
      return (await import('../publish/verdicts/policy-report.ts')).verdictsPolicyReport(benchmarkReport(result));
    default:
      return (await import('../publish/terminal/benchmark.ts')).benchmarkTable(
        result,
        terminalOptions(context, options),
      );
  }
}
