// Which vulnerabilities the versions of a package since an installed one fix, by what the changelog says. Read from the oldest entry to the newest,
// because the first version that names a vulnerability is the one that fixed it: later ones mend what the fix broke, or drop its patch.
import { compareVersions, isValidVersion } from '../../../versions/compare.ts';
import type { ChangelogEntry } from './changelog.ts';
import { findUnspelled } from './ids.ts';
import { itemsOf } from './items.ts';
import { type Mention, mentionsOf } from './mentions.ts';
import type { MentionKind } from './phrases.ts';

/** A vulnerability that a newer version fixes. */
export interface Fix {
  readonly id: string;
  readonly related: readonly string[];
  /** The lowest version that has the fix: the entry's, or what stands for it on the line of the installed version. */
  readonly fixed: string;
  readonly entry: ChangelogEntry;
}

/** A vulnerability that a newer version names without saying that it fixes it. */
export interface Unclear {
  readonly reason: string;
  /** The entry's version and what it says. */
  readonly quote: string;
}

/** What the newer versions say. Both lists are sorted by id and text. */
export interface NewerVersions {
  readonly fixes: readonly Fix[];
  readonly unclear: readonly Unclear[];
  /** Whether the changelog tells of the installed version or an older one; a shortened changelog may not. */
  readonly reachesBack: boolean;
}

type Talk = Exclude<MentionKind, 'fixed' | 'completed'> | 'again';

const REASONS: Readonly<Record<Talk, string>> = {
  'not-affected': 'named as not affecting the package',
  elsewhere: 'named as fixed in another version',
  housekeeping: 'named by a patch that was moved or dropped',
  regression: 'named by the repair of what its fix broke',
  reverted: 'its fix was taken back',
  again: 'named again, although the installed version is said to fix it',
};
/** Characters of a quote that are kept. */
const QUOTE_LENGTH = 160;
/** The suffix of a version that was built again for a stable release or for backports. */
const REBUILT = /~(?:deb|bpo)\d/;

interface State {
  /** Position of the entry that fixed it. */
  fixedAt?: number;
  related: readonly string[];
  /** The last thing that a newer version says of it otherwise. */
  talk?: { readonly at: number; readonly kind: Talk; readonly quote: string };
}

/**
 * What the versions above `installed` fix.
 * @param source package whose changelog it is
 * @param installed a version of it; of several the oldest
 * @throws LimitError when a point is too long
 */
export function fixesSince(entries: readonly ChangelogEntry[], source: string, installed: string): NewerVersions {
  const found = positionOf(entries, source, installed);
  const position = found ?? entries.length;
  const states = new Map<string, State>();
  const unclear: Unclear[] = [];
  for (const [at, entry] of [...entries.entries()].reverse()) {
    const isNewer = at < position;
    for (const item of itemsOf(entry.lines)) {
      for (const mention of mentionsOf(item, entry.version)) note(states, mention, at, isNewer);
      const pattern = isNewer ? findUnspelled(item.text) : undefined;
      if (pattern !== undefined)
        unclear.push({ reason: 'an id that is not spelled out', quote: quoteOf(entry, pattern) });
    }
  }
  const fixes: Fix[] = [];
  for (const [id, { fixedAt, related, talk }] of states) {
    const entry = fixedAt === undefined ? undefined : entries[fixedAt];
    if (entry !== undefined && fixedAt !== undefined && fixedAt < position) {
      fixes.push({ id, related, fixed: fixedVersion(entries, source, fixedAt), entry });
    } else if (talk !== undefined && (fixedAt === undefined || talk.kind === 'again')) {
      const said = entries[talk.at];
      if (said !== undefined)
        unclear.push({ reason: REASONS[talk.kind], quote: quoteOf(said, `${id}: ${talk.quote}`) });
    }
  }
  fixes.sort((a, b) => (a.id < b.id ? -1 : 1));
  unclear.sort((a, b) => (a.quote < b.quote ? -1 : 1));
  return { fixes, unclear, reachesBack: found !== undefined };
}

/** Position of the newest entry that the installed version contains; undefined when all are newer. */
function positionOf(entries: readonly ChangelogEntry[], source: string, installed: string): number | undefined {
  const own = entries.map((entry) =>
    entry.package === source && isValidVersion('deb', entry.version) ? entry.version : undefined,
  );
  // A rebuild contains the version it was built from, although that one is higher: 1.2-3~deb12u1 and 1.2-3.
  const same = own.findIndex(
    (version) => version !== undefined && (version === installed || isRebuildOf(installed, version)),
  );
  if (same !== -1) return same;
  const older = own.findIndex((version) => version !== undefined && compareVersions('deb', version, installed) <= 0);
  return older === -1 ? undefined : older;
}

function note(states: Map<string, State>, { id, related, kind, quote }: Mention, at: number, isNewer: boolean): void {
  const state = states.get(id) ?? { related: [] };
  states.set(id, state);
  if (kind === 'fixed' || kind === 'completed') {
    if (state.fixedAt !== undefined && isNewer) state.talk = { at, kind: 'again', quote };
    if (kind === 'completed') state.fixedAt = at;
    state.fixedAt ??= at;
    state.related = [...new Set([...state.related, ...related])].sort();
    return;
  }
  if (kind === 'reverted') delete state.fixedAt;
  if (isNewer) state.talk = { at, kind, quote };
}

/**
 * The lowest version with the fix of the entry at `at`. Entries of another package (a history that was taken over) count for the version that took it
 * over. Where the newest version is a rebuild for a stable release, the entries below it may be of the versions it was rebuilt from, which rank
 * above their own rebuilds: `1.2-3~` stands for 1.2-3 and all of its rebuilds.
 */
function fixedVersion(entries: readonly ChangelogEntry[], source: string, at: number): string {
  const newest = entries[0]?.version ?? '';
  let version = newest;
  for (let index = at; index >= 0; index--) {
    const entry = entries[index];
    if (entry?.package === source && isValidVersion('deb', entry.version)) {
      version = entry.version;
      break;
    }
  }
  if (isRebuildOf(newest, version)) return newest;
  const own = REBUILT.test(newest) && !REBUILT.test(version) ? `${version}~` : version;
  return isValidVersion('deb', newest) && compareVersions('deb', own, newest) > 0 ? newest : own;
}

function isRebuildOf(version: string, original: string): boolean {
  return version.startsWith(original) && /^~(?:deb|bpo)\d/.test(version.slice(original.length));
}

function quoteOf(entry: ChangelogEntry, text: string): string {
  return `${entry.package} ${entry.version}: ${text}`.slice(0, QUOTE_LENGTH);
}
