// What every form of the results of nodes says in the same words.
import type { NodeResult, NodeSummary } from '../posture/node/judge-nodes.ts';
import { plural } from './words.ts';

/** `Nodes (2022-05-01): 3 of 62 checks failed on ncn-w001`. */
export function nodeTitle({ verdict, day }: NodeResult): string {
  return `Nodes (${day}): ${verdict.reason} on ${verdict.subject}`;
}

/** The kernel of a node with what taints it: `5.14.21-…-default, tainted O E`. */
export function kernelText({ kernel, taints }: NodeSummary): string {
  const letters = taints?.map((taint) => taint.split(' ', 1)[0]).join(' ');
  const state = letters === undefined ? 'taint not known' : letters === '' ? 'not tainted' : `tainted ${letters}`;
  return `${kernel ?? 'kernel not known'}, ${state}`;
}

/** What is on the node besides: modules from elsewhere, runtimes of users, pods by kind. */
export function loadText({ foreignModules, runtimes, pods }: NodeSummary): readonly string[] {
  return [
    ...(foreignModules === undefined ? ['modules not known'] : []),
    ...(foreignModules === undefined || foreignModules.length === 0
      ? []
      : [`modules from elsewhere: ${foreignModules.join(', ')}`]),
    ...(runtimes.length === 0 ? [] : [`runtimes of users: ${runtimes.join(', ')}`]),
    ...(pods === undefined
      ? []
      : [`${plural(pods.user, 'pod')} of users, ${pods.controlPlane} of the control plane, ${pods.other} other`]),
  ];
}
