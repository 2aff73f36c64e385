// Which advisory set a command works with: the one that is named, else the one that `advisories update` keeps, else the starter set.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtFile } from '../platform/built-file.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import type { CommandContext } from './command.ts';
import { defaultAdvisoriesPath } from './locations.ts';

/** @throws PlimsollError `input-missing` or `advisories` for a set that cannot be opened. */
export async function openAdvisories(option: string | undefined, context: CommandContext): Promise<AdvisorySet> {
  const stated = option === undefined ? keptSet(context) : resolve(context.workingDirectory, option);
  const path = stated ?? builtFile('starter.db');
  if (path === undefined) {
    const { openStarterSet } = await import('../scan/advisory/starter/index.ts');
    return openStarterSet();
  }
  const { openAdvisorySet } = await import('../scan/advisory/set/open.ts');
  return openAdvisorySet(path);
}

function keptSet(context: CommandContext): string | undefined {
  const path = defaultAdvisoriesPath(context);
  return existsSync(path) ? path : undefined;
}
