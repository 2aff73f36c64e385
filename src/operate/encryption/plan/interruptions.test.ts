// Model check of the plan from sound beginnings: every state that can be reached by its steps, by steps that are killed half way, by clients that write
// and delete through any server at any moment, by servers that crash and come back, and by looking at data that is already old.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  happenings,
  keyOf,
  look,
  observed,
  takeStep,
  unreadable,
  type World,
} from '../../../../test/support/encryption-world.ts';
import { planNext } from './next-step.ts';
import type { Goal } from './step.ts';

const PLAIN = 'identity';
const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const B = 'secretbox:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

const CASES: readonly { readonly goal: Goal; readonly from: string; readonly servers: number }[] = [
  { goal: { kind: 'enable', target: A }, from: PLAIN, servers: 1 },
  { goal: { kind: 'enable', target: A }, from: PLAIN, servers: 2 },
  { goal: { kind: 'disable', target: PLAIN }, from: A, servers: 2 },
  { goal: { kind: 'provider', target: B }, from: A, servers: 3 },
];

/** Servers alike, all values by the one transformer that they have. */
function sound(servers: number, from: string): World {
  const list = [from];
  const values = { current: list, old: list };
  return {
    servers: Array.from({ length: servers }, () => ({ file: list, running: list })),
    ...values,
    seen: values,
    stale: false,
  };
}

/** Every world that can come of a beginning, each with a way to the next. */
function reach(begin: World, goal: Goal): readonly World[] {
  const ring = { atHand: [goal.target] };
  const worlds = new Map([[keyOf(begin), begin]]);
  for (const world of worlds.values()) {
    const next = planNext(observed(world, ring), goal);
    const moved = happenings(world);
    // Anything may still happen between the decision and the step.
    const steps =
      next.kind === 'done' || next.kind === 'refused'
        ? []
        : [world, ...moved].flatMap((meanwhile) => {
            const { done, killed } = takeStep(meanwhile, next, goal.target);
            return [done, ...killed];
          });
    for (const after of [look(world), ...moved, ...steps]) worlds.set(keyOf(after), after);
  }
  return [...worlds.values()];
}

/** Steps until the goal when nothing happens any more. */
function stepsToEnd(begin: World, goal: Goal): number {
  let world = begin;
  for (let steps = 0; steps < 60; steps += 1) {
    const next = planNext(observed(world, { atHand: [goal.target] }), goal);
    if (next.kind === 'done') {
      for (const { file, running } of world.servers) assert.deepEqual([file, running], [[goal.target], [goal.target]]);
      assert.deepEqual(new Set([...world.current, ...world.old]).isSubsetOf(new Set([goal.target])), true);
      return steps;
    }
    assert.notEqual(next.kind, 'refused', JSON.stringify([next, world]));
    if (next.kind !== 'refused') world = look(takeStep(world, next, goal.target).done);
  }
  return assert.fail(`no end from ${keyOf(begin)}`);
}

for (const { goal, from, servers } of CASES) {
  test(`${goal.kind} on ${servers} servers: whatever happens between, every server reads everything, and the goal is reached`, () => {
    const worlds = reach(sound(servers, from), goal);
    for (const world of worlds) {
      assert.deepEqual(unreadable(world), [], keyOf(world));
      stepsToEnd(world, goal);
    }
    // As many as there were when this was written: a check that reaches less checks less.
    assert.ok(worlds.length > 900, `${worlds.length} worlds`);
  });
}
