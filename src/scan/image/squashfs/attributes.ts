// Extended attributes of a squashfs file system: only whether a file has capabilities is asked.
// Source: struct squashfs_xattr_* in fs/squashfs/squashfs_fs.h of Linux; fs/squashfs/xattr.c, xattr_id.c.
import { ParseError } from '../../../platform/errors.ts';
import type { Metadata } from './metadata.ts';
import { type Region, readStretch, readUInt64 } from './region.ts';
import { metadataReference } from './superblock.ts';

const SECURITY = 2;
/** The value is kept elsewhere: here stands where. */
const VALUE_ELSEWHERE = 0x100;
/** Attributes of one file. A file system's block holds no more in Linux. */
const MOST_ATTRIBUTES = 4096;

/** Sets of attributes that files share. */
export class Attributes {
  readonly #metadata: Metadata;
  readonly #list: number;
  readonly #values: number;
  readonly #count: number;
  /** Files share few sets. */
  readonly #answers = new Map<number, boolean>();

  /** @throws ParseError when the table at `position` is damaged. */
  constructor(region: Region, metadata: Metadata, position: number) {
    const head = readStretch(region, position, 16, 'the table of attributes');
    this.#metadata = metadata;
    this.#values = readUInt64(head, 0);
    this.#count = head.readUInt32LE(8);
    this.#list = position + 16;
  }

  /**
   * Whether set `index` holds `security.capability`.
   * @throws ParseError
   */
  hasCapabilities(index: number): boolean {
    const known = this.#answers.get(index);
    if (known !== undefined) return known;
    const answer = this.#look(index);
    this.#answers.set(index, answer);
    return answer;
  }

  #look(index: number): boolean {
    if (index >= this.#count) throw new ParseError('damaged squashfs: a file has attributes that the table has not');
    const record = this.#metadata.record(this.#list, index, 16);
    const count = record.readUInt32LE(8);
    if (count > MOST_ATTRIBUTES) throw new ParseError(`damaged squashfs: a file has ${count} attributes`);
    const cursor = this.#metadata.at(this.#values, metadataReference(record, 0));
    for (let left = count; left > 0; left -= 1) {
      const head = cursor.take(4);
      const type = head.readUInt16LE(0);
      const name = cursor.take(head.readUInt16LE(2)).toString('latin1');
      if ((type & ~VALUE_ELSEWHERE) === SECURITY && name === 'capability') return true;
      cursor.take(cursor.take(4).readUInt32LE(0));
    }
    return false;
  }
}
