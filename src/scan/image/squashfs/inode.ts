// Inodes of a squashfs file system: what a file, directory or link is, and where its content lies.
// Source: struct squashfs_*_inode in fs/squashfs/squashfs_fs.h of Linux; the basic and the extended form of each kind.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { MetadataCursor } from './metadata.ts';
import { readUInt64 } from './region.ts';
import type { MetadataReference } from './superblock.ts';

interface InodeHead {
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  /** Index into the table of ids. */
  readonly uid: number;
  readonly gid: number;
  /** Index into the table of attributes; absent where the inode has none. */
  readonly attributes?: number;
}

/** A regular file. */
export interface FileInode extends InodeHead {
  readonly kind: 'file';
  readonly size: number;
  /** Where its blocks begin. */
  readonly start: number;
  /** The block that it shares its tail with, and where there; absent when its last block is its own. */
  readonly fragment?: { readonly index: number; readonly offset: number };
  /** Reads the stored sizes of its blocks, in order: one word each. */
  readonly blocks: MetadataCursor;
}

/** A directory. */
export interface DirectoryInode extends InodeHead {
  readonly kind: 'dir';
  readonly listing: MetadataReference;
  /** Bytes of its listing. */
  readonly length: number;
}

/** Any other. */
export interface OtherInode extends InodeHead {
  readonly kind: 'symlink' | 'other';
  readonly link?: string;
}

/** What an inode is. */
export type Inode = FileInode | DirectoryInode | OtherInode;

const NO_FRAGMENT = 0xffff_ffff;
const NO_ATTRIBUTES = 0xffff_ffff;
/** Bytes that the length of a listing is told too high by: the entries `.` and `..`, which are not stored. */
const UNSTORED_ENTRIES = 3;

/**
 * Reads the inode at the cursor.
 * @throws ParseError when it is damaged; LimitError when a link is longer than paths may be.
 */
export function readInode(cursor: MetadataCursor): Inode {
  const bytes = cursor.take(16);
  const head = {
    mode: bytes.readUInt16LE(2) & 0o7777,
    uid: bytes.readUInt16LE(4),
    gid: bytes.readUInt16LE(6),
  };
  const type = bytes.readUInt16LE(0);
  switch (type) {
    case 1:
      return basicDirectory(head, cursor.take(16));
    case 2:
      return basicFile(head, cursor);
    case 3:
      return symbolicLink(head, cursor, false);
    case 4:
    case 5:
    case 6:
    case 7:
      return { ...head, kind: 'other' };
    case 8:
      return extendedDirectory(head, cursor.take(24));
    case 9:
      return extendedFile(head, cursor);
    case 10:
      return symbolicLink(head, cursor, true);
    case 11:
    case 12:
      return { ...head, kind: 'other', ...attributesAt(cursor.take(12), 8) };
    case 13:
    case 14:
      return { ...head, kind: 'other', ...attributesAt(cursor.take(8), 4) };
    default:
      throw new ParseError(`damaged squashfs: no inode is of type ${type}`);
  }
}

function basicDirectory(head: InodeHead, bytes: Buffer): DirectoryInode {
  return {
    ...head,
    kind: 'dir',
    listing: { block: bytes.readUInt32LE(0), offset: bytes.readUInt16LE(10) },
    length: Math.max(0, bytes.readUInt16LE(8) - UNSTORED_ENTRIES),
  };
}

function extendedDirectory(head: InodeHead, bytes: Buffer): DirectoryInode {
  return {
    ...head,
    kind: 'dir',
    listing: { block: bytes.readUInt32LE(8), offset: bytes.readUInt16LE(18) },
    length: Math.max(0, bytes.readUInt32LE(4) - UNSTORED_ENTRIES),
    ...attributesAt(bytes, 20),
  };
}

function basicFile(head: InodeHead, cursor: MetadataCursor): FileInode {
  const bytes = cursor.take(16);
  return {
    ...head,
    kind: 'file',
    size: bytes.readUInt32LE(12),
    start: bytes.readUInt32LE(0),
    ...fragmentAt(bytes, 4),
    blocks: cursor,
  };
}

function extendedFile(head: InodeHead, cursor: MetadataCursor): FileInode {
  const bytes = cursor.take(40);
  const size = readUInt64(bytes, 8);
  if (!Number.isFinite(size)) throw new ParseError('damaged squashfs: a file is larger than files can be');
  return {
    ...head,
    kind: 'file',
    size,
    start: readUInt64(bytes, 0),
    ...fragmentAt(bytes, 28),
    ...attributesAt(bytes, 36),
    blocks: cursor,
  };
}

function symbolicLink(head: InodeHead, cursor: MetadataCursor, extended: boolean): OtherInode {
  const length = cursor.take(8).readUInt32LE(4);
  if (length > LIMITS.pathBytes) throw new LimitError(`squashfs: a symbolic link of ${length} bytes`);
  const link = cursor.take(length).toString();
  return { ...head, kind: 'symlink', link, ...(extended ? attributesAt(cursor.take(4), 0) : {}) };
}

function fragmentAt(bytes: Buffer, at: number): Pick<FileInode, 'fragment'> {
  const index = bytes.readUInt32LE(at);
  return index === NO_FRAGMENT ? {} : { fragment: { index, offset: bytes.readUInt32LE(at + 4) } };
}

function attributesAt(bytes: Buffer, at: number): Pick<InodeHead, 'attributes'> {
  const index = bytes.readUInt32LE(at);
  return index === NO_ATTRIBUTES ? {} : { attributes: index };
}
