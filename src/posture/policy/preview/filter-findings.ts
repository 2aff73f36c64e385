// What Kyverno's own ConfigMap leaves out of a release: told, because nothing else of these objects is.
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { subjectName } from '../check/pss-check.ts';
import { requestFilters } from '../kyverno/configuration/filters.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { configMapsOf, type PreviewedAdmission } from './admissions.ts';

/** Objects that are named for one filter. */
const NAMED = 20;

/** A finding a filter that leaves objects out, and one a part of the ConfigMap that is not understood. */
export function filterFindings(
  objects: readonly KubernetesObject[],
  set: PolicySet,
  admissions: readonly PreviewedAdmission[],
): readonly Verdict[] {
  const filters = requestFilters(configMapsOf(objects, set));
  if (filters === undefined) return [];
  const subject = subjectName(filters.object);
  const of = (check: string, verdict: Verdict['verdict'], reason: string, evidence: readonly string[]): Verdict => ({
    check,
    subject,
    verdict,
    reason,
    evidence: [filters.object.position, ...evidence],
  });
  const byFilter = Map.groupBy(
    admissions.filter(({ leftOut }) => leftOut !== undefined),
    ({ leftOut }) => leftOut ?? '',
  );
  return [
    ...filters.problems.map((problem) => of('filter-unsupported', 'unsupported', problem, [])),
    ...[...byFilter].map(([filter, members]) => {
      const names = [...new Set(members.map(({ source }) => subjectName(source)))].sort();
      const reason = `no policy is asked of ${names.length === 1 ? 'an object' : `${names.length} objects`}, by ${filter}`;
      return of('not-asked', 'warn', reason, names.slice(0, NAMED));
    }),
  ];
}
