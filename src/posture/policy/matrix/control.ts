// What a control of the matrix is: something that holds an intruder in a container back, whether a Pod has it, and what it would break.
import type { Json } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { CheckedPod, Violation } from '../pss/check.ts';

/** Names of the controls, in the order of the columns. */
export type ControlId =
  | 'seccomp'
  | 'lsm'
  | 'non-root'
  | 'read-only-root'
  | 'pss-baseline'
  | 'pss-restricted'
  | 'network-ingress'
  | 'network-egress'
  | 'runtime-rules';

/** A control. */
export interface Control {
  readonly id: ControlId;
  readonly title: string;
  /** What it holds back, with a case that is known. */
  readonly stops: string;
  /** What it costs beside the settings themselves. */
  readonly costs: string;
}

/** A control that fields of the Pod set. */
export interface FieldControl extends Control {
  /** Names of fields that a policy on this control has in its text. */
  readonly fields: readonly string[];
  /** What keeps the Pod from having it; none where it has. */
  readonly missing: (pod: CheckedPod) => readonly Violation[];
  /** Settings that are there and that something nearer undoes. */
  readonly undone: (pod: CheckedPod) => readonly string[];
  /** Facts of the Pod that stand against it. */
  readonly breaks: (pod: CheckedPod) => readonly string[];
  /** Whether a rule of the Pod Security Standards at a level asks for it. */
  readonly askedBy?: readonly ('baseline' | 'restricted')[];
}

/** A control that other objects of the release set. */
export interface ObjectControl extends Control {
  /** Names of the objects that set it for a Pod. */
  readonly setBy: (pod: KubernetesObject) => readonly string[];
  /** Why what is set does not act on this Pod; absent where it does. */
  readonly undone: (pod: KubernetesObject) => string | undefined;
  readonly breaks: (pod: KubernetesObject) => readonly string[];
}

/** Text of a setting, for messages. */
export function settingText({ field, value, container }: Violation): string {
  const where = container === undefined ? '' : ` of ${container.name}`;
  return `${field}${where} ${value === undefined ? 'is not set' : `is ${value}`}`;
}

/** Whether a value is true and nothing else. */
export function isTrue(value: Json | undefined): boolean {
  return value === true;
}
