// Advisory sets that stay at hand: the one that `advisories update` keeps, and beside it earlier ones that stored assessments were made with, so that
// these can be compared with both sets at hand.
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { compareText } from '../platform/order.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import { openAdvisorySet } from '../scan/advisory/set/open.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import type { CommandContext } from './command.ts';
import { defaultAdvisoriesPath } from './locations.ts';
import { openLookupStore } from './lookup-store.ts';

/** Earlier sets that are kept at most; a set of all feeds takes hundreds of megabytes. */
const EARLIER_SETS = 4;

/** The set of this id, if it is at hand; undefined else, and when it cannot be opened. */
export function keptAdvisories(id: string, context: CommandContext): AdvisorySet | undefined {
  for (const path of [defaultAdvisoriesPath(context), earlierPath(id, context)]) {
    const set = openedOr(path);
    if (set?.id === id) return set;
    set?.close();
  }
  return undefined;
}

/**
 * Keeps the set that is about to be replaced, when a stored assessment was made with it. It costs no room until then: both names are one file.
 * @returns what prevented it, in words; undefined when nothing did.
 */
export async function keepReplacedSet(context: CommandContext): Promise<string | undefined> {
  const path = defaultAdvisoriesPath(context);
  const set = openedOr(path);
  if (set === undefined) return undefined;
  const { id } = set;
  set.close();
  try {
    if (!(await isInUse(id, context))) return undefined;
    const kept = earlierPath(id, context);
    mkdirSync(dirname(kept), { recursive: true });
    if (!existsSync(kept)) linkOrCopy(path, kept);
    removeOldest(dirname(kept));
    return undefined;
  } catch (error) {
    return `the set that is replaced could not be kept for comparisons: ${messageOf(error)}`;
  }
}

function earlierPath(id: string, context: CommandContext): string {
  const digits = id.replace(/^sha256:/, '');
  return join(dirname(defaultAdvisoriesPath(context)), 'sets', `${/^[0-9a-f]{64}$/.test(digits) ? digits : 'none'}.db`);
}

/** Nobody asked for it: what it would have told is inferred, and said to be. */
function openedOr(path: string): AdvisorySet | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return openAdvisorySet(path);
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return undefined;
  }
}

async function isInUse(id: string, context: CommandContext): Promise<boolean> {
  const store = await openLookupStore(undefined, context, ASSESSMENT_MIGRATIONS);
  try {
    return (await store.get('SELECT 1 FROM assessment WHERE advisory_set = ? LIMIT 1', id)) !== undefined;
  } finally {
    await store.close();
  }
}

/** Some file systems have no second names. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function removeOldest(folder: string): void {
  readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.db$/.test(name))
    .map((name) => ({ path: join(folder, name), made: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made || compareText(a.path, b.path))
    .slice(EARLIER_SETS)
    .forEach(({ path }) => {
      rmSync(path);
    });
}
