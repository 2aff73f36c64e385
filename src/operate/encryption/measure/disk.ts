// What etcd's disk did during a measurement: how long its write-ahead log and its database took, from the histograms of each member's metrics.
// Bounds: etcd documentation, "Disk" of the FAQ and the hardware guide.
import type { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import {
  BACKEND_COMMIT,
  type Histogram,
  histogramOf,
  histogramSince,
  quantile,
  WAL_FSYNC,
} from '../../../kubernetes/metrics/histogram.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { compareText } from '../../../platform/order.ts';
import type { OpenMember } from '../verify/cluster-look.ts';

/** Both histograms of one member at one moment. */
export interface DiskReading {
  readonly member: string;
  readonly walFsync?: Histogram;
  readonly backendCommit?: Histogram;
  /** Why it could not be asked. */
  readonly problem?: string;
}

/** The 99th percentile of what came between two readings. */
export interface DiskTime {
  readonly count: number;
  readonly p99Ms: number;
  /** Above what etcd calls a fast disk: 10 ms for the log, 25 ms for the database. */
  readonly slow: boolean;
}

/** One member. A figure is absent when nothing was written, or the member was started anew meanwhile, or could not be asked. */
export interface MemberDisk {
  readonly member: string;
  readonly walFsync?: DiskTime;
  readonly backendCommit?: DiskTime;
  readonly problem?: string;
}

const MOST_WAL_MS = 10;
const MOST_COMMIT_MS = 25;

/**
 * Does the work between two readings of all members.
 * @param endpoints client addresses: the first member that answers says where the others are
 * @throws ServerError when none answers; what the work throws
 */
export async function aroundMembers<Result>(
  open: OpenMember,
  endpoints: readonly string[],
  work: () => Promise<Result>,
): Promise<{ readonly members: readonly MemberDisk[]; readonly result: Result }> {
  const clients: EtcdClient[] = [];
  try {
    for (const url of await memberUrls(open, endpoints)) clients.push(await open(url));
    const before = await Promise.all(clients.map(readDisk));
    const result = await work();
    const after = await Promise.all(clients.map(readDisk));
    const members = after.map((reading, index) => diskSince(before[index] ?? reading, reading));
    return { members: members.sort((a, b) => compareText(a.member, b.member)), result };
  } finally {
    for (const client of clients) client.close();
  }
}

async function memberUrls(open: OpenMember, endpoints: readonly string[]): Promise<readonly string[]> {
  let last: unknown;
  for (const endpoint of endpoints) {
    const client = await open(endpoint);
    try {
      return (await client.members()).flatMap(({ clientUrls: [url] }) => url ?? []);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      last = error;
    } finally {
      client.close();
    }
  }
  throw last;
}

async function readDisk(client: EtcdClient): Promise<DiskReading> {
  const member = client.server;
  try {
    const samples = await client.metrics();
    const walFsync = histogramOf(samples, WAL_FSYNC);
    const backendCommit = histogramOf(samples, BACKEND_COMMIT);
    return {
      member,
      ...(walFsync === undefined ? {} : { walFsync }),
      ...(backendCommit === undefined ? {} : { backendCommit }),
    };
  } catch (error) {
    // A measurement is of the API server: a member that is down is told, and it is done all the same.
    if (error instanceof PlimsollError) return { member, problem: messageOf(error) };
    throw error;
  }
}

/** What came between two readings of one member. */
export function diskSince(before: DiskReading, after: DiskReading): MemberDisk {
  const walFsync = timeOf(before.walFsync, after.walFsync, MOST_WAL_MS);
  const backendCommit = timeOf(before.backendCommit, after.backendCommit, MOST_COMMIT_MS);
  const problem = before.problem ?? after.problem;
  return {
    member: after.member,
    ...(walFsync === undefined ? {} : { walFsync }),
    ...(backendCommit === undefined ? {} : { backendCommit }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function timeOf(before: Histogram | undefined, after: Histogram | undefined, mostMs: number): DiskTime | undefined {
  if (before === undefined || after === undefined) return undefined;
  const between = histogramSince(before, after);
  const seconds = between === undefined ? undefined : quantile(between, 0.99);
  if (between === undefined || seconds === undefined) return undefined;
  const p99Ms = seconds * 1000;
  return { count: between.count, p99Ms, slow: p99Ms > mostMs };
}
