// Unpacks LZMA2, what an xz block holds: chunks that are stored, or packed with LZMA, over one dictionary.
// Source: the LZMA specification of the LZMA SDK (lzma-specification.txt) and the .xz format's section 5.3.1; the layout of chunks as in
// Linux, lib/xz/xz_dec_lzma2.c.
import { ParseError } from '../../../platform/errors.ts';
import { copyMatch } from './copy-match.ts';

/** States of the decoder: what the last steps were. Below this number the last was a literal. */
const LITERAL_STATES = 7;
const TOP = 2 ** 24;
const EVEN = 1024;

// Where the probabilities of each decision lie in one array.
const IS_MATCH = 0;
const IS_REPEAT = 192;
const IS_REPEAT_0 = 204;
const IS_REPEAT_1 = 216;
const IS_REPEAT_2 = 228;
const IS_LONG_REPEAT_0 = 240;
const DISTANCE_SLOT = 432;
const DISTANCE_SPECIAL = 688;
const DISTANCE_ALIGN = 816;
const MATCH_LENGTH = 832;
const REPEAT_LENGTH = 1346;
const LITERAL = 1860;
const LITERAL_CODER = 0x300;
const PROBABILITIES = LITERAL + LITERAL_CODER * 16;

/**
 * The unpacked bytes, and where the packed ones end.
 * @throws ParseError when they are damaged or give more than `most` bytes.
 */
export function unpackLzma2(
  packed: Uint8Array,
  start: number,
  most: number,
): { readonly bytes: Buffer; readonly end: number } {
  const decoder = new Lzma2Decoder(packed, start, most);
  while (decoder.chunk());
  return { bytes: decoder.output.subarray(0, decoder.made), end: decoder.at };
}

class Lzma2Decoder {
  readonly output: Buffer;
  made = 0;
  at: number;
  readonly #packed: Uint8Array;
  readonly #probabilities = new Uint16Array(PROBABILITIES);
  /** Where the dictionary begins in the output. */
  #base = 0;
  #needsDictionary = true;
  #needsProperties = true;
  #literalContext = 0;
  #literalPosition = 0;
  #position = 0;
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];
  #range = 0;
  #code = 0;
  /** Where the packed bytes of the chunk end. */
  #limit = 0;

  constructor(packed: Uint8Array, start: number, most: number) {
    this.#packed = packed;
    this.at = start;
    this.#limit = packed.length;
    this.output = Buffer.allocUnsafe(most);
  }

  /** Unpacks a chunk; false at the end. */
  chunk(): boolean {
    const control = this.#byte();
    if (control === 0) return false;
    if (control >= 0xe0 || control === 1) {
      this.#base = this.made;
      this.#needsDictionary = false;
    } else if (this.#needsDictionary) throw damaged();
    if (control < 0x80) {
      if (control > 2) throw damaged();
      this.#stored();
    } else this.#coded(control);
    return true;
  }

  #stored(): void {
    const size = this.#word() + 1;
    if (size > this.#packed.length - this.at || size > this.output.length - this.made) throw damaged();
    this.output.set(this.#packed.subarray(this.at, this.at + size), this.made);
    this.at += size;
    this.made += size;
  }

  #coded(control: number): void {
    const size = ((control & 0x1f) << 16) + this.#word() + 1;
    const packedSize = this.#word() + 1;
    if (control >= 0xc0) this.#properties(this.#byte());
    else if (this.#needsProperties) throw damaged();
    if (control >= 0xa0) this.#reset();
    const end = this.at + packedSize;
    if (end > this.#packed.length || size > this.output.length - this.made) throw damaged();
    this.#limit = end;
    this.#begin();
    this.#decode(this.made + size);
    if (this.at !== end || this.#code !== 0) throw damaged();
    this.#limit = this.#packed.length;
  }

  #properties(byte: number): void {
    if (byte > 224) throw damaged();
    this.#position = 2 ** Math.floor(byte / 45) - 1;
    const rest = byte % 45;
    this.#literalContext = rest % 9;
    const literalPosition = Math.floor(rest / 9);
    if (this.#literalContext + literalPosition > 4) throw damaged();
    this.#literalPosition = 2 ** literalPosition - 1;
    this.#needsProperties = false;
  }

  #reset(): void {
    this.#probabilities.fill(EVEN);
    this.#state = 0;
    this.#distances = [0, 0, 0, 0];
  }

  #begin(): void {
    if (this.#byte() !== 0) throw damaged();
    this.#range = 0xffff_ffff;
    this.#code = 0;
    for (let count = 0; count < 4; count += 1) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #decode(end: number): void {
    while (this.made < end) {
      const place = (this.made - this.#base) & this.#position;
      if (this.#bit(IS_MATCH + this.#state * 16 + place) === 0) this.#literal();
      else {
        const length = this.#bit(IS_REPEAT + this.#state) === 0 ? this.#match(place) : this.#repeat(place);
        const distance = this.#distances[0] + 1;
        if (distance > this.made - this.#base || length > end - this.made) throw damaged();
        copyMatch(this.output, this.made, distance, length);
        this.made += length;
      }
    }
    this.#normalize();
  }

  #literal(): void {
    const { output, made } = this;
    const place = made - this.#base;
    const before = place > 0 ? (output[made - 1] ?? 0) : 0;
    const context = ((place & this.#literalPosition) << this.#literalContext) + (before >> (8 - this.#literalContext));
    const base = LITERAL + LITERAL_CODER * context;
    let symbol = 1;
    if (this.#state >= LITERAL_STATES) {
      const distance = this.#distances[0] + 1;
      if (distance > place) throw damaged();
      let matched = output[made - distance] ?? 0;
      while (symbol < 0x100) {
        const wanted = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(base + ((1 + wanted) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== wanted) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    output[made] = symbol & 0xff;
    this.made += 1;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #match(place: number): number {
    const [first, second, third] = this.#distances;
    this.#state = this.#state < LITERAL_STATES ? 7 : 10;
    const length = this.#length(MATCH_LENGTH, place);
    this.#distances = [this.#distance(length), first, second, third];
    return length;
  }

  #distance(length: number): number {
    const slot = this.#tree(DISTANCE_SLOT + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + this.#reversed(DISTANCE_SPECIAL + high - slot, bits);
    return high + this.#direct(bits - 4) * 16 + this.#reversed(DISTANCE_ALIGN, 4);
  }

  #repeat(place: number): number {
    const [first, second, third, fourth] = this.#distances;
    if (this.#bit(IS_REPEAT_0 + this.#state) === 0) {
      if (this.#bit(IS_LONG_REPEAT_0 + this.#state * 16 + place) === 0) {
        this.#state = this.#state < LITERAL_STATES ? 9 : 11;
        return 1;
      }
    } else if (this.#bit(IS_REPEAT_1 + this.#state) === 0) this.#distances = [second, first, third, fourth];
    else if (this.#bit(IS_REPEAT_2 + this.#state) === 0) this.#distances = [third, first, second, fourth];
    else this.#distances = [fourth, first, second, third];
    this.#state = this.#state < LITERAL_STATES ? 8 : 11;
    return this.#length(REPEAT_LENGTH, place);
  }

  #length(base: number, place: number): number {
    if (this.#bit(base) === 0) return 2 + this.#tree(base + 2 + place * 8, 3);
    if (this.#bit(base + 1) === 0) return 10 + this.#tree(base + 130 + place * 8, 3);
    return 18 + this.#tree(base + 258, 8);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let count = 0; count < bits; count += 1) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - 2 ** bits;
  }

  #reversed(base: number, bits: number): number {
    let node = 1;
    let symbol = 0;
    for (let count = 0; count < bits; count += 1) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      symbol |= bit << count;
    }
    return symbol;
  }

  #direct(bits: number): number {
    let symbol = 0;
    for (let count = 0; count < bits; count += 1) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      symbol = symbol * 2 + bit;
    }
    return symbol;
  }

  #bit(index: number): 0 | 1 {
    this.#normalize();
    const probability = this.#probabilities[index] ?? EVEN;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    this.#probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  #normalize(): void {
    if (this.#range >= TOP) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #byte(): number {
    const byte = this.at < this.#limit ? this.#packed[this.at] : undefined;
    if (byte === undefined) throw damaged();
    this.at += 1;
    return byte;
  }

  #word(): number {
    return (this.#byte() << 8) | this.#byte();
  }
}

function damaged(): ParseError {
  return new ParseError('damaged xz data');
}
