// Whether a path that a privileged program trusts can be changed by others than root: the file itself and every folder above it.
import { posix } from 'node:path';
import { LIMITS } from '../../../platform/limits.ts';
import type { NodeFacts } from '../node-facts.ts';

/** What is wrong with a path, and what of it is not known. */
export interface Guard {
  readonly problems: readonly string[];
  readonly unknown: readonly string[];
}

/** Links that are followed from one place. */
const MOST_LINKS = 8;

/**
 * Looks at the path, where it leads if it is a link, and all folders above it. What is not there is as safe as the folders in which it could be made. A
 * folder with the sticky bit that others may write to is not safe: they may make there what is not there yet.
 */
export function guardOf(facts: NodeFacts, path: string): Guard {
  if (path.length > LIMITS.pathBytes) return { problems: [], unknown: ['the path is longer than paths can be'] };
  const guards = [path, ...foldersAbove(path)].map((place) => guardOfPlace(facts, place, MOST_LINKS));
  return {
    problems: guards.flatMap(({ problems }) => problems),
    unknown: guards.flatMap(({ unknown }) => unknown),
  };
}

function guardOfPlace(facts: NodeFacts, place: string, links: number): Guard {
  const found = facts.file(place);
  if (found.state === 'unknown') return { problems: [], unknown: [found.reason] };
  if (found.state === 'absent') return { problems: [], unknown: [] };
  const { uid, owner, mode, type, target } = found.value;
  const owned = uid === 0 ? [] : [`${place} belongs to ${owner}`];
  // The mode of a link says nothing: what it leads to counts, and its folder decides who may replace it.
  if (type === 'link' && target !== undefined) {
    const behind = guardBehind(facts, posix.resolve(posix.dirname(place), target), links);
    return { problems: [...owned, ...behind.problems], unknown: behind.unknown };
  }
  const isOpen = (Number.parseInt(mode, 8) & 0o022) !== 0;
  return {
    problems: [...owned, ...(isOpen ? [`${place} can be written by others than root (${mode})`] : [])],
    unknown: [],
  };
}

/** The folders above what a link leads to are told only as far as something else led there: a dangling link is not known to be safe. */
function guardBehind(facts: NodeFacts, place: string, links: number): Guard {
  if (links === 0) return { problems: [], unknown: [`${place} lies behind more than ${MOST_LINKS} links`] };
  if (facts.file(place).state === 'absent') return { problems: [], unknown: [`${place} is not there`] };
  return guardOfPlace(facts, place, links - 1);
}

function foldersAbove(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}
