// Which check of section 5 each of our own answers. The numbers differ from version to version of the benchmark (5.2.1 of one is 5.2.2 of the next), so that
// a check is known by what its title speaks of; one whose title fits none is left to people.
import type { Check } from '../definition/definition.ts';
import type { JudgedObjects, PolicyAnswer } from './finding.ts';
import { inDefaultNamespace, networkPlugin, withoutAdmission, withoutNetworkPolicy } from './namespaces.ts';
import {
  addingCapabilities,
  keeping,
  mountingTokens,
  secretsInEnvironment,
  usingDefaultAccount,
  violating,
  withoutSecurityContext,
} from './pods.ts';
import {
  administrators,
  defaultAccountBindings,
  type Right,
  rolesWith,
  rolesWithWildcards,
  superusers,
} from './rbac.ts';

/** One of our answers. */
export interface Topic {
  /** Kebab-case, stable. */
  readonly id: string;
  /** What a title speaks of. */
  readonly title: RegExp;
  /** What is judged, one and many. */
  readonly noun: readonly [one: string, many: string];
  readonly remediation: string;
  readonly judge: (input: JudgedObjects) => PolicyAnswer;
  /** Kinds that it looks at, as plurals: while one could not be read, nothing passes. */
  readonly kinds: readonly string[];
  /** Kinds whose objects make good what is found: while one could not be read, nothing is found either. */
  readonly mending: readonly string[];
}

/** Kinds that are or make Pods. */
const POD_KINDS: readonly string[] = [
  'pods',
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'replicationcontrollers',
  'jobs',
  'cronjobs',
];
const ROLE_KINDS: readonly string[] = ['roles', 'clusterroles'];
const BINDING_KINDS: readonly string[] = ['rolebindings', 'clusterrolebindings'];
const KINDS: Readonly<Record<string, readonly string[]>> = {
  role: ROLE_KINDS,
  binding: BINDING_KINDS,
  workload: POD_KINDS,
  namespace: POD_KINDS,
  'network plug-in': ['daemonsets'],
  'object in a namespace': [...POD_KINDS, 'services', 'serviceaccounts'],
};
const MENDING: Readonly<Record<string, readonly string[]>> = {
  tokens: ['serviceaccounts'],
  'default-accounts': ['serviceaccounts', ...BINDING_KINDS],
  'network-policies': ['networkpolicies'],
  admission: ['namespaces'],
};

const ROLES = ['role', 'roles'] as const;
const BINDINGS = ['binding', 'bindings'] as const;
const WORKLOADS = ['workload', 'workloads'] as const;
const NAMESPACES = ['namespace', 'namespaces'] as const;
const READING: readonly string[] = ['get', 'list', 'watch'];
const CREATING: readonly string[] = ['create'];
const WRITING: readonly string[] = ['create', 'update', 'patch'];
const ADMISSION = 'admissionregistration.k8s.io';

/** Rights to have more rights (Kubernetes documentation, "Role Based Access Control Good Practices"). */
const ESCALATION: readonly Right[] = [
  { group: 'rbac.authorization.k8s.io', resource: 'roles', verbs: ['bind', 'escalate'] },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verbs: ['bind', 'escalate'] },
  ...['users', 'groups', 'serviceaccounts'].map((resource) => ({ group: '', resource, verbs: ['impersonate'] })),
];

const NARROW_ROLES = 'grant it only to the roles that need it, and bind those to few';
const STATE_PODS =
  'state it in the securityContext of the Pod or of each container, as the level restricted of the Pod Security Standards asks';
const LIMIT_PODS =
  'take the setting out of the workload; where it must stay, admit it by name in the policy of its namespace';

/** All of them; the first whose title fits is asked. */
export const TOPICS: readonly Topic[] = [
  topic(
    'cluster-admin',
    /cluster-admin role/i,
    BINDINGS,
    'bind a role of its own with what is needed instead of cluster-admin',
    administrators,
  ),
  roles('secrets', /access to secrets/i, { group: '', resource: 'secrets', verbs: READING }),
  topic(
    'wildcards',
    /wildcard use/i,
    ROLES,
    'name the verbs, groups and resources that are needed',
    rolesWithWildcards,
  ),
  roles('create-pods', /access to create pods/i, { group: '', resource: 'pods', verbs: CREATING }),
  topic(
    'default-accounts',
    /default service accounts/i,
    WORKLOADS,
    'give each workload a service account of its own; set automountServiceAccountToken: false on the default ones',
    defaultAccounts,
  ),
  topic(
    'tokens',
    /service account tokens are only mounted/i,
    WORKLOADS,
    'set automountServiceAccountToken: false where the API is not used, true where it is',
    mountingTokens,
  ),
  topic('masters-group', /system:masters/i, BINDINGS, 'take users out of the group, and bind them a role', superusers),
  roles('escalation', /bind, impersonate and escalate/i, ...ESCALATION),
  roles('create-volumes', /create persistent volumes/i, { group: '', resource: 'persistentvolumes', verbs: CREATING }),
  roles('node-proxy', /proxy sub-?resource of nodes/i, {
    group: '',
    resource: 'nodes/proxy',
    verbs: ['*', 'get', ...WRITING],
  }),
  roles('approval', /approval sub-?resource/i, {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests/approval',
    verbs: WRITING,
  }),
  roles(
    'webhooks',
    /webhook configuration objects/i,
    { group: ADMISSION, resource: 'validatingwebhookconfigurations', verbs: [...WRITING, 'delete'] },
    { group: ADMISSION, resource: 'mutatingwebhookconfigurations', verbs: [...WRITING, 'delete'] },
  ),
  roles('token-creation', /service account token creation/i, {
    group: '',
    resource: 'serviceaccounts/token',
    verbs: CREATING,
  }),
  topic(
    'admission',
    /policy control mechanism/i,
    NAMESPACES,
    'set pod-security.kubernetes.io/enforce on namespaces with workloads',
    withoutAdmission,
  ),
  pods('privileged', /privileged containers/i, violating('privileged')),
  pods('host-pid', /host process id namespace/i, violating('hostNamespaces', 'spec.hostPID')),
  pods('host-ipc', /host ipc namespace/i, violating('hostNamespaces', 'spec.hostIPC')),
  pods('host-network', /host network namespace/i, violating('hostNamespaces', 'spec.hostNetwork')),
  topic('escalating', /allowPrivilegeEscalation/i, WORKLOADS, STATE_PODS, violating('allowPrivilegeEscalation')),
  topic('root', /root containers/i, WORKLOADS, STATE_PODS, violating('runAsNonRoot')),
  topic('net-raw', /NET_RAW/, WORKLOADS, STATE_PODS, keeping('NET_RAW')),
  pods('added-capabilities', /added capabilities/i, addingCapabilities),
  topic('capabilities', /capabilities assigned/i, WORKLOADS, STATE_PODS, keeping()),
  pods('host-process', /HostProcess/i, violating('windowsHostProcess')),
  pods('host-path', /hostPath volumes/i, violating('hostPathVolumes')),
  pods('host-ports', /hostPorts/i, violating('hostPorts')),
  topic(
    'network-plugin',
    /CNI in use supports/i,
    ['network plug-in', 'network plug-ins'],
    'use a network plug-in that enforces NetworkPolicies',
    networkPlugin,
  ),
  topic(
    'network-policies',
    /namespaces have network ?policies/i,
    NAMESPACES,
    'write a NetworkPolicy for each namespace with workloads',
    withoutNetworkPolicy,
  ),
  topic('secret-variables', /secrets as files over/i, WORKLOADS, 'mount the Secret as a file', secretsInEnvironment),
  topic('seccomp', /seccomp profile/i, WORKLOADS, STATE_PODS, violating('seccompProfile_restricted')),
  topic(
    'security-context',
    /apply security ?context/i,
    WORKLOADS,
    'state a securityContext for the Pod or each container',
    withoutSecurityContext,
  ),
  topic(
    'default-namespace',
    /default namespace should not/i,
    ['object in a namespace', 'objects in a namespace'],
    'install it into a namespace of its own',
    inDefaultNamespace,
  ),
];

/** Our answer for a check; undefined for one that is left to people. */
export function topicOf({ title }: Check): Topic | undefined {
  return TOPICS.find((one) => one.title.test(title));
}

function topic(id: string, title: RegExp, noun: Topic['noun'], remediation: string, judge: Topic['judge']): Topic {
  const mending = MENDING[id] ?? [];
  return { id, title, noun, remediation, judge, kinds: [...(KINDS[noun[0]] ?? []), ...mending], mending };
}

function roles(id: string, title: RegExp, ...rights: readonly Right[]): Topic {
  return topic(id, title, ROLES, NARROW_ROLES, rolesWith(rights));
}

function pods(id: string, title: RegExp, judge: Topic['judge']): Topic {
  return topic(id, title, WORKLOADS, LIMIT_PODS, judge);
}

function defaultAccounts(input: JudgedObjects): PolicyAnswer {
  const answer = usingDefaultAccount(input);
  return { ...answer, findings: [...defaultAccountBindings(input), ...answer.findings] };
}
