// Keys that sign a suite, as files that gpgv and sqv take: keyrings in binary form, those in ASCII armour unpacked (RFC 9580, 6.2).
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { writeStored } from './cache.ts';

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
 * @throws PlimsollError `input-missing` when a keyring cannot be read; ParseError when it is neither
 */
export function binaryKeyrings(keyrings: readonly string[], folder: string): readonly string[] {
  return keyrings.map((keyring, index) => {
    const bytes = readKeyring(keyring);
    if (!bytes.includes('-----BEGIN PGP')) return keyring;
    const target = join(folder, `keyring-${index}.gpg`);
    writeStored(target, unarmour(bytes.toString('latin1'), keyring));
    return target;
  });
}

function readKeyring(keyring: string): Buffer {
  try {
    if (statSync(keyring).size > LIMITS.metadataBytes) throw new LimitError(`${keyring}: larger than any keyring`);
    return readFileSync(keyring);
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw new PlimsollError('input-missing', `the keyring ${keyring} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
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
