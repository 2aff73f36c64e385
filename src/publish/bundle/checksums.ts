// The list of checksums of a bundle, in the form that `sha256sum --check` reads (GNU coreutils, "cksum output modes": digest, two spaces, name).
import { createHash } from 'node:crypto';
import { ParseError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';

/** A file of the bundle and its SHA-256 in hexadecimal. */
export interface FileSum {
  /** Relative, with `/`. */
  readonly path: string;
  readonly sha256: string;
}

/** SHA-256 in hexadecimal. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The list, sorted by name. */
export function checksumText(files: readonly FileSum[]): string {
  return [...files]
    .sort((a, b) => compareText(a.path, b.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}

/**
 * Reads the list.
 * @throws ParseError for anything that checksumText would not write.
 */
export function readChecksums(text: string): readonly FileSum[] {
  const files = text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(\S.*)$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) throw new ParseError('a line of the checksums has another form');
    return [{ path, sha256 }];
  });
  if (checksumText(files) !== text) throw new ParseError('the checksums are not in the form that they were written in');
  return files;
}
