// Lays the reports of an image's layers over each other, bottom first: which facts are still visible, and where paths really lead.
// Rules of the OCI image-spec layer.md: whiteouts and opaque marks act on the layers below and before the layer's own entries; a file takes a
// directory's place and the other way round; entries below a symbolic link to a directory land where it points, inside the root.
import type { Digest } from '../../platform/canonical.ts';
import { LIMITS } from '../../platform/limits.ts';
import { linkTarget } from './entry-path.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { readListing } from './listing.ts';

/** A fact that is visible in the image, with the contents it replaced at the same path, bottom first. */
export interface VisibleFact {
  readonly reader: string;
  /** Where the file is, links resolved. */
  readonly path: string;
  readonly layer: Digest;
  readonly data: unknown;
  readonly earlier: readonly { readonly layer: Digest; readonly data: unknown }[];
}

/** The image as seen through all its layers. */
export interface ImageView {
  /** Sorted by reader, then path. */
  readonly facts: readonly VisibleFact[];
  /** Where a path leads, all links followed; the path itself when there is no link on the way; undefined when links run in a circle. */
  readonly resolve: (path: string) => string | undefined;
}

/** A place in the image's tree; only places with facts or links, and the way to them, exist. */
interface Place {
  children?: Map<string, Place>;
  facts?: Map<string, VisibleFact>;
  link?: string;
}

/** @throws ParseError when a stored listing is damaged. */
export function overlay(layers: readonly LayerReport[]): ImageView {
  const root: Place = {};
  for (const [index, layer] of layers.entries()) {
    const displaced = new Map<Place, Map<string, VisibleFact>>();
    if (index > 0) {
      for (const path of layer.whiteouts) remove(root, path);
      for (const path of layer.opaque) delete find(root, path)?.children;
      readListing(layer.listing, (entry) => lay(root, entry, displaced));
    }
    readListing(layer.links, (entry) => {
      // Symbolic links of upper layers were laid in their order above; hard links into lower layers stand only here.
      if (index === 0 || entry.type === 'hardlink') setLink(root, entry);
    });
    for (const fact of layer.facts) addFact(root, fact, layer.digest, displaced);
  }
  const facts: VisibleFact[] = [];
  gather(root, facts);
  facts.sort((a, b) => order(a.reader, b.reader) || order(a.path, b.path));
  return { facts, resolve: (path) => realPath(root, path, true) };
}

/** An entry of an upper layer over what is visible so far. */
function lay(root: Place, entry: EntryHeader, displaced: Map<Place, Map<string, VisibleFact>>): void {
  const place = find(root, entry.path);
  if (place !== undefined) {
    if (place.facts !== undefined) displaced.set(place, place.facts);
    delete place.facts;
    delete place.link;
    if (entry.type !== 'dir') delete place.children;
  }
  if (entry.type === 'symlink') setLink(root, entry);
}

function setLink(root: Place, entry: EntryHeader): void {
  const path = realPath(root, entry.path, false);
  if (path !== undefined) create(root, path).link = linkTarget(path, entry.link ?? '');
}

function addFact(
  root: Place,
  fact: LayerReport['facts'][number],
  layer: Digest,
  displaced: Map<Place, Map<string, VisibleFact>>,
): void {
  const path = realPath(root, fact.path, false);
  if (path === undefined) return;
  const place = create(root, path);
  const before = displaced.get(place)?.get(fact.reader);
  const earlier = before === undefined ? [] : [...before.earlier, { layer: before.layer, data: before.data }];
  place.facts ??= new Map();
  place.facts.set(fact.reader, { reader: fact.reader, path, layer, data: fact.data, earlier });
}

function remove(root: Place, path: string): void {
  const real = realPath(root, path, false);
  if (real === undefined) return;
  const slash = real.lastIndexOf('/');
  const parent = slash === -1 ? root : find(root, real.slice(0, slash));
  parent?.children?.delete(slash === -1 ? real : real.slice(slash + 1));
}

/** The place at a path whose parents' links are followed, if anything is known there. */
function find(root: Place, path: string): Place | undefined {
  let place: Place | undefined = root;
  let from = 0;
  while (place !== undefined) {
    const slash = path.indexOf('/', from);
    if (slash === -1) return path === '' ? root : place.children?.get(path.slice(from));
    place = place.children?.get(path.slice(from, slash));
    if (place?.link !== undefined) {
      const real = realPath(root, path, false);
      return real === undefined || real === path ? undefined : find(root, real);
    }
    from = slash + 1;
  }
  return undefined;
}

/** A path with the links of its parents followed, and with `last` its own too. */
function realPath(root: Place, path: string, last: boolean): string | undefined {
  let done: string[] = [];
  let todo = path.split('/');
  let steps = 0;
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    done.push(part);
    if (todo.length === 0 && !last) break;
    const link = lookUp(root, done)?.link;
    if (link === undefined) continue;
    steps += 1;
    if (steps > LIMITS.symlinkSteps || todo.length > LIMITS.pathBytes) return undefined;
    todo = link === '' ? todo : [...link.split('/'), ...todo];
    done = [];
  }
  return done.length > LIMITS.pathDepth ? undefined : done.join('/');
}

function lookUp(root: Place, parts: readonly string[]): Place | undefined {
  let place: Place | undefined = root;
  for (const part of parts) place = place?.children?.get(part);
  return place;
}

function create(root: Place, path: string): Place {
  let place = root;
  for (const part of path.split('/')) {
    place.children ??= new Map();
    let child = place.children.get(part);
    if (child === undefined) {
      child = {};
      place.children.set(part, child);
    }
    place = child;
  }
  return place;
}

function gather(place: Place, into: VisibleFact[]): void {
  if (place.facts !== undefined) into.push(...place.facts.values());
  for (const child of place.children?.values() ?? []) gather(child, into);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
