// What Pods of users reach: of the platform, and tenants of each other. NetworkPolicies are judged by reach; here is who is asked about whom.
import { PlimsollError } from '../../platform/errors.ts';
import { connectionsText } from '../reach/connections.ts';
import type { Endpoint } from '../reach/endpoint.ts';
import type { Reachability } from '../reach/evaluate.ts';
import { type Explanation, explain } from '../reach/explain.ts';
import { parseTerm, type Term } from '../reach/question.ts';
import type { Judgement } from './check.ts';
import { POD_KINDS, type TenancyView, unreadAmong } from './view.ts';

/** Open pairs that one result explains. */
const EXPLAINED = 20;

/** Judges what each namespace of users, tenants' among them, reaches of everything that is neither. */
export function judgePlatformReach(view: TenancyView, reach: Reachability): readonly Judgement[] {
  const users = new Set(view.userNamespaces);
  const targets = placesOf(reach, (end) => end.kind === 'workload' && !users.has(end.workload.namespace));
  const sources = sourcesOf(reach, view);
  return view.userNamespaces.map((namespace) => {
    const common = { check: 'platform-reach' as const, subject: `Namespace/${namespace}` };
    const open = openPairs(reach, sources.get(namespace) ?? [], targets);
    const untold = notTold(view, open, targets.length, 'no workload of the platform is in the input');
    if (untold !== undefined) return { ...common, ...untold };
    if (open.pairs === 0) {
      return {
        ...common,
        verdict: 'pass',
        reason: `none of its workloads is reachable (${targets.length})`,
        evidence: [],
      };
    }
    const reason = `workloads of the platform are reachable: ${open.targets.size} of ${targets.length} (open pairs: ${open.pairs})`;
    return { ...common, verdict: 'fail', reason, evidence: explained(reach, open) };
  });
}

/** Judges what the namespaces of each tenant reach of those of others. */
export function judgeTenantReach(view: TenancyView, reach: Reachability): readonly Judgement[] {
  const { tenants } = view;
  const sources = sourcesOf(reach, view);
  return tenants.map((tenant) => {
    const common = { check: 'tenant-reach' as const, subject: `Tenant/${tenant.name}` };
    const others = new Set(tenants.filter((one) => one !== tenant).flatMap(({ namespaces }) => namespaces));
    for (const own of tenant.namespaces) others.delete(own);
    if (others.size === 0) {
      return { ...common, verdict: 'not-applicable', reason: 'there is no other tenant', evidence: [] };
    }
    const from = tenant.namespaces.flatMap((namespace) => sources.get(namespace) ?? []);
    const to = placesOf(reach, (end) => end.kind === 'workload' && others.has(end.workload.namespace));
    const open = openPairs(reach, from, to);
    const untold = notTold(view, open, to.length, 'other tenants have no namespace in which a pod could be');
    if (untold !== undefined) return { ...common, ...untold };
    if (open.pairs === 0) {
      return { ...common, verdict: 'pass', reason: 'nothing of other tenants is reachable', evidence: [] };
    }
    const names = [...new Set([...open.targets].flatMap((place) => namespaceAt(reach, place) ?? []))].sort();
    const reason = `namespaces of other tenants are reachable: ${names.slice(0, 5).join(', ')} (open pairs: ${open.pairs})`;
    return { ...common, verdict: 'fail', reason, evidence: explained(reach, open) };
  });
}

/** Why nothing can be told of what is reachable: ends or policies are missing, or policies of another language may open and close. */
function notTold(
  view: TenancyView,
  { sources, pairs }: OpenPairs,
  targets: number,
  without: string,
): Pick<Judgement, 'verdict' | 'reason' | 'evidence'> | undefined {
  // Workloads that were not read can be reachable too, but what is open stays open.
  const unread = unreadAmong(view, pairs > 0 ? ['NetworkPolicy'] : ['NetworkPolicy', ...POD_KINDS]);
  if (unread.length > 0) {
    return { verdict: 'no-evidence', reason: `${unread.join(', ')} objects could not be read`, evidence: [] };
  }
  if (targets === 0) return { verdict: 'no-evidence', reason: without, evidence: [] };
  if (sources === 0) return { verdict: 'no-evidence', reason: 'no pod of it could be asked about', evidence: [] };
  const strange = view.network.notEvaluated.filter(({ layer }) => layer === 'network');
  if (strange.length === 0) return undefined;
  const kinds = [...new Set(strange.map(({ kind }) => kind))].sort();
  const reason = `${kinds.join(', ')} objects are in the input, and not judged here: they may open and close`;
  return {
    verdict: 'unsupported',
    reason,
    evidence: strange.slice(0, EXPLAINED).map(({ name, position }) => `${name} (${position})`),
  };
}

/**
 * A pod for each namespace of users that has none of theirs in the input: users and tenants start them while the platform runs. It has the labels that a word
 * gives it, else none.
 */
export function absentPods({ userNamespaces, userWorkloads, users }: Omit<TenancyView, 'network'>): readonly Term[] {
  const used = new Set(userWorkloads.map(({ namespace }) => namespace));
  return userNamespaces
    .filter((namespace) => !used.has(namespace))
    .flatMap((namespace) => {
      const stated = users.filter((term) => term.kind === 'pod' && term.workload.namespace === namespace);
      return stated.length > 0 ? stated : podTerm(namespace);
    });
}

/** None where the name is one that no API server would take. */
function podTerm(namespace: string): readonly Term[] {
  try {
    return [parseTerm(`pod:${namespace}`)];
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'usage') return [];
    throw error;
  }
}

interface OpenPairs {
  /** The first of them, by their places. */
  readonly first: readonly (readonly [number, number])[];
  readonly pairs: number;
  /** Places of the ends that are reached. */
  readonly targets: ReadonlySet<number>;
  /** Ends that were asked about. */
  readonly sources: number;
}

function openPairs(reach: Reachability, from: readonly number[], to: readonly number[]): OpenPairs {
  const first: (readonly [number, number])[] = [];
  const targets = new Set<number>();
  let pairs = 0;
  for (const source of from) {
    for (const target of to) {
      if (reach.number(source, target) === 0) continue;
      pairs += 1;
      targets.add(target);
      if (first.length < EXPLAINED) first.push([source, target]);
    }
  }
  return { first, pairs, targets, sources: from.length };
}

/** Pods of users that are asked about, by namespace. */
function sourcesOf(reach: Reachability, view: TenancyView): ReadonlyMap<string, readonly number[]> {
  const chosen = new Set(view.userWorkloads.map(({ subject }) => subject));
  const isChosen = ({
    workload: { namespace, name, kind, position },
  }: Extract<Endpoint, { kind: 'workload' }>): boolean =>
    position === 'asked for' || chosen.has(`${namespace}/${name}[${kind}]`);
  const places = placesOf(reach, (end) => end.kind === 'workload' && isChosen(end));
  return Map.groupBy(places, (place) => namespaceAt(reach, place) ?? '');
}

function placesOf({ ends }: Reachability, fits: (end: Endpoint) => boolean): readonly number[] {
  return ends.flatMap((end, place) => (fits(end) ? [place] : []));
}

function namespaceAt({ ends }: Reachability, place: number): string | undefined {
  const end = ends[place];
  return end?.kind === 'workload' ? end.workload.namespace : undefined;
}

function explained(reach: Reachability, { first, pairs }: OpenPairs): readonly string[] {
  const told = first.flatMap(([from, to]) => {
    const one = explain(reach, from, to);
    return one === undefined ? [] : [explanationText(one)];
  });
  const more = pairs - first.length;
  return more > 0 ? [...told, `and ${more} more: reach query tells all`] : told;
}

/** `user/{}[Pod] => services/api[Deployment] : TCP 443: no NetworkPolicy selects the source; rule 1 of services/api (m.yaml:3)` */
function explanationText({ from, to, connections, judgements }: Explanation): string {
  const why = judgements.map(({ direction, policies, rules }) =>
    policies.length === 0
      ? `no NetworkPolicy selects the ${direction === 'egress' ? 'source' : 'destination'}`
      : rules.map(({ policy, rule, position }) => `${direction} rule ${rule} of ${policy} (${position})`).join(', '),
  );
  return `${from} => ${to} : ${connectionsText(connections)}: ${why.join('; ')}`;
}
