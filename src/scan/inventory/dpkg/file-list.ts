// Reads which files a package owns: dpkg's info/NAME.list (absolute paths) and the NAME.md5sums of distroless images (digest, two spaces, path).
// Only files that can be a language package's metadata are kept (owner rule), so the lists are searched, not split into lines.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { OWNABLE_NAMES } from '../owner-rule.ts';

/** The fact that a list becomes. */
export interface DpkgFiles {
  /** Image paths, sorted. */
  readonly owns: readonly string[];
}

const NEWLINE = 10;

/**
 * The ownable files of a list; undefined when it has none, as most.
 * @throws LimitError when more files than `LIMITS.packages` can hold packages.
 */
export function parseFileList(body: Uint8Array, form: 'list' | 'md5sums'): DpkgFiles | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const owns: string[] = [];
  for (const name of OWNABLE_NAMES) {
    for (let at = bytes.indexOf(`/${name}`); at !== -1; at = bytes.indexOf(`/${name}`, at + 1)) {
      const end = at + 1 + name.length;
      if (end < bytes.length && bytes[end] !== NEWLINE) continue;
      if (owns.length >= LIMITS.packages)
        throw new LimitError(`more than ${LIMITS.packages} files called ${name} in one list`);
      const line = bytes.toString('utf8', bytes.lastIndexOf(NEWLINE, at) + 1, end);
      const path = form === 'list' ? line : line.replace(/^[0-9a-f]{32} [ *]/, '');
      owns.push(path.replace(/^\/+/, ''));
    }
  }
  return owns.length === 0 ? undefined : { owns: owns.sort() };
}
