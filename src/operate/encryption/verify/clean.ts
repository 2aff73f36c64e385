// The three ways to remove what a rewrite leaves: compaction of the cluster, defragmentation of a member, rebuilding of a member. Each is done only when what
// was just seen calls for it, on a cluster that is whole, one member at a time, the leader last. Pure: `carry-out.ts` does it.
import type { ClusterLook, MemberLook } from './cluster-look.ts';
import { leaderLast, type Remainder, remainsOf } from './remains.ts';
import { hexOf, type Verification, type VerifiedMember } from './verification.ts';

/** What an operator asks for. */
export type Wish =
  | {
      readonly kind: 'compact';
      /**
       * What all values are to be of, as their beginning names it: `aescbc:key2`, in a disable `identity`. Absent: anything but plain text, as for the
       * proof.
       */
      readonly goal?: string;
    }
  | { readonly kind: 'defragment'; readonly member: string }
  | {
      readonly kind: 'rebuild';
      readonly member: string;
      /** Where the member's peers reach it; needed once the cluster does not know it any more. */
      readonly peerUrl?: string;
    };

/** One thing to do through etcd's API. */
export type CleanStep =
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'defragment'; readonly member: MemberLook }
  | { readonly kind: 'remove'; readonly member: MemberLook; readonly heir: MemberLook }
  | { readonly kind: 'add'; readonly name: string; readonly peerUrl: string };

/** The answer to a wish. */
export type CleanDecision =
  | { readonly kind: 'step'; readonly step: CleanStep }
  /** Nothing calls for it. */
  | { readonly kind: 'not-needed'; readonly reason: string }
  /** The next thing is done on the node. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly name: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Entries that a member may be behind the others before it counts as one that does not follow. */
const MOST_BEHIND = 1000;
/** With fewer, the rest has no quorum while one is gone. */
const LEAST_MEMBERS = 3;

/** Decides what a wish comes to. */
export function decide(wish: Wish, look: ClusterLook, verification: Verification): CleanDecision {
  const remains = remainsOf(verification);
  switch (wish.kind) {
    case 'compact':
      return decideCompact(look, verification, ofOthers(verification, wish.goal));
    case 'defragment':
      return decideDefragment(nameOf(wish.member, look), look, verification, remains);
    case 'rebuild':
      return decideRebuild({ ...wish, member: nameOf(wish.member, look) }, look, verification, remains);
  }
}

/** A member may be named by its id as well. */
function nameOf(text: string, { members }: ClusterLook): string {
  return members.find(({ id, name }) => name !== '' && hexOf(id) === text)?.name ?? text;
}

/** Why nothing may be done to a cluster; undefined when it is whole. @param missing a member that may be gone or not started */
export function notWhole({ members, alarms, cluster }: ClusterLook, missing?: string): string | undefined {
  if (alarms.length > 0) return `the alarm is raised: ${alarms.join(', ')}`;
  const others = members.filter((member) => member.id !== missing);
  const leaders = new Set(others.map(({ status }) => status?.leader ?? '0'));
  const applied = others.map(({ status }) => status?.raftAppliedIndex ?? 0);
  for (const { name, id, status, isHealthy, problem } of others) {
    const shown = name === '' ? `a member that was never started (${hexOf(id)})` : name;
    if (status === undefined) return `${shown} does not answer: ${problem ?? ''}`;
    if (!isHealthy || status.errors.length > 0)
      return `${shown} is not healthy${status.errors.map((one) => `: ${one}`).join('')}`;
    if (status.isLearner) return `${shown} is still learning`;
    if (status.clusterId !== cluster) return `${shown} is of another cluster`;
    if (Math.max(...applied) - status.raftAppliedIndex > MOST_BEHIND)
      return `${shown} does not keep up with the others`;
  }
  return leaders.size === 1 && !leaders.has('0') ? undefined : 'the members do not agree on a leader';
}

/** What compaction is to forget, and what it is too early for. */
interface OfOthers {
  /** In words. */
  readonly what: string;
  /** A member that has such values as current ones. */
  readonly current?: string;
  /** Whether one has them as earlier ones, or of deleted objects. */
  readonly isPast: boolean;
}

/** Values that are not of the goal: plain text, unless a change of keys or a disable says otherwise. */
function ofOthers({ members }: Verification, goal: string | undefined): OfOthers {
  const others = members.map(({ name, database }) => {
    const all = database === undefined ? [] : goal === undefined ? [database.plaintext] : database.writers;
    const values = all.filter((held) => !('writer' in held) || held.writer !== goal);
    return {
      name,
      isCurrent: values.some(({ current }) => current > 0),
      isPast: values.some(({ old, deleted }) => old + deleted > 0),
    };
  });
  const current = others.find(({ isCurrent }) => isCurrent)?.name;
  return {
    what: goal === undefined ? 'in plain text' : `of another writer than ${goal}`,
    ...(current === undefined ? {} : { current }),
    isPast: others.some(({ isPast }) => isPast),
  };
}

function decideCompact(
  look: ClusterLook,
  { members }: Verification,
  { what, current, isPast }: OfOthers,
): CleanDecision {
  const broken = notWhole(look);
  if (broken !== undefined) return refused(broken);
  const unread = unreadDatabase(look);
  if (unread !== undefined) return refused(unread);
  if (current !== undefined) {
    return refused(`${current} has current values ${what}: rewrite them first, or they become history again`);
  }
  if (!isPast) return { kind: 'not-needed', reason: `no earlier revision and no deleted object is ${what}` };
  // At the revision that every member was seen at, all current values are of the goal: what is forgotten is nothing but history.
  const revision = Math.min(...members.map(({ database }) => database?.lastRevision ?? 0));
  return { kind: 'step', step: { kind: 'compact', revision } };
}

function decideDefragment(
  name: string,
  look: ClusterLook,
  { members }: Verification,
  remains: readonly Remainder[],
): CleanDecision {
  const member = look.members.find((one) => one.name === name);
  if (member === undefined) return refused(unknown(name, look));
  const broken = notWhole(look);
  if (broken !== undefined) return refused(broken);
  const unread = unreadDatabase(look);
  if (unread !== undefined) return refused(unread);
  const early = remains.find(({ remedy }) => remedy === 'rewrite' || remedy === 'compact');
  if (early !== undefined) {
    const what = early.remedy === 'rewrite' ? 'rewrite' : 'compact';
    return refused(`${early.holder} has plain text within reach: ${what} first, or its pages would be free only later`);
  }
  const dirty = new Set(remains.filter(({ remedy }) => remedy === 'defragment').map(({ holder }) => holder));
  if (!dirty.has(name)) return { kind: 'not-needed', reason: `no free page of ${name} has plain text` };
  return beforeLeader(name, members, dirty) ?? { kind: 'step', step: { kind: 'defragment', member } };
}

function decideRebuild(
  { member: name, peerUrl }: Extract<Wish, { kind: 'rebuild' }>,
  look: ClusterLook,
  { members }: Verification,
  remains: readonly Remainder[],
): CleanDecision {
  const member = look.members.find((one) => one.name === name);
  if (member === undefined) return decideAdd(name, peerUrl, look);
  const broken = notWhole(look);
  if (broken !== undefined) return refused(broken);
  const unread = unreadDatabase(look);
  if (unread !== undefined) return refused(unread);
  if (look.members.length < LEAST_MEMBERS) {
    return refused(
      `a cluster of ${look.members.length} has no quorum while a member is rebuilt: add members first, or restore a clean snapshot`,
    );
  }
  const early = remains.find(({ remedy }) => ['rewrite', 'compact', 'defragment'].includes(remedy));
  if (early !== undefined) {
    return refused(
      `${early.holder} has plain text in its database, which a new member would get: ${early.remedy} first`,
    );
  }
  const own = members.find((one) => one.name === name);
  if (own?.log === undefined) {
    return refused(`the log of ${name} was not examined: whether it has to be rebuilt is not known`);
  }
  const dirty = new Set(remains.filter(({ remedy }) => remedy === 'rebuild').map(({ holder }) => holder));
  if (!dirty.has(name)) return { kind: 'not-needed', reason: `the log of ${name} holds nothing in plain text` };
  const whole = members.find((one) => one.name !== name && one.hasRaftSnapshot !== true);
  if (whole !== undefined) {
    return refused(
      `${whole.name} ${whole.log === undefined ? 'was not examined and may have' : 'has'} its log from the first request on, and would send all of it, plain text too, to a new member: raft cuts it after --snapshot-count requests (10,000 as kubeadm sets it)`,
    );
  }
  const waiting = beforeLeader(name, members, dirty);
  if (waiting !== undefined) return waiting;
  const [heir] = look.members.filter((one) => one.id !== member.id);
  return heir === undefined ? refused(unknown(name, look)) : { kind: 'step', step: { kind: 'remove', member, heir } };
}

/** The member is gone from the cluster: it comes back as a new one. */
function decideAdd(name: string, peerUrl: string | undefined, look: ClusterLook): CleanDecision {
  if (peerUrl === undefined) {
    return refused(
      `${unknown(name, look)}; if it was just removed, say with --peer-url where it was: --initial-advertise-peer-urls in the manifest of its etcd`,
    );
  }
  const added = look.members.find(({ peerUrls }) => peerUrls.includes(peerUrl));
  if (added !== undefined && added.name !== '') return refused(`${peerUrl} is ${added.name}`);
  const broken = notWhole(look, added?.id);
  if (broken !== undefined) return refused(broken);
  if (added !== undefined) return { kind: 'waiting', name, reason: `${name} is added and not started yet` };
  if (look.members.length < LEAST_MEMBERS - 1) {
    return refused('the one member that is left has no quorum once another is added');
  }
  return { kind: 'step', step: { kind: 'add', name, peerUrl } };
}

/** The leader waits for the others. */
function beforeLeader(
  name: string,
  members: readonly VerifiedMember[],
  dirty: ReadonlySet<string>,
): CleanDecision | undefined {
  const isLeader = members.some((member) => member.name === name && member.isLeader === true);
  const other = leaderLast(members).find((member) => dirty.has(member.name) && member.name !== name);
  return isLeader && other !== undefined
    ? refused(`${name} is the leader, which comes last: ${other.name} first`)
    : undefined;
}

/** An old look says nothing of today: each database has to be read in this run. Pages that nobody can judge are what defragmentation is for. */
function unreadDatabase({ members }: ClusterLook): string | undefined {
  for (const { name, database } of members) {
    if (database === undefined) return `the database of ${name} was not read`;
    const { problems, orphanPages } = database;
    if (problems.length > (orphanPages > 0 ? 1 : 0))
      return `the database of ${name} was not read whole: ${problems.join('; ')}`;
  }
  return undefined;
}

function unknown(name: string, { members }: ClusterLook): string {
  return `the cluster has no member ${name}, but ${members.map((one) => one.name || hexOf(one.id)).join(', ')}`;
}

function refused(reason: string): CleanDecision {
  return { kind: 'refused', reason };
}
