// Unpacks blocks of a squashfs file system, and bounds what all of them together may come to: a small file can name one block a million times.
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackLzo } from './lzo.ts';
import type { BlockPacking } from './superblock.ts';
import { unpackXz } from './xz.ts';

/** Bounds of one file system, as in LIMITS. */
export type SquashfsLimits = Readonly<
  Record<'layerEntries' | 'layerBytes' | 'compressionRatio' | 'ratioFreeBytes', number>
>;

const UNPACK: Readonly<Record<BlockPacking, (packed: Buffer, most: number) => Buffer>> = {
  gzip: (packed, most) => inflateSync(packed, { maxOutputLength: most }),
  zstd: (packed, most) => zstdDecompressSync(packed, { maxOutputLength: most }),
  lz4: unpackLz4,
  lzo: unpackLzo,
  xz: unpackXz,
};

/** Unpacks and counts. */
export class BlockUnpacker {
  readonly #unpack: (packed: Buffer, most: number) => Buffer;
  readonly #packing: BlockPacking;
  readonly #most: number;
  #unpacked = 0;

  /** `length` is that of the whole file, in bytes: what comes out is held against it. */
  constructor(packing: BlockPacking, length: number, limits: SquashfsLimits = LIMITS) {
    this.#packing = packing;
    this.#unpack = UNPACK[packing];
    this.#most = Math.min(limits.layerBytes, Math.max(limits.ratioFreeBytes, length * limits.compressionRatio));
  }

  /**
   * The unpacked bytes, at most `most`.
   * @throws ParseError when they are damaged; LimitError when all blocks together give too much.
   */
  unpack(packed: Buffer, most: number): Buffer {
    let bytes: Buffer;
    try {
      bytes = this.#unpack(packed, most);
    } catch (error) {
      if (error instanceof PlimsollError) throw error;
      throw new ParseError(`damaged squashfs: ${this.#packing}: ${messageOf(error)}`, { cause: error });
    }
    this.count(bytes.length);
    return bytes;
  }

  /**
   * Counts bytes that were stored as they are, or that are a hole.
   * @throws LimitError
   */
  count(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked > this.#most) {
      throw new LimitError(`squashfs: unpacks to more than ${this.#most} bytes, which no real image of its size does`);
    }
  }
}
