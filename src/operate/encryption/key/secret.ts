// A key as a configuration or a key file writes it, in base64, held so that it cannot be printed by accident: text, JSON and inspection give its
// fingerprint. RFC 4648 section 4, decoded as Go's encoding/base64 StdEncoding does, which kube-apiserver uses.
import { inspect } from 'node:util';
import { fingerprintOf, type KeyFingerprint } from './fingerprint.ts';

/** A key that never shows itself. Its bytes leave it only by `reveal`, its text only by `revealText`. */
export class KeySecret {
  readonly #text: string;
  readonly #bytes: Uint8Array | undefined;
  #fingerprint: KeyFingerprint | undefined;

  /** @param text base64 as it was written; anything else is kept, so that a check can say what is wrong with it */
  constructor(text: string) {
    this.#text = text;
    this.#bytes = decoded(text);
  }

  /** The key of these bytes. */
  static of(bytes: Uint8Array): KeySecret {
    return new KeySecret(Buffer.from(bytes).toString('base64'));
  }

  /** Bytes of the key; undefined when the text is no base64. */
  get length(): number | undefined {
    return this.#bytes?.length;
  }

  /** The key's bytes, a copy; none when the text is no base64. For ciphers and for files that hold keys, never for messages. */
  reveal(): Uint8Array {
    return Uint8Array.from(this.#bytes ?? []);
  }

  /** The text as it was written. For files that hold keys, never for messages. */
  revealText(): string {
    return this.#text;
  }

  /** The same for the same bytes on every machine. Made when it is first asked for: it takes some 60 ms. */
  get fingerprint(): KeyFingerprint {
    this.#fingerprint ??= fingerprintOf(this.#bytes ?? Buffer.from(this.#text));
    return this.#fingerprint;
  }

  /** Whether both have the same bytes, however they are written. */
  equals(other: KeySecret): boolean {
    if (this.#bytes === undefined || other.#bytes === undefined) return this.#text === other.#text;
    return Buffer.compare(this.#bytes, other.#bytes) === 0;
  }

  /** The fingerprint, for texts. */
  toString(): string {
    return this.fingerprint;
  }

  /** The fingerprint, for JSON. */
  toJSON(): string {
    return this.fingerprint;
  }

  /** The fingerprint, for the console and for what failed assertions print. */
  [inspect.custom](): string {
    return this.fingerprint;
  }
}

/** Line ends are skipped, padding is required, left-over bits may be anything: as Go decodes. */
function decoded(text: string): Uint8Array | undefined {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed === '' || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  return Uint8Array.from(Buffer.from(packed, 'base64'));
}
