// Where each file of an uncompressed tar archive starts: one scan over the headers, no body read. For image archives, whose layers are then read in place.
// Follows hard and symbolic links, as old `docker save` writes a layer that another image of the archive already has.
import { closeSync, fstatSync, readSync } from 'node:fs';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { cleanPath, linkTarget } from '../entry-path.ts';
import { TarExtensions } from '../tar-entry.ts';
import { BLOCK, isZeroBlock, type RawHeader, readHeader } from '../tar-header.ts';
import { type LayoutFiles, openFile } from './layout-files.ts';

type Entry = { readonly offset: number; readonly length: number } | { readonly link: string };

/** How files are packed that people hand over in an archive's place, and what unpacks them. */
const PACKED: readonly (readonly [magic: string, name: string, program: string])[] = [
  ['1f8b', 'gzip', 'gunzip'],
  ['28b52ffd', 'zstd', 'unzstd'],
  ['fd377a585a00', 'xz', 'unxz'],
  ['425a68', 'bzip2', 'bunzip2'],
];

/**
 * Indexes a tar archive.
 * @throws PlimsollError `unsupported` for a compressed archive, `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export function archiveFiles(path: string): LayoutFiles {
  const entries = scanArchive(path);
  const find = (name: string): Exclude<Entry, { link: string }> | undefined => {
    let at = name;
    for (let steps = 0; steps <= LIMITS.symlinkSteps; steps++) {
      const entry = entries.get(at);
      if (entry === undefined || 'offset' in entry) return entry;
      at = entry.link;
    }
    throw new LimitError(`${path}: ${name} is a link of more than ${LIMITS.symlinkSteps} steps`);
  };
  return {
    name: path,
    has: (name) => find(name) !== undefined,
    locate: (name) => {
      const entry = find(name);
      if (entry === undefined) throw new PlimsollError('input-missing', `${path} has no ${name}`);
      return { kind: 'file', path, ...entry };
    },
  };
}

function scanArchive(path: string): ReadonlyMap<string, Entry> {
  const file = openFile(path);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new PlimsollError('input-unreadable', `${path} is not a regular file`);
    return new ArchiveScan(file, status.size, path).run();
  } finally {
    closeSync(file);
  }
}

class ArchiveScan {
  readonly #file: number;
  readonly #size: number;
  readonly #path: string;
  readonly #entries = new Map<string, Entry>();
  readonly #extensions = new TarExtensions();

  constructor(file: number, size: number, path: string) {
    this.#file = file;
    this.#size = size;
    this.#path = path;
  }

  run(): ReadonlyMap<string, Entry> {
    refusePacked(this.#read(0, Math.min(BLOCK, this.#size)), this.#path);
    let at = 0;
    for (let count = 0; at + BLOCK <= this.#size; count++) {
      const block = this.#read(at, BLOCK);
      if (isZeroBlock(block, 0)) return this.#entries;
      if (count === LIMITS.archiveEntries) {
        throw new LimitError(`${this.#path} has more than ${LIMITS.archiveEntries} entries`);
      }
      at = this.#take(this.#header(block), at + BLOCK);
    }
    if (at === 0 || at !== this.#size) throw new ParseError(`${this.#path} breaks off, or is not a tar archive`);
    return this.#entries;
  }

  #header(block: Buffer): RawHeader {
    try {
      return readHeader(block, 0);
    } catch (error) {
      throw new ParseError(`${this.#path} is damaged, or not a tar archive`, { cause: error });
    }
  }

  /** Notes one entry whose body starts at `offset`; gives where the next header is. */
  #take(header: RawHeader, offset: number): number {
    switch (header.type) {
      case 'x':
      case 'L':
      case 'K':
        this.#extensions.take(header.type, this.#extension(header, offset));
        return offset + padded(header.size);
      case 'g':
        this.#extensions.forget();
        return offset + padded(header.size);
      case 'S':
        throw new ParseError(`${this.#path} holds a sparse file, which image archives do not`);
      default:
        return offset + this.#entry(header, offset);
    }
  }

  #entry(header: RawHeader, offset: number): number {
    const { type, name, link, stored, sparse } = this.#extensions.apply(header);
    if (sparse !== undefined) throw new ParseError(`${this.#path} holds a sparse file, which image archives do not`);
    const path = cleanPath(name);
    if (type === 'hardlink') this.#entries.set(path, { link: cleanPath(link) });
    else if (type === 'symlink') this.#entries.set(path, { link: linkTarget(path, link) });
    else if (type === 'file') this.#entries.set(path, { offset, length: stored });
    return padded(stored);
  }

  #extension(header: RawHeader, offset: number): Buffer {
    if (header.size > LIMITS.tarExtensionBytes) {
      throw new LimitError(`${this.#path}: an extended header of ${header.size} bytes`);
    }
    if (offset + header.size > this.#size) throw new ParseError(`${this.#path} breaks off inside an extended header`);
    return this.#read(offset, header.size);
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const read = readSync(this.#file, bytes, 0, length, at);
    if (read !== length) throw new ParseError(`${this.#path} breaks off`);
    return bytes;
  }
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
