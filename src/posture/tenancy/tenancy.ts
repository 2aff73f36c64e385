// Judges user workloads and tenants by all checks: results in the shared shape with their waivers. Pure.
import type { Gap } from '../../platform/gap.ts';
import { compareGaps } from '../../platform/gap.ts';
import type { Waiver } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { ManifestObjects } from '../../scan/release/manifests/objects.ts';
import { type CheckCounts, type CheckOutcome, outcomesOf, overallOf } from '../check-outcome.ts';
import type { Minor } from '../kubernetes-versions/minor.ts';
import { reachability } from '../reach/evaluate.ts';
import { readNetwork, withPod } from '../reach/network.ts';
import { keysOf } from '../reach/question.ts';
import { type WaiverUse, waive } from '../waivers/waivers.ts';
import { judgeAdmission } from './admission.ts';
import { judgeAttachments } from './attachment.ts';
import { type Judgement, TENANCY_CHECKS, type TenancyCheckId, verdictOf } from './check.ts';
import { judgeHostPaths } from './host-path.ts';
import { judgeDefaultDeny, judgeExposure } from './network.ts';
import { judgeHostLabels, judgePlacement } from './placement.ts';
import { absentPods, judgePlatformReach, judgeTenantReach } from './platform.ts';
import { judgePrivileges } from './privileges.ts';
import { judgeSandboxes } from './sandbox.ts';
import { judgeBoundaries } from './tenants/boundaries.ts';
import { judgeTenantNodes } from './tenants/nodes.ts';
import { judgeTenantRoles } from './tenants/roles.ts';
import type { Tenant } from './tenants/tenant.ts';
import { judgeTokens } from './token.ts';
import { type TenancyInput, type TenancyView, tenancyView } from './view.ts';

/** What is judged: objects with what could not be read of them, and the rest of the input. */
export interface TenancyQuestion extends Omit<TenancyInput, 'objects' | 'network'> {
  readonly manifests: ManifestObjects;
  readonly waivers?: readonly Waiver[];
  /** Day that waivers are held against. */
  readonly asOf: string;
}

/** What is said of users and tenants. */
export interface TenancyResult {
  readonly kubernetes?: Minor;
  readonly asOf: string;
  /** The words that say which pods are those of users. */
  readonly users: readonly string[];
  readonly userNamespaces: readonly string[];
  /** Subjects of workloads of users. */
  readonly userWorkloads: readonly string[];
  readonly tenants: readonly Tenant[];
  /** Of the whole. */
  readonly verdict: Verdict;
  readonly counts: CheckCounts;
  /** The worst first. */
  readonly checks: readonly CheckOutcome[];
  /** In the order of the checks; of one check the worst first. */
  readonly results: readonly Verdict[];
  readonly waivers: readonly WaiverUse[];
  readonly gaps: readonly Gap[];
}

/** Checks of single workloads: without any they have nothing to look at. */
const OF_WORKLOADS: readonly TenancyCheckId[] = ['sandbox', 'host-path', 'privileges', 'placement'];
const OF_NAMESPACES: readonly TenancyCheckId[] = [
  'admission',
  'attachment',
  'exposure',
  'default-deny',
  'platform-reach',
  'service-account-token',
];
const OF_TENANTS: readonly TenancyCheckId[] = [
  'tenant-network',
  'tenant-quota',
  'tenant-limits',
  'tenant-roles',
  'tenant-reach',
  'tenant-nodes',
];

/** Kinds that tell of tenants. */
const TENANT_KINDS = ['Tenant', 'SubnamespaceAnchor', 'HierarchyConfiguration'];

/**
 * Judges the input.
 * @throws LimitError for more workloads or rules than reach judges
 */
export function judgeTenancy({ manifests, waivers = [], asOf, ...input }: TenancyQuestion): TenancyResult {
  const network = readNetwork(manifests, keysOf(input.users));
  const known = tenancyView({ ...input, objects: manifests.objects, network });
  const absent = absentPods(known).flatMap((term) => (term.kind === 'pod' ? term.workload : []));
  const reach = reachability(absent.reduce(withPod, network));
  const view: TenancyView = { ...known, network };
  const judgements = [
    ...judgeSandboxes(view),
    ...judgeHostPaths(view),
    ...judgePrivileges(view),
    ...judgeTokens(view),
    ...judgePlacement(view),
    ...judgeHostLabels(view),
    ...judgeAdmission(view),
    ...judgeAttachments(view),
    ...judgeExposure(view),
    ...judgeDefaultDeny(view),
    ...judgePlatformReach(view, reach),
    ...judgeBoundaries(view),
    ...judgeTenantRoles(view),
    ...judgeTenantReach(view, reach),
    ...judgeTenantNodes(view),
  ];
  const all = [...judgements, ...emptyChecks(view, judgements)].map(verdictOf);
  const waived = waive(all, waivers, asOf);
  const outcomes = outcomesOf(TENANCY_CHECKS, waived.results);
  const subject = `${view.userNamespaces.length} namespaces of users, ${view.tenants.length} tenants`;
  return {
    ...(input.kubernetes === undefined ? {} : { kubernetes: input.kubernetes }),
    asOf,
    users: input.users.map(({ text }) => text),
    userNamespaces: view.userNamespaces,
    userWorkloads: view.userWorkloads.map((workload) => workload.subject),
    tenants: view.tenants,
    verdict: { check: 'tenancy', subject, evidence: [], ...overallOf(outcomes) },
    ...outcomes,
    waivers: waived.waivers,
    gaps: [...network.gaps, ...view.grants.gaps].sort(compareGaps),
  };
}

/** What checks say that found nothing to look at: the absence of evidence is told. */
function emptyChecks(view: TenancyView, judgements: readonly Judgement[]): readonly Judgement[] {
  const say = (check: TenancyCheckId, verdict: Judgement['verdict'], reason: string): Judgement => ({
    check,
    subject: 'users',
    verdict,
    reason,
    evidence: [],
  });
  const saidOf = (check: TenancyCheckId): boolean => judgements.some((one) => one.check === check);
  const noUsers = 'no namespace of users is named or found: say which pods are those of users';
  const noPods = 'no workload of users is in the input: users start theirs while the platform runs';
  const unread = TENANT_KINDS.filter((kind) => view.unread?.has(kind) === true);
  const noTenants =
    unread.length > 0
      ? ([
          'no-evidence',
          `${unread.join(', ')} objects could not be read: whether there are tenants is not known`,
        ] as const)
      : (['not-applicable', 'there is no tenant of HNC, Capsule or tapms in the input'] as const);
  const noSandbox =
    view.unread?.has('RuntimeClass') === true
      ? say('sandbox-nodes', 'no-evidence', 'RuntimeClass objects could not be read')
      : say('sandbox-nodes', 'not-applicable', 'there is no RuntimeClass of a sandbox in the input');
  const noHosts = say('host-label', 'not-applicable', 'all nodes of the input are of the control plane');
  return [
    ...(saidOf('sandbox-nodes') ? [] : [{ ...noSandbox, subject: 'nodes' }]),
    ...(saidOf('host-label') ? [] : [{ ...noHosts, subject: 'nodes' }]),
    ...(view.userNamespaces.length > 0 ? [] : OF_NAMESPACES.map((check) => say(check, 'no-evidence', noUsers))),
    ...(view.userWorkloads.length > 0 ? [] : OF_WORKLOADS.map((check) => say(check, 'no-evidence', noPods))),
    ...(view.tenants.length > 0
      ? []
      : OF_TENANTS.map((check) => ({ ...say(check, noTenants[0], noTenants[1]), subject: 'tenants' }))),
  ];
}
