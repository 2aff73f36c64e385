// Proposals by workload: what is proposed for its containers, and which of them are left out because something would still be in the way.
import type { JudgedPod } from '../container.ts';
import type { NonrootContainer, NonrootResult } from '../nonroot.ts';
import type { ContainerSuggestion } from './pod-patch.ts';

/** A container for which nothing is proposed, with the reasons. */
export interface WithheldContainer {
  readonly subject: string;
  readonly reasons: readonly string[];
}

/** A workload with its proposals. */
export interface ProposedWorkload {
  readonly pod: JudgedPod;
  readonly suggestions: readonly ContainerSuggestion[];
  readonly withheld: readonly WithheldContainer[];
}

/** Workloads in the order of the Pods; those that need nothing are left out, and images without a workload, which nothing can be applied to. */
export function proposedWorkloads({ pods, containers }: NonrootResult): readonly ProposedWorkload[] {
  const byPod = Map.groupBy(containers, ({ workload, position }) => `${workload} ${position}`);
  return pods.flatMap((pod) => {
    if (pod.workload.startsWith('Image/')) return [];
    const own = byPod.get(`${pod.workload} ${pod.source.position}`) ?? [];
    const suggestions = own.flatMap(suggestionOf);
    const withheld = own.flatMap(withheldOf);
    return suggestions.length + withheld.length === 0 ? [] : [{ pod, suggestions, withheld }];
  });
}

function suggestionOf({ list, name, proposal }: NonrootContainer): readonly ContainerSuggestion[] {
  if (proposal === undefined || name === '' || !isApplicable(proposal.judgement.outcome)) return [];
  const { judgement: _, ...suggestion } = proposal;
  return [{ list, name, suggestion }];
}

function withheldOf({ subject, name, outcome, findings, proposal }: NonrootContainer): readonly WithheldContainer[] {
  if (name === '') return [{ subject, reasons: ['it has no name by which it could be changed'] }];
  if (proposal === undefined) {
    return outcome === 'ok' ? [] : [{ subject, reasons: findings.map(({ reason }) => reason) }];
  }
  const { judgement } = proposal;
  if (isApplicable(judgement.outcome)) return [];
  return [{ subject, reasons: judgement.findings.map(({ reason }) => reason) }];
}

/** What cannot be told does not forbid an attempt; the generated test tells. */
function isApplicable(outcome: NonrootContainer['outcome']): boolean {
  return outcome === 'ok' || outcome === 'unknown';
}
