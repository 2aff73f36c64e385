// One update of a folder of feeds at a time: two would write into each other's unfinished downloads. The lock is SQLite's on an empty
// database, which the operating system gives up with the process, however that ends.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

const SQLITE_BUSY = 5;

/** Runs `work` while no other process works in the folder, which is made. @throws PlimsollError `advisories` when one does */
export async function withUpdateLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = acquire(folder);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function acquire(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, 'update.lock'));
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
    const reason = busy ? 'another "advisories update" is at work; wait for it to end' : messageOf(error);
    throw new PlimsollError('advisories', `${folder}: ${reason}`, { cause: error });
  }
}
