// Keys that sign a suite, as files that gpgv and sqv take: keyrings in binary form, those in ASCII armour unpacked (RFC 9580, 6.2).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

const ARMOUR = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g;

/** Keyrings that apt trusts for any source, and the one that Debian's package of keys brings. */
export function trustedKeyrings(root: string): readonly string[] {
  const folder = join(root, 'etc/apt/trusted.gpg.d');
  const parts = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(?:gpg|asc)$/.test(name)) : [];
  return [
    join(root, 'usr/share/keyrings/debian-archive-keyring.gpg'),
    join(root, 'etc/apt/trusted.gpg'),
    ...parts.sort().map((name) => join(folder, name)),
  ].filter(existsSync);
}

/**
 * Binary forms of the keyrings, written to `folder` where they are in armour.
 * @throws ParseError when a keyring is neither
 */
export function binaryKeyrings(keyrings: readonly string[], folder: string): readonly string[] {
  return keyrings.map((keyring, index) => {
    const bytes = readFileSync(keyring);
    if (bytes.length > LIMITS.metadataBytes) throw new LimitError(`${keyring}: larger than any keyring`);
    if (!bytes.includes('-----BEGIN PGP')) return keyring;
    const target = join(folder, `keyring-${index}.gpg`);
    writeFileSync(target, unarmour(bytes.toString('latin1'), keyring), { mode: 0o600 });
    return target;
  });
}

/** The bytes of all key blocks in the text. `name` stands for it in messages. */
export function unarmour(text: string, name: string): Buffer {
  const blocks = Array.from(text.matchAll(ARMOUR), ([, inside = '']) => {
    // Headers end at the first empty line; the line that begins with "=" is a checksum.
    const lines = inside.split(/\r?\n/);
    const start = lines.findIndex((line) => line.trim() === '');
    return lines
      .slice(start + 1)
      .filter((line) => !line.startsWith('='))
      .join('');
  });
  if (blocks.length === 0 || blocks.some((block) => !/^[A-Za-z0-9+/\s]+=*$/.test(block))) {
    throw new ParseError(`${name}: not a keyring: no public key in it`);
  }
  return Buffer.concat(blocks.map((block) => Buffer.from(block, 'base64')));
}
