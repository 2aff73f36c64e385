// How long an API server takes for Secrets: create, get and list, over rounds in which every request for a Secret has its twin for a ConfigMap of the same
// bytes, which is stored as it is. What the machine and the disk do meanwhile meets both: their ratio is what encryption costs, whenever it was measured.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { type KubernetesObject, type Resource, SECRETS } from '../../../kubernetes/api/resource.ts';
import type { RandomBytes } from '../provider/ciphers.ts';
import { quantileOf } from './rank-sum.ts';

/** What is timed. */
export const OPERATIONS = ['create', 'get', 'list'] as const;
/** One of them. */
export type Operation = (typeof OPERATIONS)[number];

/** The twin of the Secrets. */
export const CONFIG_MAPS: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };

/** What is sent. Two measurements can be compared when these are the same. */
export interface Load {
  readonly rounds: number;
  /** Objects of each kind that a round makes, reads and deletes. */
  readonly objects: number;
  /** Bytes of each object's data. */
  readonly bytes: number;
}

/** Medians of one round in milliseconds. */
export type Round = Readonly<Record<Operation, { readonly secrets: number; readonly configMaps: number }>>;

/** What a measurement needs beside the client. */
export interface MeasureOptions extends Load {
  readonly namespace: string;
  readonly random: RandomBytes;
  /** A clock in milliseconds that never goes back. */
  readonly clock: () => number;
  readonly onProgress?: (round: number) => void;
}

/** Lists of each kind in a round. Each is of the objects of the round. */
const LISTS = 5;
const MARK = 'plimsoll.measure';
const SELECTOR = `${MARK}=yes`;
const KINDS = ['secrets', 'configMaps'] as const;
type Kind = (typeof KINDS)[number];
const RESOURCES: Readonly<Record<Kind, Resource>> = { secrets: SECRETS, configMaps: CONFIG_MAPS };

/** Whether objects could be made there, without making any. Throws ServerError when not. */
export async function rehearse(client: ApiClient, { namespace, bytes, random }: MeasureOptions): Promise<void> {
  for (const kind of KINDS) {
    await client.create(RESOURCES[kind], objectOf(kind, namespace, 0, random(bytes)), { dryRun: true });
  }
}

/**
 * Measures. Everything that it makes it deletes, also what a measurement left that was killed.
 * @throws ServerError for the first request that fails: one that was repeated says nothing of time
 */
export async function measure(client: ApiClient, options: MeasureOptions): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  await removeAll(client, options.namespace);
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      rounds.push(await oneRound(client, options, round));
      await removeAll(client, options.namespace);
      options.onProgress?.(round + 1);
    }
  } finally {
    await removeAll(client, options.namespace);
  }
  return rounds;
}

async function oneRound(client: ApiClient, options: MeasureOptions, round: number): Promise<Round> {
  const { namespace, objects, bytes, random, clock } = options;
  const times: Record<Operation, Record<Kind, number[]>> = {
    create: { secrets: [], configMaps: [] },
    get: { secrets: [], configMaps: [] },
    list: { secrets: [], configMaps: [] },
  };
  const timed = async (operation: Operation, index: number, act: (kind: Kind) => Promise<unknown>): Promise<void> => {
    // The one that comes second finds the server warm: they take turns.
    for (const kind of (index + round) % 2 === 0 ? KINDS : KINDS.toReversed()) {
      const start = clock();
      await act(kind);
      times[operation][kind].push(clock() - start);
    }
  };
  for (let index = 0; index < objects; index += 1) {
    const data = random(bytes);
    await timed('create', index, (kind) => client.create(RESOURCES[kind], objectOf(kind, namespace, index, data)));
  }
  for (let index = 0; index < objects; index += 1) {
    await timed('get', index, (kind) => client.get(RESOURCES[kind], { namespace, name: nameOf(index) }));
  }
  for (let index = 0; index < LISTS; index += 1) {
    await timed('list', index, (kind) =>
      client.listPage(RESOURCES[kind], { namespace, labelSelector: SELECTOR, limit: objects }),
    );
  }
  const medians = (operation: Operation): Round[Operation] => ({
    secrets: quantileOf(times[operation].secrets, 0.5),
    configMaps: quantileOf(times[operation].configMaps, 0.5),
  });
  return { create: medians('create'), get: medians('get'), list: medians('list') };
}

async function removeAll(client: ApiClient, namespace: string): Promise<void> {
  for (const kind of KINDS) {
    for await (const { metadata } of client.list(RESOURCES[kind], { namespace, labelSelector: SELECTOR })) {
      const { name = '', uid } = metadata;
      // Another object that took the name meanwhile is not ours.
      const mine = uid === undefined ? {} : { uid };
      await client.delete(RESOURCES[kind], { namespace, name }, mine);
    }
  }
}

function objectOf(kind: Kind, namespace: string, index: number, data: Uint8Array): KubernetesObject {
  const value = { value: Buffer.from(data).toString('base64') };
  return {
    metadata: { namespace, name: nameOf(index), labels: { [MARK]: 'yes' } },
    ...(kind === 'secrets' ? { type: 'Opaque', data: value } : { binaryData: value }),
  };
}

function nameOf(index: number): string {
  return `plimsoll-measure-${index}`;
}
