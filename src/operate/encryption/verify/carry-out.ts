// Does one step of cleaning through etcd's API, and waits until the cluster is whole again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../../platform/errors.ts';
import { type CleanStep, notWhole } from './clean.ts';
import { type ClusterLook, lookAtCluster, type MemberLook, type OpenMember } from './cluster-look.ts';

/** What was done. */
export interface CarriedOut {
  /** In words; absent when nothing was done. */
  readonly done?: string;
  /** The cluster afterwards. */
  readonly look: ClusterLook;
  /** Why it was not whole any more when the step was to begin, or not again in time. */
  readonly trouble?: string;
}

/** How steps reach the cluster. */
export interface CarryOutOptions {
  readonly open: OpenMember;
  /** Milliseconds that the cluster has to become whole again; one minute unless given. */
  readonly settleMs?: number;
}

const SETTLE_MS = 60_000;
const PAUSE_MS = 250;
/** How etcd says it (api/v3rpc/rpctypes, ErrGRPCUnhealthy): nothing was changed. */
const UNCONNECTED = 'etcdserver: unhealthy cluster';

/**
 * Takes the step, if the cluster still is whole: reading its databases can take minutes.
 * @param look what the step was decided on
 * @throws ServerError when etcd refuses; with `outcomeUnknown` the same command tells what came of it
 */
export async function carryOut(
  step: CleanStep,
  look: ClusterLook,
  { open, settleMs = SETTLE_MS }: CarryOutOptions,
): Promise<CarriedOut> {
  const at = async <Result>(member: MemberLook | undefined, work: (client: EtcdClient) => Promise<Result>) => {
    const client = await open(member?.url ?? '');
    try {
      return await work(client);
    } finally {
      client.close();
    }
  };
  const addresses = look.members.flatMap(({ url }) => url ?? []);
  const now = await lookAtCluster(open, addresses);
  const trouble = notWhole(now) ?? otherMembers(look, now);
  if (trouble !== undefined) return { look: now, trouble };
  const [first] = now.members;
  switch (step.kind) {
    case 'compact': {
      await at(first, (client) => client.compact(step.revision, { physical: true })).catch(ignoreDone);
      return settled(`compacted up to revision ${step.revision}`, first);
    }
    case 'defragment': {
      const { member } = step;
      await at(member, (client) => client.defragment());
      const after = await at(member, (client) => client.status());
      const bytes = `${member.status?.dbBytes ?? 0} to ${after.dbBytes} bytes`;
      return settled(`defragmented ${member.name}: ${bytes}`, member);
    }
    case 'remove': {
      const { member, heir } = step;
      const isLeader = now.members.some(({ id, status }) => id === member.id && status?.isLeader === true);
      if (isLeader) await at(member, (client) => client.transferLeadership(heir.id));
      await patiently(() => at(heir, (client) => client.removeMember(member.id)));
      return settled(`removed ${member.name} from the cluster`, heir);
    }
    case 'add': {
      const added = await patiently(() => at(first, (client) => client.addMember([step.peerUrl])));
      return settled(`added ${step.name} at ${step.peerUrl}, to be started`, first, added.id);
    }
  }

  /** etcd changes its members only when all have been connected for five seconds (--strict-reconfig-check, rafthttp's health interval). */
  async function patiently<Result>(change: () => Promise<Result>): Promise<Result> {
    const end = performance.now() + settleMs;
    for (;;) {
      try {
        return await change();
      } catch (error) {
        const isEarly = error instanceof ServerError && error.message.endsWith(UNCONNECTED);
        if (!isEarly || performance.now() > end) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }

  async function settled(done: string, asked: MemberLook | undefined, missing?: string): Promise<CarriedOut> {
    const end = performance.now() + settleMs;
    for (;;) {
      const { after, trouble } = await lookAgain(asked, missing);
      if (trouble === undefined && after !== undefined) return { done, look: after };
      if (performance.now() > end) return { done, look: after ?? look, ...(trouble === undefined ? {} : { trouble }) };
      await sleep(PAUSE_MS);
    }
  }

  async function lookAgain(
    asked: MemberLook | undefined,
    missing: string | undefined,
  ): Promise<{ readonly after?: ClusterLook; readonly trouble?: string }> {
    try {
      const after = await lookAtCluster(open, asked?.url === undefined ? [] : [asked.url]);
      const trouble = notWhole(after, missing);
      return { after, ...(trouble === undefined ? {} : { trouble }) };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      return { trouble: messageOf(error) };
    }
  }
}

/** Why what was decided is not about these members; undefined when they are the same. */
function otherMembers(before: ClusterLook, now: ClusterLook): string | undefined {
  const idsOf = ({ members }: ClusterLook): string => members.map(({ id }) => id).join(' ');
  return idsOf(before) === idsOf(now) ? undefined : 'members came or went while it was read';
}

/** Somebody was faster, such as the API server, which compacts every five minutes. */
function ignoreDone(error: unknown): void {
  if (error instanceof ServerError && error.kind === 'gone') return;
  throw error;
}
