// The store of a command that looks something up: it makes none, and needs not be writable.
import { PlimsollError } from '../platform/errors.ts';
import { type Migration, openExistingStore, openStore, type Store } from '../platform/store.ts';
import type { CommandContext } from './command.ts';
import { storePath } from './locations.ts';

/**
 * The store that is there. Where the user has none yet, an empty one in memory: nothing was kept, so nothing is found.
 * @throws PlimsollError `input-missing` when `--store` names no file, and what openExistingStore throws
 */
export async function openLookupStore(
  option: string | undefined,
  context: CommandContext,
  migrations: readonly Migration[],
): Promise<Store> {
  const path = storePath(context, option);
  const store = await openExistingStore(path, migrations);
  if (store !== undefined) return store;
  if (option === undefined) return openStore(':memory:', migrations);
  throw new PlimsollError('input-missing', `there is no store ${path}; scan --store makes one`);
}
