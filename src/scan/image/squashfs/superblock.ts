// The first 96 bytes of a squashfs 4.0 file system: where its tables are and how blocks are packed.
// Source: Documentation/filesystems/squashfs.rst of Linux, and struct squashfs_super_block in fs/squashfs/squashfs_fs.h.
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { type Region, readStretch, readUInt64 } from './region.ts';

/** How blocks are packed, of those that are read here. */
export type BlockPacking = 'gzip' | 'lzo' | 'xz' | 'lz4' | 'zstd';

/** Where something is in a table of metadata: its block, from the table's start, and the place in the unpacked block. */
export interface MetadataReference {
  readonly block: number;
  readonly offset: number;
}

/** What the superblock tells. Positions count from the start of the file system, in bytes. */
export interface Superblock {
  readonly inodes: number;
  /** When the file system was made, in seconds since 1970. */
  readonly madeAt: number;
  readonly blockSize: number;
  readonly fragments: number;
  readonly packing: BlockPacking;
  readonly ids: number;
  readonly root: MetadataReference;
  readonly idTable: number;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number;
  /** Absent when no file has extended attributes. */
  readonly attributeTable?: number;
}

const SUPERBLOCK_BYTES = 96;
const MAGIC = 0x73717368;
const LEAST_BLOCK_LOG = 12;
const MOST_BLOCK_LOG = 20;
const PACKINGS: ReadonlyMap<number, BlockPacking> = new Map([
  [1, 'gzip'],
  [3, 'lzo'],
  [4, 'xz'],
  [5, 'lz4'],
  [6, 'zstd'],
]);
/** LZMA without xz around it, which Linux has a number for and never read. */
const LZMA = 2;

/** Whether the bytes begin a squashfs file system. */
export function isSquashfs(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32LE(0) === MAGIC;
}

/**
 * Reads the superblock.
 * @throws ParseError when it is none, or damaged, or the file is shorter than it says; PlimsollError `unsupported` for other versions and packings.
 */
export function readSuperblock(region: Region): Superblock {
  const bytes = readStretch(region, 0, SUPERBLOCK_BYTES, 'the superblock');
  if (!isSquashfs(bytes)) throw new ParseError('this is no squashfs file system');
  const [major, minor] = [bytes.readUInt16LE(28), bytes.readUInt16LE(30)];
  if (major !== 4 || minor !== 0) {
    throw new PlimsollError('unsupported', `squashfs version ${major}.${minor}: only 4.0 is read`);
  }
  const packing = packingOf(bytes.readUInt16LE(20));
  const blockSize = bytes.readUInt32LE(12);
  const blockLog = bytes.readUInt16LE(22);
  if (blockLog < LEAST_BLOCK_LOG || blockLog > MOST_BLOCK_LOG || blockSize !== 2 ** blockLog) {
    throw new ParseError(`damaged squashfs: blocks of ${blockSize} bytes`);
  }
  if (readUInt64(bytes, 40) > region.length) {
    throw new ParseError(
      `squashfs: the file has ${region.length} of ${readUInt64(bytes, 40)} bytes; it was cut off, fetch it again`,
    );
  }
  const attributeTable = readUInt64(bytes, 56);
  return {
    inodes: bytes.readUInt32LE(4),
    madeAt: bytes.readUInt32LE(8),
    blockSize,
    fragments: bytes.readUInt32LE(16),
    packing,
    ids: bytes.readUInt16LE(26),
    root: metadataReference(bytes, 32),
    idTable: readUInt64(bytes, 48),
    inodeTable: readUInt64(bytes, 64),
    directoryTable: readUInt64(bytes, 72),
    fragmentTable: readUInt64(bytes, 80),
    ...(Number.isFinite(attributeTable) ? { attributeTable } : {}),
  };
}

/** A reference as the format writes it: the low 16 bits are the place in the block. */
export function metadataReference(bytes: Buffer, at: number): MetadataReference {
  return { block: bytes.readUIntLE(at + 2, 6), offset: bytes.readUInt16LE(at) };
}

function packingOf(id: number): BlockPacking {
  const packing = PACKINGS.get(id);
  if (packing !== undefined) return packing;
  if (id !== LZMA) throw new ParseError(`damaged squashfs: no packing has the number ${id}`);
  throw new PlimsollError(
    'unsupported',
    'squashfs packed with lzma is not read (gzip, zstd, xz, lz4 and lzo are): unpack it with unsquashfs and name the folder as rootfs:DIR',
  );
}
