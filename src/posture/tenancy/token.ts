// Tokens of the API in Pods of users: whether one is mounted, and what its service account may do.
// Kubernetes API, core/v1 PodSpec and ServiceAccount: automountServiceAccountToken; the pod's own word counts before the account's, and true if none speaks.
import { type JsonMap, listOf, textOf, valueAt } from '../../platform/json.ts';
import { isFor } from '../rbac/grants.ts';
import { placeOf, powersOf, powerText } from '../rbac/powers.ts';
import type { Judgement } from './check.ts';
import { objectsOf, type TenancyView } from './view.ts';
import type { PodWorkload } from './workloads.ts';

/** Kinds without which nobody knows what an account may do. */
const RBAC_KINDS = ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];

/** Judges the Pods of users; of namespaces without any, the account that their pods get unless they name another. */
export function judgeTokens(view: TenancyView): readonly Judgement[] {
  const { userWorkloads, userNamespaces } = view;
  const empty = userNamespaces.filter((one) => userWorkloads.every(({ namespace }) => namespace !== one));
  return [
    ...userWorkloads.map((workload) => judgeWorkload(workload, view)),
    ...empty.map((namespace) => judgeAccount(`ServiceAccount/${namespace}/default`, namespace, ['default'], [], view)),
  ];
}

function judgeWorkload(workload: PodWorkload, view: TenancyView): Judgement {
  const mounted = workload.specs.filter((spec) => mountsToken(spec, workload.namespace, view));
  const accounts = [...new Set(mounted.map(accountOf))].sort();
  if (accounts.length === 0) {
    const accountWords = [...new Set(workload.specs.map(accountOf))].map((one) => `service account ${one}`);
    const reason = 'no token is mounted';
    return {
      check: 'service-account-token',
      subject: workload.subject,
      verdict: 'pass',
      reason,
      evidence: accountWords,
    };
  }
  return judgeAccount(workload.subject, workload.namespace, accounts, [workload.position], view);
}

function judgeAccount(
  subject: string,
  namespace: string,
  accounts: readonly string[],
  position: readonly string[],
  view: TenancyView,
): Judgement {
  const common = { check: 'service-account-token' as const, subject };
  const named = accounts.map((one) => `${namespace}/${one}`).join(', ');
  if (position.length === 0 && automountOf(namespace, 'default', view) === false) {
    return { ...common, verdict: 'pass', reason: 'pods get no token of it', evidence: [`service account ${named}`] };
  }
  const grants = view.grants.grants.filter((grant) => accounts.some((one) => isFor(grant, namespace, one)));
  const powers = grants.flatMap(powersOf);
  const unknown = grants
    .filter(({ rules }) => rules.length === 0)
    .map(({ binding, role }) => `${binding} gives ${role}`);
  const evidence = [...position, `token of ${named}`, ...powers.map(powerText), ...unknown];
  const unread = RBAC_KINDS.filter((kind) => view.unread?.has(kind) === true);
  if (powers.length === 0 && unread.length > 0) {
    const reason = `${unread.join(', ')} objects could not be read: what ${named} may do is not known`;
    return { ...common, verdict: 'no-evidence', reason, evidence };
  }
  const [worst] = powers;
  if (worst !== undefined) {
    const more = powers.length > 1 ? ` and ${powers.length - 1} more` : '';
    const reason = `the token of ${named} is mounted: it may ${worst.power.may} ${placeOf(worst)}${more}`;
    return { ...common, verdict: 'fail', reason, evidence };
  }
  if (unknown.length > 0) {
    const reason = `the token of ${named} is mounted, and what ${unknown[0]?.split(' gives ')[1]} allows is not known`;
    return { ...common, verdict: 'no-evidence', reason, evidence };
  }
  const bound =
    grants.length === 0
      ? 'no role is bound to it in the input'
      : 'what is bound to it gives nothing that leads further';
  return { ...common, verdict: 'warn', reason: `the token of ${named} is mounted; ${bound}`, evidence };
}

function mountsToken(spec: JsonMap, namespace: string, view: TenancyView): boolean {
  const projected = listOf(spec, 'volumes').some((volume) =>
    listOf(volume, 'projected', 'sources').some((source) => valueAt(source, 'serviceAccountToken') !== undefined),
  );
  const own = valueAt(spec, 'automountServiceAccountToken');
  return projected || (typeof own === 'boolean' ? own : (automountOf(namespace, accountOf(spec), view) ?? true));
}

function automountOf(namespace: string, account: string, view: TenancyView): boolean | undefined {
  const found = objectsOf(view, '', 'ServiceAccount').find(
    (one) => one.name === account && (one.namespace ?? 'default') === namespace,
  );
  const value = valueAt(found?.value, 'automountServiceAccountToken');
  return typeof value === 'boolean' ? value : undefined;
}

function accountOf(spec: JsonMap): string {
  return textOf(spec, 'serviceAccountName') || textOf(spec, 'serviceAccount') || 'default';
}
