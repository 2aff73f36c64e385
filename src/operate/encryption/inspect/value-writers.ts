// Who wrote each value: the names that stand at the beginning of stored values, numbered, so that millions of values need one number each.
import { LIMITS } from '../../../platform/limits.ts';
import type { TransformerId } from '../plan/transformer-id.ts';
import { parseStoredValue, storedValueName } from '../provider/stored-value.ts';

/** Number of the values without encryption. */
export const PLAIN = 0;
/** Number of those that say they are encrypted by nothing that is known here. */
export const UNKNOWN = 1;

/** Longest beginning that is looked at: `k8s:enc:`, provider, version, and a key's name. */
const HEAD_BYTES = 1100;
const ENCRYPTED = Buffer.from('k8s:enc:');

/** Numbers for writers. */
export class ValueWriters {
  /** By number: `identity`, `unknown`, `aescbc:key1`; with the key's fingerprint where a key opened the value. */
  readonly ids: TransformerId[] = ['identity', 'unknown'];
  readonly #numbers = new Map([
    ['identity', PLAIN],
    ['unknown', UNKNOWN],
  ]);
  /** Beginnings met so far, the last one first: values of one writer come in rows. */
  readonly #heads: { readonly bytes: Buffer; readonly number: number }[] = [];

  /** The number of an id. More ids than any cluster has keys are one: `unknown`. */
  numberOf(id: TransformerId): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    if (this.ids.length >= LIMITS.etcdWriters) return UNKNOWN;
    this.#numbers.set(id, this.ids.length);
    return this.ids.push(id) - 1;
  }

  /** The number of the writer of the value in these bytes. */
  of(bytes: Buffer, at: number, end: number): number {
    if (!begins(bytes, at, end, ENCRYPTED)) return PLAIN;
    for (const [place, head] of this.#heads.entries()) {
      if (!begins(bytes, at, end, head.bytes)) continue;
      if (place > 0) this.#heads.unshift(...this.#heads.splice(place, 1));
      return head.number;
    }
    const head = bytes.subarray(at, Math.min(end, at + HEAD_BYTES));
    const stored = parseStoredValue(head);
    const number = this.numberOf(storedValueName(stored));
    if ('bodyOffset' in stored && number !== UNKNOWN) {
      this.#heads.unshift({ bytes: Buffer.from(head.subarray(0, stored.bodyOffset)), number });
    }
    return number;
  }
}

/** Whether the bytes from `at` begin so. */
export function begins(bytes: Uint8Array, at: number, end: number, start: Uint8Array): boolean {
  if (at + start.length > end) return false;
  for (let index = 0; index < start.length; index += 1) if (bytes[at + index] !== start[index]) return false;
  return true;
}
