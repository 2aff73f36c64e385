// All files of an image with their owners and modes, from the listings of its layers laid over each other (OCI image-spec layer.md), and where a path leads.
// overlay.ts keeps facts and links only; this keeps every entry, for questions about what a user of the container may do.
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { EntryHeader, EntryType, LayerReport } from './layer/layer-report.ts';
import { readListing } from './layer/listing.ts';

/** What is needed of a layer. */
export type ListedLayer = Pick<LayerReport, 'whiteouts' | 'opaque' | 'listing'>;

/** A file, a folder or what else has a path. */
export interface ImageFile {
  readonly type: Exclude<EntryType, 'hardlink'>;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Position of the layer that brought it, from 0 for the lowest. */
  readonly layer: number;
  /** Its path as the entry of that layer has it; of a hard link that of its target. */
  readonly written: string;
  readonly capabilities: boolean;
}

/** Where a path leads. */
export interface FoundFile {
  /** With all links followed, from the root: `/usr/bin/app`. */
  readonly path: string;
  readonly file: ImageFile;
  /** The folders on the way, links followed, each with its path; the root first. */
  readonly folders: readonly { readonly path: string; readonly file: ImageFile }[];
}

/** The files of an image. */
export interface ImageFiles {
  /** What a path from the root leads to; undefined where nothing is, or links run in a circle. */
  readonly find: (path: string) => FoundFile | undefined;
  /** Names in a folder, sorted; none for what is no folder. */
  readonly names: (path: string) => readonly string[];
}

interface Node {
  file: ImageFile;
  /** Target of a symbolic link. */
  link?: string;
  children?: Map<string, Node>;
}

/** Of a folder that an archive does not name: runtimes make it so. */
const IMPLIED = { type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, capabilities: false } as const;

/**
 * Lays the layers over each other, lowest first.
 * @throws ParseError when a listing is damaged; LimitError for more than `LIMITS.heldFiles` entries
 */
export function imageFiles(layers: readonly ListedLayer[]): ImageFiles {
  const root: Node = { file: { ...IMPLIED, layer: 0, written: '' } };
  let entries = 0;
  for (const [layer, { whiteouts, opaque, listing }] of layers.entries()) {
    for (const path of opaque) nodeAt(root, path)?.children?.clear();
    const deleted = new Map<string, Node>();
    for (const path of whiteouts) {
      const slash = path.lastIndexOf('/');
      const siblings = nodeAt(root, slash === -1 ? '' : path.slice(0, slash))?.children;
      const node = siblings?.get(path.slice(slash + 1));
      if (node !== undefined) deleted.set(path, node);
      siblings?.delete(path.slice(slash + 1));
    }
    readListing(listing, (entry) => {
      entries += 1;
      if (entries > LIMITS.heldFiles) throw new LimitError(`an image with more than ${LIMITS.heldFiles} files`);
      lay(root, entry, layer, deleted);
    });
  }
  return {
    find: (path) => walk(root, path, true),
    names: (path) => [...(nodeAt(root, path)?.children?.keys() ?? [])].sort(),
  };
}

/** @param deleted what this layer deletes: a hard link of it can still lead there */
function lay(
  root: Node,
  { type, path, link = '', ...entry }: EntryHeader,
  layer: number,
  deleted: ReadonlyMap<string, Node>,
): void {
  const slash = path.lastIndexOf('/');
  const parent = folderAt(root, slash === -1 ? '' : path.slice(0, slash), layer);
  if (parent === undefined) return;
  const name = path.slice(slash + 1);
  parent.children ??= new Map();
  if (type === 'hardlink') {
    const target = nodeAt(root, link, false) ?? deleted.get(link);
    if (target !== undefined) parent.children.set(name, { file: target.file });
    return;
  }
  const { mode, uid, gid, size, capabilities = false } = entry;
  const file: ImageFile = { type, mode, uid, gid, size, layer, written: path, capabilities };
  const before = parent.children.get(name);
  if (type === 'dir' && before?.file.type === 'dir') before.file = file;
  else parent.children.set(name, type === 'symlink' ? { file, link } : { file });
}

/** The folder at a path, made where it is not there; undefined where links run in a circle. */
function folderAt(root: Node, path: string, layer: number): Node | undefined {
  if (path === '') return root;
  const known = plainFolder(root, path) ?? nodeAt(root, path);
  if (known?.file.type === 'dir') return known;
  const slash = path.lastIndexOf('/');
  const parent = folderAt(root, slash === -1 ? '' : path.slice(0, slash), layer);
  if (parent === undefined) return undefined;
  parent.children ??= new Map();
  const name = path.slice(slash + 1);
  // A link to nothing: a runtime makes the folder that it names.
  const link = parent.children.get(name)?.link;
  if (link !== undefined) return undefined;
  const made: Node = { file: { ...IMPLIED, layer, written: path } };
  parent.children.set(name, made);
  return made;
}

/** The folder at a path without links on the way, which nearly all are. */
function plainFolder(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) {
    node = node.children?.get(name);
    if (node === undefined || node.link !== undefined) return undefined;
  }
  return node;
}

function nodeAt(root: Node, path: string, last = true): Node | undefined {
  return follow(root, path, last)?.node;
}

function walk(root: Node, path: string, last: boolean): FoundFile | undefined {
  const way = follow(root, path, last);
  if (way === undefined) return undefined;
  const folders = way.folders.map((node, depth) => ({
    path: `/${way.names.slice(0, depth).join('/')}`,
    file: node.file,
  }));
  return { path: `/${way.names.join('/')}`, file: way.node.file, folders };
}

interface Way {
  readonly node: Node;
  readonly names: readonly string[];
  readonly folders: readonly Node[];
}

/** Follows a path as the kernel does inside a root (path_resolution(7)). */
function follow(root: Node, path: string, last: boolean): Way | undefined {
  const names: string[] = [];
  const folders: Node[] = [];
  let node = root;
  let steps = 0;
  const todo = path.split('/').reverse();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (node.file.type !== 'dir') return undefined;
    if (name === '..') {
      names.pop();
      node = folders.pop() ?? root;
      continue;
    }
    const next = node.children?.get(name);
    if (next === undefined) return undefined;
    if (next.link !== undefined && (last || todo.some((rest) => rest !== '' && rest !== '.'))) {
      steps += 1;
      if (steps > LIMITS.symlinkSteps || todo.length > LIMITS.pathDepth * 2) return undefined;
      if (next.link.startsWith('/')) {
        names.length = 0;
        folders.length = 0;
        node = root;
      }
      todo.push(...next.link.split('/').reverse());
      continue;
    }
    names.push(name);
    folders.push(node);
    node = next;
  }
  return { node, names, folders };
}
