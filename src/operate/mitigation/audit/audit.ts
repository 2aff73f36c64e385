// What policies that only report say: whom they would have blocked, administrators apart. Decides whether they may reject.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../../platform/errors.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import type { Bundle } from '../bundle/bundle.ts';
import { isMembers } from '../field/document.ts';
import { canAudit, groupOf } from '../step/care.ts';
import type { Manifest } from '../step/step.ts';
import { knownTarget } from '../step/target.ts';
import { administrators, type IsAdministrator } from './administrators.ts';
import { policyResults, type ReportedObject } from './reports.ts';

/** What of the client is used. */
export type AuditApi = Pick<ApiClient, 'list' | 'find'>;

/** An object that a policy would have blocked. */
export interface BlockedObject extends ReportedObject {
  readonly policy: string;
  readonly rule: string;
  readonly message: string;
  /** Service account as which its pods run: `system:serviceaccount:NAMESPACE:NAME`; absent when it could not be told. */
  readonly identity?: string;
}

/** Outcome of an audit. */
export interface AuditResult {
  /** One for each policy. */
  readonly results: readonly Verdict[];
  /** Whom the policies would have blocked, but for administrators. */
  readonly blocked: readonly BlockedObject[];
  /** Those whose service account may do everything in the cluster. */
  readonly administrators: readonly BlockedObject[];
  /** What could not be read. */
  readonly gaps: readonly string[];
}

/** Names of a bundle's policies as reports have them. */
export function auditedPolicies({ steps }: Bundle): readonly string[] {
  return steps.flatMap((step): readonly string[] => {
    if (step.type === 'kyverno-policy') return [policyName(step.policy)];
    return step.type === 'create-object' && canAudit(step.object) ? [policyName(step.object)] : [];
  });
}

/** A binding stands for its policy. */
function policyName({ apiVersion, metadata, spec }: Manifest): string {
  const { namespace, name } = metadata;
  const bound = groupOf(apiVersion) === 'admissionregistration.k8s.io' && isMembers(spec) ? spec['policyName'] : '';
  if (typeof bound === 'string' && bound !== '') return bound;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Reads what the reports say of a bundle's policies.
 * @throws LimitError
 */
export async function auditBundle(bundle: Bundle, api: AuditApi): Promise<AuditResult> {
  const policies = auditedPolicies(bundle);
  const { results, gaps } = await policyResults(api, policies);
  const fresh: string[] = [];
  const isAdministrator = await administratorsOr(api, fresh);
  const blocked: BlockedObject[] = [];
  const admins: BlockedObject[] = [];
  for (const { policy, rule, result, message, object } of results) {
    if (result !== 'fail' && result !== 'warn') continue;
    const account = await serviceAccount(api, object);
    const identity = account === undefined ? {} : { identity: `system:serviceaccount:${account.join(':')}` };
    const admin = account !== undefined && isAdministrator(...account);
    (admin ? admins : blocked).push({ ...object, policy, rule, message, ...identity });
  }
  const verdicts = policies.map((policy): Verdict => {
    const own = results.filter((one) => one.policy === policy);
    const failing = own.filter(({ result }) => result === 'fail' || result === 'warn').length;
    const errors = own.filter(({ result }) => result === 'error');
    const judged = (verdict: Verdict['verdict'], reason: string): Verdict => {
      return { check: 'audit', subject: policy, verdict, evidence: [], reason };
    };
    if (failing > 0) return judged('fail', `it would have blocked ${failing} of ${own.length} objects`);
    if (gaps.length > 0) return judged('no-evidence', gaps.join('; '));
    if (own.length === 0) return judged('no-evidence', 'no policy report speaks of it yet');
    if (errors.length > 0) {
      return judged('no-evidence', `the engine could not judge ${errors.length} of ${own.length} objects`);
    }
    return judged('pass', `it would have blocked none of ${own.length} objects`);
  });
  return { results: verdicts, blocked, administrators: admins, gaps: [...gaps, ...fresh] };
}

/** Whether a policy may reject: nobody would be blocked, and that is known. */
export function mayEnforce({ results }: AuditResult): boolean {
  return results.every(({ verdict }) => verdict === 'pass');
}

/** Without the right to read roles, nobody is told apart. */
async function administratorsOr(api: AuditApi, gaps: string[]): Promise<IsAdministrator> {
  try {
    return await administrators(api);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    gaps.push(`administrators are not told apart: ${messageOf(error)}`);
    return () => false;
  }
}

/** Namespace and name of the service account of a pod, or of the pods that an object makes. */
async function serviceAccount(
  api: AuditApi,
  { apiVersion, kind, namespace, name }: ReportedObject,
): Promise<readonly [namespace: string, name: string] | undefined> {
  const place = knownTarget({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  if (place === undefined || namespace === undefined) return undefined;
  let object: unknown;
  try {
    object = await api.find(place.resource, place.name);
  } catch (error) {
    if (error instanceof ServerError) return undefined;
    throw error;
  }
  const spec = memberAt(object, 'spec');
  const job = memberAt(memberAt(spec, 'jobTemplate'), 'spec') ?? spec;
  const pod = kind === 'Pod' ? spec : memberAt(memberAt(job, 'template'), 'spec');
  if (pod === undefined) return undefined;
  const account = memberAt(pod, 'serviceAccountName');
  return [namespace, typeof account === 'string' && account !== '' ? account : 'default'];
}

function memberAt(value: unknown, name: string): unknown {
  return isMembers(value) ? value[name] : undefined;
}
