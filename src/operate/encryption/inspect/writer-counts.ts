// Counts of judged values by writer and by what they are to their key.
import { compareText } from '../../../platform/order.ts';
import { fingerprintOfId, nameOf, type TransformerId } from '../plan/transformer-id.ts';
import type { WriterCounts, WriterUse } from './inspection.ts';
import { type RevisionTable, TOMBSTONE, type ValueState } from './revision-table.ts';

interface MutableUse {
  current: number;
  old: number;
  deleted: number;
  wal: number;
  firstRevision?: number;
  lastRevision?: number;
}

/** Counts by the number of a writer. */
export class WriterTally {
  readonly #uses: MutableUse[] = [];

  /** Counts all revisions of a table. */
  addTable(table: RevisionTable): void {
    for (let number = 0; number < table.count; number += 1) {
      const writer = table.writerOf(number);
      if (writer === TOMBSTONE) continue;
      const use = this.#useOf(writer);
      use[table.stateOf(number)] += 1;
      const revision = table.revisionOf(number);
      use.firstRevision = Math.min(use.firstRevision ?? revision, revision);
      use.lastRevision = Math.max(use.lastRevision ?? revision, revision);
    }
  }

  /** Counts a value in a record of the WAL. */
  addWal(writer: number): void {
    this.#useOf(writer).wal += 1;
  }

  /** Counts of one state by writer; values that several keys of one name opened are counted together. */
  countsOf(state: ValueState, ids: readonly TransformerId[]): WriterCounts {
    const counts = new Map<string, number>();
    for (const use of this.uses(ids)) {
      if (use[state] > 0) counts.set(use.writer, (counts.get(use.writer) ?? 0) + use[state]);
    }
    return Object.fromEntries(counts);
  }

  /** All writers that wrote anything, by name. */
  uses(ids: readonly TransformerId[]): readonly WriterUse[] {
    return this.#uses
      .flatMap((use, number) => (use === undefined ? [] : { id: ids[number] ?? '', use }))
      .sort((a, b) => compareText(a.id, b.id))
      .map(({ id, use }) => {
        const fingerprint = fingerprintOfId(id);
        return { writer: nameOf(id), ...(fingerprint === undefined ? {} : { fingerprint }), ...use };
      });
  }

  #useOf(writer: number): MutableUse {
    this.#uses[writer] ??= { current: 0, old: 0, deleted: 0, wal: 0 };
    return this.#uses[writer];
  }
}
