// Which pages of a bbolt database belong to it, and what of its structure does not hold. Whatever is not reached from the root is free: etcd writes no
// free list. Format: go.etcd.io/bbolt, page.go.
import { LIMITS } from '../../../platform/limits.ts';
import { type BoltMeta, BRANCH_PAGE, ELEMENT, isPage, LEAF_PAGE, PAGE_HEADER, u16, u32 } from './bolt-page.ts';
import type { ByteWindow } from './byte-window.ts';

/** What is known of a page. Numbers, because there is one a page. */
export const FREE = 0;
/** Reached, and read already or of no interest: meta, free list, branches, other buckets, continuations. */
export const LIVE = 1;
/** Reached in the tree of the key bucket, and to be read as a leaf. */
export const KEY_LEAF = 2;

/** A page in the window, with the pages that continue it. */
export interface BoltPage {
  readonly id: number;
  /** Pages that continue it. */
  readonly overflow: number;
  readonly isBranch: boolean;
  readonly entries: number;
  /** Where it begins in the window's bytes, and where its last continuation ends. */
  readonly at: number;
  readonly end: number;
}

/** The state of all pages of one database while it is walked. */
export class ReachedPages {
  /** One a page id: FREE, LIVE or KEY_LEAF. */
  readonly states: Uint8Array;
  /** Problems, also those that are not told. */
  brokenCount = 0;
  readonly #broken: string[] = [];
  readonly #window: ByteWindow;
  readonly #meta: BoltMeta;
  /** Pages that the file really has. */
  readonly #present: number;

  constructor(window: ByteWindow, meta: BoltMeta) {
    this.#window = window;
    this.#meta = meta;
    this.#present = Math.floor(window.size / meta.pageSize);
    this.states = new Uint8Array(Math.min(meta.pageCount, this.#present));
    if (meta.pageCount > this.#present) {
      this.problem(`the file ends at page ${this.#present} of ${meta.pageCount}: it is cut short`);
    }
  }

  /** Notes what does not hold: part of the database was not read. */
  problem(reason: string): undefined {
    this.brokenCount += 1;
    if (this.#broken.length < LIMITS.etcdGaps) this.#broken.push(reason);
  }

  /** What does not hold, in words: the first problems, and how many more there are. */
  problems(): readonly string[] {
    const more = this.brokenCount - this.#broken.length;
    return more === 0 ? this.#broken : [...this.#broken, `and ${more} more of its pages or entries`];
  }

  /** Marks the free list, where there is one: etcd writes none. */
  async claimFreelist(): Promise<void> {
    const { freelist: id, pageSize } = this.#meta;
    if (id === undefined || !this.reach(id, LIVE)) return;
    await this.#window.fill(id * pageSize, PAGE_HEADER, PAGE_HEADER);
    const overflow = this.overflowOf(id) ?? 0;
    this.#claimFrom(id + 1, id + overflow);
  }

  /** Marks a page as reached; false, with a problem, where it does not exist or was reached before: else a circle would be walked for ever. */
  reach(id: number, state: typeof LIVE | typeof KEY_LEAF): boolean {
    if (id >= this.states.length) {
      // Pages that are missing from a file that was cut are one problem, told already.
      if (id >= this.#meta.pageCount) this.problem(`page ${id} is beyond the last one, ${this.#meta.pageCount - 1}`);
      return false;
    }
    if (this.states[id] !== FREE) {
      this.problem(`page ${id} is reached twice`);
      return false;
    }
    this.states[id] = state;
    return true;
  }

  /** Brings a page and its continuation into the window; undefined, with a problem, where there is no such page. */
  async read(id: number): Promise<BoltPage | undefined> {
    const { pageSize } = this.#meta;
    await this.#window.fill(id * pageSize, pageSize, pageSize);
    const overflow = this.overflowOf(id);
    if (overflow === undefined) return;
    if (overflow > 0) await this.#window.fill(id * pageSize, (1 + overflow) * pageSize, (1 + overflow) * pageSize);
    return this.pageAt(id, overflow);
  }

  /** The page whose bytes are in the window with those of its continuation; undefined, with a problem, where they are none. */
  pageAt(id: number, overflow: number): BoltPage | undefined {
    const { bytes, start } = this.#window;
    const at = id * this.#meta.pageSize - start;
    const end = at + (1 + overflow) * this.#meta.pageSize;
    const flags = u16(bytes, at + 8);
    const entries = u16(bytes, at + 10);
    if ((flags !== BRANCH_PAGE && flags !== LEAF_PAGE) || at + PAGE_HEADER + ELEMENT * entries > end) {
      this.problem(`page ${id} is damaged: flags ${flags}, ${entries} entries`);
      return;
    }
    return { id, overflow, isBranch: flags === BRANCH_PAGE, entries, at, end };
  }

  /** Marks a page that was read, and its continuation, as reached; false, with a problem, where the continuation belongs to another page, too. */
  claim({ id, overflow }: BoltPage): boolean {
    this.states[id] = LIVE;
    return this.#claimFrom(id + 1, id + overflow);
  }

  /** How many pages continue the one whose first bytes are in the window; undefined, with a problem, where its header cannot be. */
  overflowOf(id: number): number | undefined {
    const { bytes, start } = this.#window;
    const at = id * this.#meta.pageSize - start;
    const last = id + u32(bytes, at + 12);
    if (!isPage(bytes, at, id)) this.problem(`page ${id} is damaged: it has the header of another`);
    else if (last >= this.#meta.pageCount) this.problem(`page ${id} would end behind the last one`);
    else if (last < this.states.length) return last - id;
    return;
  }

  #claimFrom(first: number, last: number): boolean {
    for (let id = first; id <= last; id += 1) if (!this.reach(id, LIVE)) return false;
    return true;
  }
}
