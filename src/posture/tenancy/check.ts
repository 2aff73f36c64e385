// The checks of user workloads and tenants: what each asks, why, and what to do. The code of each stands in the file of its subject; here are its words.
import { PlimsollError } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { type CheckWords, withWords } from '../check-outcome.ts';

/** A check. Its id never changes its meaning: waivers and scripts name it. */
export interface TenancyCheck extends CheckWords {
  readonly why: string;
  /** Where the rule is from. */
  readonly reference: string;
}

/** All checks, those of user workloads first. */
export const TENANCY_CHECKS = [
  {
    id: 'sandbox',
    title: 'Pods of users run in a sandbox',
    severity: 'medium',
    why: 'A pod without a sandbox calls the kernel of its node, which it shares with every other pod there: one flaw of the kernel is enough to break out.',
    remediation:
      'give the pods a RuntimeClass whose handler is gVisor or Kata, and test what needs devices or file systems of the node',
    reference: 'kubernetes.io/docs/concepts/containers/runtime-class; gvisor.dev/docs; katacontainers.io',
  },
  {
    id: 'sandbox-nodes',
    title: 'The handler of a sandbox is on the nodes where its pods go',
    severity: 'medium',
    why: 'A pod whose node does not have the handler does not start, and whoever is in a hurry takes the class away.',
    remediation: 'set scheduling.nodeSelector of the RuntimeClass to labels of the nodes that have the handler',
    reference: 'kubernetes.io/docs/concepts/containers/runtime-class, "Scheduling"',
  },
  {
    id: 'host-path',
    title: 'Pods of users mount nothing of their node',
    severity: 'high',
    why: 'What is mounted is shared with the node and with every other pod that mounts it; some paths are as good as root on the node.',
    remediation: 'use a claim of a storage class, or mount the one directory that is needed, read-only',
    reference: 'kubernetes.io/docs/concepts/storage/volumes, "hostPath"',
  },
  {
    id: 'privileges',
    title: 'Pods of users keep the baseline of the Pod Security Standards',
    severity: 'high',
    why: 'Privileges, namespaces of the host and capabilities beyond the default ones lead to the node.',
    remediation: 'take away what the baseline forbids; what the restricted level asks is the next step',
    reference: 'kubernetes.io/docs/concepts/security/pod-security-standards',
  },
  {
    id: 'service-account-token',
    title: 'Pods of users hold no token of the API',
    severity: 'high',
    why: 'Whoever has a shell in the pod has what its service account may do.',
    remediation:
      'set automountServiceAccountToken to false in the pod or its service account, and bind no role to that account',
    reference: 'kubernetes.io/docs/tasks/configure-pod-container/configure-service-account',
  },
  {
    id: 'placement',
    title: 'Pods of users run on nodes of their own',
    severity: 'medium',
    why: 'A break-out ends beside the services that run on the same node, with their tokens, Secrets and connections.',
    remediation: 'taint the nodes of users, tolerate the taint in their pods, and select these nodes by a label',
    reference: 'kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration, "Dedicated Nodes"',
  },
  {
    id: 'host-label',
    title: 'Nodes that user access is kept from say so in a spelling that counts',
    severity: 'medium',
    why: 'Every worker is a host of user access instances unless its label uas reads False, false or FALSE; any other spelling makes it a host.',
    remediation: 'label the node uas=False',
    reference: 'docs-csm, operations/UAS_user_and_admin_topics/UAI_Host_Node_Selection.md',
  },
  {
    id: 'admission',
    title: 'Admission keeps privileged pods out of namespaces of users',
    severity: 'high',
    why: 'What a pod may ask for is decided when it is made. Without admission whoever may make pods there decides alone.',
    remediation:
      'set the label pod-security.kubernetes.io/enforce to baseline or restricted (from 1.23 on), or a PodSecurityPolicy for its accounts (before 1.25)',
    reference: 'kubernetes.io/docs/concepts/security/pod-security-admission; .../pod-security-policy',
  },
  {
    id: 'attachment',
    title: 'Namespaces of users have no network beside the pod network',
    severity: 'high',
    why: 'NetworkPolicies do not govern macvlan, ipvlan, SR-IOV and bridges to interfaces of the node: the pod is a neighbour of whatever is on that network.',
    remediation:
      'leave the attachment out, or filter on the network itself (ipvlan with a firewall, a network of its own)',
    reference:
      'multi-network standard of the Network Plumbing Working Group, section 1; docs-csm, UAI_Network_Attachments.md',
  },
  {
    id: 'exposure',
    title: 'Pods of users are not reachable from outside the cluster',
    severity: 'medium',
    why: 'An address outside the cluster is a door that every network beyond it can try.',
    remediation: 'use a ClusterIP service behind a broker, or bound the sources (loadBalancerSourceRanges)',
    reference: 'kubernetes.io/docs/concepts/services-networking/service',
  },
  {
    id: 'default-deny',
    title: 'Namespaces of users are closed unless a rule opens them',
    severity: 'high',
    why: 'Pods that no NetworkPolicy selects are open in that direction, to and from everything.',
    remediation: 'add a NetworkPolicy with podSelector {} and both policyTypes, then open what is needed',
    reference:
      'kubernetes.io/docs/concepts/services-networking/network-policies, "Default deny all ingress and all egress traffic"',
  },
  {
    id: 'platform-reach',
    title: 'Pods of users reach nothing of the platform',
    severity: 'high',
    why: 'What is reachable can be attacked, with every flaw of the service behind it.',
    remediation:
      'close the egress of the namespace, and open the few services that users need; reach query names the rules',
    reference: 'docs/guide/reach.md',
  },
  {
    id: 'tenant-network',
    title: 'Namespaces of tenants have a NetworkPolicy',
    severity: 'high',
    why: 'Namespaces divide names, not networks: without a policy every tenant reaches every other.',
    remediation:
      'put a NetworkPolicy into the namespace, let HNC propagate networkpolicies from the parent, or let the tenant of Capsule bring it',
    reference: 'kubernetes.io/docs/concepts/security/multi-tenancy, "Network isolation"',
  },
  {
    id: 'tenant-quota',
    title: 'Namespaces of tenants have a quota',
    severity: 'medium',
    why: 'Without one a single tenant can take the whole cluster.',
    remediation: 'add a ResourceQuota, or a HierarchicalResourceQuota at the root of the tenant',
    reference: 'kubernetes.io/docs/concepts/security/multi-tenancy, "Quotas"',
  },
  {
    id: 'tenant-limits',
    title: 'Namespaces of tenants have default limits',
    severity: 'low',
    why: 'Containers without limits take what the node has, and a quota on limits refuses them.',
    remediation: 'add a LimitRange',
    reference: 'kubernetes.io/docs/concepts/policy/limit-range',
  },
  {
    id: 'tenant-roles',
    title: 'Rights of tenants end at the tenant',
    severity: 'critical',
    why: 'A binding that reaches another tenant, or the whole cluster, is the shortest way out.',
    remediation:
      'bind roles in the namespaces of the tenant, to accounts of the tenant; keep bindings for one tenant out of namespaces that HNC propagates from',
    reference: 'kubernetes.io/docs/concepts/security/multi-tenancy, "Access controls"; HNC concepts, "Propagation"',
  },
  {
    id: 'tenant-reach',
    title: 'Tenants do not reach each other',
    severity: 'high',
    why: 'Soft multi-tenancy counts on nobody trying; a policy does not.',
    remediation: 'bound ingress of the namespaces of a tenant to its own namespaces',
    reference: 'docs/guide/reach.md',
  },
  {
    id: 'tenant-nodes',
    title: 'Tenants have nodes of their own',
    severity: 'medium',
    why: 'Tenants that share a node share its kernel.',
    remediation:
      'set enforceexclusivehsmgroups and hsmgrouplabel of every resource of the tenant (tapms), or nodeSelector (Capsule)',
    reference: 'docs-csm, operations/multi-tenancy/Create_a_Tenant.md; capsule.clastix.io, Tenant.spec.nodeSelector',
  },
] as const satisfies readonly TenancyCheck[];

/** Id of a check. */
export type TenancyCheckId = (typeof TENANCY_CHECKS)[number]['id'];

/** What the code of a check says of one subject. */
export interface Judgement {
  readonly check: TenancyCheckId;
  readonly subject: string;
  readonly verdict: Verdict['verdict'];
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** The verdict of a judgement: with what to do where there is something, a warning where the check matters little. */
export function verdictOf({ check, ...judgement }: Judgement): Verdict {
  const words = TENANCY_CHECKS.find(({ id }) => id === check);
  // An id is one of the table by its type.
  if (words === undefined) throw new PlimsollError('internal', `no check ${check}`);
  return withWords(judgement, words);
}
