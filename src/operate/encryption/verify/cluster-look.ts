// A look at an etcd cluster through its API: which members there are, how each is, and what the database of each holds. Nothing is changed.
import type { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import type { Member, MemberStatus } from '../../../kubernetes/etcd/records.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { compareText } from '../../../platform/order.ts';
import { inspectFile } from '../inspect/inspect-file.ts';
import type { JudgedResources } from '../inspect/judged-resources.ts';
import { type Holding, holdingOf } from './holding.ts';
import { withSnapshot } from './snapshot-file.ts';

/** Opens a member at its client address. Whoever calls closes it. */
export type OpenMember = (url: string) => Promise<EtcdClient>;

/** One member as the cluster knows it. */
export interface MemberLook extends Member {
  /** Where it answered, and how it is; absent when it did not answer, or was never started. */
  readonly url?: string;
  readonly status?: MemberStatus;
  readonly isHealthy: boolean;
  /** Why it could not be asked. */
  readonly problem?: string;
  /** What its database holds, by a snapshot that it gave just now. */
  readonly database?: Holding;
}

/** The cluster. */
export interface ClusterLook {
  /** Decimal digits. */
  readonly cluster: string;
  /** By name, then id. */
  readonly members: readonly MemberLook[];
  /** `NOSPACE of ncn-m002`. */
  readonly alarms: readonly string[];
}

/** How databases are read. */
export interface SnapshotOptions {
  readonly judged: JudgedResources;
  /** Folder for the snapshot while it is read: all Secrets are in it. */
  readonly scratch: string;
  readonly now: () => Date;
}

/**
 * Asks for members and their state; with `snapshots` their databases are read, too.
 * @param endpoints client addresses of any members, the first one that answers is asked
 * @throws ServerError when none answers; PlimsollError `input-unreadable` when no snapshot can be kept
 */
export async function lookAtCluster(
  open: OpenMember,
  endpoints: readonly string[],
  snapshots?: SnapshotOptions,
): Promise<ClusterLook> {
  const { first, clusterId } = await openAny(open, endpoints);
  try {
    const members = await first.members();
    const nameOf = (id: string): string => members.find((member) => member.id === id)?.name ?? id;
    const alarms = (await first.alarms()).map(({ alarm, memberId }) => `${alarm} of ${nameOf(memberId)}`);
    const looks: MemberLook[] = [];
    // One after the other: a snapshot is a copy of the whole database.
    for (const member of members) looks.push(await lookAtMember(open, member, snapshots));
    return {
      cluster: clusterId,
      members: looks.sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id)),
      alarms: alarms.sort(compareText),
    };
  } finally {
    first.close();
  }
}

async function openAny(
  open: OpenMember,
  endpoints: readonly string[],
): Promise<{ readonly first: EtcdClient; readonly clusterId: string }> {
  let failure: unknown = new PlimsollError('usage', 'no address of etcd is known');
  for (const endpoint of endpoints) {
    const first = await open(endpoint);
    try {
      const { clusterId } = await first.status();
      return { first, clusterId };
    } catch (error) {
      first.close();
      if (!(error instanceof ServerError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function lookAtMember(open: OpenMember, member: Member, snapshots?: SnapshotOptions): Promise<MemberLook> {
  let problem = member.name === '' ? 'it was added and never started' : 'it names no address for clients';
  for (const url of member.clientUrls) {
    const client = await open(url);
    try {
      const status = await client.status();
      if (status.memberId !== member.id) {
        problem = `another member answers at ${url}`;
        continue;
      }
      const isHealthy = await client.isHealthy();
      const database = snapshots === undefined ? undefined : await databaseOf(client, member, snapshots);
      return { ...member, url, status, isHealthy, ...(database === undefined ? {} : { database }) };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      problem = messageOf(error);
    } finally {
      client.close();
    }
  }
  return { ...member, isHealthy: false, problem };
}

async function databaseOf(
  client: EtcdClient,
  { name }: Member,
  { judged, scratch, now }: SnapshotOptions,
): Promise<Holding> {
  return withSnapshot(client, scratch, now, async (file) => {
    const inspected = await inspectFile(file, `the database of ${name}`, { judged });
    if (inspected === undefined)
      throw new ServerError('not-understood', `${name}: its snapshot is no database of etcd`);
    return holdingOf([inspected]);
  });
}
