// The Pods of a release as they would be admitted: controllers expanded, policies applied (src/posture/policy). What a policy could not be evaluated on is
// told, because the Pod may be another one.
import type { Gap } from '../../platform/gap.ts';
import { isMap, type JsonMap, listOf, textOf, valueAt } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import { subjectName } from '../policy/check/pss-check.ts';
import type { PolicySet } from '../policy/kyverno/policy-set.ts';
import { POD_TEMPLATES } from '../policy/objects/pods-of.ts';
import { admissionsOf, type PreviewedAdmission } from '../policy/preview/admissions.ts';
import type { JudgedPod } from './container.ts';

/** The Pods, and what is not known of them. */
export interface ReleasePods {
  readonly pods: readonly JudgedPod[];
  readonly gaps: readonly Gap[];
}

const NO_POLICIES: PolicySet = { policies: [], exceptions: [], unsupported: [] };

/**
 * The Pods in the order of the objects.
 * @throws LimitError for a release beyond what policies are applied to
 */
export function podsOfRelease(objects: readonly KubernetesObject[], policies: PolicySet = NO_POLICIES): ReleasePods {
  const pods: JudgedPod[] = [];
  const gaps: Gap[] = policies.unsupported.map((object) => ({
    kind: 'not-scanned',
    target: subjectName(object),
    location: object.position,
    reason: `${object.apiVersion} is not evaluated: what it changes in Pods is not known`,
  }));
  for (const one of admissionsOf(objects, policies)) {
    if (one.shipped.kind !== 'Pod') continue;
    const spec = valueAt(one.admission.object.value, 'spec');
    const before = valueAt(one.shipped.value, 'spec');
    if (!isMap(spec) || !isMap(before)) continue;
    if (textOf(spec, 'os', 'name') === 'windows') {
      gaps.push({
        kind: 'not-scanned',
        target: subjectName(one.source),
        location: one.source.position,
        reason: 'its Pods run Windows, whose users are others: they are not judged',
      });
      continue;
    }
    pods.push(judgedPod(one, spec, before));
    gaps.push(...notEvaluated(one));
  }
  return { pods, gaps };
}

function judgedPod({ source, admission: { results } }: PreviewedAdmission, spec: JsonMap, before: JsonMap): JudgedPod {
  const changed = results.filter(({ patched }) => patched !== undefined).map(({ policy }) => policy);
  const claims = source.kind === 'StatefulSet' ? listOf(source.value, 'spec', 'volumeClaimTemplates') : [];
  const path = POD_TEMPLATES.get(source.kind) ?? [];
  const labels = valueAt(source.value, ...path, 'metadata', 'labels');
  return {
    workload: subjectName(source),
    source,
    labels: isMap(labels) ? labels : {},
    spec,
    before,
    policies: [...new Set(changed)].sort(),
    claims: new Set(claims.flatMap((claim) => textOf(claim, 'metadata', 'name') ?? [])),
  };
}

function notEvaluated({ source, admission: { results } }: PreviewedAdmission): readonly Gap[] {
  return results
    .filter(({ status }) => status === 'unsupported' || status === 'error')
    .map(({ policy, rule, message }) => ({
      kind: 'undecidable',
      target: subjectName(source),
      location: source.position,
      reason: `the rule ${policy}/${rule} could not be evaluated, so the Pod may be another one: ${message}`,
    }));
}
