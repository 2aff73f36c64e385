// What every form of a preview says in the same words.
import type { PolicySet } from '../posture/policy/kyverno/policy-set.ts';
import type { Change } from '../posture/policy/preview/difference.ts';
import type { Preview, PreviewedObject } from '../posture/policy/preview/preview.ts';

/** Characters of a value that a line shows. */
const SHOWN = 100;

/** Figures of a preview. */
export interface PreviewCounts {
  readonly policies: number;
  readonly exceptions: number;
  readonly unsupportedPolicies: number;
  readonly admitted: number;
  readonly mutated: number;
  readonly rejected: number;
  readonly unknown: number;
}

/** The figures: of the set, and of the objects that its rules are for. */
export function previewCounts(set: PolicySet, { objects }: Preview): PreviewCounts {
  const of = (outcome: PreviewedObject['outcome']) => objects.filter((one) => one.outcome === outcome).length;
  return {
    policies: set.policies.length + (set.cel?.length ?? 0),
    exceptions: set.exceptions.length,
    unsupportedPolicies: set.unsupported.length,
    admitted: of('admitted'),
    mutated: of('mutated'),
    rejected: of('rejected'),
    unknown: of('unknown'),
  };
}

/** `~ spec.a: 1 -> 2`, `+ spec.b: true`, `- spec.c: {}`; long values are cut. */
export function changeText({ path, from, to }: Change): string {
  if (from === undefined) return `+ ${path}: ${cut(to)}`;
  return to === undefined ? `- ${path}: ${cut(from)}` : `~ ${path}: ${cut(from)} -> ${cut(to)}`;
}

function cut(value: Change['to']): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}
