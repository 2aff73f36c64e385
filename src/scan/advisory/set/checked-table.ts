// Look-ups in a table of an advisory set that answer only with what the set's id covers.
import type { StatementSync } from 'node:sqlite';
import { PlimsollError } from '../../../platform/errors.ts';
import { guarded } from './failure.ts';
import { type Buckets, leafOf, placeOf } from './tree.ts';

/** A row as SQLite gives it. */
type Columns = Readonly<Record<string, unknown>>;

/** How the rows of a table are read and told apart. */
export interface TableReading {
  /** All rows between two places, by place, then key. */
  readonly rows: StatementSync;
  readonly keyOf: (row: Columns) => string;
  readonly textOf: (row: Columns) => string;
}

/** A table that answers only with what the set's id covers. */
export class CheckedTable {
  readonly #buckets: Buckets;
  readonly #name: string;
  readonly #reading: TableReading;

  constructor(buckets: Buckets, name: string, reading: TableReading) {
    this.#buckets = buckets;
    this.#name = name;
    this.#reading = reading;
  }

  /** Digest over the rows around the key, as stated: reads none of them. */
  fingerprint(key: string): Uint8Array {
    return this.#buckets.stated(placeOf(key));
  }

  /** @throws PlimsollError `advisories` when the rows around the key are not those that the set was made with. */
  row(key: string): Columns | undefined {
    const { rows, keyOf, textOf } = this.#reading;
    const place = placeOf(key);
    // Always the whole bucket: an index that was bent may lead to all of it and past one row of it.
    const found = guarded(this.#name, () => rows.all(...this.#buckets.span(place)));
    if (!this.#buckets.isChecked(place)) {
      const leaves = found.map((row) => leafOf(keyOf(row), textOf(row)));
      const areInPlace = found.every((row) => row['place'] === placeOf(keyOf(row)));
      if (!areInPlace || !this.#buckets.check(place, leaves)) throw altered(this.#name);
    }
    return found.find((row) => keyOf(row) === key);
  }
}

/** The error for a set that does not hold what its id stands for. */
export function altered(name: string): PlimsollError {
  const remedy = 'copy, build or download it again ("plimsoll advisories status" looks at all of it)';
  return new PlimsollError('advisories', `${name} was altered: it does not hold what its id stands for; ${remedy}`);
}
