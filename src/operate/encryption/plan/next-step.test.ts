// Named situations: which fault is told, which step comes next, what is refused and with which way out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FaultId, faultsOf } from './faults.ts';
import { planNext } from './next-step.ts';
import type { Backup, DataState, EncryptionState, ServerState } from './state.ts';
import { stateDigest } from './state-digest.ts';
import type { Goal, Next } from './step.ts';
import { stepList } from './step-list.ts';

const I = 'identity';
const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const TWIN = 'aescbc:a#kfp1:cccccccccccccccccccccccccccccccc';
const B = 'aescbc:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
const ROTATE: Goal = { kind: 'rotate', target: B };

const STARTED = '2026-01-01T00:00:00.000Z';
const LOOKED = '2026-01-02T00:00:00.000Z';

/** A server whose process loaded what its file says. */
function up(name: string, ...list: readonly string[]): ServerState {
  return {
    name,
    file: { state: 'read', transformers: list },
    running: { state: 'loaded', transformers: list, startedAt: STARTED, ready: true },
  };
}

function holding(...values: readonly (readonly [id: string, current: number, old: number])[]): DataState {
  return {
    observedAt: LOOKED,
    values: values.map(([transformer, current, old]) => ({ holder: 'm', transformer, current, old, deleted: 0 })),
    unread: [],
  };
}

function state(
  servers: readonly ServerState[],
  data?: DataState,
  more: Partial<EncryptionState> = {},
): EncryptionState {
  return { servers, backups: [], atHand: [B], escrowed: [], ...(data === undefined ? {} : { data }), ...more };
}

function said(next: Next): string {
  if (next.kind === 'refused') return `refused: ${next.reason}; ${next.wayOut}`;
  if (next.kind === 'apply') return `apply ${next.server} ${next.transformers.join(' ')}`;
  return next.kind === 'restart' ? `restart ${next.server}` : next.kind;
}

const THREE = ['m1', 'm2', 'm3'];
const three = (...list: readonly string[]): readonly ServerState[] => THREE.map((name) => up(name, ...list));
const DATA = holding([A, 9, 9]);
const B3: Backup = { name: 'B3', transformers: [A], whole: true };
const [m1, m2] = [up('m1', A), up('m2', A)];
const down = (one: ServerState): ServerState => ({ ...one, running: { state: 'down' } });

const CASES: readonly [what: string, state: EncryptionState, faults: readonly FaultId[], next: string | RegExp][] = [
  ['sound: the new key becomes readable first', state(three(A), DATA), [], `apply m1 ${A} ${B}`],
  ['readable everywhere: one server may write with it', state(three(A, B), DATA), [], `apply m1 ${B} ${A}`],
  [
    'half promoted, servers in different order: go on',
    state([up('m1', B, A), up('m2', A, B), up('m3', A, B)], holding([A, 5, 5], [B, 4, 0])),
    ['different-writers', 'mixed-values'],
    `apply m2 ${B} ${A}`,
  ],
  ['half rewritten: rewrite', state(three(B, A), holding([A, 5, 6], [B, 6, 0])), ['mixed-values'], 'rewrite'],
  [
    'rewritten, old revisions within reach: compaction',
    state(three(B, A), holding([A, 0, 6], [B, 6, 0])),
    [],
    'compact',
  ],
  ['nothing needs the old key: it leaves one server', state(three(B, A), holding([B, 6, 0])), [], `apply m1 ${B}`],
  ['done', state(three(B), holding([B, 6, 6])), [], 'done'],
  [
    'a backup needs the old key, and nobody keeps it',
    state(three(B, A), holding([B, 6, 0]), { backups: [B3] }),
    [],
    /refused: aescbc:a \(kfp1:aaaaaaaa\) must stay: the backups B3 need it, .*receipt recorded/,
  ],
  [
    'a backup needs it, and it is kept',
    state(three(B, A), holding([B, 6, 0]), { backups: [B3], escrowed: [A] }),
    [],
    `apply m1 ${B}`,
  ],
  [
    'a backup that was not read whole',
    state(three(B, A), holding([B, 6, 0]), { backups: [{ ...B3, transformers: [], whole: false }] }),
    [],
    /refused: which keys these backups need is not known: B3/,
  ],
  [
    'data older than a process: nothing is removed by it',
    state(three(B, A), { ...holding([B, 6, 0]), observedAt: '2025-12-31T00:00:00.000Z' }),
    ['data-not-current'],
    'inspect',
  ],
  [
    'data not wholly read',
    state(three(B, A), { ...holding([B, 6, 0]), unread: ['m.db: page 3'] }),
    ['data-not-current'],
    'inspect',
  ],
  ['no data', state(three(A)), ['data-not-examined'], 'inspect'],
  [
    'another key under the right name on one server: that server is made right first, with both keys',
    state([m1, m2, up('m3', TWIN)], holding([A, 9, 9], [TWIN, 1, 0])),
    [
      'same-name-other-key',
      'values-unreadable',
      'values-unreadable',
      'values-unreadable',
      'writes-unreadable',
      'writes-unreadable',
      'writes-unreadable',
      'different-writers',
      'mixed-values',
    ],
    `apply m3 ${A} ${TWIN}`,
  ],
  [
    'a wrong key on one server that wrote nothing yet',
    state([up('m1', 'secretbox:x#kfp1:00'), m2, up('m3', A)], DATA),
    ['values-unreadable', 'writes-unreadable', 'writes-unreadable', 'writes-unreadable', 'different-writers'],
    `apply m1 ${A} secretbox:x#kfp1:00`,
  ],
  [
    'identity was removed while plaintext is there',
    state([up('m1', A, I), up('m2', A), up('m3', A, I)], holding([A, 5, 0], [I, 4, 3])),
    ['values-unreadable', 'different-readers', 'mixed-values'],
    `apply m2 ${A} ${I}`,
  ],
  [
    'a file that was changed and not loaded: it is loaded when it will do',
    state([{ ...m1, file: { state: 'read', transformers: [A, B] } }, m2], DATA),
    ['process-differs-from-file', 'different-readers'],
    'restart m1',
  ],
  [
    'a file that was changed too early: it goes back before a restart loads it',
    state([{ ...m1, file: { state: 'read', transformers: [B] } }, m2], DATA),
    [
      'process-differs-from-file',
      'values-unreadable',
      'writes-unreadable',
      'writes-unreadable',
      'writes-unreadable',
      'different-writers',
    ],
    `apply m1 ${A} ${B}`,
  ],
  [
    'a server that is down with a right file',
    state([m1, down(m2)], DATA),
    ['server-down', 'data-not-current'],
    'restart m2',
  ],
  [
    'a server that is down with a broken file',
    state([m1, { ...down(m2), file: { state: 'broken', reason: 'no YAML' } }], DATA),
    ['file-broken', 'server-down', 'data-not-current'],
    `apply m2 ${A}`,
  ],
  [
    'a process of which nothing is known',
    state([m1, { ...m2, running: { state: 'unknown' } }], DATA),
    ['process-unknown', 'data-not-current'],
    'restart m2',
  ],
  [
    'a server that nobody looked at',
    state(
      [m1, { name: 'm2', file: { state: 'not-examined', reason: 'no way in' }, running: { state: 'unknown' } }],
      DATA,
    ),
    ['process-unknown', 'server-not-examined', 'data-not-current'],
    /refused: m2 was not examined: no way in; examine m2/,
  ],
  [
    'not ready for another reason',
    state([{ ...m1, running: { state: 'loaded', transformers: [A], startedAt: STARTED, ready: false } }], DATA),
    ['server-not-ready'],
    /refused: m1 is not ready, and its configuration is right; ask m1 for \/readyz\?verbose/,
  ],
  [
    'a file whose wildcard the server is too old for: nothing is built on it',
    state([{ ...m1, file: { state: 'read', transformers: [A], ignored: ['*.*'] } }], DATA),
    ['entries-ignored'],
    /refused: m1 is of a release that takes \*\.\* for names .*; name the resources in their place, in the file of m1/,
  ],
  [
    'what is broken is mended all the same',
    state(
      [
        { ...m1, file: { state: 'read', transformers: [A], ignored: ['*.*'] } },
        { ...m2, running: { state: 'down' } },
      ],
      DATA,
    ),
    ['server-down', 'data-not-current', 'entries-ignored'],
    'restart m2',
  ],
  [
    'not ready because it is starting',
    state([{ ...m1, running: { state: 'loaded', transformers: [A], startedAt: STARTED, ready: false } }], DATA, {
      at: '2026-01-01T00:00:30.000Z',
    }),
    ['server-not-ready'],
    /refused: m1 began a moment ago and is not ready yet; wait for it, and plan again/,
  ],
  [
    'not ready, and not since a moment ago',
    state([{ ...m1, running: { state: 'loaded', transformers: [A], startedAt: STARTED, ready: false } }], DATA, {
      at: '2026-01-01T00:02:00.000Z',
    }),
    ['server-not-ready'],
    /refused: m1 is not ready, and its configuration is right/,
  ],
  [
    'the key of current values is nowhere',
    state(three(A), holding([A, 5, 0], ['aescbc:gone', 2, 0])),
    ['key-lost', 'values-unreadable', 'values-unreadable', 'values-unreadable', 'mixed-values'],
    /refused: no key at hand opens these current values: 2 of aescbc:gone; bring the key/,
  ],
  [
    'the key is in processes only: none is restarted',
    state([{ ...m1, file: { state: 'read', transformers: [B] } }], DATA),
    [
      'key-only-in-memory',
      'process-differs-from-file',
      'values-unreadable',
      'writes-unreadable',
      'writes-unreadable',
      'different-writers',
    ],
    /refused: m1 must not be started again: its process alone has the key of aescbc:a .*read every object through m1/,
  ],
  ['no server', state([], DATA), ['key-lost'], /refused: no control plane was named/],
];

for (const [what, given, faults, next] of CASES) {
  test(what, () => {
    assert.deepEqual(
      faultsOf(given).map(({ id }) => id),
      faults,
    );
    const answer = said(planNext(given, ROTATE));
    if (typeof next === 'string') assert.equal(answer, next);
    else assert.match(answer, next);
  });
}

test('servers that read nothing in common but plain text are not made to write it', () => {
  const servers = [up('m1', A, I), up('m2', TWIN, I), up('m3', B, I)];
  const { steps, end } = stepList(state(servers, holding([A, 2, 0], [I, 9, 0])), ROTATE);
  const writers = steps.flatMap((step) => (step.kind === 'apply' ? step.transformers[0] : []));
  assert.ok(!writers.includes(I), writers.join(' '));
  assert.equal(end?.kind, 'done');
});

test('a new key must be at hand, and must not have the name of another that is in use', () => {
  const taken = planNext(state(three(A), DATA, { atHand: [TWIN] }), { kind: 'rotate', target: TWIN });
  assert.match(said(taken), /refused: another key has the name aescbc:a and is in use/);
  const absent = planNext(state(three(A), DATA, { atHand: [] }), ROTATE);
  assert.match(said(absent), /refused: the key of aescbc:b .* is not at hand/);
});

test('a key under the name of the new one that nothing needs leaves, once the data shows it', () => {
  const other = 'aescbc:b#kfp1:dddddddddddddddddddddddddddddddd';
  const servers = [up('m1', A, other, B), up('m2', A, B)];
  assert.equal(said(planNext(state(servers, DATA), ROTATE)), `apply m1 ${A} ${B}`);
  const stale = { ...DATA, observedAt: '2025-12-31T00:00:00.000Z' };
  assert.equal(said(planNext(state(servers, stale), ROTATE)), 'inspect');
});

test('the written list of a whole rotation, and that it goes no further than what can be foreseen', () => {
  const { steps, end } = stepList(state(three(A), DATA), ROTATE);
  const kinds = steps.map((step) => `${step.phase} ${'server' in step ? step.server : step.kind}`);
  const each = (phase: string): readonly string[] => THREE.map((name) => `${phase} ${name}`);
  assert.deepEqual(kinds, [
    ...each('readable'),
    ...each('write'),
    'rewrite rewrite',
    'forget compact',
    ...each('retire'),
  ]);
  assert.equal(end?.kind, 'done');
  const unseen = stepList(state(three(A)), ROTATE);
  assert.deepEqual([unseen.steps.map(({ kind }) => kind), unseen.end], [['inspect'], undefined]);
});

test('the digest of a state changes with lists and with what must be readable, not with counts and times', () => {
  const digest = stateDigest(state(three(A), DATA));
  assert.equal(stateDigest(state(three(A), holding([A, 1, 0]))), digest);
  assert.notEqual(stateDigest(state(three(A, B), DATA)), digest);
  assert.notEqual(stateDigest(state(three(A), holding([A, 1, 0], [I, 0, 1]))), digest);
});
