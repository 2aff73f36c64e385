// One run on a node at a time. The lock is SQLite's, which the kernel holds for the process: it is gone when the process is, however that ends, so no run
// ever meets the lock of a dead one. sqlite.org/lockingv3.html.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

/** Holds the lock while the work lasts. @throws PlimsollError `usage` when another run has it; what the work throws */
export async function withNodeLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const database = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    take(database, folder);
    return await work();
  } finally {
    database.close();
  }
}

function take(database: DatabaseSync, folder: string): void {
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    const advice = 'another run of plimsoll encryption apply is at work on this node';
    throw new PlimsollError('usage', `${folder} is locked (${messageOf(error)}): ${advice}`, { cause: error });
  }
}
