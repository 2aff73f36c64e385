// What every form of the non-root results says in the same words.

import { printable } from '../platform/printable.ts';
import type { NonrootFinding, Outcome } from '../posture/nonroot/finding.ts';
import type { Identity } from '../posture/nonroot/identity.ts';
import type { NonrootContainer, NonrootResult } from '../posture/nonroot/nonroot.ts';
import type { Proposed } from '../posture/nonroot/propose/patches.ts';
import type { ProposedWorkload } from '../posture/nonroot/propose/workload.ts';
import { plural } from './words.ts';

/** Outcomes, the worst first, in words. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  block: 'would not start',
  'likely-break': 'would likely break',
  unknown: 'cannot be told',
  ok: 'nothing in the way',
};

/** What a container comes to, in words. */
export function outcomeText(container: NonrootContainer): string {
  return container.outcome === 'ok' && isRoot(container) ? 'works, as root' : OUTCOME_WORDS[container.outcome];
}

/** `Non-root readiness of csm 1.2.0: 12 containers: 3 would not start`. */
export function nonrootTitle({ verdict }: NonrootResult): string {
  return `Non-root readiness of ${verdict.subject}: ${verdict.reason}`;
}

/** `65534:65534 nobody (policy)`: what is known of the identity. */
export function identityText(identity: Identity | undefined): string {
  if (identity === undefined) return 'unknown';
  const { uid, gid, account, from } = identity;
  return `${uid}:${gid}${account === undefined ? '' : ` ${account}`} (${from})`;
}

/** What is proposed: `run as 1000:1001 (why), fsGroup 1001`, or why nothing is. */
export function proposalText({ proposal, outcome }: NonrootContainer): string {
  if (proposal === undefined) return outcome === 'ok' ? 'nothing to do' : 'nothing can be proposed';
  const { uid, gid, fsGroup, emptyFolders, sysctls, judgement, why } = proposal;
  const identity = `${uid}:${gid} (${why})`;
  if (judgement.outcome === 'block' || judgement.outcome === 'likely-break') {
    return `nothing is proposed: as ${identity} it ${OUTCOME_WORDS[judgement.outcome]}`;
  }
  const parts = [
    `run as ${identity}`,
    ...(fsGroup ? [`fsGroup ${gid}`] : []),
    ...(emptyFolders.length === 0 ? [] : [`an emptyDir at ${emptyFolders.join(', ')}`]),
    ...Object.entries(sysctls).map(([name, value]) => `sysctl ${name}=${value}`),
  ];
  const left = judgement.findings.length;
  return `${parts.join(', ')}: ${OUTCOME_WORDS[judgement.outcome]}${left === 0 ? '' : `, ${plural(left, 'finding')} left`}`;
}

/** What would still be in the way as proposed, which is not said of the container already. */
export function leftTexts({ findings, proposal }: NonrootContainer): readonly string[] {
  const said = new Set(findings.map(({ reason }) => reason));
  return (proposal?.judgement.findings ?? []).filter(({ reason }) => !said.has(reason)).map(findingText);
}

/** A finding in one line. */
export function findingText({ check, class: kind, reason }: NonrootFinding): string {
  return `${kind} ${check}: ${reason}`;
}

/** Containers by outcome, the worst first; of one outcome those that run as root first. */
export function sortedContainers({ containers }: NonrootResult): readonly NonrootContainer[] {
  const order = Object.keys(OUTCOME_WORDS);
  return containers.toSorted(
    (a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || Number(isRoot(b)) - Number(isRoot(a)),
  );
}

function isRoot({ findings }: NonrootContainer): boolean {
  return findings.some(({ class: kind }) => kind === 'root');
}

/** Whether there is anything to say of a container. */
export function hasSomething({ findings }: NonrootContainer): boolean {
  return findings.length > 0;
}

/**
 * Proposals as YAML documents, each behind the reasons for what it sets; what is refused or left out stands there as a comment.
 * @param write an object as YAML
 */
export function proposalDocuments(
  workloads: readonly ProposedWorkload[],
  make: (workload: ProposedWorkload) => Proposed,
  write: (object: object) => string,
): string {
  const documents = workloads.map((workload) => {
    const { pod, suggestions, withheld } = workload;
    const comments = [
      pod.workload,
      ...suggestions.map(({ name, suggestion: { uid, gid, why } }) => `${name}: ${uid}:${gid}, because ${why}`),
      ...withheld.map(({ subject, reasons }) => `left out: ${subject}: ${reasons.join('; ')}`),
    ];
    const made = suggestions.length === 0 ? undefined : make(workload);
    const refused = made !== undefined && 'refused' in made ? [`not possible: ${made.refused}`] : [];
    const note = made !== undefined && 'note' in made ? [`note: ${made.note}`] : [];
    const body = made !== undefined && 'object' in made ? write(made.object) : '';
    return `${[...comments, ...refused, ...note].map((text) => `# ${printable(text)}\n`).join('')}${body}`;
  });
  return documents.length === 0 ? '# Nothing is to be proposed.\n' : documents.join('---\n');
}
