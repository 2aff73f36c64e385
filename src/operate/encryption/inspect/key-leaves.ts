// Reads the entries of a leaf of etcd's key bucket: who wrote each judged value, and where those in plain text stand.
import { BUCKET_ELEMENT, ELEMENT, PAGE_HEADER, u32 } from '../etcd/bolt-page.ts';
import { newRevision, type Revision, readRevision } from '../etcd/key-value.ts';
import type { BoltPage, ReachedPages } from '../etcd/reached-pages.ts';
import type { FileTally } from './file-tally.ts';

/** A reader of leaves, one a database: it counts what it read into the tally. */
export class KeyLeafReader {
  readonly #tally: FileTally;
  readonly #reached: ReachedPages;
  readonly #revision: Revision = newRevision();

  constructor(tally: FileTally, reached: ReachedPages) {
    this.#tally = tally;
    this.#reached = reached;
  }

  /**
   * Reads all entries.
   * @param offset of the first of these bytes in the file
   * @returns where the last entry ends in the bytes
   */
  read(bytes: Buffer, page: Pick<BoltPage, 'id' | 'at' | 'end' | 'entries'>, offset: number): number {
    let last = page.at + PAGE_HEADER + ELEMENT * page.entries;
    for (let index = 0; index < page.entries; index += 1) {
      const element = page.at + PAGE_HEADER + ELEMENT * index;
      const key = element + u32(bytes, element + 4);
      const value = key + u32(bytes, element + 8);
      const end = value + u32(bytes, element + 12);
      const isBucket = (u32(bytes, element) & BUCKET_ELEMENT) !== 0;
      if (end > page.end || isBucket || !readRevision(bytes, key, value, end, this.#revision)) {
        this.#reached.problem(`page ${page.id}: entry ${index} is no revision of etcd`);
        continue;
      }
      this.#tally.addRevision(bytes, this.#revision, offset);
      last = Math.max(last, end);
    }
    return last;
  }
}
