// A member's snapshot as a file for as long as it is read. All Secrets are in it: it lies in a folder of its own that nobody else may enter, in memory unless
// said otherwise, and is removed whatever happens, also when the program is interrupted; only a kill leaves it until the next start of the machine.
import { rmSync } from 'node:fs';
import { mkdtemp, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { EtcdClient } from '../../../kubernetes/etcd/client.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/**
 * Saves a snapshot, gives it to `work`, and removes it. The file's time is that of the request: what was written later need not be in it.
 * @param scratch folder for it
 * @throws ServerError of the member; PlimsollError `input-unreadable` when it cannot be kept; what the work throws
 */
export async function withSnapshot<Result>(
  client: EtcdClient,
  scratch: string,
  now: () => Date,
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await makeFolder(scratch);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const interrupted = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  // `once`: the second time, by the handler itself, the signal has its own effect.
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const file = join(folder, 'db');
    const asked = now();
    await client.saveSnapshot(file);
    await utimes(file, asked, asked);
    return await work(file);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, interrupted);
    remove();
  }
}

async function makeFolder(scratch: string): Promise<string> {
  try {
    return await mkdtemp(join(scratch, 'plimsoll-'));
  } catch (error) {
    const advice = 'name a folder in memory (tmpfs) with --scratch';
    throw new PlimsollError(
      'input-unreadable',
      `${scratch}: a snapshot cannot be kept there: ${messageOf(error)}; ${advice}`,
    );
  }
}
