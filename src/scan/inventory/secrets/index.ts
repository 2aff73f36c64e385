// Secrets that files of a layer hold, each known by kind and a part of a digest. A secret in any layer is in the image: those that a later layer deletes
// are kept too (found-secrets.ts).

import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import type { RecognizedSecret } from '../../image/secrets/secret.ts';
import type { Cataloguer } from '../cataloguer.ts';
import { SECRET_PATTERNS, secretForm } from './names.ts';
import { recognizeSecrets } from './recognize.ts';

/** What is known of a file that holds secrets. */
export interface SecretFact {
  readonly secrets: readonly RecognizedSecret[];
}

/** Reads files that by their name may hold a secret; finds no packages. */
export const secrets: Cataloguer = {
  id: 'secrets',
  version: 1,
  title: 'Private keys, logins, tokens and password hashes in files, by kind and fingerprint',
  reads: SECRET_PATTERNS,
  maxBytes: LIMITS.secretFileBytes,
  wants: (entry) => secretForm(entry) !== undefined,
  read,
  packages: () => ({ packages: [] }),
};

function read(body: Uint8Array, entry: EntryHeader): ReadResult {
  const found = recognizeSecrets(secretForm(entry) ?? 'keys', body);
  return found.length === 0 ? {} : { data: { secrets: found } satisfies SecretFact };
}
