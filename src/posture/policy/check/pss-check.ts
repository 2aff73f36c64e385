// Objects judged by a level of the Pod Security Standards: each Pod, and each Pod that a controller would create, in the shared shape of verdicts.
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { POD_TEMPLATES, podsOf } from '../objects/pods-of.ts';
import type { Violation } from '../pss/check.ts';
import { judgePod, type PssResult, type PssStandard } from '../pss/evaluate.ts';

/** What is said of one object that is or makes Pods. */
export interface CheckedSubject {
  /** `KIND/NAMESPACE/NAME`, `KIND/NAME` without a namespace. */
  readonly name: string;
  readonly position: string;
  /** `no-evidence`: it has no containers that could be judged. */
  readonly verdict: 'pass' | 'fail' | 'no-evidence';
  /** A verdict a check, by the check's id. */
  readonly checks: readonly Verdict[];
}

/** Judges every object that is or makes Pods; the others have no part in it. */
export function checkPods(objects: readonly KubernetesObject[], standard: PssStandard): readonly CheckedSubject[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'Pod' && !POD_TEMPLATES.has(object.kind)) return [];
    return [checkObject(object, standard)];
  });
}

/** `KIND/NAMESPACE/NAME`, as reports name an object. */
export function subjectName({ kind, namespace, name }: KubernetesObject): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

function checkObject(object: KubernetesObject, standard: PssStandard): CheckedSubject {
  const subject = { name: subjectName(object), position: object.position };
  const [pod] = podsOf(object);
  const results = pod === undefined ? undefined : judgePod(pod.value, standard);
  if (results === undefined) {
    const reason = 'there are no containers that could be judged';
    const check: Verdict = {
      check: 'containers',
      subject: subject.name,
      verdict: 'no-evidence',
      evidence: [object.position],
      reason,
    };
    return { ...subject, verdict: 'no-evidence', checks: [check] };
  }
  const checks = results.map((result) => verdictOf(result, subject.name));
  return { ...subject, verdict: checks.some(({ verdict }) => verdict === 'fail') ? 'fail' : 'pass', checks };
}

function verdictOf({ check, violations }: PssResult, subject: string): Verdict {
  const evidence = [...new Set(violations.map(placeOf))].sort();
  const failed = violations.length > 0;
  return {
    check: check.id,
    subject,
    verdict: failed ? 'fail' : 'pass',
    evidence,
    reason: failed
      ? `${check.control}: ${evidence.length === 1 ? 'a setting is' : `${evidence.length} settings are`} not allowed`
      : check.control,
  };
}

function placeOf({ field, value, container }: Violation): string {
  const where = container === undefined ? '' : ` of ${container.name}`;
  return `${field}${where} ${value === undefined ? 'is not set' : `is ${value}`}`;
}
