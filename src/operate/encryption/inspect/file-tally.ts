// What is counted of one file while it is read.
import { LIMITS } from '../../../platform/limits.ts';
import type { Revision } from '../etcd/key-value.ts';
import type { FileInspection, PlaintextPlace, WriterUse } from './inspection.ts';
import type { JudgedResources } from './judged-resources.ts';
import type { Remnant } from './remnant-search.ts';
import { RevisionTable, TOMBSTONE } from './revision-table.ts';
import type { ValueReader } from './value-opener.ts';
import { PLAIN, UNKNOWN, ValueWriters } from './value-writers.ts';
import { WriterTally } from './writer-counts.ts';

/** Order of areas in lists. */
const AREAS: readonly PlaintextPlace['area'][] = ['current', 'old', 'deleted', 'free', 'wal'];

/** What is known of a file without its revisions. */
export type FileFacts = Pick<
  FileInspection,
  'path' | 'kind' | 'bytes' | 'packed' | 'compactedRevision' | 'freePages' | 'orphanPages'
>;

/** Where the parts of a put request lie. */
export type WrittenValue = Pick<Revision, 'keyAt' | 'keyEnd' | 'valueAt' | 'valueEnd'>;

/** The counts of one file. */
export class FileTally {
  readonly judged: JudgedResources;
  readonly #opener: ValueReader | undefined;
  readonly #writers = new ValueWriters();
  readonly #table = new RevisionTable();
  readonly #writerTally = new WriterTally();
  readonly #reachable: { readonly number: number; readonly offset: number }[] = [];
  readonly #elsewhere: PlaintextPlace[] = [];
  readonly #plaintext = { reachable: 0, free: 0, wal: 0 };
  #revisions = 0;
  #lastRevision = 0;

  constructor(judged: JudgedResources, opener: ValueReader | undefined) {
    this.judged = judged;
    this.#opener = opener;
  }

  /** Counts one revision of a database whose bytes begin at `offset` in the file. */
  addRevision(bytes: Buffer, revision: Revision, offset: number): void {
    this.#revisions += 1;
    if (revision.main > this.#lastRevision) this.#lastRevision = revision.main;
    const { keyAt, keyEnd, valueAt } = revision;
    if (!this.judged.judges(bytes, keyAt, keyEnd)) return;
    if (revision.isTombstone) {
      this.#table.add(bytes, revision, TOMBSTONE);
      return;
    }
    const writer = this.#writerOf(bytes, revision);
    const number = this.#table.add(bytes, revision, writer);
    if (writer !== PLAIN) return;
    this.#plaintext.reachable += 1;
    if (this.#reachable.length < LIMITS.etcdPlaces) this.#reachable.push({ number, offset: offset + valueAt });
  }

  /** Counts a value that a record of the WAL writes; `bytes` begin at `offset` in the file. */
  addWritten(bytes: Buffer, { keyAt, keyEnd, valueAt, valueEnd }: WrittenValue, offset: number): void {
    if (!this.judged.judges(bytes, keyAt, keyEnd)) return;
    const writer = this.#writers.of(bytes, valueAt, valueEnd);
    this.#writerTally.addWal(writer);
    if (writer === PLAIN) this.#addPlace('wal', { at: valueAt, key: bytes.toString('utf8', keyAt, keyEnd) }, offset);
  }

  /** Counts values that were found where there is no structure. */
  addRemnants(area: 'free' | 'wal', remnants: readonly Remnant[], offset: number): void {
    for (const remnant of remnants) this.#addPlace(area, remnant, offset);
  }

  /** The result. What is known of the file besides is given. */
  finish(file: FileFacts): { readonly file: FileInspection; readonly unjudged: readonly string[] } {
    this.#writerTally.addTable(this.#table);
    const { ids } = this.#writers;
    const uses = this.#writerTally.uses(ids);
    const inspection: FileInspection = {
      ...file,
      revisions: this.#revisions,
      ...(this.#revisions === 0 ? {} : { lastRevision: this.#lastRevision }),
      values: {
        current: this.#writerTally.countsOf('current', ids),
        old: this.#writerTally.countsOf('old', ids),
        deleted: this.#writerTally.countsOf('deleted', ids),
      },
      plaintext: { ...this.#plaintext },
      writers: uses,
      places: this.#places(),
      ...(this.#opener === undefined ? {} : { opened: this.#opener.result() }),
    };
    return { file: inspection, unjudged: this.#unjudged(uses) };
  }

  /** The number of a value's writer; with keys the value is opened, and the key that did it is part of the number. */
  #writerOf(bytes: Buffer, revision: Revision): number {
    const { keyAt, keyEnd, valueAt, valueEnd } = revision;
    const writer = this.#writers.of(bytes, valueAt, valueEnd);
    if (this.#opener === undefined) return writer;
    const reader = this.#opener.open({
      key: bytes.subarray(keyAt, keyEnd),
      value: bytes.subarray(valueAt, valueEnd),
      revision: revision.main,
      writer: this.#writers.ids[writer] ?? '',
    });
    return reader === undefined ? writer : this.#writers.numberOf(reader);
  }

  #addPlace(area: 'free' | 'wal', { at, key, revision }: Remnant, offset: number): void {
    this.#plaintext[area] += 1;
    if (this.#elsewhere.length >= LIMITS.etcdPlaces) return;
    this.#elsewhere.push({
      area,
      offset: offset + at,
      ...(key === undefined ? {} : { key }),
      ...(revision === undefined ? {} : { revision }),
    });
  }

  #places(): readonly PlaintextPlace[] {
    const reachable = this.#reachable.map(({ number, offset }) => ({
      area: this.#table.stateOf(number),
      offset,
      key: this.#table.keyText(number),
      revision: this.#table.revisionOf(number),
    }));
    return [...reachable, ...this.#elsewhere]
      .sort((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area) || a.offset - b.offset)
      .slice(0, LIMITS.etcdPlaces);
  }

  #unjudged(uses: readonly WriterUse[]): readonly string[] {
    const unknown = uses.find(({ writer }) => writer === this.#writers.ids[UNKNOWN]);
    const values = unknown === undefined ? 0 : unknown.current + unknown.old + unknown.deleted + unknown.wal;
    const { wrong } = this.#opener?.result() ?? { wrong: 0 };
    return [
      ...(values === 0 ? [] : [`${values} values begin with k8s:enc: and are of no provider that is known`]),
      ...(wrong === 0
        ? []
        : [`${wrong} values do not open, with the keys that were given, to what their etcd keys name`]),
    ];
  }
}
