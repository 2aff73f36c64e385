// All revisions of the judged keys of one database, in flat arrays: they come in the order of the file, and only when the last one is read is it known which
// value is a key's current one. A million revisions take some 80 MB.
import { randomBytes } from 'node:crypto';

/** Where a value stands in the history of its key: `deleted` when the key was deleted after it and not made again. */
export type ValueState = 'current' | 'old' | 'deleted';

/** Stands for the writer of a deletion, which has no value. */
export const TOMBSTONE = 0xffff;

const NONE = -1;
const LEAST = 16_384;

/** Where hashes begin, another number every time: keys made to meet in one slot do so only where it is known. No result depends on it. */
const SEED = randomBytes(4).readUInt32LE(0);

/** What is asked of one revision when it is added. */
interface AddedRevision {
  readonly main: number;
  readonly sub: number;
  readonly keyAt: number;
  readonly keyEnd: number;
}

/** The table. Keys are compared byte by byte, so that none stands for another. */
export class RevisionTable {
  count = 0;
  #key = new Uint32Array(LEAST);
  #writer = new Uint16Array(LEAST);
  #main = new Float64Array(LEAST);
  #sub = new Uint32Array(LEAST);
  #keys = 0;
  /** Bytes of all keys, one behind the other, and where each ends. */
  #text = Buffer.alloc(64 * LEAST);
  #textEnd = new Float64Array(LEAST);
  #hash = new Uint32Array(LEAST);
  /** By key: its last revision. */
  #last = new Uint32Array(LEAST);
  /** Open addressing: keys by hash, NONE where there is none; at most half full. */
  #slots = new Int32Array(2 * LEAST).fill(NONE);

  /** Adds a revision of the key in these bytes; gives its number. */
  add(bytes: Uint8Array, { main, sub, keyAt, keyEnd }: AddedRevision, writer: number): number {
    const number = this.count;
    if (number === this.#key.length) this.#growRevisions();
    const known = this.#keys;
    const key = this.#keyOf(bytes, keyAt, keyEnd);
    this.#key[number] = key;
    this.#writer[number] = writer;
    this.#main[number] = main;
    this.#sub[number] = sub;
    const last = this.#last[key] ?? 0;
    const lastMain = this.#main[last] ?? 0;
    if (key === known || main > lastMain || (main === lastMain && sub > (this.#sub[last] ?? 0)))
      this.#last[key] = number;
    this.count += 1;
    return number;
  }

  /** The number of the writer of a revision, or TOMBSTONE. */
  writerOf(number: number): number {
    return this.#writer[number] ?? TOMBSTONE;
  }

  /** Main revision. */
  revisionOf(number: number): number {
    return this.#main[number] ?? 0;
  }

  /** Where the value of a revision stands. Asked when all are added. */
  stateOf(number: number): ValueState {
    const last = this.#last[this.#key[number] ?? 0] ?? 0;
    if (last === number) return 'current';
    return this.#writer[last] === TOMBSTONE ? 'deleted' : 'old';
  }

  /** The etcd key of a revision. */
  keyText(number: number): string {
    const key = this.#key[number] ?? 0;
    return this.#text.toString('utf8', this.#startOf(key), this.#textEnd[key] ?? 0);
  }

  #keyOf(bytes: Uint8Array, at: number, end: number): number {
    let hash = SEED;
    for (let index = at; index < end; index += 1) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
    hash = mixed(hash);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const key = this.#slots[slot] ?? NONE;
      if (key === NONE) return this.#newKey(bytes, at, end, hash, slot);
      if (this.#hash[key] === hash && this.#isKey(key, bytes, at, end)) return key;
    }
  }

  #isKey(key: number, bytes: Uint8Array, at: number, end: number): boolean {
    const start = this.#startOf(key);
    if ((this.#textEnd[key] ?? 0) - start !== end - at) return false;
    for (let index = at; index < end; index += 1) if (this.#text[start + index - at] !== bytes[index]) return false;
    return true;
  }

  #newKey(bytes: Uint8Array, at: number, end: number, hash: number, slot: number): number {
    const key = this.#keys;
    if (key === this.#hash.length) this.#growKeys();
    const start = this.#startOf(key);
    const textEnd = start + end - at;
    if (textEnd > this.#text.length) this.#growText(textEnd);
    this.#text.set(bytes.subarray(at, end), start);
    this.#textEnd[key] = textEnd;
    this.#hash[key] = hash;
    this.#slots[slot] = key;
    this.#keys += 1;
    if (2 * this.#keys > this.#slots.length) this.#growSlots();
    return key;
  }

  #startOf(key: number): number {
    return key === 0 ? 0 : (this.#textEnd[key - 1] ?? 0);
  }

  #growText(least: number): void {
    const text = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#text.length));
    this.#text.copy(text);
    this.#text = text;
  }

  #growRevisions(): void {
    const length = 2 * this.count;
    this.#key = grown(this.#key, new Uint32Array(length));
    this.#writer = grown(this.#writer, new Uint16Array(length));
    this.#main = grown(this.#main, new Float64Array(length));
    this.#sub = grown(this.#sub, new Uint32Array(length));
  }

  #growKeys(): void {
    const length = 2 * this.#keys;
    this.#textEnd = grown(this.#textEnd, new Float64Array(length));
    this.#hash = grown(this.#hash, new Uint32Array(length));
    this.#last = grown(this.#last, new Uint32Array(length));
  }

  #growSlots(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(NONE);
    const mask = this.#slots.length - 1;
    for (let key = 0; key < this.#keys; key += 1) {
      let slot = (this.#hash[key] ?? 0) & mask;
      while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask;
      this.#slots[slot] = key;
    }
  }
}

/** Spreads a hash over all its bits (the finaliser of MurmurHash3): slots are chosen by the lowest ones. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function grown<T extends Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
