// What workloads ask for: the checks of section 5 about Pods, by the Pod Security Standards where these have the control, else by rules of their own.
// Controllers are judged by the Pods that they would create and by those that they have: admission may have changed these, and anybody who may create Pods
// may claim an owner for one. What a Pod shows is told of the outermost owner among the objects.
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

/** Phases of Pods that run nothing any more. */
const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

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
    const findings: Finding[] = [];
    const unread: string[] = [];
    let judged = 0;
    for (const [owner, objects] of byOutermostOwner(input)) {
      const workloads = objects.flatMap(workloadOf);
      if (workloads.length < objects.length) unread.push(nameOf(owner));
      if (workloads.length === 0) continue;
      judged += 1;
      const evidence = [...new Set(workloads.flatMap(rule))].sort();
      if (evidence.length > 0) findings.push(finding(owner, evidence.join('; '), evidence));
    }
    const open = `there are no containers that could be judged in ${unread.slice(0, NAMED).join(', ')}${unread.length > NAMED ? ` and ${unread.length - NAMED} more` : ''}`;
    return { judged, findings, ...(unread.length === 0 ? {} : { open }) };
  };
}

/** Workloads with the Pods that run for them: what stands between, such as the ReplicaSet of a former revision, runs nothing by itself. */
function byOutermostOwner({ objects }: JudgedObjects): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
  const workloads = objects.filter(({ kind }) => kind === 'Pod' || POD_TEMPLATES.has(kind));
  const names = new Map(workloads.map((object) => [nameOf(object), object]));
  const outermost = (object: KubernetesObject): KubernetesObject => {
    const seen = new Set([object]);
    for (let current = object; ; ) {
      const owners = listOf(current.value, 'metadata', 'ownerReferences');
      const [owner] = owners.flatMap((one) => names.get(ownerName(object, one)) ?? []);
      // Owners that own each other are made up: the object speaks for itself.
      if (owner === undefined) return current;
      if (seen.has(owner)) return object;
      seen.add(owner);
      current = owner;
    }
  };
  const isRunning = (object: KubernetesObject): boolean =>
    object.kind === 'Pod' && !ENDED.has(textOf(object.value, 'status', 'phase') ?? '');
  const groups = [...Map.groupBy(workloads, outermost)];
  return new Map(groups.map(([owner, group]) => [owner, group.filter((one) => one === owner || isRunning(one))]));
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
