// Opens every judged value of a snapshot with the lists that servers have at every moment of a plan, in memory, and seals it again with everything that
// servers write with, for the same lists. Nothing of a value but its etcd key leaves this file.

import { compareText } from '../../../platform/order.ts';
import { type Provider, type Transformer, transformersOf } from '../configuration/configuration.ts';
import type { FileInspection } from '../inspect/inspection.ts';
import { objectName, type StoredRevision, type ValueReader } from '../inspect/value-opener.ts';
import { type TransformerId, transformerId } from '../plan/transformer-id.ts';
import type { RandomBytes } from '../provider/ciphers.ts';
import { openValue, sealValue } from '../provider/open.ts';
import type { Moment } from './moments.ts';

/** What one server cannot read at one moment. */
export interface Unreadable {
  /** Values of the snapshot. */
  readonly stored: number;
  /** Values that a server writes at that moment: the same objects, sealed anew. */
  readonly written: number;
  /** etcd keys of the first ones. */
  readonly keys: readonly string[];
}

/** Keys that are told for one server and moment. */
const TOLD = 5;

interface Tally {
  stored: number;
  written: number;
  readonly keys: Set<string>;
}

/** A reader that rehearses; give it to one file. */
export class RehearsalReader implements ValueReader {
  readonly #moments: readonly Moment[];
  readonly #known: ReadonlyMap<TransformerId, Transformer>;
  readonly #random: RandomBytes;
  readonly #tallies: readonly ReadonlyMap<string, Tally>[];
  #opened = 0;
  #unopened = 0;
  /** Values that a key management service alone can open, by its transformer. */
  readonly #outside = new Map<TransformerId, number>();
  readonly #unopenedKeys: string[] = [];

  constructor(moments: readonly Moment[], providers: readonly Provider[], random: RandomBytes) {
    this.#moments = moments;
    this.#random = random;
    const transformers: readonly Transformer[] = [...transformersOf(providers), { provider: 'identity' }];
    this.#known = new Map(transformers.map((transformer) => [transformerId(transformer), transformer]));
    this.#tallies = moments.map(
      ({ servers }) => new Map(servers.map(({ name }) => [name, { stored: 0, written: 0, keys: new Set() }])),
    );
  }

  /** Rehearses one value. */
  open({ key, value, writer }: StoredRevision): TransformerId | undefined {
    const etcdKey = key.toString();
    const origin = this.#originOf(value, etcdKey);
    if (origin === undefined && isService(writer)) {
      this.#addOutside(writer, etcdKey);
      return writer;
    }
    if (origin === undefined) {
      this.#unopened += 1;
      if (this.#unopenedKeys.length < TOLD) this.#unopenedKeys.push(etcdKey);
      return;
    }
    this.#opened += 1;
    const reads = this.#readings(origin.plain, etcdKey);
    for (const [index, { servers, stored, writers }] of this.#moments.entries()) {
      for (const { name, lists } of servers) {
        const fails = (id: TransformerId, bytes: Uint8Array): boolean => lists.some((list) => !reads(id, bytes, list));
        const unread = stored.has(origin.id) && fails('stored', value);
        const unwritten = writers.some((writer) => {
          if (isService(writer)) return lists.some((list) => !list.includes(writer));
          const sealed = reads.seal(writer);
          return sealed !== undefined && fails(writer, sealed);
        });
        this.#note(index, name, etcdKey, { unread, unwritten });
      }
    }
    return origin.id;
  }

  /** Of what a service sealed it is known that a server reads it only if its list names the service. */
  #addOutside(service: TransformerId, etcdKey: string): void {
    this.#outside.set(service, (this.#outside.get(service) ?? 0) + 1);
    for (const [index, { servers, stored }] of this.#moments.entries()) {
      for (const { name, lists } of servers) {
        const unread = stored.has(service) && lists.some((list) => !list.includes(service));
        this.#note(index, name, etcdKey, { unread, unwritten: false });
      }
    }
  }

  #note(
    moment: number,
    server: string,
    etcdKey: string,
    { unread, unwritten }: { readonly unread: boolean; readonly unwritten: boolean },
  ): void {
    const tally = this.#tallies[moment]?.get(server);
    if (tally === undefined || !(unread || unwritten)) return;
    tally.stored += unread ? 1 : 0;
    tally.written += unwritten ? 1 : 0;
    if (tally.keys.size < TOLD) tally.keys.add(etcdKey);
  }

  /** Values that were opened at all, and those that no key opened. */
  result(): NonNullable<FileInspection['opened']> {
    return { right: this.#opened, wrong: this.#unopened, places: [] };
  }

  /** etcd keys of the first values that no key opened. */
  get unopenedKeys(): readonly string[] {
    return this.#unopenedKeys;
  }

  /** Values that key management services sealed, by transformer, in order. */
  get outside(): readonly (readonly [id: TransformerId, values: number])[] {
    return [...this.#outside].sort(([a], [b]) => compareText(a, b));
  }

  /** Whether the keys of a transformer are there: values of others cannot be sealed for the rehearsal. */
  canSeal(id: TransformerId): boolean {
    const known = this.#known.get(id);
    return known !== undefined && known.provider !== 'kms';
  }

  /** By moment and server. */
  unreadable(): readonly ReadonlyMap<string, Unreadable>[] {
    return this.#tallies.map(
      (servers) =>
        new Map(
          [...servers].map(([name, { stored, written, keys }]) => [name, { stored, written, keys: [...keys].sort() }]),
        ),
    );
  }

  /** The object as it was written. Of several keys under one name the one counts that opens it to the object that its etcd key names. */
  #originOf(
    value: Uint8Array,
    etcdKey: string,
  ): { readonly id: TransformerId; readonly plain: Uint8Array } | undefined {
    const readings = [...this.#known].flatMap(([id, transformer]) => {
      const opened = openValue(value, [transformer], etcdKey);
      return opened.state === 'open' ? [{ id, plain: opened.plain }] : [];
    });
    const isNamed = (plain: Uint8Array): boolean => {
      const name = objectName(Buffer.from(plain.buffer, plain.byteOffset, plain.length));
      return name !== undefined && etcdKey.endsWith(`/${name}`);
    };
    return readings.find(({ plain }) => isNamed(plain)) ?? readings[0];
  }

  /** Reads bytes with lists and seals the object with transformers, each once a value. */
  #readings(plain: Uint8Array, etcdKey: string) {
    const done = new Map<string, boolean>();
    const sealedBy = new Map<TransformerId, Uint8Array | undefined>();
    const reads = (id: TransformerId, bytes: Uint8Array, list: readonly TransformerId[]): boolean => {
      const name = `${id}\n${list.join('\n')}`;
      const known = done.get(name);
      if (known !== undefined) return known;
      const opened = openValue(
        bytes,
        list.flatMap((one) => this.#known.get(one) ?? []),
        etcdKey,
      );
      const isSame = opened.state === 'open' && Buffer.compare(opened.plain, plain) === 0;
      done.set(name, isSame);
      return isSame;
    };
    const seal = (id: TransformerId): Uint8Array | undefined => {
      if (!sealedBy.has(id)) {
        const transformer = this.#known.get(id);
        const canSeal = transformer !== undefined && transformer.provider !== 'kms';
        sealedBy.set(id, canSeal ? sealValue(plain, transformer, etcdKey, this.#random) : undefined);
      }
      return sealedBy.get(id);
    };
    return Object.assign(reads, { seal });
  }
}

/** Whether a key management service, and no key of a file, opens the values of a transformer. */
export function isService(id: TransformerId): boolean {
  return id.startsWith('kms-');
}
