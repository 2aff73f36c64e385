// Files of a release on disk: bounded reads and walks that stay inside the folder the user named. Links that lead out of it are not followed.
import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';

/** One member of a walked tree. */
export interface FolderEntry {
  /** Path below the walked folder, with `/`. */
  readonly path: string;
  /** `unreadable` comes behind the `folder` of the same path when its members cannot be listed. */
  readonly kind: 'file' | 'folder' | 'link' | 'other' | 'unreadable';
}

/**
 * Reads a text file whole (UTF-8, malformed bytes replaced).
 * @throws PlimsollError `input-missing` or `input-unreadable`; LimitError when it is larger than `maxBytes`
 */
export function readTextFile(path: string, maxBytes: number = LIMITS.releaseFileBytes): string {
  return new TextDecoder().decode(readFile(path, maxBytes));
}

/**
 * Reads a file whole. A named pipe or device is refused, not waited for.
 * @throws PlimsollError `input-missing` or `input-unreadable`; LimitError when it is larger than `maxBytes`
 */
export function readFile(path: string, maxBytes: number): Uint8Array {
  const file = open(path);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new PlimsollError('input-unreadable', `${path} is not a file`);
    if (status.size > maxBytes) throw new LimitError(`${path} is larger than ${maxBytes} bytes`);
    const bytes = Buffer.alloc(status.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a text file of a release.
 * @param folder the release's folder
 * @param path below it
 * @returns undefined when there is no such file
 * @throws PlimsollError `input-unreadable`, also for a link that leads out of the folder; LimitError
 */
export function readMember(folder: string, path: string): string | undefined {
  try {
    if (!isInside(folder, path)) {
      throw new PlimsollError('input-unreadable', `${path} is a link that leads out of the release's folder`);
    }
    return readTextFile(join(folder, path));
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'input-missing') return undefined;
    throw error;
  }
}

/**
 * Whether a path below a folder, all links followed, is still below it.
 * @throws PlimsollError `input-missing` when nothing is there
 */
export function isInside(folder: string, path: string): boolean {
  try {
    const root = realpathSync(folder);
    const target = realpathSync(join(folder, path));
    return target === root || target.startsWith(root.endsWith(sep) ? root : root + sep);
  } catch (error) {
    throw missing(join(folder, path), error);
  }
}

/**
 * Walks a tree, names in code unit order, folders before what they hold. Links are named, not followed; folders whose name starts with a
 * dot are left out.
 * @param enter whether to go into a folder
 * @throws PlimsollError `input-missing` when the folder is not there; LimitError on too many members or too deep a tree
 */
export function* walkFolder(folder: string, enter: (path: string) => boolean = () => true): Generator<FolderEntry> {
  let members = 0;
  const waiting: string[] = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path.split('/').length > LIMITS.pathDepth) {
      throw new LimitError(`${folder}: folders are nested more than ${LIMITS.pathDepth} levels`);
    }
    const folders: string[] = [];
    const found = path === '' ? readFolder(folder) : tryFolder(join(folder, path));
    if (found === undefined) {
      yield { path, kind: 'unreadable' };
      continue;
    }
    for (const member of found) {
      members += 1;
      if (members > LIMITS.releaseFiles) throw new LimitError(`${folder}: more than ${LIMITS.releaseFiles} files`);
      const entry: FolderEntry = { path: path === '' ? member.name : `${path}/${member.name}`, kind: kindOf(member) };
      if (entry.kind === 'folder' && member.name.startsWith('.')) continue;
      yield entry;
      if (entry.kind === 'folder' && enter(entry.path)) folders.push(entry.path);
    }
    for (const inner of folders.reverse()) waiting.push(inner);
  }
}

/** Whether a regular file (not a link) of that name is in the folder. */
export function hasFile(folder: string, name: string): boolean {
  return tryFolder(folder)?.some((member) => member.name === name && member.isFile()) === true;
}

/** The gap for a folder of a walk that could not be listed. */
export function unreadableFolder(path: string): Gap {
  return { kind: 'file-unparsed', target: `${path}/`, reason: 'the folder cannot be listed' };
}

function readFolder(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw missing(path, error);
  }
}

function tryFolder(path: string): readonly Dirent[] | undefined {
  try {
    return readFolder(path);
  } catch {
    return undefined;
  }
}

function kindOf(member: Dirent): FolderEntry['kind'] {
  if (member.isFile()) return 'file';
  if (member.isDirectory()) return 'folder';
  return member.isSymbolicLink() ? 'link' : 'other';
}

/** Opens for reading without waiting for the other end of a pipe. */
function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw missing(path, error);
  }
}

function missing(path: string, error: unknown): PlimsollError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PlimsollError('input-missing', `${path} does not exist`, { cause: error });
  }
  return new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
}
