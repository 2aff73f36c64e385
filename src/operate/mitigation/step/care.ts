// How much care a step asks for, by its type and by the object that it makes or changes: what decides about requests is the same danger however it is
// written down.
import type { Manifest, ObjectReference, Step } from './step.ts';

/** What can go wrong with a step. */
export interface StepCare {
  /** It can reject what users do, and can be made to report it first. */
  readonly rejects: boolean;
  /** It can lock people out: it goes back unless it is confirmed. */
  readonly locksOut: boolean;
}

/** API groups whose objects decide who may do or reach what; the rest of `kyverno.io` too. */
const DECIDING_GROUPS: readonly string[] = [
  'admissionregistration.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
];
/** Kinds of the core group that do: quotas and ranges refuse, labels of a namespace choose its Pod Security level. */
const DECIDING_KINDS: readonly string[] = ['LimitRange', 'Namespace', 'ResourceQuota'];

/** What a step can do to people. */
export function careOf(step: Step): StepCare {
  switch (step.type) {
    case 'kyverno-policy':
      return { rejects: true, locksOut: true };
    case 'network-policy':
    case 'sysctl':
      return { rejects: false, locksOut: true };
    case 'create-object':
      return { rejects: canAudit(step.object), locksOut: decides(step.object) };
    case 'set-field':
      return { rejects: false, locksOut: decides(step.object) };
    default:
      return { rejects: false, locksOut: false };
  }
}

/** Whether an object is a policy, or binds one, that can report instead of rejecting. */
export function canAudit({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  const group = groupOf(apiVersion);
  if (group === 'admissionregistration.k8s.io') return kind === 'ValidatingAdmissionPolicyBinding';
  return group === 'kyverno.io' ? isKyvernoPolicy(kind) : group === 'policies.kyverno.io' && kind.endsWith('Policy');
}

/** Whether it is a policy of Kyverno's older kind, whose rules stand in `spec.rules`. */
export function isKyvernoPolicy(kind: string): boolean {
  return kind === 'ClusterPolicy' || kind === 'Policy';
}

/** Group of an apiVersion; '' is the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Whether an object decides what others may do or reach. */
export function decides({ apiVersion, kind }: Pick<ObjectReference, 'apiVersion' | 'kind'>): boolean {
  const group = groupOf(apiVersion);
  if (group === '') return DECIDING_KINDS.includes(kind);
  return DECIDING_GROUPS.includes(group) || group === 'kyverno.io' || group.endsWith('.kyverno.io');
}
