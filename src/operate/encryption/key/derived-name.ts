// Whether a key's name tells of the key. The name stands in every value in etcd, in backups and in whatever prints a status: a hash of the key in it lets
// anyone test guesses without the data. Tools that name keys so: `PROVIDER-` and the SHA-256 of the key and a line feed, in hexadecimal.
import { createHash } from 'node:crypto';

/** Shortest piece of a hash that counts: eight characters meet by chance once in four thousand million times. */
const SHORTEST = 8;
const HASHES = ['sha256', 'sha512', 'sha1', 'md5', 'sha384', 'sha224'] as const;

/**
 * What of the key the name holds, in words; undefined for a name that is not made from it.
 * @param key its bytes
 */
export function derivedFrom(name: string, key: Uint8Array): string | undefined {
  if (key.length < SHORTEST) return undefined;
  const base64 = Buffer.from(key).toString('base64');
  if (holds(name, Buffer.from(key))) return 'the key itself';
  const inputs: readonly (readonly [string, Uint8Array])[] = [
    ['the key', key],
    ['the key and a line feed', Buffer.concat([key, Buffer.from('\n')])],
    ["the key's base64", Buffer.from(base64)],
    ["the key's base64 and a line feed", Buffer.from(`${base64}\n`)],
  ];
  for (const hash of HASHES) {
    for (const [what, bytes] of inputs) {
      if (holds(name, createHash(hash).update(bytes).digest())) return `the ${hash} of ${what}`;
    }
  }
  return undefined;
}

/** Whether the name holds the bytes, or their beginning, as hexadecimal or base64. */
function holds(name: string, bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('latin1');
  if (name.includes(text)) return true;
  const [hex, base64, base64url] = [buffer.toString('hex'), buffer.toString('base64'), buffer.toString('base64url')];
  return (
    name.toLowerCase().includes(hex.slice(0, SHORTEST)) ||
    name.includes(base64.slice(0, SHORTEST)) ||
    name.includes(base64url.slice(0, SHORTEST))
  );
}
