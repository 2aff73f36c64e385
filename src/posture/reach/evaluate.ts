// Every allowed connection of a network at once. Ends of which all rules say the same form a class; a pair of classes is judged once, and a set of
// connections is a number (ConnectionTable), so that 2,000 pods cost as much as the few hundred kinds that they are of.
import { digestOf } from '../../platform/canonical.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { ALL, ConnectionTable, NONE } from './connection-table.ts';
import type { Connections } from './connections.ts';
import { type Door, type Doors, doorPorts, doorsOf } from './doors.ts';
import { type Endpoint, type EndpointOptions, endpointsOf, type Side } from './endpoint.ts';
import type { Network } from './network.ts';
import { DIRECTIONS, type Direction, type NetworkPolicy, type PolicyRule } from './network-policy.ts';
import { allowsPeer, isSelected, openPorts } from './rules.ts';

/** A network with the answer for each pair of its ends. */
export interface Reachability {
  readonly network: Network;
  /** Sorted by id; the numbers below count in it. */
  readonly ends: readonly Endpoint[];
  readonly doors: Doors;
  /** What NetworkPolicies let pass from one end to another, by their places in `ends`; nothing between ends outside, and from an end to itself. */
  readonly allowed: (from: number, to: number) => Connections;
  /** The same as a number: equal numbers, equal sets; 0 for nothing. */
  readonly number: (from: number, to: number) => number;
}

/** One allowed connection. */
export interface Row {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly connections: Connections;
}

/**
 * Judges all pairs.
 * @throws LimitError for more steps than are taken
 */
export function reachability(network: Network, options: EndpointOptions = {}): Reachability {
  const ends = endpointsOf(network, options);
  const table = new ConnectionTable();
  const rules = rulesOf(network);
  const classes = classesOf(ends, rules, network);
  const matrix = judge(classes, rules, table);
  const doors = doorsOf(network);
  const ports = new Map([...doorPorts(doors.doors)].map(([id, connections]) => [id, table.numberOf(connections)]));
  // What an end can be in a pair, told once: the pairs are millions.
  const isWorkload = ends.map(({ kind }) => kind === 'workload');
  const leads = ends.map((end) => sideOf(end) !== 'to');
  const takes = ends.map((end) => end.kind !== 'ingress-controller' && sideOf(end) !== 'from');
  const opened = ends.map(({ kind, id }) => (kind === 'workload' ? (ports.get(id) ?? NONE) : NONE));
  const door = ends.findIndex(({ kind }) => kind === 'ingress-controller');
  const count = classes.members.length;
  const number = (from: number, to: number): number => {
    if (from === to || leads[from] !== true || takes[to] !== true || !(isWorkload[from] || isWorkload[to])) return NONE;
    const allowed = matrix[(classes.of[from] ?? 0) * count + (classes.of[to] ?? 0)] ?? NONE;
    return from === door ? table.intersect(allowed, opened[to] ?? NONE) : allowed;
  };
  const closed = doors.doors.filter(
    ({ workload }) =>
      number(
        door,
        ends.findIndex(({ id }) => id === workload),
      ) === NONE,
  );
  return {
    network: { ...network, notes: [...network.notes, ...new Set(closed.map(closedText))] },
    ends,
    doors,
    number,
    allowed: (from, to) => table.connections(number(from, to)),
  };
}

/**
 * Every pair between which something passes, in the order of their ids.
 * @throws LimitError for more than are listed
 */
export function* rowsOf({ ends, number, allowed }: Reachability): Generator<Row> {
  let rows = 0;
  for (const [from, source] of ends.entries()) {
    for (const [to, target] of ends.entries()) {
      if (number(from, to) === NONE) continue;
      rows += 1;
      refuseRows(rows);
      yield { from: source, to: target, connections: allowed(from, to) };
    }
  }
}

function closedText({ entry, workload }: Door): string {
  return `${entry.kind} ${entry.namespace}/${entry.name} leads to ${workload}, whose policies let not every pod in: whether the ingress controller may come in depends on its own labels and namespace`;
}

/**
 * Holds a list to its bounds.
 * @param length characters of its text so far
 * @throws LimitError for more than can be listed
 */
export function refuseRows(rows: number, length = 0): void {
  if (rows > LIMITS.reachRows || length > LIMITS.reachText) {
    throw new LimitError('the list of all connections is too long: ask for some of them with reach query');
  }
}

function sideOf(end: Endpoint): Side | undefined {
  return end.kind === 'external' ? end.side : undefined;
}

/** A rule with what it belongs to. */
interface PlacedRule {
  readonly policy: NetworkPolicy;
  readonly direction: Direction;
  readonly rule: PolicyRule;
}

function rulesOf({ policies }: Network): readonly PlacedRule[] {
  return policies.flatMap((policy) =>
    DIRECTIONS.flatMap((direction) => (policy[direction] ?? []).map((rule) => ({ policy, direction, rule }))),
  );
}

interface Classes {
  /** Class of each end. */
  readonly of: readonly number[];
  /** One end of each class. */
  readonly members: readonly Endpoint[];
  /** For each class the rules that judge its ends, a direction each; absent where no policy does. */
  readonly judging: readonly Readonly<Partial<Record<Direction, readonly number[]>>>[];
  /** For each class whether each rule allows its ends as the other end: 1 or 0. */
  readonly peers: readonly Uint8Array[];
}

/** Classes by what can tell ends apart: the policies that select them, the rules that allow them, and what they call ports that rules name. */
function classesOf(ends: readonly Endpoint[], rules: readonly PlacedRule[], network: Network): Classes {
  const names = new Set(
    rules.flatMap(({ rule }) => (rule.ports ?? []).flatMap((port) => ('name' in port ? port.name : []))),
  );
  const numbers = new Map<string, number>();
  const members: Endpoint[] = [];
  const judging: Partial<Record<Direction, readonly number[]>>[] = [];
  const peers: Uint8Array[] = [];
  const ofPolicy = Map.groupBy(rules.keys(), (index) => rules[index]?.policy);
  const policiesIn = Map.groupBy(network.policies, ({ namespace }) => namespace);
  const of = ends.map((end) => {
    const own = end.kind === 'workload' ? (policiesIn.get(end.workload.namespace) ?? []) : [];
    const judged: Partial<Record<Direction, readonly number[]>> = {};
    for (const direction of DIRECTIONS) {
      const selecting = own.filter((policy) => isSelected(policy, direction, end));
      if (selecting.length === 0) continue;
      judged[direction] = selecting.flatMap((policy) =>
        (ofPolicy.get(policy) ?? []).filter((index) => rules[index]?.direction === direction),
      );
    }
    const allowed = Uint8Array.from(rules, ({ rule, policy }) => (allowsPeer(rule, policy, end, network) ? 1 : 0));
    const ports = end.kind === 'workload' ? end.workload.ports.filter(({ name = '' }) => names.has(name)) : [];
    // By digest: with many rules the words themselves would fill the memory.
    const words = JSON.stringify([end.kind, judged, ports.map(({ name, protocol, port }) => [name, protocol, port])]);
    const key = digestOf(words) + digestOf(allowed);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, members.length);
    members.push(end);
    judging.push(judged);
    peers.push(allowed);
    return members.length - 1;
  });
  return { of, members, judging, peers };
}

/** The number of what passes from each class to each: what the source's rules let out and the destination's let in. */
function judge(
  { members, judging, peers }: Classes,
  rules: readonly PlacedRule[],
  table: ConnectionTable,
): Uint32Array {
  const count = members.length;
  const opened = openedBy(members, rules, table);
  const matrix = new Uint32Array(count * count);
  let steps = 0;
  const through = (own: readonly number[] | undefined, other: number, destination: number): number => {
    if (own === undefined) return ALL;
    let sum: number = NONE;
    for (const rule of own) {
      steps += 1;
      if (peers[other]?.[rule] === 1) sum = table.unite(sum, opened(rule, destination));
      if (sum === ALL) break;
    }
    return sum;
  };
  for (let from = 0; from < count; from += 1) {
    for (let to = 0; to < count; to += 1) {
      const out = through(judging[from]?.egress, to, to);
      matrix[from * count + to] = out === NONE ? NONE : table.intersect(out, through(judging[to]?.ingress, from, to));
    }
    if (steps > LIMITS.reachSteps) throw new LimitError('the network policies of the input are too many to be judged');
  }
  return matrix;
}

/** The ports that a rule opens to a class; the same for all where the rule names no port by name. */
function openedBy(
  members: readonly Endpoint[],
  rules: readonly PlacedRule[],
  table: ConnectionTable,
): (rule: number, destination: number) => number {
  const [anyone] = members;
  const fixed = rules.map(({ rule }) =>
    anyone === undefined || rule.ports?.some((port) => 'name' in port) === true
      ? undefined
      : table.numberOf(openPorts(rule, anyone)),
  );
  const named = new Map<number, number>();
  return (index, destination) => {
    const known = fixed[index];
    if (known !== undefined) return known;
    const key = index * members.length + destination;
    const before = named.get(key);
    const [placed, end] = [rules[index], members[destination]];
    if (before !== undefined || placed === undefined || end === undefined) return before ?? NONE;
    const number = table.numberOf(openPorts(placed.rule, end));
    named.set(key, number);
    return number;
  };
}
