// Files with keys, and those that a kubelet watches: whole or not at all, on the disk before the next act, for root alone.
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** Bits by which others than the owner can write. */
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** How the names of drafts end. */
export const DRAFT_END = '.plimsoll-draft';

/**
 * Puts a file in the place of what is there. Its name is that of a whole file at every moment; the draft beside it begins with a dot, which kubelets
 * pass over. A link is replaced, not followed. Mode 0600; the owner of a file that is there stays.
 * @throws PlimsollError `usage` when it cannot be written
 */
export function replacePrivateFile(path: string, text: string): void {
  const draft = draftOf(path);
  try {
    const before = statSync(path, { throwIfNoEntry: false });
    // What a killed run left.
    rmSync(draft, { force: true });
    const file = openSync(draft, 'wx', 0o600);
    try {
      // Beside what the process's mask takes.
      fchmodSync(file, 0o600);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (before !== undefined) chownSync(draft, before.uid, before.gid);
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeDraft(draft);
    throw new PlimsollError('usage', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}${DRAFT_END}`);
}

/** A draft may hold keys. What keeps it from being removed keeps it from being written, and that is told. */
function removeDraft(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    return;
  }
}

/** Removes a file, if it is there, and what a killed run left of it. @throws PlimsollError `usage` */
export function removePrivateFile(path: string): void {
  try {
    const paths = [draftOf(path), path].filter((one) => lstatSync(one, { throwIfNoEntry: false }) !== undefined);
    for (const one of paths) rmSync(one);
    if (paths.length > 0) syncFolder(dirname(path));
  } catch (error) {
    throw new PlimsollError('usage', `cannot remove ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The text of a file; undefined when there is none.
 * @throws PlimsollError `input-unreadable`; LimitError
 */
export function readPrivateFile(path: string): string | undefined {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    if (size > LIMITS.encryptionConfigBytes) {
      throw new LimitError(`${path}: more than ${LIMITS.encryptionConfigBytes} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('input-unreadable', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** A folder, made with mode 0700 where there is none. @throws PlimsollError `usage` when it cannot be made, or others can write in it */
export function privateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new PlimsollError('usage', `cannot make ${path}: ${messageOf(error)}`, { cause: error });
  }
  const problem = folderProblem(path);
  if (problem !== undefined) throw new PlimsollError('usage', `${path}: ${problem}`);
}

/** Why a folder is no place for keys; undefined when it is one, or not there yet. */
export function folderProblem(path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isDirectory()) return 'it is no folder';
  if (status.uid !== 0 && status.uid !== process.getuid?.()) {
    return `it belongs to another user (${status.uid}), who can put another file in the place of the one with the keys: chown it to root`;
  }
  if ((status.mode & OTHERS_WRITE) === 0 || (status.mode & STICKY) !== 0) return undefined;
  return 'others than its owner can put another file in the place of the one with the keys: chmod 0700 it';
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
