// A benchmark held against evidence: every check of it, on every node that it is about or on the objects of the cluster, with waivers and attestations of the
// day. Pure: the same evidence and the same benchmark give the same bytes, and evidence can be judged again when either changes.
import type { EvidenceBundle } from '../../kubernetes/evidence/evidence.ts';
import { compareGaps, type Gap } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { Waiver } from '../../platform/settings.ts';
import { type WaiverUse, waive } from '../waivers/waivers.ts';
import { attest } from './attestations.ts';
import type { Benchmark } from './definition/definition.ts';
import { type JudgedCheck, judgeCheck, resultOf } from './judge/judge-check.ts';
import { collectedNodes, nodesOf } from './judge/roles.ts';
import type { JudgedObjects } from './policies/finding.ts';
import type { Attestation, BenchmarkResult } from './result/result.ts';
import { summary } from './result/summary.ts';

/** What is judged, and by what. */
export interface EvaluateInput {
  readonly benchmark: Benchmark;
  readonly evidence: EvidenceBundle;
  /** Objects for the checks that are asked once a cluster; absent: there are none. */
  readonly objects?: JudgedObjects;
  readonly waivers: readonly Waiver[];
  readonly attestations: readonly Attestation[];
  /** ISO date on which expiries are judged. */
  readonly day: string;
  readonly as: BenchmarkResult['as'];
}

const NO_ROLE = 'no program that the benchmark is about was seen to run there: no check is asked of it';

/** Judges evidence. */
export function evaluate(input: EvaluateInput): BenchmarkResult {
  const { benchmark, evidence, day, as } = input;
  const { facts, without } = collectedNodes(evidence.nodes);
  const judged = benchmark.sections.flatMap((section) =>
    section.groups.flatMap(({ checks }) => checks.map((check) => judgeCheck(check, section, facts, input))),
  );
  const waived = waiveParts(judged, input.waivers, day);
  const answered = attest(waived.judged.map(resultOf), as === 'kube-bench' ? [] : input.attestations, day);
  const notScanned = (target: string, reason: string): Gap => ({ kind: 'not-scanned', target, reason });
  const asked = new Set(benchmark.sections.flatMap(({ type }) => nodesOf(type, benchmark, facts)));
  const gaps = [
    ...without.map((node) => notScanned(node, 'its facts for the benchmark were not collected')),
    ...facts.filter((one) => !asked.has(one)).map(({ node }) => notScanned(node, NO_ROLE)),
  ];
  const { cluster } = evidence;
  return {
    benchmark: benchmark.name,
    as,
    ...(cluster === undefined ? {} : { cluster: { id: cluster.id, version: cluster.version } }),
    nodes: evidence.nodes.map(({ node }) => node).sort(compareText),
    asOf: day,
    ...summary(benchmark.name, answered.results),
    results: answered.results,
    waivers: waived.waivers,
    attestations: answered.attestations,
    gaps: [...evidence.gaps, ...gaps].sort(compareGaps),
  };
}

/** Waivers are held against nodes and objects one by one: a waiver of one node leaves the others open. */
function waiveParts(
  judged: readonly JudgedCheck[],
  waivers: readonly Waiver[],
  day: string,
): { readonly judged: readonly JudgedCheck[]; readonly waivers: readonly WaiverUse[] } {
  const rows = judged.flatMap(({ check: { id }, parts }, index) =>
    parts.map((part) => ({ ...part, check: id, index })),
  );
  const waived = waive(rows, waivers, day);
  const byCheck = Map.groupBy(waived.results, ({ index }) => index);
  return {
    judged: judged.map((one, index) => {
      const parts = (byCheck.get(index) ?? []).map(({ check: _, index: __, ...part }) => part);
      return { ...one, parts };
    }),
    waivers: waived.waivers,
  };
}
