// Where each file of an image archive starts: one scan over the headers of a tar archive, whose layers are then read in place. Of a bare archive no body
// is read; one that was packed with gzip passes through once, and its JSON documents are kept on the way.
// Follows hard and symbolic links, as old `docker save` writes a layer that another image of the archive already has.
import { closeSync, fstatSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { cleanPath, linkTarget } from '../layer/entry-path.ts';
import { TarExtensions } from '../layer/tar-entry.ts';
import { BLOCK, isZeroBlock, type RawHeader, readHeader } from '../layer/tar-header.ts';
import { type LayoutFiles, openFile, readLocation } from './layout-files.ts';
import { PackedArchive, type PackedLimits } from './packed-archive.ts';

interface Stretch {
  readonly offset: number;
  readonly length: number;
}

type Entry = Stretch | { readonly link: string };

/** What was found: the entries, and of a packed archive the bodies that were kept. */
interface ArchiveContents {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly kept: ReadonlyMap<number, Buffer>;
}

/** The scan asks for stretches in ascending order and is given them; fewer bytes where the archive ends, undefined where it ended before. */
type Scan = Generator<Stretch, ArchiveContents, Buffer | undefined>;

/** How files are packed that people hand over in an archive's place, and what unpacks them. */
const PACKED: readonly (readonly [magic: string, name: string, program: string])[] = [
  ['28b52ffd', 'zstd', 'unzstd'],
  ['fd377a585a00', 'xz', 'unxz'],
  ['425a68', 'bzip2', 'bunzip2'],
];

/**
 * Indexes a tar archive, bare or packed with gzip.
 * @throws PlimsollError `unsupported` for one that is packed otherwise, `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export async function imageArchiveFiles(path: string, limits: PackedLimits = LIMITS): Promise<LayoutFiles> {
  if (!isGzip(headOf(path))) return archiveFiles(path);
  const archive = new PackedArchive(path, limits);
  try {
    const scan = scanArchive(path, true);
    let step = scan.next();
    while (step.done !== true) step = scan.next(await readForwards(archive, step.value));
    const { entries, kept } = step.value;
    // To its checksum, behind the end mark: a damaged file is told at once.
    for await (const _ of archive.stretch(archive.position, Number.POSITIVE_INFINITY));
    return filesOf(path, entries, {
      locate: (stretch) => ({ kind: 'packed', path, ...stretch }),
      read: ({ offset, length }) => {
        const body = kept.get(offset);
        if (body !== undefined && body.length === length) return body;
        throw new ParseError(`${path}: a document in it is not JSON`);
      },
    });
  } finally {
    archive.close();
  }
}

/**
 * Indexes a bare tar archive.
 * @throws PlimsollError `unsupported` for a compressed archive, `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export function archiveFiles(path: string): LayoutFiles {
  const file = openFile(path);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new PlimsollError('input-unreadable', `${path} is not a regular file`);
    const scan = scanArchive(path, false);
    let step = scan.next();
    while (step.done !== true) step = scan.next(readPlace(file, status.size, step.value));
    return filesOf(path, step.value.entries, {
      locate: (stretch) => ({ kind: 'file', path, ...stretch }),
      read: (stretch) => readLocation({ kind: 'file', path, ...stretch }),
    });
  } finally {
    closeSync(file);
  }
}

/**
 * The name of the first entry of a gzip-packed tar archive; undefined when the file is none. Reads its first few bytes.
 * @throws PlimsollError `input-unreadable`.
 */
export function firstPackedName(path: string): string | undefined {
  const head = headOf(path);
  if (!isGzip(head)) return undefined;
  try {
    const start = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    return start.length < BLOCK ? undefined : cleanPath(readHeader(start, 0).name);
  } catch {
    return undefined;
  }
}

/** Enough for the first header of any archive; deflate makes at most four megabytes of it. */
const HEAD_BYTES = 4096;

function headOf(path: string): Buffer {
  const file = openFile(path);
  try {
    if (!fstatSync(file).isFile()) throw new PlimsollError('input-unreadable', `${path} is not a regular file`);
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function readPlace(file: number, size: number, { offset, length }: Stretch): Buffer | undefined {
  if (offset > size) return undefined;
  const bytes = Buffer.alloc(Math.min(length, size - offset));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
}

async function readForwards(archive: PackedArchive, { offset, length }: Stretch): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for await (const piece of archive.stretch(offset, length)) pieces.push(Buffer.from(piece));
  return archive.position < offset ? undefined : Buffer.concat(pieces);
}

/** How the content of a stretch is got. */
interface Access {
  readonly locate: (stretch: Stretch) => ReturnType<LayoutFiles['locate']>;
  readonly read: (stretch: Stretch) => Uint8Array;
}

function filesOf(path: string, entries: ReadonlyMap<string, Entry>, access: Access): LayoutFiles {
  const find = (name: string): Stretch | undefined => {
    let at = name;
    for (let steps = 0; steps <= LIMITS.symlinkSteps; steps++) {
      const entry = entries.get(at);
      if (entry === undefined || 'offset' in entry) return entry;
      at = entry.link;
    }
    throw new LimitError(`${path}: ${name} is a link of more than ${LIMITS.symlinkSteps} steps`);
  };
  const found = (name: string): Stretch => {
    const entry = find(name);
    if (entry === undefined) throw new PlimsollError('input-missing', `${path} has no ${name}`);
    return entry;
  };
  return {
    name: path,
    has: (name) => find(name) !== undefined,
    locate: (name) => access.locate(found(name)),
    read: (name) => access.read(found(name)),
  };
}

/** Keeping bodies, those that may be JSON documents are kept. */
function* scanArchive(path: string, keeping: boolean): Scan {
  const entries = new Map<string, Entry>();
  const kept = new Map<number, Buffer>();
  const extensions = new TarExtensions();
  let keptBytes = 0;
  let at = 0;
  for (let count = 0; ; count++) {
    const block = yield { offset: at, length: BLOCK };
    if (count === 0 && block !== undefined) refusePacked(block, path);
    if (block?.length === 0 && at > 0) break;
    if (block?.length !== BLOCK) throw new ParseError(`${path} breaks off, or is not a tar archive`);
    if (isZeroBlock(block, 0)) break;
    if (count === LIMITS.archiveEntries) throw new LimitError(`${path} has more than ${LIMITS.archiveEntries} entries`);
    const header = headerIn(block, path);
    const offset = at + BLOCK;
    if (header.type === 'S') throw new ParseError(`${path} holds a sparse file, which image archives do not`);
    if (header.type === 'x' || header.type === 'L' || header.type === 'K') {
      extensions.take(header.type, yield* extension(header, offset, path));
      at = offset + padded(header.size);
    } else if (header.type === 'g') {
      extensions.forget();
      at = offset + padded(header.size);
    } else {
      const { type, name, link, stored, sparse } = extensions.apply(header);
      if (sparse !== undefined) throw new ParseError(`${path} holds a sparse file, which image archives do not`);
      const place = cleanPath(name);
      if (type === 'hardlink') entries.set(place, { link: cleanPath(link) });
      else if (type === 'symlink') entries.set(place, { link: linkTarget(place, link) });
      else if (type === 'file') entries.set(place, { offset, length: stored });
      if (keeping && type === 'file' && stored <= LIMITS.configBytes) {
        const body = yield { offset, length: stored };
        if (body !== undefined && isJson(body)) {
          keptBytes += body.length;
          if (keptBytes > LIMITS.archiveDocumentBytes) {
            throw new LimitError(`${path} has more than ${LIMITS.archiveDocumentBytes} bytes of JSON documents`);
          }
          kept.set(offset, body);
        }
      }
      at = offset + padded(stored);
    }
  }
  return { entries, kept };
}

function headerIn(block: Buffer, path: string): RawHeader {
  try {
    return readHeader(block, 0);
  } catch (error) {
    throw new ParseError(`${path} is damaged, or not a tar archive`, { cause: error });
  }
}

function* extension({ size }: RawHeader, offset: number, path: string): Generator<Stretch, Buffer, Buffer | undefined> {
  if (size > LIMITS.tarExtensionBytes) throw new LimitError(`${path}: an extended header of ${size} bytes`);
  const body = yield { offset, length: size };
  if (body?.length !== size) throw new ParseError(`${path} breaks off inside an extended header`);
  return body;
}

/** Layers, bare or packed, never begin like this. */
function isJson(body: Buffer): boolean {
  return /^\s*[[{]/.test(body.toString('latin1', 0, 64));
}

function refusePacked(block: Buffer, path: string): void {
  const start = block.toString('hex', 0, 8);
  for (const [magic, name, program] of PACKED) {
    if (!start.startsWith(magic)) continue;
    throw new PlimsollError(
      'unsupported',
      `${path} is compressed with ${name}; unpack it first (${program}), its layers are read in place`,
    );
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
