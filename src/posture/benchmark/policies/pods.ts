// What workloads ask for: the checks of section 5 about Pods, by the Pod Security Standards where these have the control, else by rules of their own.
// Controllers are judged by the Pods that they would create; Pods that a controller of the same set made are left out, since it speaks for them.
import { PlimsollError } from '../../../platform/errors.ts';
import { isMap, type Json, listOf, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { POD_TEMPLATES, podsOf } from '../../policy/objects/pods-of.ts';
import {
  type CheckedPod,
  checkedPod,
  type PodContainer,
  type PssCheck,
  type Violation,
} from '../../policy/pss/check.ts';
import { PSS_CHECKS } from '../../policy/pss/evaluate.ts';
import { type Finding, finding, type JudgedObjects, nameOf, type PolicyAnswer } from './finding.ts';

/** A workload and its Pod. */
interface Workload {
  readonly object: KubernetesObject;
  readonly pod: CheckedPod;
}

/** Workloads that violate a check of the Pod Security Standards; `field` narrows it to one of the settings that the check is about. */
export function violating(id: string, field?: string): (input: JudgedObjects) => PolicyAnswer {
  const check = newest(id);
  return judgedBy(({ pod }) => {
    const violations = check.violations(pod).filter((one) => field === undefined || one.field === field);
    return violations.map(placeOf);
  });
}

/** Workloads that could not be judged and are named. */
const NAMED = 3;

/** The newest form of a check. */
function newest(id: string): PssCheck {
  const [check] = PSS_CHECKS.filter((one) => one.id === id).sort((a, b) => b.since - a.since);
  if (check === undefined) throw new PlimsollError('internal', `the Pod Security Standards have no check ${id}`);
  return check;
}

/** Containers that keep a capability: they do not drop all of them, nor the one that is named. */
export function keeping(capability?: string): (input: JudgedObjects) => PolicyAnswer {
  return judgedBy(({ pod }) =>
    pod.containers.flatMap((container) => {
      const dropped = listOf(container.value, 'securityContext', 'capabilities', 'drop').map((one) =>
        String(one).toUpperCase(),
      );
      const isDropped = dropped.includes('ALL') || (capability !== undefined && dropped.includes(capability));
      return isDropped ? [] : [`${container.name} drops ${dropped.join(', ') || 'none'}`];
    }),
  );
}

/** Containers that add capabilities. */
export const addingCapabilities = judgedBy(({ pod }) =>
  pod.containers.flatMap((container) => {
    const added = listOf(container.value, 'securityContext', 'capabilities', 'add');
    return added.length === 0 ? [] : [`${container.name} adds ${added.map(String).join(', ')}`];
  }),
);

/** Containers with nothing said of their security, neither by themselves nor by the Pod. */
export const withoutSecurityContext = judgedBy(({ pod }) => {
  if (membersOf(pod.spec, 'securityContext').length > 0) return [];
  return pod.containers.flatMap(({ name, value }) =>
    membersOf(value, 'securityContext').length > 0 ? [] : [`${name} has no securityContext`],
  );
});

/** Containers that get Secrets through their environment. */
export const secretsInEnvironment = judgedBy(({ pod }) => pod.containers.flatMap(secretVariables));

/** Workloads that get the token of a service account although neither they nor it ask for one. */
export function mountingTokens(input: JudgedObjects): PolicyAnswer {
  const accounts = accountsOf(input.objects);
  return judgedBy(({ object, pod }) => {
    const stated = valueAt(pod.spec, 'automountServiceAccountToken') ?? accounts.get(accountKey(object, pod));
    return typeof stated === 'boolean' ? [] : [`${accountOf(pod)}: automountServiceAccountToken is not set`];
  })(input);
}

/** Workloads that run as `default` with its token. */
export function usingDefaultAccount(input: JudgedObjects): PolicyAnswer {
  const accounts = accountsOf(input.objects);
  return judgedBy(({ object, pod }) => {
    if (accountOf(pod) !== 'default') return [];
    const stated = valueAt(pod.spec, 'automountServiceAccountToken') ?? accounts.get(accountKey(object, pod));
    return stated === false ? [] : ['serviceAccountName is default, and its token is mounted'];
  })(input);
}

/** What a rule says of each workload; nothing for those that are as asked. */
function judgedBy(rule: (workload: Workload) => readonly string[]): (input: JudgedObjects) => PolicyAnswer {
  return (input) => {
    const objects = workloadObjects(input);
    const workloads = objects.flatMap(workloadOf);
    const findings = workloads.flatMap((workload): readonly Finding[] => {
      const evidence = [...new Set(rule(workload))].sort();
      return evidence.length === 0 ? [] : [finding(workload.object, evidence.join('; '), evidence)];
    });
    const unread = objects.filter((object) => workloadOf(object).length === 0).map(nameOf);
    const open = `there are no containers that could be judged in ${unread.slice(0, NAMED).join(', ')}${unread.length > NAMED ? ` and ${unread.length - NAMED} more` : ''}`;
    return { judged: workloads.length, findings, ...(unread.length === 0 ? {} : { open }) };
  };
}

function workloadObjects({ objects }: JudgedObjects): readonly KubernetesObject[] {
  const names = new Set(objects.map(nameOf));
  return objects.filter((object) => {
    if (object.kind !== 'Pod' && !POD_TEMPLATES.has(object.kind)) return false;
    return !listOf(object.value, 'metadata', 'ownerReferences').some((owner) => names.has(ownerName(object, owner)));
  });
}

function workloadOf(object: KubernetesObject): readonly Workload[] {
  const [made] = podsOf(object);
  const pod = made === undefined ? undefined : checkedPod(made.value);
  return pod === undefined ? [] : [{ object, pod }];
}

function ownerName({ namespace }: KubernetesObject, owner: Json): string {
  return [textOf(owner, 'kind'), ...(namespace === undefined ? [] : [namespace]), textOf(owner, 'name')].join('/');
}

function placeOf({ field, value, container }: Violation): string {
  const where = container === undefined ? '' : ` of ${container.name}`;
  return `${field}${where} ${value === undefined ? 'is not set' : `is ${value}`}`;
}

function secretVariables({ name, value }: PodContainer): readonly string[] {
  const single = listOf(value, 'env').flatMap((variable) => {
    const secret = textOf(variable, 'valueFrom', 'secretKeyRef', 'name');
    return secret === undefined ? [] : [`${name}: ${textOf(variable, 'name') ?? ''} from the Secret ${secret}`];
  });
  const whole = listOf(value, 'envFrom').flatMap((source) => {
    const secret = textOf(source, 'secretRef', 'name');
    return secret === undefined ? [] : [`${name}: all of the Secret ${secret}`];
  });
  return [...single, ...whole];
}

function accountOf({ spec }: CheckedPod): string {
  return textOf(spec, 'serviceAccountName') || textOf(spec, 'serviceAccount') || 'default';
}

function accountKey({ namespace }: KubernetesObject, pod: CheckedPod): string {
  return `${namespace ?? 'default'}/${accountOf(pod)}`;
}

/** What service accounts say of their token. */
function accountsOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, boolean> {
  return new Map(
    objects.flatMap(({ kind, namespace, name, value }) => {
      const stated = isMap(value) ? value['automountServiceAccountToken'] : undefined;
      return kind === 'ServiceAccount' && typeof stated === 'boolean'
        ? [[`${namespace ?? 'default'}/${name}`, stated]]
        : [];
    }),
  );
}
