// The file of an advisory set: one SQLite database, recognised by its application id, read-only once written. A row of `package` holds all
// records on one package, because that is what a look-up asks for.
import type { DatabaseSync } from 'node:sqlite';
import { APPLICATION_IDS } from '../../../platform/database-file.ts';

/** Changes whenever an older program could misread the file, or the stored form of a record changes. */
export const FORMAT_VERSION = 3;

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE feed (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- records: JSON {"feed": [record, …]} as text when short, else deflated.
  -- Rows in the order of their keys.
  CREATE TABLE package (place INTEGER NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, records ANY NOT NULL) STRICT;
  -- severities: JSON [[kind, source, raw, level, score], …]; ssvc: its three answers, "poc yes total".
  CREATE TABLE enrichment (
    place INTEGER NOT NULL, vulnerability TEXT NOT NULL, kev TEXT, epss REAL, severities TEXT, ssvc TEXT,
    PRIMARY KEY (place, vulnerability)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE end_of_life (os TEXT PRIMARY KEY, date TEXT NOT NULL, source TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- Digests of the buckets of a table, one behind the other: see tree.ts.
  CREATE TABLE tree (of TEXT NOT NULL, digests BLOB NOT NULL) STRICT;
`;

const INDEX = 'CREATE INDEX package_place ON package (place)';

/** Creates the tables. The look-up index comes last, after the rows: see createIndex. */
export function createTables(database: DatabaseSync): void {
  database.exec(
    `PRAGMA application_id = ${APPLICATION_IDS.advisorySet}; PRAGMA user_version = ${FORMAT_VERSION}; ${TABLES}`,
  );
}

/** Makes look-ups by package fast; an index built once over all rows is smaller and quicker than one kept up to date. */
export function createIndex(database: DatabaseSync): void {
  database.exec(INDEX);
}

/** As SQLite keeps them: every statement from its first word on. */
const DEFINITIONS: ReadonlySet<string> = new Set(
  [...TABLES.split(';'), INDEX].map((statement) => statement.slice(Math.max(0, statement.indexOf('CREATE'))).trim()),
);

/**
 * Whether the file defines what createTables and createIndex make and nothing else. In place of a table, a file made to do harm can have a view that
 * never ends, or columns that compute what no memory holds.
 */
export function hasOwnTablesOnly(database: DatabaseSync): boolean {
  const definitions = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').all();
  return definitions.every(({ sql }) => DEFINITIONS.has(String(sql)));
}
