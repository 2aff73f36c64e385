// The database of results: open, migrate, transact. It knows no table: each area brings its migrations. A file that is no store is refused before
// anything is written into it, and a store that may only be read is read.
// Calls are asynchronous so that another engine can take SQLite's place without touching callers.
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { APPLICATION_IDS, headerNumber } from './database-file.ts';
import { messageOf, PlimsollError } from './errors.ts';

/** One step of an area's schema. Applied once, in ascending order of `version` within an area. */
export interface Migration {
  readonly area: string;
  readonly version: number;
  readonly sql: string;
  /** Tables that only repeat what others hold, for speed: of a store that may not be written they are made anew in memory. */
  readonly derived?: true;
}

export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** An open store. */
export interface Store {
  /** False for a store on a read-only medium, or of another user: it answers, and keeps nothing but derived tables until it is closed. */
  readonly writable: boolean;
  all(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>;
  get(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined>;
  run(sql: string, ...values: readonly SqlValue[]): Promise<void>;
  /** All or nothing: rolled back when `work` rejects. Not nested. */
  transact<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Milliseconds to wait for another process that writes to the same store. */
const LOCK_WAIT_MS = 30_000;

const MIGRATION_TABLE =
  'CREATE TABLE IF NOT EXISTS migration (area TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (area, version)) STRICT';

/**
 * Opens or creates the store and brings the areas' tables up to date.
 * @throws PlimsollError `store` when the file cannot be opened or written, is not a database, or was made by a newer program; `usage` when it is
 * another program's database or an advisory set.
 */
export async function openStore(path: string, migrations: readonly Migration[]): Promise<Store> {
  return guarded(path, () => {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openDatabase(new DatabaseSync(path, { timeout: LOCK_WAIT_MS }), path, true, (database) => {
      requireStore(database, 'main', path);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      migrate(database, migrations);
    });
  });
}

/**
 * Opens a store that is there, to read it if it may not be written; undefined when there is no file. Never makes one.
 * @throws PlimsollError as openStore does, and `store` when it needs a migration that cannot be written.
 */
export async function openExistingStore(path: string, migrations: readonly Migration[]): Promise<Store | undefined> {
  if (!isThere(path)) return undefined;
  return mayWrite(path) && mayWrite(dirname(path)) ? openStore(path, migrations) : openToRead(path, migrations);
}

/** The store's file as a second schema beside an empty one in memory: names are looked for in both, tables are made in the one in memory. */
function openToRead(path: string, migrations: readonly Migration[]): Store {
  return guarded(path, () =>
    openDatabase(new DatabaseSync(':memory:'), path, false, (database) => {
      const url = pathToFileURL(path);
      // Without a journal nobody is writing; SQLite could not make the lock file that it wants for reading.
      url.search = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 ? 'mode=ro' : 'immutable=1';
      database.prepare('ATTACH DATABASE ? AS kept').run(url.href);
      requireStore(database, 'kept', path);
      const done = appliedVersions(database, 'kept');
      refuseNewer(done, migrations);
      const missing = migrations.filter(({ area, derived }) => derived === true || !done.has(area));
      const behind = migrations.find((step) => !missing.includes(step) && step.version > (done.get(step.area) ?? 0));
      if (behind !== undefined) {
        throw new PlimsollError(
          'store',
          `store ${path} was made by an older program and cannot be brought up to date where it lies; copy it and name the copy with --store`,
        );
      }
      for (const { sql } of inOrder(missing)) database.exec(sql);
    }),
  );
}

function openDatabase(
  database: DatabaseSync,
  path: string,
  writable: boolean,
  prepare: (database: DatabaseSync) => void,
): Store {
  try {
    prepare(database);
    return new SqliteStore(database, path, writable);
  } catch (error) {
    database.close();
    throw error;
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    const message = `store ${path} cannot be opened: ${messageOf(error)}; name another file with --store`;
    throw new PlimsollError('store', message, { cause: error });
  }
}

/** Nothing may be written into a file that is somebody else's. An empty database is nobody's. */
function requireStore(database: DatabaseSync, schema: 'main' | 'kept', path: string): void {
  const application = headerNumber(database, 'application_id', schema);
  if (application === APPLICATION_IDS.store) return;
  if (application === APPLICATION_IDS.advisorySet) {
    throw new PlimsollError('usage', `${path} is an advisory set, no store; a set is named with --advisories`);
  }
  const isEmpty = database.prepare(`SELECT 1 FROM ${schema}.sqlite_schema LIMIT 1`).get() === undefined;
  if (application === 0 && isEmpty) return;
  throw new PlimsollError(
    'usage',
    `${path} is a database of another program, no store; name another file with --store`,
  );
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Saying it again would write into the file at every opening.
    if (headerNumber(database, 'application_id') === 0)
      database.exec(`PRAGMA application_id = ${APPLICATION_IDS.store}`);
    database.exec(MIGRATION_TABLE);
    const done = appliedVersions(database, 'main');
    refuseNewer(done, migrations);
    for (const step of inOrder(migrations)) {
      if (step.version <= (done.get(step.area) ?? 0)) continue;
      database.exec(step.sql);
      database.prepare('INSERT INTO migration (area, version) VALUES (?, ?)').run(step.area, step.version);
    }
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function inOrder(migrations: readonly Migration[]): readonly Migration[] {
  return migrations.toSorted((a, b) => a.version - b.version);
}

/** The last version of each area. */
function appliedVersions(database: DatabaseSync, schema: 'main' | 'kept'): ReadonlyMap<string, number> {
  const hasTable =
    database.prepare(`SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'migration'`).get() !== undefined;
  const query = `SELECT area, max(version) AS version FROM ${schema}.migration GROUP BY area`;
  const rows = hasTable ? database.prepare(query).all() : [];
  return new Map(rows.map((row) => [String(row['area']), Number(row['version'])]));
}

function refuseNewer(done: ReadonlyMap<string, number>, migrations: readonly Migration[]): void {
  const known = new Map(inOrder(migrations).map(({ area, version }) => [area, version]));
  for (const [area, version] of done) {
    if (version > (known.get(area) ?? version)) {
      throw new PlimsollError(
        'store',
        `the store was written by a newer program (${area} ${version}); update plimsoll`,
      );
    }
  }
}

/** SQLite rolls back by itself where it cannot go on, as on a full disk. */
function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}

class SqliteStore implements Store {
  readonly writable: boolean;
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  constructor(database: DatabaseSync, path: string, writable: boolean) {
    this.writable = writable;
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
