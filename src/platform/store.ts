// The database of results: open, migrate, transact. It knows no table: each area brings its migrations.
// Calls are asynchronous so that another engine can take SQLite's place without touching callers.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { messageOf, PlimsollError } from './errors.ts';

/** One step of an area's schema. Applied once, in ascending order of `version` within an area. */
export interface Migration {
  readonly area: string;
  readonly version: number;
  readonly sql: string;
}

export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** An open store. */
export interface Store {
  all(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>;
  get(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined>;
  run(sql: string, ...values: readonly SqlValue[]): Promise<void>;
  /** All or nothing: rolled back when `work` rejects. Not nested. */
  transact<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Milliseconds to wait for another process that writes to the same store. */
const LOCK_WAIT_MS = 30_000;

/**
 * Opens or creates the store and brings the areas' tables up to date.
 * @throws PlimsollError `store` when the file cannot be opened, is not a database, or was made by a newer program.
 */
export async function openStore(path: string, migrations: readonly Migration[]): Promise<Store> {
  const database = openDatabase(path);
  try {
    migrate(database, migrations);
  } catch (error) {
    database.close();
    throw error instanceof PlimsollError
      ? error
      : new PlimsollError('store', `store ${path}: ${messageOf(error)}; name another file with --store`, {
          cause: error,
        });
  }
  return new SqliteStore(database, path);
}

function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    return database;
  } catch (error) {
    database?.close();
    throw new PlimsollError(
      'store',
      `store ${path} cannot be opened: ${messageOf(error)}; name another file with --store`,
      {
        cause: error,
      },
    );
  }
}

function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(
      'CREATE TABLE IF NOT EXISTS migration (area TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (area, version)) STRICT',
    );
    const done = new Map<string, number>();
    for (const row of database.prepare('SELECT area, max(version) AS version FROM migration GROUP BY area').all()) {
      done.set(String(row['area']), Number(row['version']));
    }
    const known = new Map<string, number>();
    for (const step of [...migrations].sort((a, b) => a.version - b.version)) {
      known.set(step.area, step.version);
      if (step.version <= (done.get(step.area) ?? 0)) continue;
      database.exec(step.sql);
      database.prepare('INSERT INTO migration (area, version) VALUES (?, ?)').run(step.area, step.version);
    }
    for (const [area, version] of done) {
      if (version > (known.get(area) ?? version)) {
        throw new PlimsollError(
          'store',
          `the store was written by a newer program (${area} ${version}); update plimsoll`,
        );
      }
    }
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite rolls back by itself where it cannot go on, as on a full disk. */
function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async all(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#guard(() => this.#prepare(sql).all(...(values as SQLInputValue[])) as Row[]);
  }

  async get(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    return this.#guard(() => this.#prepare(sql).get(...(values as SQLInputValue[])) as Row | undefined);
  }

  async run(sql: string, ...values: readonly SqlValue[]): Promise<void> {
    this.#guard(() => this.#prepare(sql).run(...(values as SQLInputValue[])));
  }

  async transact<T>(work: () => Promise<T>): Promise<T> {
    this.#guard(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work();
      this.#guard(() => this.#database.exec('COMMIT'));
      return result;
    } catch (error) {
      this.#guard(() => rollBack(this.#database));
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): ReturnType<DatabaseSync['prepare']> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new PlimsollError('store', `store ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }
}
