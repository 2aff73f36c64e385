// The files of a feed input: a single file, a folder, a zip, or a tar; tar and single files plain, gzip or zstd. Nothing is unpacked to
// disk. Archives directly inside a folder are opened, too, so that a folder of downloads is one input.
import { closeSync, type Dirent, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Digest, digestOf } from '../../../platform/canonical.ts';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { readStream } from './stream.ts';
import type { DocumentTaker, InputVisitor } from './visitor.ts';
import { readZip } from './zip.ts';

const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz|tar\.zst|tar\.xz|tar\.bz2)$/i;
const REFUSED: readonly { readonly magic: string; readonly name: string; readonly program: string }[] = [
  { magic: 'fd377a585a00', name: 'xz', program: 'xz -d' },
  { magic: '425a68', name: 'bzip2', program: 'bzip2 -d' },
  { magic: '377abcaf271c', name: '7-Zip', program: '7z x' },
];

/**
 * Reads an input in a fixed order.
 * @throws PlimsollError `input-missing` or `input-unreadable`; `unsupported` for xz, bzip2 and 7-Zip; ParseError, LimitError for a damaged
 * or oversized archive.
 */
export async function readInput(path: string, visitor: InputVisitor): Promise<void> {
  const guarded = withLimits(path, visitor);
  if (statOf(path).isDirectory()) await readFolder(path, '', guarded);
  else await readFile(path, basename(path), guarded, true);
}

async function readFolder(root: string, inside: string, visitor: InputVisitor): Promise<void> {
  for (const entry of entriesOf(join(root, inside))) {
    if (entry.name.startsWith('.')) continue;
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) {
      await readFolder(root, path, visitor);
    } else if (entry.isFile() && ARCHIVE_NAME.test(entry.name)) {
      await readArchive(join(root, path), path, visitor);
    } else if (entry.isFile() && visitor.accepts(withoutPacking(path))) {
      await readOneOfMany(join(root, path), path, visitor);
    } else if (!entry.isFile() && visitor.accepts(path)) {
      visitor.skipped(path, 'a symbolic link or special file');
    }
  }
}

/** A damaged or endless file among others is one file less. */
async function readOneOfMany(file: string, path: string, visitor: InputVisitor): Promise<void> {
  try {
    await readFile(file, path, visitor, true);
  } catch (error) {
    if (error instanceof InputLimitError || !(error instanceof ParseError || error instanceof LimitError)) throw error;
    visitor.skipped(path, error.message.replace(`${file}: `, ''));
  }
}

/** The input as a whole is too large. */
class InputLimitError extends LimitError {}

/** An archive among other files that cannot be opened is one file less, not the end of the folder. */
async function readArchive(file: string, path: string, visitor: InputVisitor): Promise<void> {
  try {
    await readFile(file, path, visitor, false);
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'unsupported') throw error;
    visitor.skipped(path, 'an archive in xz, bzip2 or 7-Zip, which must be unpacked first');
  }
}

async function readFile(file: string, path: string, visitor: InputVisitor, single: boolean): Promise<void> {
  const { size } = statOf(file);
  const head = headOf(file);
  const refused = REFUSED.find(({ magic }) => head.toString('hex').startsWith(magic));
  if (refused !== undefined) {
    throw new PlimsollError(
      'unsupported',
      `${file} is packed with ${refused.name}, which this program does not read: unpack it first (${refused.program} ${basename(file)})`,
    );
  }
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04' || head.toString('latin1', 0, 4) === 'PK\x05\x06') {
    readZip(file, size, visitor);
  } else {
    await readStream(file, size, head, single ? withoutPacking(path) : path, visitor);
  }
}

/** The name behind a packed file's ending: `epss.csv.gz` is `epss.csv`. */
function withoutPacking(path: string): string {
  return path.replace(/\.(gz|zst)$/i, '');
}

function withLimits(input: string, visitor: InputVisitor): InputVisitor {
  let files = 0;
  let bytes = 0;
  const countFile = (): void => {
    files += 1;
    if (files > LIMITS.feedFiles) throw new InputLimitError(`${input}: more than ${LIMITS.feedFiles} files`);
  };
  const count = (content: Uint8Array): void => {
    bytes += content.length;
    if (bytes > LIMITS.feedBytes) throw new InputLimitError(`${input}: more than ${LIMITS.feedBytes} bytes unpacked`);
  };
  const { accepts, skipped, open } = visitor;
  return {
    accepts,
    skipped,
    file: (path, content, digest) => {
      countFile();
      count(content);
      visitor.file(path, content, digest);
    },
    ...(open === undefined ? {} : { open: (path: string) => opened(path, open) }),
  };

  function opened(path: string, open: (path: string) => DocumentTaker): DocumentTaker {
    countFile();
    const { push, end } = open(path);
    return {
      push: (content) => {
        count(content);
        push(content);
      },
      end,
    };
  }
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(8);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const code =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${path}: ${messageOf(error)}`, { cause: error });
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(path: string, error: unknown): PlimsollError {
  return new PlimsollError('input-unreadable', `${path}: ${messageOf(error)}`, { cause: error });
}

/** SHA-256 over several files: the sorted list of their digests, one a line; a single file's own digest. */
export function digestOfFiles(digests: readonly Digest[]): Digest {
  const [only] = digests;
  if (digests.length === 1 && only !== undefined) return only;
  return digestOf(
    digests
      .map((digest) => `${digest}\n`)
      .sort()
      .join(''),
  );
}
