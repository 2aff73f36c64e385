// The words of goals against states.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goalProblem } from './goal.ts';
import type { EncryptionState } from './state.ts';
import type { Goal } from './step.ts';

const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const A2 = 'aescbc:a2#kfp1:dddddddddddddddddddddddddddddddd';
const B = 'secretbox:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

/** Servers that read all of them, each of which writes with one. */
function writing(...writers: readonly string[]): EncryptionState {
  const servers = writers.map((writer, index) => {
    const transformers = [writer, ...writers.filter((other) => other !== writer)];
    return {
      name: `s${index}`,
      file: { state: 'read', transformers } as const,
      running: { state: 'loaded', transformers, startedAt: '2022-05-01T00:00:00.000Z', ready: true } as const,
    };
  });
  return { servers, backups: [], atHand: [], escrowed: [] };
}

/** The last server has lost its process, or has a list of its own. */
function broken(state: EncryptionState, change: Partial<EncryptionState['servers'][number]>): EncryptionState {
  return { ...state, servers: state.servers.with(-1, { ...at(state), ...change }) };
}

function at({ servers }: EncryptionState): EncryptionState['servers'][number] {
  const last = servers.at(-1);
  assert.ok(last !== undefined);
  return last;
}

const CASES: readonly [kind: Goal['kind'], target: string, state: EncryptionState, problem: RegExp | undefined][] = [
  ['enable', A, writing('identity'), undefined],
  ['enable', A, writing(A, 'identity'), undefined],
  ['enable', A, writing(B, 'identity'), /secretbox:b .*is in use: say rotate/],
  ['enable', 'identity', writing(A), /say disable/],
  ['rotate', A2, writing(A), undefined],
  ['rotate', A2, writing(A2), undefined],
  ['rotate', B, writing(A), /say provider/],
  ['rotate', A, writing('identity'), /say enable/],
  ['provider', B, writing(A, B), undefined],
  ['provider', A2, writing(A), /say rotate/],
  ['disable', 'identity', writing(A, B), undefined],
  ['disable', A, writing(A), /no key/],
  // What is wrong is mended before anything is judged: a stray key on one server, one that is down.
  ['enable', A, broken(writing(A, A), { file: { state: 'read', transformers: [B] } }), undefined],
  ['rotate', A2, broken(writing(A, A), { running: { state: 'down' } }), undefined],
  ['provider', A2, broken(writing(A, A), { running: { state: 'unknown' } }), undefined],
  ['enable', 'identity', broken(writing(A, A), { running: { state: 'down' } }), /say disable/],
];

for (const [kind, target, state, problem] of CASES) {
  const from = state.servers.map(({ file }) => (file.state === 'read' ? file.transformers[0] : '')).join(' and ');
  test(`${kind} to ${target} from ${from}: ${problem === undefined ? 'fits' : 'does not fit'}`, () => {
    const answer = goalProblem(state, { kind, target });
    if (problem === undefined) assert.equal(answer, undefined);
    else assert.match(answer ?? '', problem);
  });
}
