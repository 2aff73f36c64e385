// Reads which files a package owns: dpkg's info/NAME.list (absolute paths) and the NAME.md5sums of distroless images (digest, two spaces, path).
// Only files that can be a language package's metadata, and programs, are kept (owner rule).
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isOwnable, isProgramFolder } from '../owner-rule.ts';

/** The fact that a list becomes. */
export interface DpkgFiles {
  /** Image paths, sorted. */
  readonly owns: readonly string[];
}

const NEWLINE = 10;
const SLASH = 47;

/**
 * The ownable files of a list; undefined when it has none, as most.
 * @throws LimitError when more files than `LIMITS.packages` can hold packages.
 */
export function parseFileList(body: Uint8Array, form: 'list' | 'md5sums'): DpkgFiles | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const owns: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (isOwnable(bytes, start, end) || isProgramFolder(bytes, start, folderEnd(bytes, start, end))) {
      if (owns.length >= LIMITS.packages)
        throw new LimitError(`more than ${LIMITS.packages} files that may hold packages in one list`);
      const line = bytes.toString('utf8', start, end);
      const path = form === 'list' ? line : line.replace(/^[0-9a-f]{32} [ *]/, '');
      owns.push(path.replace(/^\/+/, ''));
    }
    start = end + 1;
  }
  return owns.length === 0 ? undefined : { owns: owns.sort() };
}

/** Where the folder of the path on a line ends. */
function folderEnd(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] !== SLASH) at -= 1;
  return at;
}
