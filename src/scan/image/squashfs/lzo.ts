// Unpacks one LZO1X block, as squashfs holds it: enroot packs its images so unless told otherwise.
// Source: Documentation/staging/lzo.rst of Linux ("LZO stream format as understood by Linux' LZO decompressor"), bitstream version 0.
import { ParseError } from '../../../platform/errors.ts';
import { copyMatch } from './copy-match.ts';

/** How many literals followed the instruction before: 4 stands for a long run, after which short matches mean something else. */
type State = 0 | 1 | 2 | 3 | 4;

interface Match {
  readonly distance: number;
  readonly length: number;
  /** Literals that follow it, 0 to 3. */
  readonly literals: number;
}

const LONG_RUN = 4;
/** A match with the bits of a distance of 16 KiB and no more is the end of the stream. */
const END_DISTANCE = 16_384;

/**
 * The unpacked bytes.
 * @throws ParseError when the block is damaged or gives more than `most` bytes.
 */
export function unpackLzo(packed: Uint8Array, most: number): Buffer {
  const output = Buffer.allocUnsafe(most);
  const reader = new LzoReader(packed);
  let made = 0;
  const takeLiterals = (count: number): void => {
    if (count > most - made) throw damaged();
    output.set(reader.take(count), made);
    made += count;
  };
  let state: State = 0;
  const first = packed[0] ?? 0;
  if (first > 17) {
    reader.byte();
    takeLiterals(first - 17);
    state = stateAfter(first - 17);
  }
  for (;;) {
    const instruction = reader.byte();
    if (instruction < 16 && state === 0) {
      takeLiterals(3 + reader.longer(instruction, 4));
      state = LONG_RUN;
      continue;
    }
    const match = reader.match(instruction, state);
    if (match === undefined) return output.subarray(0, made);
    if (match.distance > made || match.length > most - made) throw damaged();
    copyMatch(output, made, match.distance, match.length);
    made += match.length;
    takeLiterals(match.literals);
    state = stateAfter(match.literals);
  }
}

/** The bytes of a block in order. */
class LzoReader {
  readonly #packed: Uint8Array;
  #at = 0;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  byte(): number {
    const byte = this.#packed[this.#at];
    if (byte === undefined) throw damaged();
    this.#at += 1;
    return byte;
  }

  take(count: number): Uint8Array {
    if (count > this.#packed.length - this.#at) throw damaged();
    this.#at += count;
    return this.#packed.subarray(this.#at - count, this.#at);
  }

  /** The low bits of an instruction; when they are all zero, as many zero bytes as 255 stand for and a last one go on. */
  longer(instruction: number, bits: number): number {
    const low = instruction & (2 ** bits - 1);
    if (low !== 0) return low;
    let length = 2 ** bits - 1;
    for (;;) {
      const byte = this.byte();
      if (byte !== 0) return length + byte;
      length += 255;
    }
  }

  /** The match of an instruction; undefined at the end of the stream. */
  match(instruction: number, state: State): Match | undefined {
    if (instruction >= 64) {
      const distance = (this.byte() << 3) + ((instruction >> 2) & 7) + 1;
      return { distance, length: (instruction >> 5) + 1, literals: instruction & 3 };
    }
    if (instruction >= 32) {
      const length = this.longer(instruction, 5) + 2;
      const word = this.#word();
      return { distance: (word >> 2) + 1, length, literals: word & 3 };
    }
    if (instruction >= 16) {
      const length = this.longer(instruction, 3) + 2;
      const word = this.#word();
      const distance = END_DISTANCE + ((instruction & 8) << 11) + (word >> 2);
      return distance === END_DISTANCE ? undefined : { distance, length, literals: word & 3 };
    }
    const base = (this.byte() << 2) + (instruction >> 2) + 1;
    return state === LONG_RUN
      ? { distance: base + 2048, length: 3, literals: instruction & 3 }
      : { distance: base, length: 2, literals: instruction & 3 };
  }

  #word(): number {
    const low = this.byte();
    return low | (this.byte() << 8);
  }
}

function stateAfter(literals: number): State {
  return literals === 0 || literals === 1 || literals === 2 || literals === 3 ? literals : LONG_RUN;
}

function damaged(): ParseError {
  return new ParseError('damaged lzo data');
}
