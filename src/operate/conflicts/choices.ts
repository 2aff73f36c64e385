// Every way to set a node: what works, what stays open, which control is lost. States may be unknown; then so is what depends on them. Pure.
import { compareText } from '../../platform/order.ts';
import type { NodeState } from './node-state.ts';
import type { States } from './table.ts';

/** True, false, or not known. */
export type Answer = boolean | undefined;

/** What one set of states means for a node. Ids are sorted. */
export interface Outcome {
  /** Runtimes that are there and do not work. */
  readonly broken: readonly string[];
  /** Vulnerabilities that apply and that nothing closes. */
  readonly open: readonly string[];
  /** Vulnerabilities whose risk is lowered, and not removed. */
  readonly lowered: readonly string[];
  /** Controls that do not count. */
  readonly lost: readonly string[];
  /** Of all these what cannot be told: facts or states are missing. */
  readonly unknown: readonly string[];
}

/** A choice with its outcome. */
export interface Choice extends Outcome {
  readonly states: States;
  /** As the node is now, as far as its states are known. */
  readonly current: boolean;
  /** As it will be with what is planned. */
  readonly planned: boolean;
  /** Nothing breaks, and no risk stays or is only lowered, as far as is known. */
  readonly consistent: boolean;
}

/** What the states mean. A setting that is not among them is not known. */
export function outcomeOf({ runtimes, vulnerabilities, controls }: NodeState, states: States): Outcome {
  const found = { broken: [] as string[], open: [] as string[], lowered: [] as string[], lost: [] as string[] };
  const unknown: string[] = [];
  for (const { runtime, there } of runtimes) {
    const works = anyHolds(runtime.works, states);
    if (works === true) continue;
    (works === false && there === 'yes' ? found.broken : unknown).push(runtime.id);
  }
  for (const { cve, applies, closed } of vulnerabilities) {
    const removed = anyHolds(of(closed, 'removes'), states);
    if (removed === true) continue;
    const lowered = anyHolds(of(closed, 'lowers'), states);
    if (applies === 'unknown' || removed === undefined) unknown.push(cve);
    else if (lowered === true) found.lowered.push(cve);
    else if (lowered === undefined) unknown.push(cve);
    else found.open.push(cve);
  }
  for (const { id, holds } of controls) {
    const kept = allHold(holds, states);
    if (kept === false) found.lost.push(id);
    else if (kept === undefined) unknown.push(id);
  }
  const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted(compareText);
  return {
    broken: sorted(found.broken),
    open: sorted(found.open),
    lowered: sorted(found.lowered),
    lost: sorted(found.lost),
    unknown: sorted(unknown),
  };
}

/**
 * All choices of the settings that anything depends on, the best first: what is consistent, then fewer broken and open, then fewer changes. None where nothing
 * depends on a setting.
 * @param planned states that planned mitigations set
 */
export function choicesOf(node: NodeState, planned: States): readonly Choice[] {
  const now = statesOf(node);
  const then = { ...now, ...planned };
  const settings = node.settings.filter(({ setting }) => usedBy(node).has(setting.id));
  if (settings.length === 0) return [];
  let all: readonly States[] = [{}];
  for (const { setting } of settings) {
    all = all.flatMap((states) => setting.states.map(({ id }) => ({ ...states, [setting.id]: id })));
  }
  const equals = (states: States, wanted: States): boolean =>
    Object.entries(states).every(([setting, state]) => wanted[setting] === state);
  const choices = all.map((states): Choice => {
    const outcome = outcomeOf(node, states);
    const consistent = outcome.broken.length + outcome.open.length + outcome.lowered.length === 0;
    return { states, ...outcome, current: equals(states, now), planned: equals(states, then), consistent };
  });
  const changes = ({ states }: Choice): number =>
    Object.entries(states).filter(([setting, state]) => now[setting] !== undefined && now[setting] !== state).length;
  const harm = ({ broken, open }: Choice): number => broken.length + open.length;
  const less = ({ lowered, lost }: Choice): number => lowered.length + lost.length;
  // A stable sort: equals stay in the order of the table.
  return choices.toSorted((a, b) => harm(a) - harm(b) || less(a) - less(b) || changes(a) - changes(b));
}

/** The states of a node that are known. */
export function statesOf({ settings }: NodeState): States {
  return Object.fromEntries(
    settings.flatMap(({ setting, state }) => (state === undefined ? [] : [[setting.id, state]])),
  );
}

/** Ids of settings that runtimes, vulnerabilities or controls of the node depend on. */
function usedBy({ runtimes, vulnerabilities, controls }: NodeState): ReadonlySet<string> {
  const rows = [
    ...runtimes.flatMap(({ runtime }) => runtime.works),
    ...vulnerabilities.flatMap(({ closed }) => closed.map(({ states }) => states)),
    ...controls.map(({ holds }) => holds),
  ];
  return new Set(rows.flatMap((row) => Object.keys(row)));
}

function of(closed: NodeState['vulnerabilities'][number]['closed'], effect: 'removes' | 'lowers'): readonly States[] {
  return closed.filter((one) => one.effect === effect).map(({ states }) => states);
}

/** Whether any of the rows holds; false where there is none. */
function anyHolds(rows: readonly States[], states: States): Answer {
  const answers = rows.map((row) => allHold(row, states));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function allHold(row: States, states: States): Answer {
  const answers = Object.entries(row).map(([setting, state]): Answer => {
    const found = states[setting];
    return found === undefined ? undefined : found === state;
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}
