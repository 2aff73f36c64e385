// The files below a path, in a fixed order: a member directory, a folder with backups, or one file.
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { compareText } from '../../../platform/order.ts';

/** What lies below a path. */
export interface FoundFiles {
  /** Whether the path itself is a file: then it must be one of etcd's. */
  readonly isFile: boolean;
  /** Where each file is, and how it is called in results: the path as given, and the way below it. */
  readonly files: readonly { readonly path: string; readonly name: string }[];
  /** Entries that are neither files nor folders, and are not followed. */
  readonly skipped: readonly string[];
}

/**
 * Lists the files of a path. A link that is the path itself is followed, links below it are not: they may lead anywhere.
 * @param name how the path is called in results
 * @throws PlimsollError `input-missing`, `input-unreadable`; LimitError
 */
export function findFiles(path: string, name: string): FoundFiles {
  const state = attempt(name, () => statSync(path, { throwIfNoEntry: false }));
  if (state === undefined) throw new PlimsollError('input-missing', `${name} is not there`);
  if (state.isFile()) return { isFile: true, files: [{ path, name }], skipped: [] };
  if (!state.isDirectory()) throw new PlimsollError('input-unreadable', `${name} is neither a file nor a folder`);
  const files: { path: string; name: string }[] = [];
  const skipped: string[] = [];
  const pending = [{ path, name }];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of entriesOf(folder)) {
      const below = { path: join(folder.path, entry.name), name: join(folder.name, entry.name) };
      if (entry.isDirectory()) pending.push(below);
      else if (entry.isFile()) files.push(below);
      else skipped.push(below.name);
      if (files.length + pending.length + skipped.length > LIMITS.etcdFiles) {
        throw new LimitError(`${name}: more than ${LIMITS.etcdFiles} files; name the folders with etcd's data`);
      }
    }
  }
  return {
    isFile: false,
    files: files.sort((a, b) => compareText(a.name, b.name)),
    skipped: skipped.sort(compareText),
  };
}

function entriesOf({ path, name }: { readonly path: string; readonly name: string }): readonly Dirent[] {
  return attempt(name, () => readdirSync(path, { withFileTypes: true }));
}

function attempt<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
