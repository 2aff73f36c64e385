// Lays the reports of an image's layers over each other, bottom first: which facts are still visible, and where paths really lead.
// Rules of the OCI image-spec layer.md: whiteouts and opaque marks act on the layers below and before the layer's own entries; a file takes a
// directory's place and the other way round; entries below a symbolic link to a directory land where it points, inside the root.
import type { Digest } from '../../platform/canonical.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import type { EntryHeader, LayerReport } from './layer/layer-report.ts';
import { readListing } from './layer/listing.ts';
import { MemoryBudget } from './layer/memory-budget.ts';
import {
  clear,
  create,
  find,
  linkOnWay,
  type Place,
  type PlacedFact,
  realPath,
  remove,
  type Tree,
  type VisibleFact,
} from './overlay-tree.ts';

/** The image as seen through all its layers. */
export interface ImageView {
  /** Sorted by reader, then path. */
  readonly facts: readonly VisibleFact[];
  /** Where a path leads, all links followed; the path itself when there is no link on the way; undefined when links run in a circle. */
  readonly resolve: (path: string) => string | undefined;
}

/** @throws ParseError when a stored listing is damaged; LimitError when there are too many entries, or names and facts for the memory. */
export function overlay(layers: readonly LayerReport[]): ImageView {
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0);
  if (entries > LIMITS.imageEntries) throw new LimitError(`more than ${LIMITS.imageEntries} entries in all layers`);
  const tree: Tree = { root: {}, budget: new MemoryBudget() };
  for (const [index, layer] of layers.entries()) {
    const displaced = new Map<Place, Map<string, PlacedFact>>();
    if (index > 0) {
      deleteBelow(tree, layer);
      readListing(layer.listing, (entry) => lay(tree, entry, displaced));
    }
    for (const link of linksOf(layer)) {
      // Symbolic links of upper layers were laid in their order above; hard links into lower layers stand only here.
      if (index === 0 || link.type === 'hardlink') setLink(tree, link);
    }
    for (const fact of layer.facts) addFact(tree, fact, layer.digest, displaced);
  }
  const facts: VisibleFact[] = [];
  gather(tree, tree.root, '', facts);
  facts.sort((a, b) => compareText(a.reader, b.reader) || compareText(a.path, b.path));
  return { facts, resolve: (path) => realPath(tree, path, true) };
}

/** The links that stand at the end of a layer. */
function linksOf(layer: LayerReport): Iterable<EntryHeader> {
  const byPath = new Map<string, EntryHeader>();
  readListing(layer.links, (entry) => {
    byPath.delete(entry.path);
    if (entry.type === 'symlink' || entry.type === 'hardlink') byPath.set(entry.path, entry);
  });
  return byPath.values();
}

/** An entry of an upper layer over what is visible so far. */
function lay(tree: Tree, entry: EntryHeader, displaced: Map<Place, Map<string, PlacedFact>>): void {
  const place = find(tree, entry.path);
  if (place !== undefined) {
    if (place.facts !== undefined) displaced.set(place, place.facts);
    delete place.facts;
    delete place.link;
    delete place.held;
    if (entry.type !== 'dir') clear(tree, place);
  }
  if (entry.type === 'symlink') setLink(tree, entry);
  if (entry.type === 'hardlink') linkContent(tree, entry);
}

/** A hard link to a file of a lower layer that is known by its first bytes: the same file under a second name. */
function linkContent(tree: Tree, { path: written, link = '' }: EntryHeader): void {
  const target = find(tree, link);
  for (const [reader, fact] of target?.facts ?? []) {
    const path = fact.byContent ? realPath(tree, written, false) : undefined;
    if (path === undefined) continue;
    const place = create(tree, path);
    tree.budget.takeFact();
    place.facts ??= new Map();
    if (!place.facts.has(reader)) place.facts.set(reader, { ...fact, path, earlier: [] });
  }
}

function setLink(tree: Tree, entry: EntryHeader): void {
  const path = realPath(tree, entry.path, false);
  if (path === undefined) return;
  const held = entry.type === 'hardlink' ? find(tree, hardTarget(entry.link))?.facts : undefined;
  const place = create(tree, path);
  place.link = entry.link ?? '';
  if (held !== undefined) place.held = new Map(held);
}

/** The collector writes the target of a hard link as one from the root. */
function hardTarget(link: string | undefined): string {
  return (link ?? '').replace(/^\//, '');
}

function addFact(
  tree: Tree,
  fact: LayerReport['facts'][number],
  layer: Digest,
  displaced: Map<Place, Map<string, PlacedFact>>,
): void {
  // Where links run in a circle no runtime could put the file; it is shown where the archive has it rather than lost.
  const path = realPath(tree, fact.path, false) ?? fact.path;
  const place = create(tree, path);
  tree.budget.takeFact();
  place.facts ??= new Map();
  const before = displaced.get(place)?.get(fact.reader);
  // Of a place that the layer names twice, once through a link, the history is there already.
  const earlier = place.facts.get(fact.reader)?.earlier ?? historyOf(before);
  const { reader, data, byContent } = fact;
  place.facts.set(reader, { reader, path, layer, data, earlier, ...(byContent ? { byContent } : {}) });
}

/** The replaced fact is gone, so its list is free to grow: a copy for every layer would cost the square of the layers. */
function historyOf(before: PlacedFact | undefined): PlacedFact['earlier'] {
  if (before === undefined) return [];
  before.earlier.push({ layer: before.layer, data: before.data });
  return before.earlier;
}

/**
 * The deletions of a layer. They act where links lead, as a runtime finds the folder that they lie in; unless the layer puts a folder of its own in
 * the link's place: that one is new, and nothing is in it.
 */
function deleteBelow(tree: Tree, layer: LayerReport): void {
  const through = new Map<string, (() => void)[]>();
  const act = (folder: string, work: () => void): void => {
    const link = linkOnWay(tree, folder);
    if (link === undefined) {
      work();
      return;
    }
    const works = through.get(link) ?? [];
    works.push(work);
    through.set(link, works);
  };
  for (const path of layer.whiteouts) {
    const slash = path.lastIndexOf('/');
    act(slash === -1 ? '' : path.slice(0, slash), () => remove(tree, path));
  }
  for (const path of layer.opaque) {
    act(path, () => {
      const real = realPath(tree, path, true);
      if (real !== undefined) clear(tree, find(tree, real));
    });
  }
  if (through.size === 0) return;
  readListing(layer.listing, ({ type, path }) => {
    if (type === 'dir') through.delete(path);
  });
  for (const works of through.values()) for (const work of works) work();
}

function gather(tree: Tree, place: Place, path: string, into: VisibleFact[]): void {
  if (place.facts !== undefined) into.push(...place.facts.values());
  for (const fact of place.held?.values() ?? []) {
    // While the target is the file that it was, it stands for both names.
    const now = find(tree, hardTarget(place.link))?.facts?.get(fact.reader);
    if (now?.data !== fact.data) into.push({ ...fact, path, earlier: [] });
  }
  for (const [name, child] of place.children ?? []) gather(tree, child, path === '' ? name : `${path}/${name}`, into);
}
