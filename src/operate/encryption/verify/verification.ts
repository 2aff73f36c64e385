// The proof over a whole cluster: what every member's database and log and every backup hold in plain text, what was not seen, and the verdict on all of it.
// Pure: who looked, and how, is another matter.
import { compareText } from '../../../platform/order.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import type { InspectionVerdict, NotExamined } from '../inspect/inspection.ts';
import type { ExaminedBackup } from './backup.ts';
import type { ClusterLook } from './cluster-look.ts';
import { type Holding, hasJudged, plainOf } from './holding.ts';
import type { MemberFacts } from './member-facts.ts';

/** All that was seen. */
export interface Evidence {
  readonly resources: readonly string[];
  /** Absent when the cluster was not asked. */
  readonly look?: ClusterLook;
  /** What members' own files hold. */
  readonly facts: readonly MemberFacts[];
  readonly backups: readonly ExaminedBackup[];
}

/** One member with all that is known of it. */
export interface VerifiedMember {
  /** Its name, or its id where the cluster was not asked. */
  readonly name: string;
  /** Hexadecimal, as etcdctl writes it. */
  readonly id: string;
  readonly isLeader?: boolean;
  readonly isHealthy?: boolean;
  readonly version?: string;
  readonly revision?: number;
  /** By a snapshot that it gave, or by its files. */
  readonly database?: Holding;
  /** Of its files; absent when they were not examined, or were those of an earlier time. */
  readonly log?: Holding;
  /** When its files were read. */
  readonly examinedAt?: string;
  readonly hasRaftSnapshot?: boolean;
}

/** The result. */
export interface Verification {
  readonly verdict: InspectionVerdict;
  readonly resources: readonly string[];
  /** Id of the cluster, hexadecimal; absent when nothing told it. */
  readonly cluster?: string;
  readonly members: readonly VerifiedMember[];
  readonly backups: readonly ExaminedBackup[];
  /** One row for each database, log and backup, and for what holds for all. */
  readonly results: readonly Verdict[];
  readonly notExamined: readonly NotExamined[];
}

/** Judges what was seen. */
export function verificationOf({ resources, look, facts, backups }: Evidence): Verification {
  const members = look === undefined ? offlineMembers(facts) : membersOf(look, facts);
  const known = new Set(members.map(({ id }) => id));
  const strangers = facts.filter(({ member }) => !known.has(hexOf(member)));
  const cluster = look?.cluster ?? facts[0]?.cluster;
  const results = [
    membership(look),
    ...members.flatMap((member) => [databaseRow(member), logRow(member, facts)]),
    ...backups.map(backupRow),
    ...judgedRow(members, resources),
  ];
  return {
    verdict: verdictOf(results),
    resources,
    ...(cluster === undefined ? {} : { cluster: hexOf(cluster) }),
    members,
    backups,
    results,
    notExamined: [
      ...strangers.map(({ member, at }) => ({
        what: `files of the member ${hexOf(member)}, read ${at.slice(0, 19).replace('T', ' ')}`,
        why: 'the cluster does not have this member: it was rebuilt since, or is of another cluster',
      })),
      ...(backups.length === 0
        ? [{ what: 'backups', why: 'none was named: one from before encryption stays as it is' }]
        : [{ what: 'other backups (Velero, disk images)', why: 'a backup from before encryption stays as it is' }]),
      { what: 'audit logs', why: 'a policy of level Request logs the content of Secrets' },
      {
        what: 'blocks of the disk that files have given back',
        why: 'deleted files may still be readable from the device',
      },
    ],
  };
}

/** The id as etcdctl and etcd's log write it. */
export function hexOf(id: string): string {
  return BigInt(id).toString(16);
}

function verdictOf(results: readonly Verdict[]): InspectionVerdict {
  if (results.some(({ verdict }) => verdict === 'fail')) return 'plaintext-found';
  return results.every(({ verdict }) => verdict === 'pass') ? 'proof' : 'not-proven';
}

function offlineMembers(facts: readonly MemberFacts[]): readonly VerifiedMember[] {
  return [...Map.groupBy(facts, ({ member }) => member)]
    .flatMap(([id, looks]) => {
      const last = latest(looks);
      return last === undefined ? [] : [{ name: hexOf(id), id: hexOf(id), database: last.database, ...ownFiles(last) }];
    })
    .sort((a, b) => compareText(a.id, b.id));
}

function membersOf(look: ClusterLook, facts: readonly MemberFacts[]): readonly VerifiedMember[] {
  return look.members.map((member) => {
    const { id, name, status, isHealthy } = member;
    const own = latest(facts.filter((one) => one.member === id && one.cluster === look.cluster));
    const files = own !== undefined && staleness(own, look) === undefined ? own : undefined;
    const database = member.database ?? files?.database;
    return {
      name: name === '' ? hexOf(id) : name,
      id: hexOf(id),
      isHealthy,
      ...(status === undefined
        ? {}
        : { isLeader: status.isLeader, version: status.version, revision: status.revision }),
      ...(database === undefined ? {} : { database }),
      ...(files === undefined ? {} : ownFiles(files)),
    };
  });
}

function ownFiles({
  log,
  at,
  hasRaftSnapshot,
}: MemberFacts): Pick<VerifiedMember, 'log' | 'examinedAt' | 'hasRaftSnapshot'> {
  return { log, examinedAt: at, hasRaftSnapshot };
}

/**
 * Why files that were read before do not count any more; undefined when they do. What was written since then is in the databases that were just read, as
 * long as the history from then on is: a value that came and was compacted in between nobody saw.
 */
function staleness({ database }: MemberFacts, { members }: ClusterLook): string | undefined {
  const seen = database.lastRevision;
  if (seen === undefined) return 'its database shows no revision';
  const revision = Math.max(
    0,
    ...members.flatMap(({ status, database: live }) => [status?.revision ?? 0, live?.lastRevision ?? 0]),
  );
  if (seen > revision) return `its files are at revision ${seen} and the cluster at ${revision}: was it restored?`;
  const compacted = Math.max(0, ...members.map(({ database: live }) => live?.compactedRevision ?? 0));
  if (seen < compacted) {
    return `its files were read at revision ${seen}, and what came between that and ${compacted} is compacted: read them again`;
  }
  return undefined;
}

function latest(facts: readonly MemberFacts[]): MemberFacts | undefined {
  return facts.toSorted((a, b) => compareText(a.at, b.at)).at(-1);
}

function membership(look: ClusterLook | undefined): Verdict {
  const row = { check: 'etcd-members', subject: 'cluster' };
  if (look === undefined) {
    const reason = 'the cluster was not asked which members it has: name the address of one with --endpoint';
    return { ...row, verdict: 'no-evidence', evidence: [], reason };
  }
  const evidence = look.members.map(({ name, id }) => `${name} ${hexOf(id)}`);
  const starting = look.members.filter(({ name }) => name === '');
  if (starting.length > 0) {
    const reason = `${starting.map(({ peerUrls }) => peerUrls.join(', ')).join('; ')}: added and not started yet`;
    return { ...row, verdict: 'no-evidence', evidence, reason };
  }
  return { ...row, verdict: 'pass', evidence, reason: `it has ${look.members.length}` };
}

function databaseRow({ name, database }: VerifiedMember): Verdict {
  const row = { check: 'etcd-database', subject: name };
  if (database === undefined) {
    const reason = 'it did not answer, and its files were not examined';
    return { ...row, verdict: 'no-evidence', evidence: [], reason };
  }
  return { ...row, ...judged(database) };
}

function logRow({ name, id, log }: VerifiedMember, facts: readonly MemberFacts[]): Verdict {
  const row = { check: 'etcd-log', subject: name };
  if (log !== undefined) return { ...row, ...judged(log) };
  const reason = facts.some(({ member }) => hexOf(member) === id)
    ? 'its files were read too long ago, or are not of this cluster as it is: read them again'
    : 'its files were not examined: no snapshot has the WAL, which keeps every value that was written';
  return { ...row, verdict: 'no-evidence', evidence: [], reason };
}

function backupRow({ name, holding, problem = '' }: ExaminedBackup): Verdict {
  const row = { check: 'etcd-backup', subject: name };
  return holding === undefined
    ? { ...row, verdict: 'no-evidence', evidence: [], reason: problem }
    : { ...row, ...judged(holding) };
}

/** A wrong resource, or an etcd of something else: nothing in plain text was found because nothing was found. */
function judgedRow(members: readonly VerifiedMember[], resources: readonly string[]): readonly Verdict[] {
  if (members.some(({ database }) => database !== undefined && hasJudged(database))) return [];
  const reason = `no member has a value of ${resources.join(', ')}: nothing to judge`;
  return [{ check: 'judged-values', subject: 'cluster', verdict: 'no-evidence', evidence: [], reason }];
}

function judged(holding: Holding): Pick<Verdict, 'verdict' | 'evidence' | 'reason'> {
  const { problems } = holding;
  const found = placesOf(holding);
  const evidence = revisionText(holding);
  if (plainOf(holding) > 0) {
    return { verdict: 'fail', evidence, reason: `in plain text: ${found.join(', ')}` };
  }
  if (problems.length > 0) return { verdict: 'no-evidence', evidence, reason: problems.join('; ') };
  return { verdict: 'pass', evidence, reason: 'nothing in plain text' };
}

function revisionText({ lastRevision, compactedRevision }: Holding): readonly string[] {
  return [
    ...(lastRevision === undefined ? [] : [`up to revision ${lastRevision}`]),
    ...(compactedRevision === undefined ? [] : [`compacted up to ${compactedRevision}`]),
  ];
}

function placesOf({ plaintext: { current, old, deleted, free, wal } }: Holding): readonly string[] {
  const parts: readonly (readonly [number, string])[] = [
    [current, 'current'],
    [old, 'earlier'],
    [deleted, 'of deleted objects'],
    [free, 'in free pages'],
    [wal, 'in the log'],
  ];
  return parts.flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`]));
}
