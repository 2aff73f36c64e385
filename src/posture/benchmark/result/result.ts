// What a benchmark says of a cluster: a result a check in the shared shape of verdicts, with what it rests on: a part a node, or an object that is not as
// asked. What `benchmark evaluate` and `benchmark import` give, and `compare`, the outputs and `publish` read.
import type { Gap } from '../../../platform/gap.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { VERDICTS } from '../../check-outcome.ts';
import type { WaiverUse } from '../../waivers/waivers.ts';
import type { SectionType } from '../definition/definition.ts';
import type { KubeBenchState } from '../tests/run-check.ts';

/** Words of a verdict. */
export type VerdictWord = Verdict['verdict'];

/** One setting that a check asked for, as it was found. */
export interface Setting {
  /** A flag, a path in a configuration, or a file's path. */
  readonly name: string;
  /** Absent: it is not set, or the file is not there. */
  readonly value?: string;
}

/** What is said of one node, or of one object. */
export interface ResultPart {
  /** Name of the node, or `KIND/NAMESPACE/NAME`. */
  readonly subject: string;
  readonly verdict: VerdictWord;
  readonly evidence: readonly string[];
  readonly reason: string;
  readonly settings: readonly Setting[];
  /** What kube-bench would say there; absent where it would not ask, or asks what is not supported here. */
  readonly kubeBench?: KubeBenchState;
  readonly waiver?: string;
}

/** What is said of a check: its subject is a kind of node, or the cluster. */
export interface CheckResult extends Verdict {
  /** From the user's copy of the benchmark. */
  readonly title: string;
  readonly section: SectionType;
  readonly scored: boolean;
  /** Digest of what the check asks, its title and remediation aside: equal for checks that ask the same. Absent for imported results. */
  readonly definition?: string;
  /** Nodes or objects that were judged, those without a part among them. */
  readonly judged: number;
  /** The worst first, then by subject; objects that are as asked have none. */
  readonly parts: readonly ResultPart[];
}

/** A whole run. */
export interface BenchmarkResult {
  /** `cis-1.20` */
  readonly benchmark: string;
  /** By whose rules: ours, or kube-bench's own answers. */
  readonly as: 'plimsoll' | 'kube-bench';
  readonly cluster?: { readonly id: string; readonly version: string };
  /** Nodes whose evidence was read, sorted. */
  readonly nodes: readonly string[];
  /** The day on which expiries were judged, ISO. */
  readonly asOf: string;
  /** Of the whole. */
  readonly verdict: Verdict;
  /** Number of checks by verdict, zeros included. */
  readonly totals: Readonly<Record<VerdictWord, number>>;
  /** Failed checks and warnings whose every part a waiver covers; they are counted in the totals too. */
  readonly waived: number;
  /** In the order of the benchmark. */
  readonly results: readonly CheckResult[];
  readonly waivers: readonly WaiverUse[];
  readonly attestations: readonly AttestationUse[];
  readonly gaps: readonly Gap[];
}

/** Somebody's word for what no evidence shows. */
export interface Attestation {
  /** Id of the check. */
  readonly check: string;
  /** Who says so. */
  readonly by: string;
  /** What was looked at and how. */
  readonly statement: string;
  /** ISO date of the last day on which it holds. */
  readonly expires: string;
}

/** An attestation, and what came of it. */
export interface AttestationUse extends Attestation {
  /** `not-needed`: evidence judged the check; `unknown-check`: the benchmark has no such check. */
  readonly state: 'used' | 'expired' | 'not-needed' | 'unknown-check';
}

/** Numbers by verdict, zeros included. */
export function totalsOf(results: readonly { readonly verdict: VerdictWord }[]): BenchmarkResult['totals'] {
  const of = (word: VerdictWord) => results.filter(({ verdict }) => verdict === word).length;
  return Object.fromEntries(VERDICTS.map((word) => [word, of(word)])) as Record<VerdictWord, number>;
}
