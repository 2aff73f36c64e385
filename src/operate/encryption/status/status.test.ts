// The answer of status: `yes` only when current = goal = data and nothing is wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataState, EncryptionState, ServerState } from '../plan/state.ts';
import { statusOf } from './status.ts';

const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const B = 'secretbox:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

function server(name: string, list: readonly string[], ready: boolean | 'not asked' = true): ServerState {
  const asked = ready === 'not asked' ? {} : { ready };
  return {
    name,
    file: { state: 'read', transformers: list },
    running: { state: 'loaded', transformers: list, startedAt: '2026-01-01T00:00:00.000Z', ...asked },
  };
}

function data(...values: readonly (readonly [id: string, current: number, old: number])[]): DataState {
  const counts = values.map(([transformer, current, old]) => ({ holder: 'm1', transformer, current, old, deleted: 0 }));
  return { observedAt: '2026-01-02T00:00:00.000Z', values: counts, unread: [] };
}

function state(servers: readonly ServerState[], stored?: DataState): EncryptionState {
  return { servers, backups: [], atHand: [], escrowed: [], ...(stored === undefined ? {} : { data: stored }) };
}

test('all servers alike, all values of it: settled, with or without the goal named', () => {
  const good = state([server('m1', [A]), server('m2', [A])], data([A, 3, 1]));
  assert.deepEqual([statusOf(good).settled, statusOf(good, A).settled, statusOf(good).goal], ['yes', 'yes', A]);
});

const CASES: readonly [what: string, state: EncryptionState, goal: string | undefined, reason: RegExp][] = [
  ['another goal', state([server('m1', [A, B])], data([A, 1, 0])), B, /m1 does not write with secretbox:b/],
  ['servers differ', state([server('m1', [A, B]), server('m2', [B, A])], data([A, 1, 0])), undefined, /different keys/],
  [
    'old plaintext',
    state([server('m1', [A, 'identity'])], data([A, 1, 0], ['identity', 0, 4])),
    A,
    /identity: 0 current, 4 old/,
  ],
  ['readers differ', state([server('m1', [A, B]), server('m2', [A])], data([A, 1, 0])), A, /different lists/],
  ['no data', state([server('m1', [A])]), A, /what the data holds was not examined/],
  ['not asked', state([server('m1', [A], 'not asked')], data([A, 1, 0])), A, /m1 was not asked/],
  ['not ready', state([server('m1', [A], false)], data([A, 1, 0])), A, /m1 runs and is not ready/],
  ['unreadable', state([server('m1', [A])], data([B, 1, 0])), A, /no key at hand opens/],
  ['no server', state([], data([A, 1, 0])), A, /no control plane was named/],
];

for (const [what, given, goal, reason] of CASES) {
  test(`not settled: ${what}`, () => {
    const status = statusOf(given, goal);
    assert.equal(status.settled, 'no');
    assert.match(status.reason, reason);
  });
}
