// What a set of policies would do to the objects of a release before it is installed: each object, and each Job and Pod that its controllers would create, is
// taken through all policies. Pure. Source: kyverno.io/docs/applying-policies; order of mutations: by name, as `admit` has it.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { subjectName } from '../check/pss-check.ts';
import { admit } from '../kyverno/admit.ts';
import type { RuleResult, RuleWorld } from '../kyverno/engine.ts';
import { rejects } from '../kyverno/failure-action.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { membersOf, valueAt } from '../objects/json.ts';
import { createdBy } from '../objects/pods-of.ts';
import type { KubernetesObject } from '../objects/read.ts';
import { type Change, differenceOf } from './difference.ts';
import { findingsOf } from './findings.ts';
import { type KindIndex, kindIndexOf } from './kind-index.ts';
import type { PreviewedAdmission } from './previewed-admission.ts';

/** What happens to one object, or to what its controller creates. */
export interface PreviewedObject {
  /** `KIND/NAMESPACE/NAME` of the object in the release. */
  readonly subject: string;
  /** The kind that the controller creates; absent for the object itself. */
  readonly created?: string;
  readonly position: string;
  /** `rejected` by a policy that enforces, `unknown` where a rule could not be evaluated. */
  readonly outcome: 'admitted' | 'mutated' | 'rejected' | 'unknown';
  readonly changes: readonly Change[];
  /** Results of rules that are for it, passed ones left out. */
  readonly results: readonly RuleResult[];
  /** Rules that passed or changed it. */
  readonly passed: readonly string[];
}

/** The whole preview. */
export interface Preview {
  readonly objects: readonly PreviewedObject[];
  /** Of the policies, the exceptions and the containers as they would run. */
  readonly findings: readonly Verdict[];
}

/**
 * Previews policies on the objects of a release.
 * @param asOf date, for exceptions that expire
 * @throws LimitError for a release or a set beyond what is previewed
 */
export function previewOf(objects: readonly KubernetesObject[], set: PolicySet, asOf: string): Preview {
  if (objects.length > LIMITS.policyObjects) throw new LimitError(`more than ${LIMITS.policyObjects} objects`);
  const world = worldOf(objects, set);
  const index = kindIndexOf(set.policies);
  const admissions = objects.flatMap((source) =>
    [source, ...createdBy(source)].map((before) => admission(source, before, index, world)),
  );
  return {
    objects: admissions.filter(({ admission: { results } }) => results.length > 0).map((one) => told(one, set)),
    findings: findingsOf(objects, set, admissions, asOf),
  };
}

function admission(
  source: KubernetesObject,
  before: KubernetesObject,
  index: KindIndex,
  world: RuleWorld,
): PreviewedAdmission {
  return { source, before, admission: admit(before, index.policiesFor(before), world) };
}

function worldOf(objects: readonly KubernetesObject[], { exceptions }: PolicySet): RuleWorld {
  const namespaces = new Map(
    objects
      .filter(({ kind, apiVersion }) => kind === 'Namespace' && apiVersion === 'v1')
      .map(({ name, value }) => [
        name,
        [...membersOf(valueAt(value, 'metadata', 'labels')), ['kubernetes.io/metadata.name', name] as const],
      ]),
  );
  return { operation: 'CREATE', exceptions, namespaceLabels: (namespace) => namespaces.get(namespace) };
}

function told({ source, before, admission: { object, results } }: PreviewedAdmission, set: PolicySet): PreviewedObject {
  const changes = differenceOf(before.value, object.value);
  const rejected = results.some((result) => result.status === 'fail' && isRejection(result, object, set));
  const unknown = results.some(({ status }) => status === 'unsupported' || status === 'error');
  const outcome = rejected ? 'rejected' : unknown ? 'unknown' : changes.length > 0 ? 'mutated' : 'admitted';
  return {
    subject: subjectName(source),
    ...(before === source ? {} : { created: before.kind }),
    position: source.position,
    outcome,
    changes,
    results: results.filter(({ status }) => status !== 'pass').map(({ patched: _, ...result }) => result),
    passed: results.filter(({ status }) => status === 'pass').map(({ policy, rule }) => `${policy}/${rule}`),
  };
}

function isRejection({ policy: id, rule: name }: RuleResult, { namespace }: KubernetesObject, set: PolicySet): boolean {
  const policy = set.policies.find((one) => one.id === id);
  const rule = policy?.rules.find((one) => one.name === name);
  return policy !== undefined && rule !== undefined && rejects(policy, rule, namespace ?? 'default');
}
