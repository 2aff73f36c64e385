// What a bundle says of a benchmark: the vendor's reference run, in the form that `benchmark compare` reads. Titles and remediation are the benchmark's own
// text, under a licence of its own, and stay out: numbers refer. Names of nodes, objects and people, and what was seen, stay inside the house; settings that
// checks ask for are what a site compares with its own.
import { LimitError, ParseError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { isAskedOfNodes } from '../posture/benchmark/judge/roles.ts';
import { readResult } from '../posture/benchmark/result/read-result.ts';
import type { BenchmarkResult, CheckResult, ResultPart } from '../posture/benchmark/result/result.ts';
import { summary } from '../posture/benchmark/result/summary.ts';

/** Its files in a bundle: `benchmark compare` takes the bundle for them. */
export const BENCHMARK_FILES = { json: 'benchmark.json', html: 'benchmark.html' } as const;

/**
 * Reads the JSON of `benchmark evaluate` or `benchmark import` for publication.
 * @param isInside whether names and reasons may be told
 * @throws ParseError; LimitError
 */
export function publishedBenchmark(json: string, isInside: boolean): BenchmarkResult {
  if (json.length > LIMITS.benchmarkResultBytes) {
    throw new LimitError(`the results of the benchmark are longer than ${LIMITS.benchmarkResultBytes} characters`);
  }
  const { benchmark, as, asOf, nodes, results } = readResult(json, 'the results of the benchmark');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(benchmark))
    throw new ParseError(`"${benchmark}" is no name of a benchmark`);
  const names = new Map(nodes.map((node, index) => [node, isInside ? node : `node ${index + 1}`]));
  const published = results.map((result) => publishedResult(result, names, isInside));
  return {
    benchmark,
    as,
    nodes: [...names.values()],
    asOf,
    ...summary(benchmark, published),
    results: published,
    waivers: [],
    attestations: [],
    gaps: [],
  };
}

function publishedResult(result: CheckResult, names: ReadonlyMap<string, string>, isInside: boolean): CheckResult {
  const { check, subject, verdict, section, scored, definition, judged, parts, waiver } = result;
  return {
    check,
    subject,
    verdict,
    evidence: isInside ? result.evidence : [],
    reason: isInside ? result.reason : openReason(result),
    // Who waived it and why stays inside; that somebody did explains the verdict of the whole.
    ...(waiver === undefined ? {} : { waiver: isInside ? waiver : 'waived' }),
    title: '',
    section,
    scored,
    ...(definition === undefined ? {} : { definition }),
    judged,
    parts: isInside ? parts : isAskedOfNodes(section) ? parts.map((part) => publishedPart(part, names)) : [],
  };
}

/** How many fail, without what an attestation says. */
function openReason({ verdict, judged, parts }: CheckResult): string {
  const same = parts.filter((part) => part.verdict === verdict).length;
  return parts.length === 0 ? verdict : `${verdict} on ${same} of ${judged}`;
}

function publishedPart(
  { subject, verdict, settings, kubeBench, waiver }: ResultPart,
  names: ReadonlyMap<string, string>,
): ResultPart {
  return {
    subject: names.get(subject) ?? 'a node',
    verdict,
    evidence: [],
    reason: '',
    settings,
    ...(kubeBench === undefined ? {} : { kubeBench }),
    ...(waiver === undefined ? {} : { waiver: 'waived' }),
  };
}
