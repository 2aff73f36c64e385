// What a check of nodes gets and gives. A check says what is asked, why, and where the rule comes from; its code judges one node at a time. Pure.
import type { Verdict } from '../../platform/verdict.ts';
import type { CheckWords } from '../check-outcome.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodePods } from './node-pods.ts';

/**
 * What a check says of one subject: a node, or one of several things that it has. `remediation` only where that of the check does not fit.
 */
export type NodeJudgement = Omit<Verdict, 'check' | 'waiver'>;

/** A node as checks see it. */
export interface NodeUnderCheck {
  readonly facts: NodeFacts;
  /** The pods of the cluster that the evidence has; undefined when no API server was asked. */
  readonly pods: NodePods | undefined;
}

/** A check. Its id is kebab-case and stable: waivers and scripts name it. The title is true where the check passes. */
export interface NodeCheck extends CheckWords {
  readonly why: string;
  /** Specification or source of the rule. */
  readonly reference: string;
  /** Pure: the same evidence gives the same judgements. A node that has nothing of the kind gives `not-applicable`. */
  readonly judge: (node: NodeUnderCheck) => readonly NodeJudgement[];
}

/** A judgement of the node itself. */
export function aboutNode(
  { facts }: NodeUnderCheck,
  verdict: Verdict['verdict'],
  reason: string,
  evidence: readonly string[] = [],
): NodeJudgement {
  return { subject: facts.node, verdict, evidence, reason };
}

/** A judgement of a thing that the node has: `NODE/dvs` of a module, `NODE:/etc/sarus.json` of a path. */
export function aboutThing(
  { facts }: NodeUnderCheck,
  thing: string,
  verdict: Verdict['verdict'],
  reason: string,
  evidence: readonly string[] = [],
): NodeJudgement {
  return { subject: `${facts.node}${thing.startsWith('/') ? ':' : '/'}${thing}`, verdict, evidence, reason };
}
