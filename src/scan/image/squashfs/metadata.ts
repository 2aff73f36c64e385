// The tables of a squashfs file system: chains of blocks of at most 8 KiB, each with a head of two bytes.
// Source: Documentation/filesystems/squashfs.rst, section 3; fs/squashfs/cache.c.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { type Region, readStretch, readUInt64 } from './region.ts';
import type { MetadataReference } from './superblock.ts';
import type { BlockUnpacker } from './unpack-block.ts';

const BLOCK_BYTES = 8192;
const UNPACKED = 0x8000;
/** Unpacked blocks that are kept: directories and inodes that lie together are read one after the other. */
const KEPT_BLOCKS = 128;

interface MetadataBlock {
  readonly bytes: Buffer;
  /** Where the next block begins, in the file system. */
  readonly next: number;
}

/** Reads metadata anywhere, and keeps the blocks that were read last. */
export class Metadata {
  readonly #region: Region;
  readonly #unpacker: BlockUnpacker;
  readonly #kept = new Map<number, MetadataBlock>();

  constructor(region: Region, unpacker: BlockUnpacker) {
    this.#region = region;
    this.#unpacker = unpacker;
  }

  /** A cursor at a place of the table that begins at `table`. */
  at(table: number, { block, offset }: MetadataReference): MetadataCursor {
    return new MetadataCursor((position) => this.#block(position), table + block, offset);
  }

  /**
   * The records of a table that is found through a list of its blocks' positions (ids, fragments, attributes): record `index`, of `size` bytes.
   * @throws ParseError
   */
  record(list: number, index: number, size: number): Buffer {
    const perBlock = BLOCK_BYTES / size;
    const pointer = readStretch(this.#region, list + Math.floor(index / perBlock) * 8, 8, 'a list of blocks');
    const cursor = this.at(readUInt64(pointer, 0), { block: 0, offset: (index % perBlock) * size });
    return cursor.take(size);
  }

  #block(position: number): MetadataBlock {
    const known = this.#kept.get(position);
    if (known !== undefined) return known;
    const head = readStretch(this.#region, position, 2, 'a block of metadata').readUInt16LE(0);
    const size = head & (UNPACKED - 1);
    if (size === 0 || size > BLOCK_BYTES)
      throw new ParseError(`damaged squashfs: a block of metadata has ${size} bytes`);
    const stored = readStretch(this.#region, position + 2, size, 'a block of metadata');
    if ((head & UNPACKED) !== 0) this.#unpacker.count(size);
    const bytes = (head & UNPACKED) === 0 ? this.#unpacker.unpack(stored, BLOCK_BYTES) : Buffer.from(stored);
    const block = { bytes, next: position + 2 + size };
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_BLOCKS && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(position, block);
    return block;
  }
}

/** Reads on through the blocks of a table. */
export class MetadataCursor {
  readonly #blockAt: (position: number) => MetadataBlock;
  #block: MetadataBlock;
  #offset: number;

  constructor(blockAt: (position: number) => MetadataBlock, position: number, offset: number) {
    this.#blockAt = blockAt;
    this.#block = blockAt(position);
    this.#offset = offset;
    if (offset > this.#block.bytes.length)
      throw new ParseError('damaged squashfs: a reference points behind its block');
  }

  /**
   * The next bytes, valid until the end of the walk.
   * @throws ParseError when the table ends before; LimitError for stretches that no record has.
   */
  take(length: number): Buffer {
    if (length > MOST_TAKEN) throw new LimitError(`squashfs: a record of ${length} bytes`);
    const end = this.#offset + length;
    if (end <= this.#block.bytes.length) {
      const bytes = this.#block.bytes.subarray(this.#offset, end);
      this.#offset = end;
      return bytes;
    }
    const parts: Buffer[] = [];
    for (let left = length; left > 0; ) {
      if (this.#offset === this.#block.bytes.length) this.#advance();
      const part = this.#block.bytes.subarray(this.#offset, this.#offset + left);
      parts.push(part);
      this.#offset += part.length;
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  #advance(): void {
    // Only the last block of a table may be short, and there a record ends the table too.
    if (this.#block.bytes.length !== BLOCK_BYTES)
      throw new ParseError('damaged squashfs: a table ends within a record');
    this.#block = this.#blockAt(this.#block.next);
    this.#offset = 0;
  }
}

/** Bytes of the longest stretch that is taken at once: the name of an extended attribute. */
const MOST_TAKEN = 65_536;
