// The inventories of targets, for commands that ask what is in them and judge nothing.
import { availableParallelism } from 'node:os';
import { PlimsollError } from '../platform/errors.ts';
import { openStore } from '../platform/store.ts';
import { registryAccess } from '../scan/image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import type { Inventory } from '../scan/inventory/package.ts';
import { inventoryRelease } from '../scan/inventory-release.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { storePath } from './locations.ts';
import { readConfig, readRelease } from './release-input.ts';

/**
 * Reads the targets as `scan` does, with its store of inventories. Images that cannot be read are remarks.
 * @throws PlimsollError `input-unreadable` when none can be read, and what the expansion of a target throws
 */
export async function inventoriesOf(
  targets: readonly string[],
  context: CommandContext,
  options: CommonOptions,
  talk: { readonly remark: (line: string) => void; readonly onProgress: (text: string) => void },
): Promise<readonly Inventory[]> {
  const config = await readConfig(options, context);
  const release = await readRelease(targets, {}, config, context, talk.remark);
  const store = await openStore(storePath(context, undefined), INVENTORY_MIGRATIONS);
  try {
    const { images, inventories } = await inventoryRelease(release, {
      store,
      jobs: availableParallelism(),
      access: registryAccess(context.environment, config.registries),
      onProgress: talk.onProgress,
    });
    const gaps = images.flatMap((image) => image.gaps);
    if (inventories.length === 0) {
      throw new PlimsollError(
        'input-unreadable',
        `${targets.join(' ')}: nothing can be read: ${gaps[0]?.reason ?? 'it names no images'}`,
      );
    }
    for (const { target, reason } of gaps) talk.remark(`${target} is left out: ${reason}`);
    return inventories;
  } finally {
    await store.close();
  }
}
