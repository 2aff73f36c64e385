// The SQLite files that the program writes, told apart by the application id in their header (SQLite "Database File Format" 1.3).
import type { DatabaseSync } from 'node:sqlite';

/** "PLmA" and "PLmS" in ASCII. */
export const APPLICATION_IDS = { advisorySet: 0x504c6d41, store: 0x504c6d53 } as const;

/** A number that SQLite keeps in the file's header; `schema` names the file where several are open as one database. */
export function headerNumber(
  database: DatabaseSync,
  pragma: 'application_id' | 'user_version',
  schema: 'main' | 'kept' = 'main',
): number {
  return Number(database.prepare(`PRAGMA ${schema}.${pragma}`).get()?.[pragma]);
}
