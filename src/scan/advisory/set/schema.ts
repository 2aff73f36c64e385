// The file of an advisory set: one SQLite database, recognised by its application id, read-only once written. A row of `package` holds all
// records on one package, because that is what a look-up asks for.
import type { DatabaseSync } from 'node:sqlite';

/** "PLmA" in ASCII, in the file's header (SQLite "Database File Format" 1.3, application id). */
export const APPLICATION_ID = 0x504c6d41;
/** Changes whenever an older program could misread the file, or the stored form of a record changes. */
export const FORMAT_VERSION = 2;

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE feed (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- records: JSON {"feed": [record, …]} as text when short, else deflated.
  CREATE TABLE package (namespace TEXT NOT NULL, name TEXT NOT NULL, records ANY NOT NULL) STRICT;
  -- severities: JSON [[kind, source, raw, level, score], …]; ssvc: its three answers, "poc yes total".
  CREATE TABLE enrichment (vulnerability TEXT PRIMARY KEY, kev TEXT, epss REAL, severities TEXT, ssvc TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE end_of_life (os TEXT PRIMARY KEY, date TEXT NOT NULL, source TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Creates the tables. The look-up index comes last, after the rows: see createIndex. */
export function createTables(database: DatabaseSync): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION}; ${TABLES}`);
}

/** Makes look-ups by package fast; an index built once over sorted rows is smaller and quicker than one kept up to date. */
export function createIndex(database: DatabaseSync): void {
  database.exec('CREATE UNIQUE INDEX package_key ON package (namespace, name)');
}
