// What remains in plain text, what removes it, and in which order: rewriting leaves earlier values, compaction leaves free pages, defragmentation leaves the
// log, and nothing of it reaches a copy. A member is rebuilt last, because a new one gets the database of the others.
import type { NextStep } from '../inspect/inspection.ts';
import type { PlainCounts } from './holding.ts';
import type { Verification, VerifiedMember } from './verification.ts';

/** What removes a remainder, in the order in which it has to be done. */
export type Remedy = 'rewrite' | 'compact' | 'defragment' | 'rebuild' | 'replace';

/** Values in plain text at one place. */
export interface Remainder {
  /** Name of the member or backup. */
  readonly holder: string;
  readonly area: keyof PlainCounts | 'orphans' | 'backup';
  readonly values: number;
  readonly remedy: Remedy;
}

const REMEDIES: readonly Remedy[] = ['rewrite', 'compact', 'defragment', 'rebuild', 'replace'];

/** All that remains, in the order in which it is removed, then by holder, the leader last. */
export function remainsOf({ members, backups }: Verification): readonly Remainder[] {
  const remains = [
    ...leaderLast(members).flatMap(memberRemains),
    ...backups.flatMap(({ name, holding }): readonly Remainder[] => {
      if (holding === undefined) return [];
      const { current, old, deleted, free, wal } = holding.plaintext;
      const values = current + old + deleted + free + wal;
      return values === 0 ? [] : [{ holder: name, area: 'backup', values, remedy: 'replace' }];
    }),
  ];
  return remains.sort((a, b) => REMEDIES.indexOf(a.remedy) - REMEDIES.indexOf(b.remedy));
}

/**
 * The next steps: those against what remains, then those that would show what was not seen.
 * @param self the command line that gave the result, without options that change anything
 */
export function nextSteps(verification: Verification, self: string): readonly NextStep[] {
  const remains = remainsOf(verification);
  // Nothing is done to a cluster that was not asked.
  const asked = wasAsked(verification) ? self : `${self} --endpoint https://MEMBER:2379`;
  const steps = REMEDIES.flatMap((remedy) =>
    stepFor(
      remedy,
      remains.filter((one) => one.remedy === remedy),
      asked,
    ),
  );
  return [...steps, ...looks(verification, self)];
}

/** Members in the order in which they are worked on. */
export function leaderLast<Member extends Pick<VerifiedMember, 'isLeader'>>(
  members: readonly Member[],
): readonly Member[] {
  return members.toSorted((a, b) => Number(a.isLeader === true) - Number(b.isLeader === true));
}

function memberRemains({ name: holder, database, log }: VerifiedMember): readonly Remainder[] {
  const inLog = log === undefined ? 0 : Object.values(log.plaintext).reduce((sum, values) => sum + values, 0);
  const all: readonly Remainder[] = [
    { holder, area: 'current', values: database?.plaintext.current ?? 0, remedy: 'rewrite' },
    { holder, area: 'old', values: database?.plaintext.old ?? 0, remedy: 'compact' },
    { holder, area: 'deleted', values: database?.plaintext.deleted ?? 0, remedy: 'compact' },
    { holder, area: 'free', values: database?.plaintext.free ?? 0, remedy: 'defragment' },
    { holder, area: 'orphans', values: database?.orphanPages ?? 0, remedy: 'defragment' },
    { holder, area: 'wal', values: inLog, remedy: 'rebuild' },
  ];
  return all.filter(({ values }) => values > 0);
}

function stepFor(remedy: Remedy, remains: readonly Remainder[], self: string): readonly NextStep[] {
  const [first] = remains;
  if (first === undefined) return [];
  const holders = [...new Set(remains.map(({ holder }) => holder))];
  const most = Math.max(...remains.map(({ values }) => values));
  const more = holders.length > 1 ? `; then the same for ${holders.slice(1).join(', ')}` : '';
  switch (remedy) {
    case 'rewrite':
      return [
        {
          command: 'plimsoll encryption rewrite --yes',
          reason: `${counted(most)} in plain text, the current ones: they are encrypted when they are written again, once every server writes with a key`,
        },
      ];
    case 'compact':
      return [
        {
          command: `${self} --compact --yes`,
          reason: `${counted(most)} of earlier revisions and deleted objects can be read in plain text; compaction makes their pages free`,
        },
      ];
    case 'defragment':
      return [
        {
          command: `${self} --defragment ${first.holder} --yes`,
          reason: `plain text, or what may be, in free pages of ${holders.join(', ')}: one member after the other, the leader last${more}`,
        },
      ];
    case 'rebuild':
      return [
        {
          command: `${self} --rebuild ${first.holder} --yes`,
          reason: `the log of ${holders.join(', ')} keeps values in plain text, which nothing else clears${more}`,
        },
      ];
    case 'replace':
      return [
        {
          command: 'etcdctl snapshot save NEW',
          reason: `nothing that is done to members reaches copies: take a new one when the members are clean, then destroy ${holders.join(', ')}`,
        },
      ];
  }
}

function looks(verification: Verification, self: string): readonly NextStep[] {
  const { results } = verification;
  const missing = results.filter(({ verdict }) => verdict === 'no-evidence');
  const logs = missing.filter(({ check }) => check === 'etcd-log').map(({ subject }) => subject);
  const others = missing.filter(({ check }) => check !== 'etcd-log');
  return [
    ...(logs.length === 0
      ? []
      : [
          {
            command: 'plimsoll encryption verify /var/lib/etcd --format facts --output MEMBER.etcd.json',
            reason: `on the node of ${logs.join(', ')} each: the log is in no snapshot; then bring the files here within minutes, before what they show is compacted`,
          },
        ]),
    ...others.map(({ check, subject, reason }) => ({
      command: check === 'etcd-members' && !wasAsked(verification) ? `${self} --endpoint https://MEMBER:2379` : self,
      reason: `${subject} (${check}): ${reason}`,
    })),
  ];
}

function counted(number: number): string {
  return number === 1 ? '1 value' : `${number} values`;
}

function wasAsked({ members }: Verification): boolean {
  return members.some(({ isHealthy }) => isHealthy !== undefined);
}
