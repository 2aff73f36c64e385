// A new key, or one that a file brings. Keys are never arguments of a command: those stand in the process table and in the shell's history.
import { ParseError } from '../../../platform/errors.ts';
import type { ConfigurationKey, KeyProviderKind } from '../configuration/configuration.ts';
import type { RandomBytes } from '../provider/ciphers.ts';
import { KeySecret } from './secret.ts';

/** A key with the provider that uses it. */
export interface NamedKey extends ConfigurationKey {
  readonly provider: KeyProviderKind;
}

const KEY_BYTES = 32;
const NAME_BYTES = 6;
const SIZES: Readonly<Record<KeyProviderKind, readonly number[]>> = {
  aescbc: [16, 24, 32],
  aesgcm: [16, 24, 32],
  secretbox: [32],
};

/** A key of 32 random bytes. */
export function generateKey(provider: KeyProviderKind, random: RandomBytes, name = generateName(random)): NamedKey {
  return { provider, name, secret: KeySecret.of(random(KEY_BYTES)) };
}

/** `key-` and 12 random hexadecimal digits, which say nothing of the key. */
export function generateName(random: RandomBytes): string {
  return `key-${Buffer.from(random(NAME_BYTES)).toString('hex')}`;
}

/** Whether a name can stand in a configuration and in etcd without doubt: no colon, which ends the name there, and nothing that needs quotes. */
export function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/.test(name);
}

/**
 * A key that a file brings: base64, as in a configuration.
 * @param file name for messages, which never quote it
 * @throws ParseError for what is no key of the provider
 */
export function takeKey(text: string, provider: KeyProviderKind, name: string, file: string): NamedKey {
  const secret = new KeySecret(text.trim());
  const { length } = secret;
  if (length === undefined) throw new ParseError(`${file}: not base64: write the key as it stands in a configuration`);
  const sizes = SIZES[provider];
  if (!sizes.includes(length)) {
    throw new ParseError(`${file}: the key has ${length} bytes; ${provider} takes ${sizes.join(', ')}`);
  }
  return { provider, name, secret };
}
