// Which nodes a section is about: those on which one of the components runs that it requires. kube-bench wants all of them to run, and stops otherwise; here
// a control plane whose scheduler is down is still judged.
import type { NodeEvidence } from '../../../kubernetes/evidence/evidence.ts';
import type { Benchmark, ComponentPlaces, SectionType } from '../definition/definition.ts';
import { factsOf, type NodeFacts } from '../question/node-facts.ts';
import { processesOf } from '../question/places.ts';

/** How the nodes of a section are called, one and many. */
export const ROLE_NAMES: Readonly<Record<SectionType, readonly [one: string, many: string]>> = {
  master: ['master', 'masters'],
  etcd: ['etcd member', 'etcd members'],
  controlplane: ['control plane', 'control planes'],
  node: ['node', 'nodes'],
  policies: ['object', 'objects'],
  managedservices: ['object', 'objects'],
};

/** Nodes whose facts were collected, and those whose were not. */
export interface CollectedNodes {
  readonly facts: readonly NodeFacts[];
  readonly without: readonly string[];
}

/** Nodes with the facts that the benchmark asks for. */
export function collectedNodes(nodes: readonly NodeEvidence[]): CollectedNodes {
  const asked = nodes.filter(({ probes }) => probes.includes('benchmark'));
  return {
    facts: asked.map(factsOf),
    without: nodes.filter((node) => !asked.includes(node)).map(({ node }) => node),
  };
}

/** Whether a section is asked of nodes at all; the others are asked once a cluster. */
export function isAskedOfNodes(type: SectionType): boolean {
  return type !== 'policies' && type !== 'managedservices';
}

/** The components of which one must run on the nodes of a section. */
export function requiredOf(type: SectionType, { places }: Benchmark): readonly ComponentPlaces[] {
  return (places.get(type) ?? []).filter(({ optional, programs }) => !optional && programs.length > 0);
}

/** The nodes of a section. */
export function nodesOf(type: SectionType, benchmark: Benchmark, nodes: readonly NodeFacts[]): readonly NodeFacts[] {
  const required = requiredOf(type, benchmark);
  return nodes.filter((facts) => required.some((component) => processesOf(component, facts).length > 0));
}
