// Listings of directories of a squashfs file system: runs of at most 256 entries, whose inodes lie in one block.
// Source: struct squashfs_dir_header and squashfs_dir_entry in fs/squashfs/squashfs_fs.h of Linux; fs/squashfs/dir.c.
import { ParseError } from '../../../platform/errors.ts';
import type { MetadataCursor } from './metadata.ts';
import type { MetadataReference } from './superblock.ts';

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly inode: MetadataReference;
}

const MOST_IN_RUN = 256;
const RUN_HEAD_BYTES = 12;
const ENTRY_HEAD_BYTES = 8;
const SLASH = 0x2f;

/**
 * The entries of a listing of `length` bytes, as stored.
 * @throws ParseError when it is damaged, or a name is one that would lead elsewhere.
 */
export function* directoryEntries(cursor: MetadataCursor, length: number): Generator<DirectoryEntry, void> {
  for (let left = length; left > 0; ) {
    const run = cursor.take(RUN_HEAD_BYTES);
    left -= RUN_HEAD_BYTES;
    const count = run.readUInt32LE(0) + 1;
    if (count > MOST_IN_RUN) throw new ParseError(`damaged squashfs: a run of ${count} names in a directory`);
    const block = run.readUInt32LE(4);
    for (let index = 0; index < count; index += 1) {
      const head = cursor.take(ENTRY_HEAD_BYTES);
      const size = head.readUInt16LE(6) + 1;
      left -= ENTRY_HEAD_BYTES + size;
      yield { name: nameOf(cursor.take(size)), inode: { block, offset: head.readUInt16LE(0) } };
    }
    if (left < 0) throw new ParseError('damaged squashfs: a directory has more names than it says');
  }
}

function nameOf(bytes: Buffer): string {
  const name = bytes.toString();
  if (name === '.' || name === '..' || bytes.includes(SLASH) || bytes.includes(0)) {
    throw new ParseError(`damaged squashfs: a file cannot have the name ${JSON.stringify(name)}`);
  }
  return name;
}
