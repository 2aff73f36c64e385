// Bundles in folders: those that come with the program (content/mitigations), and others'. A bundle is a folder with `mitigation.yaml` and perhaps its
// signature, or the file itself.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LimitError, messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import { type ReadBundle, readBundle } from './bundle/read.ts';

/** Name of the file of a bundle. */
export const BUNDLE_FILE = 'mitigation.yaml';
/** Name of the signature beside it. */
export const SIGNATURE_FILE = 'mitigation.dsse.json';

/** Levels above this file at which the package's own folder is looked for: sources and built chunks lie at different depths. */
const MOST_LEVELS = 6;

/** A bundle with its signature, as they are on disk. */
export interface StoredBundle extends ReadBundle {
  /** Text of the signature file; absent when there is none. */
  readonly signature?: string;
  /** Path of the signature file, there or not. */
  readonly signaturePath: string;
}

/** Folder of the bundles that come with the program; undefined when the package was installed without them. */
export function shippedFolder(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const found = join(folder, 'content', 'mitigations');
    if (existsSync(join(folder, 'package.json')) && existsSync(found)) return found;
    folder = dirname(folder);
  }
  return undefined;
}

/** Bundle files in a folder and in the folders directly within it, in the order of their names. @throws PlimsollError `input-unreadable` */
export function bundleFiles(folder: string): readonly string[] {
  try {
    const own = join(folder, BUNDLE_FILE);
    if (existsSync(own)) return [own];
    return readdirSync(folder)
      .sort(compareText)
      .map((name) => join(folder, name, BUNDLE_FILE))
      .filter((file) => existsSync(file));
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Reads a bundle and what lies beside it.
 * @param name for messages
 * @throws ParseError, LimitError, PlimsollError `input-missing`
 */
export function openBundle(path: string, name: string): StoredBundle {
  const signaturePath = join(dirname(path), SIGNATURE_FILE);
  const text = readText(path, name);
  const signature = existsSync(signaturePath) ? readText(signaturePath, signaturePath) : undefined;
  return { ...readBundle(text, name), ...(signature === undefined ? {} : { signature }), signaturePath };
}

function readText(path: string, name: string): string {
  let size: number;
  try {
    size = statSync(path).size;
    if (size <= LIMITS.mitigationFileBytes) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-missing', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new LimitError(`${name} has ${size} bytes, more than ${LIMITS.mitigationFileBytes}`);
}
