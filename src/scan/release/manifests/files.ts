// Which files a path of Kubernetes manifests means: the file itself, or every YAML and JSON file of a folder.
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { isInside, unreadableFolder, walkFolder } from '../folder.ts';

/** A file to be read. */
export interface NamedFile {
  readonly path: string;
  /** Below the folder that was named, with `/`; the base name when the file itself was. */
  readonly name: string;
}

/**
 * The file itself, or the YAML and JSON files of a folder. A link to such a file inside the folder is read, as mounted ConfigMaps need it;
 * any other is a gap.
 * @throws PlimsollError `input-missing`; LimitError
 */
export function manifestFiles(path: string): { readonly files: readonly NamedFile[]; readonly gaps: readonly Gap[] } {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new PlimsollError('input-missing', `${path} does not exist`);
  if (!status.isDirectory()) {
    return { files: [{ path, name: basename(path) }], gaps: [] };
  }
  const files: NamedFile[] = [];
  const gaps: Gap[] = [];
  for (const entry of walkFolder(path)) {
    if (entry.kind === 'unreadable') gaps.push(unreadableFolder(entry.path));
    const wanted = /\.(?:ya?ml|json)$/.test(entry.path);
    if (wanted && (entry.kind === 'file' || (entry.kind === 'link' && leadsInside(path, entry.path)))) {
      files.push({ path: join(path, entry.path), name: entry.path });
    } else if (entry.kind === 'link') {
      gaps.push({ kind: 'not-scanned', target: entry.path, reason: 'the link is not followed' });
    }
  }
  return { files, gaps };
}

function leadsInside(folder: string, path: string): boolean {
  try {
    return isInside(folder, path) && statSync(join(folder, path)).isFile();
  } catch {
    return false;
  }
}
