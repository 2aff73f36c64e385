// Whether a key's bytes look made by a person instead of drawn at random. Every test is one that a random key of 16 bytes fails less often than once in
// a million times, one of 32 far more rarely.

/** How a key is weak. */
export type Weakness = 'published' | 'zeros' | 'pattern' | 'hexadecimal' | 'printable' | 'few-values';

/** What was seen. */
export interface WeakKey {
  readonly weakness: Weakness;
  /** In words that say nothing of the key's content. */
  readonly reason: string;
}

/** Keys of the examples in Kubernetes' own documentation and of texts that follow it. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'secret is secure',
  'this is password',
  'abcdefghijklmnopqrstuvwxyz123456',
  '0123456789abcdef',
  '0123456789abcdef0123456789abcdef',
  '01234567890123456789012345678901',
  '12345678901234567890123456789012',
]);

/** Words that typed keys are made of. */
const WORDS = /pass(?:w[o0]?r?d|phrase)|secret|admin|change.?me|kube|encrypt|example|default|qwert|abcdef|12345/i;

/** What is weak about a key's bytes; undefined for what may be random. */
export function weaknessOf(key: Uint8Array): WeakKey | undefined {
  const text = Buffer.from(key).toString('latin1');
  const bits = key.length * 8;
  if (PUBLISHED.has(text)) {
    return { weakness: 'published', reason: 'the key of an example in documentation, which everybody knows' };
  }
  if (key.every((byte) => byte === key[0])) return { weakness: 'zeros', reason: 'one byte again and again' };
  if (isRegular(key)) return { weakness: 'pattern', reason: 'a part that repeats, or bytes that count up or down' };
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) {
    const reason = `hexadecimal digits as text: at most ${bits / 2} of ${bits} bits are unknown`;
    return { weakness: 'hexadecimal', reason };
  }
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) {
    const words = WORDS.test(text) ? ', with words that are tried first' : '';
    return { weakness: 'printable', reason: `a typed text${words}: printable characters only` };
  }
  if (new Set(key).size <= key.length / 2) {
    return { weakness: 'few-values', reason: `only ${new Set(key).size} different bytes of ${key.length}` };
  }
  return undefined;
}

/** A period of at most half the length, or one constant difference from byte to byte. */
function isRegular(key: Uint8Array): boolean {
  const step = ((key[1] ?? 0) - (key[0] ?? 0)) & 0xff;
  if (key.every((byte, index) => index === 0 || ((byte - (key[index - 1] ?? 0)) & 0xff) === step)) return true;
  for (let period = 1; period <= key.length / 2; period += 1) {
    if (key.every((byte, index) => index < period || byte === key[index - period])) return true;
  }
  return false;
}
