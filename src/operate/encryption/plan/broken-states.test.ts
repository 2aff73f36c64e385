// The plan from broken beginnings: all of them with three servers and three transformers, and random larger ones that are half changed, down, unknown,
// under one name with two keys, or without a key, while clients write and servers crash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  happenings,
  keyOf,
  look,
  observed,
  readable,
  takeStep,
  unreadable,
  type World,
  type WorldServer,
} from '../../../../test/support/encryption-world.ts';
import { faultsOf } from './faults.ts';
import { planNext } from './next-step.ts';
import { type EncryptionState, writersOf } from './state.ts';
import type { Next, Step } from './step.ts';
import { stepList } from './step-list.ts';

const PLAIN = 'identity';
const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
/** Another key under the name of A. */
const TWIN = 'aescbc:a#kfp1:cccccccccccccccccccccccccccccccc';
const B = 'secretbox:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
const GONE = 'aesgcm:gone';
const ALL = [PLAIN, A, B, TWIN] as const;

function orders(ids: readonly string[]): readonly (readonly string[])[] {
  return ids.flatMap((id) => [[id], ...orders(ids.filter((other) => other !== id)).map((rest) => [id, ...rest])]);
}

function subsets(ids: readonly string[]): readonly (readonly string[])[] {
  const [first, ...rest] = ids;
  return first === undefined ? [[]] : subsets(rest).flatMap((set) => [set, [first, ...set].sort()]);
}

/** Whether a step took reading from a server: of a value that is still within reach, or after a restart. */
function assertNothingLost(before: World, after: World): void {
  const still = new Set([...after.current, ...after.old]);
  const can = readable(after);
  for (const pair of readable(before)) {
    const id = pair.slice(pair.lastIndexOf(' ') + 1);
    const server = after.servers[Number(pair.slice(1, pair.indexOf(' '))) - 1];
    // A server that the step stopped half way reads nothing until it is back.
    if (!still.has(id) || (server?.running === undefined && !pair.includes('restart'))) continue;
    assert.ok(can.has(pair), `${pair} lost: ${keyOf(before)} to ${keyOf(after)}`);
  }
}

/** Whatever some server cannot read is named, with the server. */
function assertNamed(world: World, state: EncryptionState): void {
  const named = new Set(
    faultsOf(state).flatMap(({ weight, server }) => (weight === 'error' ? server : undefined) ?? []),
  );
  // What a process writes of which nothing is known cannot be told; that nothing is known must be.
  for (const [index, { opaque }] of world.servers.entries()) {
    if (opaque === true) assert.ok(named.has(`s${index + 1}`));
  }
  const told = world.servers.map(({ opaque, file, running }) =>
    opaque === true || running === undefined ? { file } : { file, running },
  );
  for (const pair of unreadable({ ...world, servers: told })) {
    assert.ok(named.has(pair.slice(0, pair.indexOf(' '))), `${pair}: ${keyOf(world)}`);
  }
}

/** What the canaries leave where they forbid the step: values that processes wrote of which nothing was known. */
function canary(world: World, step: Step): World | undefined {
  if (!step.before.includes('canary-of-unknown')) return undefined;
  const foreseen = [...world.seen.current, ...world.seen.old];
  const writers = world.servers.flatMap(({ opaque, running }) => (opaque === true ? (running?.[0] ?? []) : []));
  const unforeseen = writers.filter((id) => !foreseen.includes(id));
  return unforeseen.length === 0
    ? undefined
    : { ...world, current: [...new Set([...world.current, ...unforeseen])].sort() };
}

/** Follows the plan, each step after a new look, and gives its end. */
function follow(begin: World, target: string, atHand: readonly string[]): { end: Next; world: World } {
  let world = begin;
  for (let steps = 0; steps < 60; steps += 1) {
    const state = observed(world, { atHand });
    assertNamed(world, state);
    const next = planNext(state, { kind: 'rotate', target });
    if (next.kind === 'done' || next.kind === 'refused') return { end: next, world };
    if (next.kind === 'apply' && next.phase === 'repair' && next.transformers[0] === PLAIN) {
      const writers = writersOf(state);
      assert.ok(writers.size === 0 || writers.has(PLAIN), `a repair begins to write plain text: ${keyOf(world)}`);
    }
    const written = canary(world, next);
    if (written !== undefined) {
      world = look(written);
      continue;
    }
    const { done, killed } = takeStep(world, next, target);
    for (const after of [done, ...killed]) assertNothingLost(world, after);
    world = look(done);
  }
  return assert.fail(`no end from ${keyOf(begin)}`);
}

function worldOf(servers: readonly WorldServer[], current: readonly string[], old: readonly string[]): World {
  return { servers, current, old, seen: { current, old }, stale: false };
}

test('from every state of three servers with three transformers the plan ends at the goal and takes nothing from any server', () => {
  const lists = orders([PLAIN, A, B]);
  let count = 0;
  for (const [one, first] of lists.entries()) {
    for (const [two, second] of lists.slice(one).entries()) {
      for (const third of lists.slice(one + two)) {
        const servers = [first, second, third].map((list) => ({ file: list, running: list }));
        for (const current of subsets([PLAIN, A, B])) {
          const world = worldOf(servers, current, [PLAIN]);
          const { end } = follow(world, B, [A, B]);
          assert.equal(end.kind, 'done', keyOf(world));
          count += 1;
        }
      }
    }
  }
  assert.equal(count, 680 * 8);
});

const LIST = fc.shuffledSubarray([...ALL], { minLength: 1 });
const SERVER: fc.Arbitrary<WorldServer> = fc
  .record(
    { file: fc.oneof({ weight: 5, arbitrary: LIST }, fc.constant([])), running: LIST, opaque: fc.boolean() },
    { requiredKeys: ['file'] },
  )
  .map(({ file, running, opaque }) => ({
    file,
    ...(running === undefined ? {} : { running }),
    ...(running !== undefined && opaque === true ? { opaque } : {}),
  }));

/** @param past what old revisions may hold besides */
function worlds(...past: readonly string[]): fc.Arbitrary<World> {
  return fc
    .record({
      servers: fc.array(SERVER, { minLength: 1, maxLength: 5 }),
      current: fc.subarray([...ALL]),
      old: fc.subarray([...ALL, ...past]),
    })
    .map(({ servers, current, old }) => worldOf(servers, current, old));
}

test('from any state whose keys are at hand the plan ends at the goal', () => {
  fc.assert(
    fc.property(worlds(), fc.constantFrom(PLAIN, B), (world, target) => {
      const { end } = follow(world, target, ALL);
      assert.equal(end.kind, 'done', JSON.stringify(end));
    }),
    { numRuns: 500 },
  );
});

/** One server is down with a file that is broken; the key of the other is in its process alone. */
const ONLY_IN_MEMORY = worldOf([{ file: [] }, { file: [], running: [A] }], [], []);

test('where keys are missing the plan refuses with a way out, and still takes nothing from any server', () => {
  fc.assert(
    fc.property(worlds(GONE), fc.constantFrom(PLAIN, A, B), fc.subarray([...ALL]), (world, target, atHand) => {
      const { end, world: last } = follow(world, target, atHand);
      if (end.kind === 'done') return;
      assert.ok(end.kind === 'refused' && end.wayOut !== '' && end.reason !== '');
      assert.ok(
        faultsOf(observed(last, { atHand })).length > 0 ||
          end.reason.includes('not at hand') ||
          end.reason.includes('has the name'),
        keyOf(last),
      );
    }),
    { numRuns: 500, examples: [[ONLY_IN_MEMORY, PLAIN, []]] },
  );
});

/** A server writes plain text after the data was looked at; the process of another one reads that, and its file does not. */
const UNSEEN_WRITE = worldOf(
  [
    { file: [TWIN, A], running: [TWIN, PLAIN] },
    { file: [TWIN], running: [PLAIN, A] },
  ],
  [A],
  [],
);

test('while clients write and servers crash, no step takes reading from any server', () => {
  fc.assert(
    fc.property(worlds(), fc.constantFrom(PLAIN, B), fc.array(fc.nat(), { maxLength: 40 }), (begin, target, dice) => {
      let world = begin;
      for (const die of dice) {
        const next = planNext(observed(world, { atHand: ALL }), { kind: 'provider', target });
        const moved = happenings(world);
        world = moved[die % (moved.length + 1)] ?? world;
        if (next.kind === 'done' || next.kind === 'refused') continue;
        const written = canary(world, next);
        if (written !== undefined) {
          world = look(written);
          continue;
        }
        const { done, killed } = takeStep(world, next, target);
        const after = [done, ...killed][die % (killed.length + 1)] ?? done;
        assertNothingLost(world, after);
        world = die % 3 === 0 ? after : look(after);
      }
      assert.equal(follow(look(world), target, ALL).end.kind, 'done');
    }),
    { numRuns: 1000, examples: [[UNSEEN_WRITE, PLAIN, [1556453100, 475080762]]] },
  );
});

test('the written list ends as the steps do, one by one', () => {
  fc.assert(
    fc.property(worlds(), fc.constantFrom(PLAIN, B), (world, target) => {
      const { end } = stepList(observed(world, { atHand: ALL }), { kind: 'rotate', target });
      assert.equal(end?.kind, 'done', keyOf(world));
    }),
    { numRuns: 500 },
  );
});
