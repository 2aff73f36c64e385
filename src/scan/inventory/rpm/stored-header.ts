// What the three database formats have in common: each stores one header blob a package, in one piece or as a chain of pages.
import { ParseError } from '../../../platform/errors.ts';

/** A header blob that a database holds. */
export interface StoredHeader {
  /** Where it is, for messages: `record 12`. */
  readonly place: string;
  /**
   * The blob; valid until the next one is read.
   * @throws ParseError when this blob cannot be put together; the others may be whole.
   */
  readonly read: () => Buffer;
}

/** The pages of a file, each of which may serve once: a page that serves twice closes a circle, or feeds two records with the same bytes. */
export class PageLedger {
  readonly #used: Uint8Array;
  readonly #first: number;

  /** @param first number of the file's first page that may be used; `count` pages follow. */
  constructor(first: number, count: number) {
    this.#first = first;
    this.#used = new Uint8Array(count);
  }

  /**
   * Takes a page.
   * @throws ParseError when there is no such page, or it has been taken before.
   */
  take(page: number): number {
    const used = this.#used[page - this.#first];
    if (used === undefined) throw new ParseError(`it points to page ${page}, which the file does not have`);
    if (used !== 0) throw new ParseError(`it points to page ${page}, which is in use already`);
    this.#used[page - this.#first] = 1;
    return page;
  }
}

const INITIAL_BYTES = 64 * 1024;

/** Puts the pieces of a blob together, in memory that the next blob uses again. */
export class BlobAssembly {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  append(source: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    source.copy(this.#bytes, this.#length, start, end);
    this.#length = length;
  }

  /** What has been appended since `clear`. */
  blob(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
