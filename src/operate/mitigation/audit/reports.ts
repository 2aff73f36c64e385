// What policy reports say of policies: results by policy, rule and object. Reads PolicyReport and ClusterPolicyReport of wgpolicyk8s.io/v1alpha2, and Report
// and ClusterReport of openreports.io/v1alpha1, whose results have the same members.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { KubernetesObject, Resource } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { LimitError, messageOf } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isMembers } from '../field/document.ts';

/** Where engines put their reports. */
export const REPORT_RESOURCES: readonly Resource[] = [
  { group: 'wgpolicyk8s.io', version: 'v1alpha2', plural: 'policyreports', namespaced: true },
  { group: 'wgpolicyk8s.io', version: 'v1alpha2', plural: 'clusterpolicyreports', namespaced: false },
  { group: 'openreports.io', version: 'v1alpha1', plural: 'reports', namespaced: true },
  { group: 'openreports.io', version: 'v1alpha1', plural: 'clusterreports', namespaced: false },
];

/** An object that a policy was held against. */
export interface ReportedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One result of one report, of one object. */
export interface ReportedResult {
  /** As the report has it: `NAME`, or `NAMESPACE/NAME` of a policy in a namespace. */
  readonly policy: string;
  readonly rule: string;
  readonly result: 'pass' | 'fail' | 'warn' | 'error' | 'skip';
  readonly message: string;
  readonly object: ReportedObject;
}

/** All results of some policies, and what could not be read. */
export interface PolicyResults {
  readonly results: readonly ReportedResult[];
  /** Why results may be missing. */
  readonly gaps: readonly string[];
}

const RESULTS = ['pass', 'fail', 'warn', 'error', 'skip'] as const;

/**
 * Reads the results of the policies.
 * @throws LimitError
 */
export async function policyResults(api: Pick<ApiClient, 'list'>, policies: readonly string[]): Promise<PolicyResults> {
  const results = new Map<string, ReportedResult>();
  const gaps: string[] = [];
  let known = 0;
  for (const resource of REPORT_RESOURCES) {
    try {
      for await (const report of api.list(resource)) {
        for (const result of resultsIn(report).filter(({ policy }) => policies.includes(policy))) {
          // Both APIs may hold the same result while an engine changes over; what fails stands above what passes.
          const key = JSON.stringify([result.policy, result.rule, result.object]);
          const before = results.get(key);
          if (before === undefined || rank(result) < rank(before)) results.set(key, result);
          if (results.size > LIMITS.policyResults) {
            throw new LimitError(`policy reports: more than ${LIMITS.policyResults} results of these policies`);
          }
        }
      }
      known += 1;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (error.kind !== 'not-found') gaps.push(`${resource.plural}.${resource.group}: ${messageOf(error)}`);
    }
  }
  if (known === 0 && gaps.length === 0) {
    gaps.push('the cluster has no policy reports: neither wgpolicyk8s.io/v1alpha2 nor openreports.io/v1alpha1');
  }
  return { results: [...results].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, result]) => result), gaps };
}

function rank({ result }: ReportedResult): number {
  return ['fail', 'warn', 'error', 'pass', 'skip'].indexOf(result);
}

/** Results of one report. One that names no object of its own is of the report's scope. */
function resultsIn(report: KubernetesObject): readonly ReportedResult[] {
  const entries: readonly unknown[] = Array.isArray(report['results']) ? report['results'] : [];
  return entries.flatMap((entry) => {
    if (!isMembers(entry)) return [];
    const result = RESULTS.find((one) => one === entry['result']);
    const { policy, rule, message, resources } = entry;
    if (result === undefined || typeof policy !== 'string') return [];
    const named: readonly unknown[] = Array.isArray(resources) && resources.length > 0 ? resources : [report['scope']];
    return named.flatMap(objectIn).map((object) => ({
      policy,
      rule: typeof rule === 'string' ? rule : '',
      result,
      message: typeof message === 'string' ? message : '',
      object,
    }));
  });
}

function objectIn(value: unknown): readonly ReportedObject[] {
  if (!isMembers(value)) return [];
  const { apiVersion, kind, namespace, name } = value;
  if (typeof kind !== 'string' || typeof name !== 'string') return [];
  const place = typeof namespace === 'string' && namespace !== '' ? { namespace } : {};
  return [{ apiVersion: typeof apiVersion === 'string' ? apiVersion : 'v1', kind, ...place, name }];
}
