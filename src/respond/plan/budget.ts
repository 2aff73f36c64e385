// The best choice of so many actions: those that close most. Exact where there are few choices, else greedy with a bound of its own.
// An instance of several packages is closed when all are updated, so the greedy bound for coverage (Nemhauser, Wolsey, Fisher 1978) does not hold
// as it stands. It does for the relaxed figure that credits an instance by the share of its packages, which is never less than the true one.
import { type BudgetItem, Tally } from './tally.ts';

/** A choice of actions. */
export interface Choice {
  /** In the order in which each next one closes most. */
  readonly chosen: readonly number[];
  /** Weight of the items that it closes. */
  readonly closed: number;
  /** Whether no other choice of so many closes more. */
  readonly exact: boolean;
  /** No choice of so many closes more than this. */
  readonly atMost: number;
}

/** Choices that are all looked through, as far as bounds do not rule them out. */
const MOST_CHOICES = 60_000;

/** The best choice of at most `size` actions, of which each closes something that the others do not. A larger size never closes less. */
export function bestChoice(items: readonly BudgetItem[], size: number): Choice {
  const tally = new Tally(items);
  const actions = undominated(tally);
  const wanted = Math.min(size, actions.length);
  const greedy = extended([], wanted, actions, tally);
  const looked = largestExact(actions.length, wanted);
  const best = exactChoice(looked, actions, tally, greedy.slice(0, looked));
  // The best smaller choice, extended, keeps larger ones from closing less.
  const other = looked === wanted ? best : extended(best, wanted, actions, tally);
  const better = withoutSpare(tally.closedBy(other) >= tally.closedBy(greedy) ? other : greedy, tally);
  const closed = tally.closedBy(better);
  const chosen = extended(
    [],
    better.length,
    better.toSorted((a, b) => a - b),
    tally,
  );
  if (looked === wanted) return { chosen, closed, exact: true, atMost: closed };
  const atMost = Math.min(bound([], wanted, actions, tally), bound(better, wanted, actions, tally));
  return { chosen, closed, exact: closed >= atMost, atMost };
}

/** The chosen in the order in which each next one closes most. */
export function byWorth(chosen: readonly number[], items: readonly BudgetItem[]): readonly number[] {
  return extended(
    [],
    chosen.length,
    chosen.toSorted((a, b) => a - b),
    new Tally(items),
  );
}

/** Without actions that remove nothing beyond another one; of equals the first stays. */
function undominated(tally: Tally): readonly number[] {
  const needs = new Map(tally.actions.map((action) => [action, tally.needsOf(action)]));
  return tally.actions.filter((action) => {
    const own = needs.get(action) ?? new Set<number>();
    return !tally.actions.some((other) => {
      const others = needs.get(other) ?? new Set<number>();
      if (other === action || own.size > others.size || !own.isSubsetOf(others)) return false;
      return own.size < others.size || other < action;
    });
  });
}

/** The choice, grown to the size by the action that closes most; ties by what it helps to close, then by position. */
function extended(start: readonly number[], size: number, actions: readonly number[], tally: Tally): readonly number[] {
  const chosen = [...start];
  const left = new Set(actions.filter((action) => !chosen.includes(action)));
  tally.reset(chosen);
  while (chosen.length < size && left.size > 0) {
    let best: { readonly action: number; readonly closed: number; readonly relaxed: number } | undefined;
    for (const action of left) {
      const { closed, relaxed } = tally.gainOf(action);
      if (best === undefined || closed > best.closed || (closed === best.closed && relaxed > best.relaxed)) {
        best = { action, closed, relaxed };
      }
    }
    if (best === undefined) break;
    chosen.push(best.action);
    left.delete(best.action);
    tally.add(best.action);
  }
  return chosen;
}

/** Without actions, the last first, without which as much is closed. */
function withoutSpare(chosen: readonly number[], tally: Tally): readonly number[] {
  const closed = tally.closedBy(chosen);
  let kept = chosen;
  for (const action of chosen.toReversed()) {
    const others = kept.filter((other) => other !== action);
    if (tally.closedBy(others) === closed) kept = others;
  }
  return kept;
}

/** The largest size up to the wanted one of which all choices can be looked through. */
function largestExact(actions: number, wanted: number): number {
  let choices = 1;
  for (let size = 1; size <= wanted; size += 1) {
    choices *= (actions - size + 1) / size;
    if (choices > MOST_CHOICES) return size - 1;
  }
  return wanted;
}

function exactChoice(
  size: number,
  actions: readonly number[],
  tally: Tally,
  start: readonly number[],
): readonly number[] {
  let best = start;
  let bestClosed = tally.closedBy(start);
  tally.reset([]);
  const search = (from: number, chosen: readonly number[]) => {
    if (tally.closed > bestClosed) {
      best = chosen;
      bestClosed = tally.closed;
    }
    const room = size - chosen.length;
    if (room === 0 || from >= actions.length) return;
    if (upTo(actions.slice(from), room, tally) <= bestClosed) return;
    for (let at = from; at < actions.length; at += 1) {
      const action = actions[at] ?? 0;
      tally.add(action);
      search(at + 1, [...chosen, action]);
      tally.remove(action);
    }
  };
  search(0, []);
  return best;
}

/** What so many choices can close at most, whatever is in them: the relaxed weight of these actions and of the best beside them. */
function bound(chosen: readonly number[], size: number, actions: readonly number[], tally: Tally): number {
  tally.reset(chosen);
  const left = actions.filter((action) => !chosen.includes(action));
  return upTo(left, size, tally);
}

/** What the choice so far can close with so many more of the actions, at most. */
function upTo(actions: readonly number[], room: number, tally: Tally): number {
  const gains = actions.map((action) => tally.gainOf(action).relaxed).sort((a, b) => b - a);
  // Sums of shares carry rounding errors; a bound must not fall below the truth by one.
  return Math.floor(gains.slice(0, room).reduce((sum, gain) => sum + gain, tally.relaxed) + 1e-6);
}
