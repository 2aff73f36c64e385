// Judges the nodes of an evidence bundle by all checks: results in the shared shape with their waivers, figures a check, and what each node is. Pure.
import type { EvidenceBundle, NodeEvidence } from '../../kubernetes/evidence/evidence.ts';
import { PlimsollError } from '../../platform/errors.ts';
import type { Waiver } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { type Outcomes, outcomesOf, overallOf, withWords } from '../check-outcome.ts';
import type { Term } from '../reach/question.ts';
import { type WaiverUse, waive } from '../waivers/waivers.ts';
import { aboutNode, type NodeUnderCheck } from './check.ts';
import { runningKernel } from './kernel/kernels.ts';
import { type LoadedModule, loadedModules } from './kernel/modules.ts';
import { taintsOf, taintText } from './kernel/taint.ts';
import { NodeFacts } from './node-facts.ts';
import { type NodePods, nodePods } from './node-pods.ts';
import { NODE_CHECKS } from './registry.ts';
import { type Runtime, runtimesOf } from './runtimes/runtime.ts';

/** What is judged, and by what. */
export interface NodeInput {
  readonly evidence: EvidenceBundle;
  /** Which pods are those of users, in the words of reach. */
  readonly users: readonly Term[];
  readonly waivers: readonly Waiver[];
  /** Day that waivers are held against, YYYY-MM-DD: those that expired before it cover nothing. */
  readonly day: string;
}

/** A node in one line: each part as far as the evidence has it. */
export interface NodeSummary {
  readonly node: string;
  readonly collectedAt: string;
  readonly kernel?: string;
  /** Reasons for which the kernel is tainted; absent when not known. */
  readonly taints?: readonly string[];
  /** Modules that are not of the kernel; absent when not known. */
  readonly foreignModules?: readonly string[];
  readonly runtimes: readonly Runtime[];
  /** Pods by kind; absent when no API server was asked, or it knows the node by another name. */
  readonly pods?: { readonly user: number; readonly controlPlane: number; readonly other: number };
}

/** What is said of the nodes. */
export interface NodeResult extends Outcomes {
  readonly cluster?: string;
  /** Day that waivers were held against. */
  readonly day: string;
  /** Of the whole. */
  readonly verdict: Verdict;
  readonly nodes: readonly NodeSummary[];
  readonly waivers: readonly WaiverUse[];
}

/**
 * Judges the nodes.
 * @throws PlimsollError `config-invalid` for a waiver of a check that is not there; `input-unreadable` for evidence without nodes
 */
export function judgeNodes({ evidence, users, waivers, day }: NodeInput): NodeResult {
  if (evidence.nodes.length === 0) {
    throw new PlimsollError(
      'input-unreadable',
      'the evidence has no nodes: run the script of `node collect` on them and join its parts',
    );
  }
  refuseUnknown(waivers);
  const pods = nodePods(evidence, users);
  const judged = evidence.nodes.flatMap((node) => judgeNode(node, pods));
  const waived = waive(judged, waivers, day);
  const outcomes = outcomesOf(NODE_CHECKS, waived.results);
  const names = evidence.nodes.map(({ node }) => node);
  const subject = names.length === 1 ? (names[0] ?? '') : `${names.length} nodes`;
  return {
    ...(evidence.cluster === undefined ? {} : { cluster: evidence.cluster.id }),
    day,
    verdict: { check: 'node', subject, evidence: names, ...overallOf(outcomes) },
    ...outcomes,
    nodes: evidence.nodes.map((node) => summaryOf(node, pods)),
    waivers: waived.waivers,
  };
}

function judgeNode(evidence: NodeEvidence, pods: NodePods | undefined): readonly Verdict[] {
  const node: NodeUnderCheck = { facts: new NodeFacts(evidence), pods };
  // The benchmark's part alone has nothing of the kernel: that it is absent there says nothing.
  const isAsked = evidence.probes.includes('node');
  return NODE_CHECKS.flatMap((check) => {
    const judgements = isAsked
      ? check.judge(node)
      : [aboutNode(node, 'no-evidence', 'the collector was not told to look at the node: run it with --for node')];
    return judgements.map((judgement): Verdict => withWords(judgement, check));
  });
}

function summaryOf(evidence: NodeEvidence, pods: NodePods | undefined): NodeSummary {
  const facts = new NodeFacts(evidence);
  const kernel = runningKernel(facts);
  const tainted = facts.content('/proc/sys/kernel/tainted');
  const taints = tainted.state === 'there' ? taintsOf(tainted.value) : undefined;
  const modules = loadedModules(facts);
  const own = pods?.nodes.has(facts.node) === true ? (pods.byNode.get(facts.node) ?? []) : undefined;
  const count = (kind: string): number => own?.filter((pod) => pod.kind === kind).length ?? 0;
  return {
    node: facts.node,
    collectedAt: facts.collectedAt,
    ...(kernel === undefined ? {} : { kernel }),
    ...(taints === undefined ? {} : { taints: taints.map(taintText) }),
    ...(modules.state === 'unknown'
      ? {}
      : { foreignModules: modules.state === 'there' ? foreignNames(modules.value) : [] }),
    runtimes: runtimesOf(facts),
    ...(own === undefined
      ? {}
      : { pods: { user: count('user'), controlPlane: count('control-plane'), other: count('other') } }),
  };
}

function foreignNames(modules: readonly LoadedModule[]): readonly string[] {
  return modules.filter(({ outOfTree }) => outOfTree).map(({ name }) => name);
}

/** @throws PlimsollError `config-invalid`: a misspelt name that is silently ignored would change what is judged. */
function refuseUnknown(waivers: readonly Waiver[]): void {
  const unknown = waivers.map(({ check }) => check).filter((id) => !NODE_CHECKS.some((check) => check.id === id));
  if (unknown.length === 0) return;
  throw new PlimsollError(
    'config-invalid',
    `waivers: there is no check ${unknown.join(', ')}; docs/reference/node-checks.md lists them`,
  );
}
