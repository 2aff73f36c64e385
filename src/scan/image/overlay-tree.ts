// The tree of an image while its layers are laid over each other (overlay.ts): what is known at which place, and where paths lead through links, as
// the kernel follows them inside a root (path_resolution(7)).
import type { Digest } from '../../platform/canonical.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { MemoryBudget } from './layer/memory-budget.ts';

/** A fact that is visible in the image, with the contents it replaced at the same path, bottom first. */
export interface VisibleFact {
  readonly reader: string;
  /** Where the file is, links resolved. */
  readonly path: string;
  readonly layer: Digest;
  readonly data: unknown;
  readonly earlier: readonly { readonly layer: Digest; readonly data: unknown }[];
}

/** A visible fact while layers are laid. */
export interface PlacedFact extends VisibleFact {
  readonly earlier: { readonly layer: Digest; readonly data: unknown }[];
  readonly byContent?: true;
}

/** A place in the image's tree; only places with facts or links, and the way to them, exist. */
export interface Place {
  children?: Map<string, Place>;
  facts?: Map<string, PlacedFact>;
  /** Target of a link, as written. */
  link?: string;
  /** Of a hard link: what its target held when it was made, which stays when the target goes. */
  held?: ReadonlyMap<string, PlacedFact>;
}

/** The image's tree while layers are laid over it. */
export interface Tree {
  readonly root: Place;
  readonly budget: MemoryBudget;
}

/** The place at a path whose parents' links are followed, if anything is known there. */
export function find(tree: Tree, path: string): Place | undefined {
  let place: Place | undefined = tree.root;
  let from = 0;
  while (place !== undefined) {
    const slash = path.indexOf('/', from);
    if (slash === -1) return path === '' ? tree.root : place.children?.get(path.slice(from));
    place = place.children?.get(path.slice(from, slash));
    if (place?.link !== undefined) {
      const real = realPath(tree, path, false);
      return real === undefined || real === path ? undefined : find(tree, real);
    }
    from = slash + 1;
  }
  return undefined;
}

/**
 * A path with the links of its parents followed, and with `last` its own too, as the kernel follows them inside a root (path_resolution(7)): `..`
 * counts from where a link led. Undefined when links are too many or too long, or the path becomes too deep.
 */
export function realPath(tree: Tree, path: string, last: boolean): string | undefined {
  const names: string[] = [];
  /** The place of each name, the root's first. */
  const places: (Place | undefined)[] = [tree.root];
  const todo = path.split('/').reverse();
  let steps = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (names.pop() !== undefined) places.pop();
      continue;
    }
    const place: Place | undefined = places.at(-1)?.children?.get(name);
    if (place?.link === undefined || (todo.length === 0 && !last)) {
      names.push(name);
      places.push(place);
      continue;
    }
    steps += 1;
    if (steps > LIMITS.symlinkSteps || place.link.length > LIMITS.pathBytes) return undefined;
    if (place.link.startsWith('/')) {
      names.length = 0;
      places.length = 1;
    }
    todo.push(...place.link.split('/').reverse());
  }
  return names.length > LIMITS.pathDepth ? undefined : names.join('/');
}

/** The place at a real path, made with the way to it where nothing was known. */
export function create(tree: Tree, path: string): Place {
  let place = tree.root;
  for (const name of path.split('/')) {
    place.children ??= new Map();
    let child = place.children.get(name);
    if (child === undefined) {
      tree.budget.takeName(name);
      child = {};
      place.children.set(name, child);
    }
    place = child;
  }
  return place;
}

/** The first part of a path that is a link, if one is. */
export function linkOnWay(tree: Tree, path: string): string | undefined {
  let place: Place | undefined = tree.root;
  for (let end = 0; place !== undefined && end < path.length; ) {
    const slash = path.indexOf('/', end);
    const next = slash === -1 ? path.length : slash;
    place = place.children?.get(path.slice(end, next));
    if (place?.link !== undefined) return path.slice(0, next);
    end = next + 1;
  }
  return undefined;
}

/** Removes what is at a path whose parents' links are followed. */
export function remove(tree: Tree, path: string): void {
  const real = realPath(tree, path, false);
  if (real === undefined) return;
  const slash = real.lastIndexOf('/');
  const name = real.slice(slash + 1);
  const parent = slash === -1 ? tree.root : find(tree, real.slice(0, slash));
  clear(tree, parent?.children?.get(name));
  if (parent?.children?.delete(name)) tree.budget.giveBackName(name);
}

/** Removes what is below a place. */
export function clear(tree: Tree, place: Place | undefined): void {
  for (const [name, child] of place?.children ?? []) {
    tree.budget.giveBackName(name);
    clear(tree, child);
  }
  delete place?.children;
}
