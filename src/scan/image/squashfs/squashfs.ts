// A squashfs 4.0 file system, read without mounting it: its inodes, directories and the contents of its files.
// Source: Documentation/filesystems/squashfs.rst of Linux; fs/squashfs/file.c (blocks), fragment.c, id.c.
import { ParseError } from '../../../platform/errors.ts';
import { Attributes } from './attributes.ts';
import { type DirectoryEntry, directoryEntries } from './directory.ts';
import { type DirectoryInode, type FileInode, type Inode, readInode } from './inode.ts';
import { Metadata } from './metadata.ts';
import { type Region, readStretch, readUInt64 } from './region.ts';
import { type MetadataReference, readSuperblock, type Superblock } from './superblock.ts';
import { BlockUnpacker, type SquashfsLimits } from './unpack-block.ts';

const STORED_AS_IS = 0x100_0000;
/** Blocks of tails that are kept: small files that lie together share one. */
const KEPT_FRAGMENTS = 8;

/** An opened file system. All methods throw ParseError when it is damaged, and LimitError when it unpacks to too much. */
export class Squashfs {
  readonly superblock: Superblock;
  readonly #region: Region;
  readonly #unpacker: BlockUnpacker;
  readonly #metadata: Metadata;
  readonly #attributes: Attributes | undefined;
  readonly #fragments = new Map<number, Buffer>();
  readonly #ids = new Map<number, number>();

  /** @throws ParseError; PlimsollError `unsupported` for versions and packings that are not read. */
  constructor(region: Region, limits?: SquashfsLimits) {
    this.superblock = readSuperblock(region);
    this.#region = region;
    this.#unpacker = new BlockUnpacker(this.superblock.packing, region.length, limits);
    this.#metadata = new Metadata(region, this.#unpacker);
    const { attributeTable } = this.superblock;
    this.#attributes =
      attributeTable === undefined ? undefined : new Attributes(region, this.#metadata, attributeTable);
  }

  /** The root directory. */
  root(): DirectoryInode {
    const root = this.inode(this.superblock.root);
    if (root.kind !== 'dir') throw new ParseError('damaged squashfs: its root is no directory');
    return root;
  }

  /** The inode at a reference. */
  inode(reference: MetadataReference): Inode {
    return readInode(this.#metadata.at(this.superblock.inodeTable, reference));
  }

  /** The entries of a directory, as stored. */
  entries({ listing, length }: DirectoryInode): Iterable<DirectoryEntry> {
    if (length === 0) return [];
    return directoryEntries(this.#metadata.at(this.superblock.directoryTable, listing), length);
  }

  /** Number of the user or group that an inode names by its index. */
  id(index: number): number {
    const known = this.#ids.get(index);
    if (known !== undefined) return known;
    if (index >= this.superblock.ids)
      throw new ParseError('damaged squashfs: a file has an owner that the table has not');
    const id = this.#metadata.record(this.superblock.idTable, index, 4).readUInt32LE(0);
    this.#ids.set(index, id);
    return id;
  }

  /** Whether the inode carries file capabilities. */
  hasCapabilities({ attributes }: Inode): boolean {
    if (attributes === undefined) return false;
    if (this.#attributes === undefined) throw new ParseError('damaged squashfs: attributes without a table');
    return this.#attributes.hasCapabilities(attributes);
  }

  /** The content of a file in order; a piece is valid until the next is asked for. To be asked for once. */
  *content(file: FileInode): Generator<Buffer, void> {
    const { blockSize } = this.superblock;
    const tail = file.fragment === undefined ? 0 : file.size % blockSize;
    let left = file.size - tail;
    for (let position = file.start; left > 0; ) {
      const length = Math.min(blockSize, left);
      const word = file.blocks.take(4).readUInt32LE(0);
      const bytes = this.#block(position, word, length, 'the content of a file');
      if (bytes.length !== length)
        throw new ParseError('damaged squashfs: a block of a file is shorter than the file needs');
      yield bytes;
      position += storedSize(word);
      left -= length;
    }
    if (tail > 0 && file.fragment !== undefined) yield this.#tail(file.fragment, tail);
  }

  #tail({ index, offset }: NonNullable<FileInode['fragment']>, length: number): Buffer {
    const bytes = this.#fragment(index);
    if (offset + length > bytes.length)
      throw new ParseError('damaged squashfs: the tail of a file lies outside of its block');
    return bytes.subarray(offset, offset + length);
  }

  #fragment(index: number): Buffer {
    const known = this.#fragments.get(index);
    if (known !== undefined) return known;
    const { fragments, fragmentTable, blockSize } = this.superblock;
    if (index >= fragments) throw new ParseError('damaged squashfs: a file has a tail that the table has not');
    const record = this.#metadata.record(fragmentTable, index, 16);
    const bytes = this.#block(readUInt64(record, 0), record.readUInt32LE(8), blockSize, 'a block of tails');
    const [oldest] = this.#fragments.keys();
    if (this.#fragments.size >= KEPT_FRAGMENTS && oldest !== undefined) this.#fragments.delete(oldest);
    this.#fragments.set(index, bytes);
    return bytes;
  }

  /** `word` is the stored size with its flag; a block without stored bytes is a hole. */
  #block(position: number, word: number, most: number, what: string): Buffer {
    const size = storedSize(word);
    if (size > this.superblock.blockSize) throw new ParseError(`damaged squashfs: a stored block of ${size} bytes`);
    if (size === 0) {
      this.#unpacker.count(most);
      return Buffer.alloc(most);
    }
    const stored = readStretch(this.#region, position, size, what);
    if ((word & STORED_AS_IS) === 0) return this.#unpacker.unpack(stored, most);
    if (size > most) throw new ParseError('damaged squashfs: a block is longer than what it holds');
    this.#unpacker.count(size);
    return stored;
  }
}

function storedSize(word: number): number {
  return word & (STORED_AS_IS - 1);
}
