// The previous configuration once it is no longer needed: gone, unless it has, or may have, keys that the new one has not and that something needs. Such a
// file is kept apart, and goes when a later configuration makes it needless.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EncryptionConfiguration, transformersOf } from '../configuration/configuration.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { isKeyless, type TransformerId, transformerId } from '../plan/transformer-id.ts';
import { DRAFT_END, privateFolder, readPrivateFile, removePrivateFile, replacePrivateFile } from './private-file.ts';

/** What decides. */
export interface KeptKeys {
  /** The configuration that is there now; absent when there is none. */
  readonly present?: string;
  /** What may be forgotten though it is not there: what a plan took away and showed to be needless. */
  readonly forgotten: readonly TransformerId[];
}

/** Whether a file may go. One that cannot be read may have keys. */
export function mayGo(previous: string, { present, forgotten }: KeptKeys): boolean {
  const keys = keysOf(previous);
  const now = present === undefined ? [] : keysOf(present);
  if (keys === undefined || now === undefined) return false;
  return keys.every((id) => now.includes(id) || forgotten.includes(id));
}

/**
 * Keeps a previous configuration apart if it is needed, and removes those kept before that are not any more.
 * @param folder where such files are kept, on this machine
 * @param name for the file: the turn of its run
 * @returns the path of the file if it was kept
 * @throws PlimsollError `usage`
 */
export function letGo(folder: string, name: string, previous: string | undefined, keys: KeptKeys): string | undefined {
  privateFolder(folder);
  for (const other of readdirSync(folder)) {
    const path = join(folder, other);
    // Of a run that was killed while it wrote it: the file that it is of was not let go yet.
    if (other.endsWith(DRAFT_END)) removePrivateFile(path);
    const text = other.endsWith('.yaml') ? readPrivateFile(path) : undefined;
    if (text !== undefined && mayGo(text, keys)) removePrivateFile(path);
  }
  if (previous === undefined || mayGo(previous, keys)) return undefined;
  const path = join(folder, `${name.replace(/[^0-9A-Za-z.-]/g, '-')}.yaml`);
  replacePrivateFile(path, previous);
  return path;
}

/** Undefined for what is no configuration. */
function keysOf(text: string): readonly TransformerId[] | undefined {
  let configuration: EncryptionConfiguration;
  try {
    configuration = parseConfiguration(text, 'configuration');
  } catch {
    return undefined;
  }
  const ids = configuration.rules.flatMap(({ providers }) => transformersOf(providers)).map(transformerId);
  return ids.filter((id) => !isKeyless(id));
}
