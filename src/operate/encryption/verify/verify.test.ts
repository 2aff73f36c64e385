// The proof over members' files and backups without a cluster, and the decisions on every kind of cluster: nothing is done to one that is not whole.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { runCommand } from '../../../../test/support/run-command.ts';
import { resultValidator } from '../../../../test/support/schemas.ts';
import { plainSecret, testDatabase, testSnapshot, testWal } from '../etcd/test-files.ts';
import { type CleanDecision, decide, type Wish } from './clean.ts';
import type { ClusterLook, MemberLook } from './cluster-look.ts';
import type { HeldValues, Holding } from './holding.ts';
import type { MemberFacts } from './member-facts.ts';
import { metadataOf } from './member-identity.ts';
import type { VerifyResult } from './result.ts';
import { verificationOf } from './verification.ts';

const KEY = '/registry/secrets/demo/a';
const SEALED = 'k8s:enc:aescbc:v1:key1:0123456789abcdef';

describe('members and backups by their files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-verify-'));
    const sealed = testDatabase({ revisions: [{ key: KEY, value: SEALED }] });
    member('clean', sealed, testWal([[KEY, SEALED]]));
    member('logged', sealed, testWal([[KEY, plainSecret('demo', 'a')]]));
    writeFileSync(
      join(folder, 'old.db'),
      testSnapshot(testDatabase({ revisions: [{ key: KEY, value: plainSecret('demo', 'a') }] })),
    );
    writeFileSync(join(folder, 'cut.db'), testSnapshot(sealed).subarray(0, 5000));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('what a log keeps is found though the database is clean, and where it goes is said', async () => {
    const { code, stdout } = await command('logged', '--format', 'json');
    const result: VerifyResult = JSON.parse(stdout);
    const validate = resultValidator('encryption-verify-1');
    assert.ok(validate(result), JSON.stringify(validate.errors));
    assert.deepEqual([code, result.verdict, result.cluster], [1, 'plaintext-found', '9']);
    assert.deepEqual(result.remains, [{ holder: '7', area: 'wal', values: 1, remedy: 'rebuild' }]);
  });

  test('without asking the cluster there is no proof that these are all members', async () => {
    const { code, stdout } = await command('clean', '--backup', 'old.db', '--format', 'json');
    const result = JSON.parse(stdout);
    assert.deepEqual([code, result.verdict], [1, 'plaintext-found']);
    assert.equal(result.remains[0].remedy, 'replace');
    const alone = JSON.parse((await command('clean', '--format', 'json')).stdout);
    assert.equal(alone.verdict, 'not-proven');
    assert.deepEqual(
      alone.results
        .filter(({ verdict }: { verdict: string }) => verdict !== 'pass')
        .map(({ check }: { check: string }) => check),
      ['etcd-members'],
    );
  });

  test('a backup that cannot be read whole is told, and is no proof', async () => {
    const { stdout } = await command('clean', '--backup', 'cut.db', '--format', 'json');
    const row = JSON.parse(stdout).results.find(({ check }: { check: string }) => check === 'etcd-backup');
    assert.equal(row.verdict, 'no-evidence');
  });

  test('a log that lacks a segment is not judged as whole', async () => {
    const rowOf = async (): Promise<{ readonly verdict: string; readonly reason: string } | undefined> => {
      const { results }: VerifyResult = JSON.parse((await command('holed', '--format', 'json')).stdout);
      return results.find(({ check }) => check === 'etcd-log');
    };
    const sealed = testDatabase({ revisions: [{ key: KEY, value: SEALED }] });
    member('holed', sealed, testWal([[KEY, SEALED]]));
    const segment = (number: number): string =>
      `${folder}/holed/member/wal/000000000000000${number}-0000000000000009.wal`;
    writeFileSync(segment(1), testWal([[KEY, SEALED]]));
    assert.equal((await rowOf())?.verdict, 'pass');
    renameSync(segment(1), segment(2));
    assert.deepEqual(
      [(await rowOf())?.verdict, (await rowOf())?.reason],
      ['no-evidence', 'holed/wal lacks the segments 1'],
    );
    // By its files alone: a folder of segments with a hole.
    const inspected = await runCommand(['encryption', 'inspect', 'holed/member', '--format', 'json'], { folder });
    assert.equal(JSON.parse(inspected.stdout).verdict, 'not-proven');
    renameSync(segment(2), segment(1));
    rmSync(join(folder, 'holed/member/wal/0000000000000000-0000000000000000.wal'));
    assert.match((await rowOf())?.reason ?? '', /lacks its first segment/);
  });

  test('what is known of a member travels as a file, with the same result, and without any value', async () => {
    const first = await command('logged', '--format', 'facts', '--output', 'logged.json');
    assert.deepEqual([first.code, first.stderr], [0, '']);
    const direct = await command('logged', '--format', 'json');
    const carried = await command('logged.json', '--format', 'json');
    const plain = (text: string): string => text.replaceAll('logged.json', 'logged');
    assert.equal(plain(carried.stdout), direct.stdout);
    const { stdout } = await command('logged', '--format', 'facts');
    assert.ok(resultValidator('encryption-member-1')(JSON.parse(stdout)));
    assert.doesNotMatch(stdout, /content/);
  });

  test('a folder that is no data directory, a file that is no member, and wishes without a cluster are refused', async () => {
    mkdirSync(join(folder, 'empty'));
    for (const [args, code] of [
      [['empty'], 3],
      [['old.db'], 3],
      [['none'], 3],
      [[], 2],
      [['clean', '--compact'], 2],
      [['clean', '--compact', '--rebuild', 'm1'], 2],
      [['clean', '--yes'], 2],
      [['clean', 'logged', '--format', 'facts'], 2],
      [['clean', '--endpoint', 'https://127.0.0.1:1', '--cacert', 'none'], 3],
    ] as const) {
      const outcome = await command(...args);
      assert.deepEqual([outcome.code, outcome.stdout], [code, ''], `${args.join(' ')}: ${outcome.stderr}`);
    }
  });

  test('the text says the verdict first and what to do', async () => {
    const { stdout } = await command('logged');
    assert.match(stdout, /plaintext-found: secrets in plain text in 1 place of 1 member and 0 backups/);
    assert.match(stdout, /7: in the log: 1 value, until the member is rebuilt/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
  });

  function member(name: string, database: Buffer, wal: Buffer): void {
    for (const part of ['snap', 'wal']) mkdirSync(join(folder, name, 'member', part), { recursive: true });
    writeFileSync(join(folder, name, 'member/snap/db'), database);
    writeFileSync(join(folder, name, 'member/wal/0000000000000000-0000000000000000.wal'), wal);
    writeFileSync(join(folder, name, 'member/wal/0.tmp'), Buffer.alloc(4096));
  }

  function command(...args: readonly string[]) {
    return runCommand(['encryption', 'verify', ...args], { folder });
  }
});

test('the ids of a member are read to the last bit, and other bytes are none', () => {
  const varint = (tag: number, value: bigint): Buffer => {
    const bytes = [tag];
    for (let rest = value; ; rest >>= 7n) {
      if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
      bytes.push(Number(rest & 0x7fn) | 0x80);
    }
  };
  const id = fc.bigInt(0n, 2n ** 64n - 1n);
  fc.assert(
    fc.property(id, id, (member, cluster) => {
      const bytes = Buffer.concat([varint(0x08, member), varint(0x10, cluster)]);
      assert.deepEqual(metadataOf(bytes), { member: String(member), cluster: String(cluster) });
      assert.equal(metadataOf(bytes.subarray(0, -1)), undefined);
    }),
    { numRuns: 50 },
  );
});

describe('what may be done to a cluster', () => {
  const wishes: readonly Wish[] = [
    { kind: 'compact' },
    { kind: 'defragment', member: 'm1' },
    { kind: 'rebuild', member: 'm1' },
    { kind: 'rebuild', member: 'gone', peerUrl: 'https://10.0.0.9:2380' },
  ];
  const dirty = (wish: Wish): Partial<Holding['plaintext']> =>
    wish.kind === 'compact' ? { old: 1 } : wish.kind === 'defragment' ? { free: 1 } : {};

  test('each wish is met on a whole cluster that calls for it', () => {
    for (const wish of wishes) {
      assert.equal(decision(wish, clusterOf(3, dirty(wish))).kind, 'step', JSON.stringify(wish));
    }
  });

  test('and never on one with a member down, unhealthy, learning, behind, without a leader, of another cluster, or with an alarm', () => {
    const faults: readonly ((look: ClusterLook, at: number) => ClusterLook)[] = [
      (look) => ({ ...look, alarms: ['NOSPACE of m2'] }),
      (look, at) => changed(look, at, ({ status: _status, ...rest }) => ({ ...rest, isHealthy: false, problem: 'x' })),
      (look, at) => changed(look, at, (member) => ({ ...member, isHealthy: false })),
      (look, at) => statusOf(look, at, { isLearner: true }),
      (look, at) => statusOf(look, at, { errors: ['CORRUPT'] }),
      (look, at) => statusOf(look, at, { raftAppliedIndex: 1 }),
      (look, at) => statusOf(look, at, { leader: '0' }),
      (look, at) => statusOf(look, at, { clusterId: '8' }),
    ];
    for (const wish of wishes) {
      for (const [index, fault] of faults.entries()) {
        for (const at of [0, 1, 2]) {
          const { kind } = decision(wish, fault(clusterOf(3, dirty(wish)), at));
          assert.equal(kind, 'refused', `${JSON.stringify(wish)} with fault ${index} of member ${at}`);
        }
      }
    }
  });

  test('nor before what comes earlier, on data that was not read whole, on a leader that others wait for, or on too few members', () => {
    const refusal = (wish: Wish, look: ClusterLook, facts?: readonly MemberFacts[]): string => {
      const decided = decision(wish, look, facts);
      return decided.kind === 'refused' ? decided.reason : decided.kind;
    };
    assert.match(refusal({ kind: 'compact' }, clusterOf(3, { current: 1, old: 1 })), /rewrite them first/);
    assert.match(refusal({ kind: 'defragment', member: 'm1' }, clusterOf(3, { old: 1, free: 1 })), /compact first/);
    assert.match(refusal({ kind: 'rebuild', member: 'm1' }, clusterOf(3, { free: 1 })), /defragment first/);
    for (const kind of ['defragment', 'rebuild'] as const) {
      assert.match(
        refusal({ kind, member: 'm3' }, clusterOf(3, dirty({ kind, member: 'm3' }))),
        /the leader, which comes last: m1 first/,
      );
    }
    assert.match(refusal({ kind: 'rebuild', member: 'm1' }, clusterOf(2, {})), /no quorum/);
    assert.match(refusal({ kind: 'rebuild', member: 'm1' }, clusterOf(3, {}), []), /log of m1 was not examined/);
    const uncut = factsOf(3).map((facts) => ({ ...facts, hasRaftSnapshot: false }));
    assert.match(refusal({ kind: 'rebuild', member: 'm1' }, clusterOf(3, {}), uncut), /from the first request on/);
    const unread = changed(clusterOf(3, { old: 1 }), 1, (member) => ({
      ...member,
      database: holding({ old: 1 }, ['torn']),
    }));
    assert.match(refusal({ kind: 'compact' }, unread), /not read whole: torn/);
    const apart = changed(clusterOf(3, { old: 1 }), 1, (member) => ({
      ...member,
      database: { ...holding({ old: 1 }), lastRevision: 90 },
    }));
    assert.deepEqual(decision({ kind: 'compact' }, apart), { kind: 'step', step: { kind: 'compact', revision: 90 } });
  });

  test('compaction for a disable or a new key forgets what others wrote, and nothing before their current values are rewritten', () => {
    const wish = { kind: 'compact', goal: 'identity' } as const;
    const held = (key1: Partial<HeldValues>, plain: Partial<HeldValues>): ClusterLook => {
      const none = { current: 0, old: 0, deleted: 0, wal: 0 };
      const writers = [
        { ...none, writer: 'aescbc:key1', ...key1 },
        { ...none, writer: 'identity', ...plain },
      ];
      return changed(clusterOf(3, {}), 1, (member) => ({ ...member, database: { ...holding({}), writers } }));
    };
    const others = clusterOf(3, {});
    assert.match(JSON.stringify(decision(wish, others)), /m1 has current values of another writer than identity/);
    const rewritten = (key1: Partial<HeldValues>): ClusterLook =>
      [0, 2].reduce(
        (look, at) =>
          changed(look, at, (member) => ({ ...member, database: { ...holding({ current: 5 }), writers: [] } })),
        held(key1, { current: 5 }),
      );
    assert.equal(decision(wish, rewritten({ current: 1 })).kind, 'refused');
    assert.equal(decision(wish, rewritten({ old: 1 })).kind, 'step');
    assert.equal(decision(wish, rewritten({ deleted: 1 })).kind, 'step');
    assert.equal(decision(wish, rewritten({})).kind, 'not-needed');
    // Of the same data, a rotation to key2 has nothing to forget yet.
    assert.equal(decision({ kind: 'compact', goal: 'aescbc:key2' }, rewritten({ old: 1 })).kind, 'refused');
  });

  test('nothing is done that is not called for', () => {
    for (const wish of wishes.slice(0, 2)) assert.equal(decision(wish, clusterOf(3, {})).kind, 'not-needed');
    const clean = factsOf(3).map((facts) => ({ ...facts, log: holding({}) }));
    assert.equal(decision({ kind: 'rebuild', member: 'm1' }, clusterOf(3, {}), clean).kind, 'not-needed');
  });

  test('files of a member count as long as nothing between them and now is compacted', () => {
    const row = (look: ClusterLook, facts: readonly MemberFacts[]): string | undefined =>
      verificationOf({ resources: ['secrets'], look, facts, backups: [] }).results.find(
        ({ check, subject }) => check === 'etcd-log' && subject === 'm1',
      )?.verdict;
    const clean = factsOf(3).map((facts) => ({ ...facts, log: holding({}) }));
    const seenAt = (lastRevision: number) =>
      clean.map((facts) => ({ ...facts, database: { ...facts.database, lastRevision } }));
    const look = clusterOf(3, {});
    assert.equal(row(look, seenAt(100)), 'pass');
    assert.equal(row(look, seenAt(50)), 'pass', 'compacted up to 50');
    assert.equal(row(look, seenAt(49)), 'no-evidence');
    assert.equal(row(look, seenAt(101)), 'no-evidence', 'the cluster is younger than its files');
    assert.equal(
      row(
        look,
        clean.map((facts) => ({ ...facts, cluster: '8' })),
      ),
      'no-evidence',
    );
    assert.equal(
      row(
        look,
        clean.map((facts) => ({ ...facts, member: `9${facts.member}` })),
      ),
      'no-evidence',
    );
  });
});

function decision(wish: Wish, look: ClusterLook, facts = factsOf(look.members.length)): CleanDecision {
  return decide(wish, look, verificationOf({ resources: ['secrets'], look, facts, backups: [] }));
}

/** A whole cluster; the last member leads. Databases hold this in plain text, compacted up to 50 of 100. */
function clusterOf(size: number, plaintext: Partial<Holding['plaintext']>): ClusterLook {
  const members = Array.from({ length: size }, (_, index): MemberLook => {
    const id = String(index + 1);
    return {
      id,
      name: `m${id}`,
      peerUrls: [`https://10.0.0.${id}:2380`],
      clientUrls: [],
      isLearner: false,
      isHealthy: true,
      url: `https://10.0.0.${id}:2379`,
      status: {
        memberId: id,
        clusterId: '7',
        version: '3.4.23',
        revision: 100,
        dbBytes: 8192,
        dbBytesInUse: 4096,
        leader: String(size),
        isLeader: index === size - 1,
        isLearner: false,
        raftIndex: 5000,
        raftTerm: 2,
        raftAppliedIndex: 5000,
        errors: [],
      },
      database: holding(plaintext),
    };
  });
  return { cluster: '7', members, alarms: [] };
}

/** Files of all members, whose logs have plain text. */
function factsOf(size: number): readonly MemberFacts[] {
  return Array.from({ length: size }, (_, index) => ({
    member: String(index + 1),
    cluster: '7',
    at: '2022-05-01T00:00:00.000Z',
    resources: ['secrets'],
    database: holding({}),
    log: holding({ wal: 3 }),
    hasRaftSnapshot: true,
  }));
}

function holding(plaintext: Partial<Holding['plaintext']>, problems: readonly string[] = []): Holding {
  return {
    files: 1,
    bytes: 4096,
    writers: [{ writer: 'aescbc:key1', current: 5, old: 0, deleted: 0, wal: 0 }],
    plaintext: { current: 0, old: 0, deleted: 0, free: 0, wal: 0, ...plaintext },
    orphanPages: 0,
    lastRevision: 100,
    compactedRevision: 50,
    problems,
  };
}

function changed(look: ClusterLook, at: number, change: (member: MemberLook) => MemberLook): ClusterLook {
  return { ...look, members: look.members.map((member, index) => (index === at ? change(member) : member)) };
}

function statusOf(look: ClusterLook, at: number, status: Partial<NonNullable<MemberLook['status']>>): ClusterLook {
  return changed(look, at, (member) =>
    member.status === undefined ? member : { ...member, status: { ...member.status, ...status } },
  );
}
