// What one check of the Pod Security Standards is. Source: kubernetes.io/docs/concepts/security/pod-security-standards, and for what each version checks
// the Kubernetes enhancement proposal 2579 and the tables of k8s.io/pod-security-admission.
import { isMap, type Json, type JsonMap, listOf, textOf, valueAt } from '../../../platform/json.ts';

/** Levels that restrict something; `privileged` checks nothing. */
export type PssLevel = 'baseline' | 'restricted';

/** A container of a Pod. */
export interface PodContainer {
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers';
  readonly name: string;
  readonly image: string;
  readonly value: JsonMap;
}

/** A Pod as the checks see it. */
export interface CheckedPod {
  readonly annotations: Json | undefined;
  readonly spec: JsonMap;
  readonly containers: readonly PodContainer[];
  /** spec.os.name is windows: what Linux alone knows is not asked of it, from v1.25. */
  readonly windows: boolean;
}

/** A setting that a check does not allow. */
export interface Violation {
  /** Path with `[*]` for lists, as Kyverno's `restrictedField` has it. */
  readonly field: string;
  /** What stands there; absent where something required is missing. */
  readonly value?: string;
  /** Absent for what the Pod itself sets. */
  readonly container?: PodContainer;
}

/** A check in the form that it has from one minor version on. */
export interface PssCheck {
  /** As in k8s.io/pod-security-admission. */
  readonly id: string;
  /** Name of the control in the standard; Kyverno's `controlName`. */
  readonly control: string;
  readonly level: PssLevel;
  /** Minor version of Kubernetes 1 from which this form holds, until the next form of the same id. */
  readonly since: number;
  /** Checks of baseline that restricted replaces by this one. */
  readonly replaces?: string;
  readonly violations: (pod: CheckedPod) => readonly Violation[];
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** A Pod, or a template of one, as the checks see it; undefined where its containers are no list of objects. */
export function checkedPod(pod: Json): CheckedPod | undefined {
  const spec = valueAt(pod, 'spec');
  if (!isMap(spec)) return undefined;
  const containers: PodContainer[] = [];
  for (const list of LISTS) {
    const given = spec[list];
    if (given !== undefined && given !== null && !Array.isArray(given)) return undefined;
    for (const value of listOf(spec, list)) {
      if (!isMap(value)) return undefined;
      containers.push({ list, name: textOf(value, 'name') ?? '', image: textOf(value, 'image') ?? '', value });
    }
  }
  if (!containers.some(({ list }) => list === 'containers')) return undefined;
  const annotations = valueAt(pod, 'metadata', 'annotations');
  return { annotations, spec, containers, windows: textOf(spec, 'os', 'name') === 'windows' };
}

/** Settings of each container at a path that the rule refuses; `undefined` and null are what is not set. */
export function inContainers(
  pod: CheckedPod,
  path: readonly string[],
  refuses: (value: Json | undefined) => boolean,
): readonly Violation[] {
  return pod.containers.flatMap((container) => {
    const value = valueAt(container.value, ...path) ?? undefined;
    return refuses(value) ? [violation(`spec.${container.list}[*].${path.join('.')}`, value, container)] : [];
  });
}

/** The setting of the Pod itself at a path, where the rule refuses it. */
export function inPod(
  pod: CheckedPod,
  path: readonly string[],
  refuses: (value: Json | undefined) => boolean,
): readonly Violation[] {
  const value = valueAt(pod.spec, ...path) ?? undefined;
  return refuses(value) ? [violation(`spec.${path.join('.')}`, value)] : [];
}

/** The Pod's securityContext and those of its containers, at a path below. */
export function inSecurityContexts(
  pod: CheckedPod,
  path: readonly string[],
  refuses: (value: Json | undefined) => boolean,
): readonly Violation[] {
  const below = ['securityContext', ...path];
  return [...inPod(pod, below, refuses), ...inContainers(pod, below, refuses)];
}

/** A violation; values that are no text are written as JSON. */
export function violation(field: string, value: Json | undefined, container?: PodContainer): Violation {
  return {
    field,
    ...(value === undefined || value === null
      ? {}
      : { value: typeof value === 'string' ? value : JSON.stringify(value) }),
    ...(container === undefined ? {} : { container }),
  };
}

/** Anything but absent and false, so that a setting of the wrong type is not let through. */
export function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}
