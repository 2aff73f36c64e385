// The state of encryption over all control planes: what each has, what the data holds, what is wrong, and whether all of it is one thing: what servers
// write with = the goal = what every value within reach is of.
import { compareText } from '../../../platform/order.ts';
import { type Fault, faultsOf } from '../plan/faults.ts';
import {
  currentCounts,
  type EncryptionState,
  listsOf,
  type OnDisk,
  pastCounts,
  type Running,
  type ServerState,
  writersOf,
} from '../plan/state.ts';
import { idText, type TransformerId } from '../plan/transformer-id.ts';
import type { ControlPlane, TransformationFailures } from './control-plane.ts';

/** Values of one transformer. */
export interface StoredCount {
  readonly transformer: TransformerId;
  readonly current: number;
  /** Old and deleted ones within reach. */
  readonly past: number;
}

/** The answer. */
export interface EncryptionStatus {
  /** `yes`: current = goal = data, and nothing is wrong. `no`: something is not so. */
  readonly settled: 'yes' | 'no';
  readonly reason: string;
  /** What was to be reached; what all servers write with, when no goal was named; absent when they differ. */
  readonly goal?: TransformerId;
  /** What servers write with, in order of id; one when they agree. */
  readonly writers: readonly TransformerId[];
  readonly servers: readonly ServerRow[];
  readonly data: readonly StoredCount[];
  readonly faults: readonly Fault[];
}

/** One control plane. */
export interface ServerRow {
  readonly name: string;
  readonly file: OnDisk;
  readonly running: Running;
  /** Version of its image; absent when that does not tell it. */
  readonly version?: string;
  /** Since its process loaded its file anew by itself; absent when it did not, or has no such metric (before 1.28). */
  readonly reloadedAt?: string;
  /** Values that its process could not read or write since its start; absent when there are none, or it was not asked. They do not say what is wrong now. */
  readonly failures?: readonly TransformationFailures[];
}

/**
 * Judges a state.
 * @param goal what was to be reached, if that is known
 * @param planes what else is known of the servers
 */
export function statusOf(
  state: EncryptionState,
  goal?: TransformerId,
  planes: readonly ControlPlane[] = [],
): EncryptionStatus {
  const writers = [...writersOf(state)].sort(compareText);
  const [only] = writers;
  const wanted = goal ?? (writers.length === 1 ? only : undefined);
  const faults = faultsOf(state);
  const data = storedCounts(state);
  const reason = unsettled(state, wanted, faults, data);
  return {
    settled: reason === undefined ? 'yes' : 'no',
    reason: reason ?? `every server writes with ${idText(wanted ?? '')}, and every value within reach is of it`,
    ...(wanted === undefined ? {} : { goal: wanted }),
    writers,
    servers: state.servers.map((server) => serverRow(server, planes)),
    data,
    faults,
  };
}

function serverRow(server: ServerState, planes: readonly ControlPlane[]): ServerRow {
  const { manifest, process } = planes.find(({ node }) => node === server.name) ?? {};
  const { reloadedAt, failures } = process === undefined || process === 'none' ? {} : process;
  return {
    ...server,
    ...(manifest?.version === undefined ? {} : { version: manifest.version }),
    ...(reloadedAt === undefined ? {} : { reloadedAt }),
    ...(failures === undefined ? {} : { failures }),
  };
}

/** Values by transformer, in order of id. */
export function storedCounts(state: EncryptionState): readonly StoredCount[] {
  const current = currentCounts(state);
  const past = pastCounts(state);
  return [...new Set([...current.keys(), ...past.keys()])].sort(compareText).map((transformer) => ({
    transformer,
    current: current.get(transformer) ?? 0,
    past: past.get(transformer) ?? 0,
  }));
}

function unsettled(
  state: EncryptionState,
  goal: TransformerId | undefined,
  faults: readonly Fault[],
  data: readonly StoredCount[],
): string | undefined {
  if (state.servers.length === 0) return 'no control plane was named';
  const [worst] = faults.filter(({ weight }) => weight === 'error');
  if (worst !== undefined) return worst.reason;
  if (goal === undefined) return 'servers write with different keys';
  const other = state.servers.find((server) => listsOf(server).some(([writer]) => writer !== goal));
  if (other !== undefined) return `${other.name} does not write with ${idText(goal)}`;
  const left = data.filter(({ transformer }) => transformer !== goal);
  if (left.length > 0) {
    const counts = left.map(
      ({ transformer, current, past }) => `${idText(transformer)}: ${current} current, ${past} old`,
    );
    return `values of others are within reach: ${counts.join('; ')}`;
  }
  return faults[0]?.reason;
}
