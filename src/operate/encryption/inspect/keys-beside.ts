// Whether a file beside etcd's data is an EncryptionConfiguration with keys in it: data and keys in one place are as good as no encryption.
import { readFileSync, statSync } from 'node:fs';
import { LIMITS } from '../../../platform/limits.ts';

const KIND = /\bkind["']?\s*:\s*["']?EncryptionConfig(?:uration)?\b/;
const SECRET = /\bsecret["']?\s*:\s*["']?[A-Za-z0-9+/]{16}/;

/** Looks at the text of a small file; no for one that cannot be read. */
export function holdsKeys(path: string): boolean {
  try {
    if (statSync(path).size > LIMITS.encryptionConfigBytes) return false;
    const text = readFileSync(path, 'utf8');
    return KIND.test(text) && SECRET.test(text);
  } catch {
    return false;
  }
}
