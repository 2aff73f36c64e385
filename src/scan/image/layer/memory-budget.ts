// Bounds the memory that the names and facts of a walk or an overlay may take: a small layer can unpack to millions of long paths, and an image can
// name one layer a thousand times.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** What a name costs besides its characters, and a fact besides its data: heads of objects and places in maps, in bytes (measured on V8 13). */
const OVERHEAD = 256;

/** Counts what is held. All methods that take throw LimitError above `LIMITS.heldBytes`. */
export class MemoryBudget {
  #bytes = 0;

  takeName(name: string): void {
    this.#take(OVERHEAD + name.length);
  }

  /** A name that was taken is no longer held. */
  giveBackName(name: string): void {
    this.#bytes -= OVERHEAD + name.length;
  }

  /** A fact, or the memory of one that another replaced. */
  takeFact(): void {
    this.#take(OVERHEAD);
  }

  #take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > LIMITS.heldBytes) {
      throw new LimitError(`names and facts of files take more than ${LIMITS.heldBytes} bytes`);
    }
  }
}
