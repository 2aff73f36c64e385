// Bounds the memory that names of files may take: a small layer can unpack to millions of long paths.
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/** What a name costs besides its characters: the string's head and its place in a map, in bytes (measured on V8 13). */
const OVERHEAD = 256;

/** Counts the names that are held. */
export class NameBudget {
  #bytes = 0;

  /** @throws LimitError when the names that are held take more than `LIMITS.nameBytes`. */
  take(name: string): void {
    this.#bytes += OVERHEAD + name.length;
    if (this.#bytes > LIMITS.nameBytes) throw new LimitError(`names of files take more than ${LIMITS.nameBytes} bytes`);
  }

  /** A name that was taken is no longer held. */
  giveBack(name: string): void {
    this.#bytes -= OVERHEAD + name.length;
  }
}
