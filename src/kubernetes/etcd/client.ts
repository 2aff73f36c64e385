// One etcd member, as far as operating the control plane needs it: values at a revision, state, compaction, defragmentation, members, snapshots and
// metrics. It never writes keys. etcd 3.4 and later, through its gRPC gateway.
import { type MetricSample, parseMetrics } from '../metrics/parse.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { ServerError } from '../transport/server-error.ts';
import { idField, numberField, recordField, recordsField, textField } from './fields.ts';
import { Gateway } from './gateway.ts';
import {
  type KeyValue,
  keyValue,
  type Member,
  type MemberStatus,
  memberOf,
  memberStatus,
  membersOf,
  type RangeAnswer,
  type RangeOptions,
  revisionOf,
} from './records.ts';
import { type Snapshot, saveSnapshot } from './snapshot.ts';

/** What a client may be told besides whom to ask. */
export interface EtcdClientOptions {
  /** Milliseconds for one answer, and for each silence in a snapshot; 10 s unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

const TIMEOUT_MS = 10_000;
/** A member answers nothing while it is defragmented: about 10 s a GB. */
const DEFRAGMENT_MS = 600_000;
/** Where keys end that begin with a prefix for which there is no end. */
const NO_END = Buffer.of(0);

/** A client of one member. Every method throws ServerError. Close it when done. */
export class EtcdClient {
  readonly #gateway: Gateway;

  constructor(endpoint: Endpoint, options: EtcdClientOptions = {}) {
    const { timeoutMs = TIMEOUT_MS, now = () => new Date(), signal } = options;
    this.#gateway = new Gateway(endpoint, now, timeoutMs, signal);
  }

  /** Address of the member. */
  get server(): string {
    return this.#gateway.server;
  }

  /** Ends kept connections. */
  close(): void {
    this.#gateway.close();
  }

  /** Reads values. */
  async range(key: string | Buffer, options: RangeOptions = {}): Promise<RangeAnswer> {
    const { end, limit, revision, keysOnly, countOnly, serializable } = options;
    const answer = await this.#gateway.read('/v3/kv/range', {
      key: base64(key),
      range_end: end === undefined ? undefined : base64(end),
      limit: limit === undefined ? undefined : String(limit),
      revision: revision === undefined ? undefined : String(revision),
      keys_only: keysOnly,
      count_only: countOnly,
      serializable,
    });
    return {
      revision: revisionOf(answer),
      values: recordsField(answer, 'kvs').map(keyValue),
      more: answer['more'] === true,
      count: numberField(answer, 'count'),
    };
  }

  /** Reads all values whose keys begin with `prefix`, page by page, all as of one revision. */
  async *values(
    prefix: string,
    options: Omit<RangeOptions, 'end' | 'countOnly'> = {},
  ): AsyncGenerator<KeyValue, void, void> {
    const { limit = 500 } = options;
    const end = prefixEnd(prefix);
    let from: Buffer = Buffer.from(prefix);
    let { revision } = options;
    for (;;) {
      const page = await this.range(from, { ...options, end, limit, ...(revision === undefined ? {} : { revision }) });
      revision ??= page.revision;
      yield* page.values;
      const last = page.values.at(-1);
      if (!page.more || last === undefined) return;
      // The first key after the last one.
      from = Buffer.concat([last.key, Buffer.of(0)]);
    }
  }

  /** State of this member. */
  async status(): Promise<MemberStatus> {
    return memberStatus(await this.#gateway.read('/v3/maintenance/status', {}));
  }

  /** Forgets all values that were replaced or deleted before `revision`; all members do it. With `physical` it answers once the pages are free. */
  async compact(revision: number, options: { readonly physical?: boolean } = {}): Promise<void> {
    await this.#gateway.change('/v3/kv/compaction', {
      revision: String(revision),
      physical: options.physical === true,
    });
  }

  /** Writes this member's database anew without free pages. The member answers nothing meanwhile: one member after the other, the leader last. */
  async defragment(): Promise<void> {
    await this.#gateway.change('/v3/maintenance/defragment', {}, DEFRAGMENT_MS);
  }

  /** Members of the cluster, by id. */
  async members(): Promise<readonly Member[]> {
    return membersOf(await this.#gateway.read('/v3/cluster/member/list', {}));
  }

  /** Adds a member that is not started yet; its data directory must be empty. */
  async addMember(peerUrls: readonly string[]): Promise<Member> {
    const answer = await this.#gateway.change('/v3/cluster/member/add', { peerURLs: peerUrls });
    return memberOf(recordField(answer, 'member'));
  }

  /** Removes a member. etcd refuses when the rest would have no quorum. */
  async removeMember(id: string): Promise<readonly Member[]> {
    return membersOf(await this.#gateway.change('/v3/cluster/member/remove', { ID: id }));
  }

  /** Makes another member the leader; only the leader itself does so. */
  async transferLeadership(id: string): Promise<void> {
    await this.#gateway.change('/v3/maintenance/transfer-leadership', { targetID: id });
  }

  /** Raised alarms, such as `NOSPACE`, with the member that raised each. */
  async alarms(): Promise<readonly { readonly memberId: string; readonly alarm: string }[]> {
    const answer = await this.#gateway.read('/v3/maintenance/alarm', { action: 'GET' });
    return recordsField(answer, 'alarms').map((alarm) => ({
      memberId: idField(alarm, 'memberID'),
      alarm: textField(alarm, 'alarm'),
    }));
  }

  /** Saves this member's database as a snapshot file, as `etcdctl snapshot save` does: bounded memory, checked against its trailer. */
  async saveSnapshot(file: string): Promise<Snapshot> {
    return saveSnapshot(this.#gateway, file);
  }

  /** The member's metrics. */
  async metrics(): Promise<readonly MetricSample[]> {
    const { status, text } = await this.#gateway.page('/metrics');
    if (status !== 200) throw this.#gateway.failure('/metrics', status, text);
    return parseMetrics(text);
  }

  /** Whether the member says that it can serve: it has a leader and no alarm. */
  async isHealthy(): Promise<boolean> {
    try {
      const { text } = await this.#gateway.page('/health');
      return this.#gateway.record(text)['health'] === 'true';
    } catch (error) {
      if (error instanceof ServerError) return false;
      throw error;
    }
  }
}

/** The first key after all that begin with `prefix`. */
export function prefixEnd(prefix: string | Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let index = end.length - 1; index >= 0; index -= 1) {
    const byte = end[index] ?? 0xff;
    if (byte === 0xff) continue;
    end[index] = byte + 1;
    return end.subarray(0, index + 1);
  }
  return NO_END;
}

function base64(key: string | Buffer): string {
  return Buffer.from(key).toString('base64');
}
