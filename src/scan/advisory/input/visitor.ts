// What is told about the files of a feed input, wherever they come from.
import type { Digest } from '../../../platform/canonical.ts';

/** Takes a document in pieces; `end` with the SHA-256 of the file as it is stored. */
export interface DocumentTaker {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: (digest: Digest) => void;
}

/** What the reader of an input is told. */
export interface InputVisitor {
  /** Whether a file of a folder or archive is wanted. A file named by the user is always read. */
  readonly accepts: (path: string) => boolean;
  /** Path inside the input, its bytes (valid beyond the call), and the SHA-256 of the file: as stored for a single packed file. */
  readonly file: (path: string, bytes: Uint8Array, digest: Digest) => void;
  /** Instead of `file` for a file that is no archive's member, however large; absent where files are wanted whole. */
  readonly open?: (path: string) => DocumentTaker;
  /** A wanted file that cannot be read. */
  readonly skipped: (path: string, reason: string) => void;
}

/** Whether the file, or a folder on its way, is hidden, as in the folders that are walked. */
export function isHidden(path: string): boolean {
  return /(^|\/)\./.test(path);
}
