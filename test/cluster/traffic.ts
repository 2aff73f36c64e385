// Clients of a cluster that is being operated on: they write and read Secrets through every server without a pause, and keep a ledger of what was
// acknowledged. A server that is being started anew may be away; whatever else fails is a failure, and what cannot be decrypted is one at any time.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAccess } from '../../src/kubernetes/access/load-access.ts';
import { ApiClient } from '../../src/kubernetes/api/client.ts';
import { type KubernetesObject, NAMESPACES, SECRETS } from '../../src/kubernetes/api/resource.ts';
import { ServerError } from '../../src/kubernetes/transport/server-error.ts';
import type { TestCluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import type { TestNode } from './node.ts';

/** What the clients met. */
export interface TrafficResult {
  /** Reads and writes that failed without a reason, and answers that cannot be; empty when all is well. */
  readonly failures: readonly string[];
  readonly acknowledged: number;
  readonly reads: number;
}

/** Running clients. */
export interface Traffic {
  /** The server goes away, until `back` is called: it may refuse and break off. @param broken it stays and is wrong: nobody asks it any more */
  away(node: TestNode, broken?: boolean): void;
  back(node: TestNode): void;
  /** Ends the clients, reads everything once more through every server, and judges. May be called again. */
  stop(): Promise<TrafficResult>;
}

/** The namespace of the clients' Secrets. */
export const TRAFFIC_NAMESPACE = 'traffic';

const PAUSE_MS = 80;
const SHARED = 'shared';
/** Where no server answers for so long, a client that tries one after the other has lost the cluster. */
const MOST_TRIES = 3;
const TIMEOUT_MS = 20_000;

interface Station {
  readonly node: TestNode;
  readonly client: ApiClient;
  state: 'up' | 'away' | 'broken';
  /** Raised at each change: a request that met one may fail. */
  changes: number;
}

/** Starts the clients: at every server one that writes a Secret of its own, one that counts in a shared one, one that makes and deletes, one that lists. */
export async function startTraffic(cluster: TestCluster): Promise<Traffic> {
  const stations: Station[] = [];
  for (const node of cluster.nodes) {
    const access = await loadAccess({
      kubeconfig: node.kubeconfig,
      workingDirectory: cluster.directory,
      environment: {},
    });
    // Nothing is repeated: the first failure counts.
    const client = new ApiClient(access, { retries: 0, timeoutMs: TIMEOUT_MS });
    stations.push({ node, client, state: 'up', changes: 0 });
  }
  const [first] = stations;
  if (first === undefined) throw new Error('no server');
  if ((await first.client.find(NAMESPACES, { name: TRAFFIC_NAMESPACE })) === undefined) {
    await first.client.create(NAMESPACES, { metadata: { name: TRAFFIC_NAMESPACE } });
  }
  const run = new Run(stations, `${Date.now()}`);
  await run.prepare(first.client);
  const loops = [...stations.flatMap((station) => run.loopsAt(station)), run.failover()];
  let result: Promise<TrafficResult> | undefined;
  const set = (node: TestNode, state: Station['state']): void => {
    for (const station of stations) {
      // A server that is wrong stays so until it is back.
      if (station.node !== node || (station.state === 'broken' && state === 'away')) continue;
      station.state = state;
      station.changes += 1;
    }
  };
  return {
    away: (node, broken = false) => set(node, broken ? 'broken' : 'away'),
    back: (node) => set(node, 'up'),
    stop: () => {
      result ??= run.end(loops).finally(() => {
        for (const { client } of stations) client.close();
      });
      return result;
    },
  };
}

/**
 * Does something while clients read and write.
 * @throws AssertionError when one of them met a failure or a lost write, or when they hardly did anything
 */
export async function inTraffic(cluster: TestCluster, act: (traffic: Traffic) => Promise<void>): Promise<void> {
  const traffic = await startTraffic(cluster);
  // Clients that run on would keep the test's process alive.
  await act(traffic).finally(() => traffic.stop());
  const { failures, acknowledged, reads } = await traffic.stop();
  assert.deepEqual(failures, []);
  assert.ok(reads > 100 && acknowledged > 30, `${reads} reads, ${acknowledged} writes`);
}

class Run {
  readonly #stations: readonly Station[];
  /** Names of one traffic are its own. */
  readonly #id: string;
  readonly #ledger = new Ledger();
  readonly #failures: string[] = [];
  #going = true;

  constructor(stations: readonly Station[], id: string) {
    this.#stations = stations;
    this.#id = id;
  }

  /** Makes the Secrets that are written over and over. */
  async prepare(client: ApiClient): Promise<void> {
    for (const name of this.#names()) {
      await client.create(SECRETS, secretOf(name, 0));
    }
  }

  loopsAt(station: Station): readonly Promise<void>[] {
    return [
      this.#loop(station, (turn) => this.#grow(station, this.#own(station), turn)),
      this.#loop(station, () => this.#count(station)),
      this.#loop(station, (turn) => this.#makeAndDelete(station, turn)),
      this.#loop(station, () => this.#readAll(station)),
      this.#loop(station, () => this.#list(station)),
    ];
  }

  /** A client that takes the next server when one does not answer: to it the cluster is never away. */
  async failover(): Promise<void> {
    let turn = 0;
    while (this.#going) {
      let answer: unknown;
      for (let tried = 0; tried < MOST_TRIES * this.#stations.length; tried += 1) {
        turn += 1;
        const station = this.#stations[turn % this.#stations.length];
        if (station === undefined || station.state === 'broken') continue;
        const reading = this.#ledger.begin(this.#name(SHARED));
        try {
          this.#ledger.end(reading, turnOf(await this.#get(station, reading.name)), station.node.name);
          answer = undefined;
          break;
        } catch (error) {
          answer = error;
          await sleep(PAUSE_MS);
        }
      }
      if (answer !== undefined) this.#failures.push(`no server answers: ${String(answer)}`);
      await sleep(PAUSE_MS);
    }
  }

  async end(loops: readonly Promise<void>[]): Promise<TrafficResult> {
    this.#going = false;
    await Promise.all(loops);
    for (const station of this.#stations) {
      if (station.state === 'up') await this.#guarded(station, () => this.#readAll(station));
    }
    const { acknowledged, reads } = this.#ledger.counts;
    return { failures: [...this.#failures, ...this.#ledger.problems], acknowledged, reads };
  }

  async #loop(station: Station, act: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 1; this.#going; turn += 1) {
      // As a load balancer does with a server that is not ready: what it would write, nobody else could read.
      if (station.state !== 'broken') await this.#guarded(station, () => act(turn));
      await sleep(PAUSE_MS);
    }
  }

  /** Keeps what a restart does not explain. */
  async #guarded(station: Station, act: () => Promise<void>): Promise<void> {
    const { state, changes } = station;
    try {
      await act();
    } catch (error) {
      const isStill = station.state === state && station.changes === changes;
      if (station.state === 'broken' || state === 'broken') return;
      if (!(error instanceof ServerError) || isUnreadable(error) || (isStill && state === 'up')) {
        this.#failures.push(`${station.node.name}: ${String(error)}`);
      }
    }
  }

  /** Writes its own Secret over, whoever rewrites it meanwhile. */
  async #grow(station: Station, name: string, turn: number): Promise<void> {
    const secret = await this.#get(station, name);
    this.#ledger.sent(name, turn);
    await this.#replace(station, { ...secret, data: dataOf(turn) }, name, turn);
  }

  /** Adds one to the Secret that all servers count in: no addition may be lost. */
  async #count(station: Station): Promise<void> {
    const name = this.#name(SHARED);
    const secret = await this.#get(station, name);
    const turn = turnOf(secret) + 1;
    this.#ledger.sent(name, turn);
    await this.#replace(station, { ...secret, data: dataOf(turn) }, name, turn);
  }

  /** The resource version makes a write that comes late a conflict, not a loss. */
  async #replace({ client }: Station, object: KubernetesObject, name: string, turn: number): Promise<void> {
    try {
      await client.replace(SECRETS, object);
      this.#ledger.acknowledged(name, turn);
    } catch (error) {
      if (!(error instanceof ServerError) || error.kind !== 'conflict') throw error;
    }
  }

  async #makeAndDelete(station: Station, turn: number): Promise<void> {
    const name = `made-${this.#id}-${station.node.name}-${turn}`;
    await station.client.create(SECRETS, secretOf(name, turn));
    for (const reader of this.#stations) await this.#expect(reader, name, turn);
    await station.client.delete(SECRETS, { namespace: TRAFFIC_NAMESPACE, name });
    for (const reader of this.#stations) await this.#expect(reader, name, undefined);
  }

  /** One read through another server, which may be away. */
  async #expect(reader: Station, name: string, turn: number | undefined): Promise<void> {
    await this.#guarded(reader, async () => {
      const found = await reader.client.find(SECRETS, { namespace: TRAFFIC_NAMESPACE, name });
      const is = found === undefined ? undefined : turnOf(found);
      if (is !== turn) this.#failures.push(`${reader.node.name}: ${name} is ${is}, not ${turn}`);
    });
  }

  async #readAll(station: Station): Promise<void> {
    for (const name of this.#names()) {
      const reading = this.#ledger.begin(name);
      this.#ledger.end(reading, turnOf(await this.#get(station, name)), station.node.name);
    }
  }

  /** One value that cannot be decrypted fails the whole list. */
  async #list({ client, node }: Station): Promise<void> {
    const readings = this.#names().map((name) => this.#ledger.begin(name));
    const found = new Map<string | undefined, number>();
    for await (const secret of client.list(SECRETS, { namespace: TRAFFIC_NAMESPACE })) {
      found.set(secret.metadata.name, turnOf(secret));
    }
    for (const reading of readings) this.#ledger.end(reading, found.get(reading.name) ?? -1, node.name);
  }

  #get({ client }: Station, name: string): Promise<KubernetesObject> {
    return client.get(SECRETS, { namespace: TRAFFIC_NAMESPACE, name });
  }

  #names(): readonly string[] {
    return [this.#name(SHARED), ...this.#stations.map((station) => this.#own(station))];
  }

  #own({ node }: Station): string {
    return this.#name(node.name);
  }

  #name(of: string): string {
    return `${of}-${this.#id}`;
  }
}

/** What a server answers that cannot decrypt; etcd's own troubles have its name. */
function isUnreadable({ status, message }: ServerError): boolean {
  return status === 500 && !message.includes('etcdserver');
}

function secretOf(name: string, turn: number): KubernetesObject {
  return { metadata: { name, namespace: TRAFFIC_NAMESPACE }, type: 'Opaque', data: dataOf(turn) };
}

function dataOf(turn: number): Readonly<Record<string, string>> {
  return { turn: Buffer.from(String(turn)).toString('base64') };
}

/** NaN for what the clients did not write. */
function turnOf(secret: KubernetesObject): number {
  const { turn = '' } = Object(secret['data']) as { readonly turn?: string };
  const text = Buffer.from(turn, 'base64').toString('latin1');
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
