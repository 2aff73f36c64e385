// One check on all that it is about: nodes of a role, or the objects of the cluster.
import { canonicalJson, digestOf } from '../../../platform/canonical.ts';
import type { Benchmark, Check, ComponentPlaces, Section, SectionType } from '../definition/definition.ts';
import type { JudgedObjects } from '../policies/finding.ts';
import type { NodeFacts } from '../question/node-facts.ts';
import { resolve } from '../question/places.ts';
import type { BenchmarkResult, CheckResult, ResultPart, VerdictWord } from '../result/result.ts';
import { fanIn } from './fan-in.ts';
import { judgeAsKubeBench, judgeNode, kubeBenchState, VERDICT_OF } from './judge-node.ts';
import { judgePolicies } from './judge-policies.ts';
import { isAskedOfNodes, nodesOf, ROLE_NAMES, requiredOf } from './roles.ts';

/** A check with what was found, before waivers. */
export interface JudgedCheck {
  readonly check: Check;
  readonly section: SectionType;
  /** What it is about: a kind of node, or the cluster. */
  readonly subject: string;
  /** What is judged, one and many. */
  readonly noun: readonly [one: string, many: string];
  readonly judged: number;
  readonly parts: readonly ResultPart[];
  /** What holds when there are no parts. */
  readonly whole: { readonly verdict: VerdictWord; readonly reason: string };
  readonly remediation: string;
}

/** What a check is judged with. */
export interface CheckWorld {
  readonly benchmark: Benchmark;
  readonly objects?: JudgedObjects;
  readonly as: BenchmarkResult['as'];
}

/**
 * Judges a check.
 * @param nodes all whose facts were collected
 */
export function judgeCheck(
  check: Check,
  section: Section,
  nodes: readonly NodeFacts[],
  world: CheckWorld,
): JudgedCheck {
  return isAskedOfNodes(section.type) ? onNodes(check, section, nodes, world) : onCluster(check, section, world);
}

/** The result of a judged check, its parts joined. */
export function resultOf(one: JudgedCheck): CheckResult {
  const { check, section, subject, noun, judged, whole } = one;
  const said = one.parts.length > 0 ? fanIn(one.parts, judged, noun) : { ...whole, evidence: [], parts: [] };
  const { verdict, evidence, reason, waiver, parts } = { waiver: undefined, ...said };
  const remediation = verdict === 'fail' || verdict === 'warn' ? one.remediation : '';
  return {
    check: check.id,
    subject,
    verdict,
    evidence,
    reason,
    ...(remediation === '' ? {} : { remediation }),
    ...(waiver === undefined ? {} : { waiver }),
    title: check.title,
    section,
    scored: check.scored,
    definition: definitionOf(check),
    judged,
    parts,
  };
}

function onNodes(
  check: Check,
  { type }: Section,
  all: readonly NodeFacts[],
  { benchmark, as }: CheckWorld,
): JudgedCheck {
  const noun = ROLE_NAMES[type];
  const nodes = nodesOf(type, benchmark, all);
  const components = benchmark.places.get(type) ?? [];
  const parts = nodes.map((facts): ResultPart => {
    const asked = { components, facts };
    const judgement = as === 'kube-bench' ? judgeAsKubeBench(check, asked) : judgeNode(check, asked);
    const state = kubeBenchState(check, asked)?.state;
    return { subject: facts.node, ...judgement, ...(state === undefined ? {} : { kubeBench: state }) };
  });
  const reason =
    all.length === 0
      ? 'there is no evidence of nodes'
      : `no node runs ${requiredOf(type, benchmark)
          .map(({ name }) => name)
          .join(' or ')}`;
  return {
    check,
    section: type,
    subject: noun[1],
    noun,
    judged: nodes.length,
    parts,
    whole: { verdict: 'no-evidence', reason },
    remediation: nodes[0] === undefined ? check.remediation : placed(check.remediation, components, nodes[0]),
  };
}

function onCluster(check: Check, { type }: Section, { objects, as }: CheckWorld): JudgedCheck {
  const common = { check, section: type, subject: 'cluster', remediation: check.remediation };
  if (as === 'kube-bench') {
    const { state, reason = '' } = kubeBenchState(check, { components: [], facts: NO_NODE }) ?? {};
    const whole =
      state === undefined
        ? { verdict: 'unsupported' as const, reason: 'what its commands would print is not known' }
        : { verdict: VERDICT_OF[state], reason };
    return { ...common, noun: ROLE_NAMES[type], judged: 0, parts: [], whole };
  }
  const { verdict, reason, judged, parts, noun, remediation = check.remediation } = judgePolicies(check, objects);
  return { ...common, noun, judged, parts, whole: { verdict, reason }, remediation };
}

/** A text with the places of a node where it has variables, as kube-bench puts them. */
function placed(text: string, components: readonly ComponentPlaces[], facts: NodeFacts): string {
  return text.replace(/\$[a-z]+/g, (word) => resolve(word, components, facts)?.text ?? word);
}

/** Checks that are asked once a cluster look at no node. */
const NO_NODE: NodeFacts = {
  node: '',
  processes: [],
  at: () => ({ kind: 'unseen' }),
  contentOf: () => undefined,
  below: () => [],
  failedBelow: () => undefined,
};

/** Digest of what a check asks. */
function definitionOf({ title: _, remediation: __, id: ___, ...asked }: Check): string {
  return digestOf(canonicalJson(asked));
}
