// What rights amount to: rules of roles read as powers that lead further than they look (kubernetes.io/docs/concepts/security/rbac-good-practices).
import type { Grant, RoleRule } from './grants.ts';

/** A power, and where it is from. */
export interface HeldPower {
  readonly power: Power;
  /** Absent: everywhere. */
  readonly namespace?: string;
  readonly grant: Grant;
}

/** A power. */
export interface Power {
  readonly id: string;
  /** What its holder may do, as the end of "it may …". */
  readonly may: string;
  /** Whether it leads to more than its own namespace, even if it is given for one. */
  readonly leadsOut: boolean;
}

interface Pattern extends Power {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'];
const CHANGE = ['create', 'update', 'patch'];
const RBAC = 'rbac.authorization.k8s.io';
const WORKLOADS = ['deployments', 'daemonsets', 'statefulsets', 'replicasets'];

/** In the order of weight. */
const PATTERNS: readonly Pattern[] = [
  power('everything', 'do everything', true, '*', ['*'], ['*']),
  power('escalate', 'give itself any right', true, RBAC, ['roles', 'clusterroles'], ['escalate']),
  power('bind', 'bind any role', true, RBAC, ['roles', 'clusterroles'], ['bind']),
  power('impersonate', 'act as others', true, '', ['users', 'groups', 'serviceaccounts'], ['impersonate']),
  power('change-roles', 'change roles and bindings', true, RBAC, ['rolebindings', 'clusterrolebindings'], CHANGE),
  power(
    'admission',
    'change admission',
    true,
    'admissionregistration.k8s.io',
    ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    CHANGE,
  ),
  power('node-proxy', 'run commands in every pod of a node', true, '', ['nodes/proxy'], ['get', 'create']),
  power('volumes', 'mount any path of a node', true, '', ['persistentvolumes'], ['create']),
  power('make-pods', 'make pods, and so use any account and Secret of the namespace', false, '', ['pods'], ['create']),
  power(
    'make-workloads',
    'make workloads, and so use any account and Secret of the namespace',
    false,
    'apps',
    WORKLOADS,
    ['create', 'patch', 'update'],
  ),
  power(
    'make-jobs',
    'make jobs, and so use any account and Secret of the namespace',
    false,
    'batch',
    ['jobs', 'cronjobs'],
    ['create', 'patch', 'update'],
  ),
  power('exec', 'run commands in pods', false, '', ['pods/exec', 'pods/attach'], ['create', 'get']),
  power('debug', 'put a container into running pods', false, '', ['pods/ephemeralcontainers'], ['update', 'patch']),
  power('forward', 'connect to ports of pods', false, '', ['pods/portforward'], ['create', 'get']),
  power('read-secrets', 'read Secrets', false, '', ['secrets'], READ),
  power('tokens', 'make tokens of other accounts', false, '', ['serviceaccounts/token'], ['create']),
  power('delete-pods', 'delete pods', false, '', ['pods'], ['delete', 'deletecollection']),
];

/** Powers that one named object can be enough for: a role that may do everything, an account that may. */
const NAMED = new Set(['escalate', 'bind', 'impersonate', 'change-roles']);

/** The powers that a grant gives, the heaviest first. Rights on named objects count where one of them is enough. */
export function powersOf(grant: Grant): readonly HeldPower[] {
  const { namespace, rules } = grant;
  const held = PATTERNS.filter((pattern) => rules.some((rule) => gives(rule, pattern)));
  // Who may do everything is not told each thing.
  const told = held.some(({ id }) => id === 'everything') ? held.slice(0, 1) : held;
  return told.map(({ id, may, leadsOut }) => ({
    power: { id, may, leadsOut },
    ...(namespace === undefined ? {} : { namespace }),
    grant,
  }));
}

/** `in services`, `everywhere` */
export function placeOf({ namespace }: Pick<HeldPower, 'namespace'>): string {
  return namespace === undefined ? 'everywhere' : `in ${namespace}`;
}

/** `it may read Secrets in services (RoleBinding/services/r, ClusterRole/view, roles.yaml:3)` */
export function powerText(held: HeldPower): string {
  const { power, grant } = held;
  return `it may ${power.may} ${placeOf(held)} (${grant.binding}, ${grant.role}, ${grant.position})`;
}

/** Whether a rule allows a verb on a resource; `*` stands for any. */
export function allows({ groups, resources, verbs }: RoleRule, group: string, resource: string, verb: string): boolean {
  const sub = resource.includes('/') ? `*/${resource.slice(resource.indexOf('/') + 1)}` : undefined;
  return (
    has(groups, group) &&
    (has(resources, resource) || (sub !== undefined && resources.includes(sub))) &&
    has(verbs, verb)
  );
}

function gives(rule: RoleRule, { id, group, resources, verbs }: Pattern): boolean {
  if (id === 'everything') return [rule.groups, rule.resources, rule.verbs].every((list) => list.includes('*'));
  if (rule.names.length > 0 && !NAMED.has(id)) return false;
  return resources.some((resource) => verbs.some((verb) => allows(rule, group, resource, verb)));
}

function has(list: readonly string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

function power(
  id: string,
  may: string,
  leadsOut: boolean,
  group: string,
  resources: readonly string[],
  verbs: readonly string[],
): Pattern {
  return { id, may, leadsOut, group, resources, verbs };
}
