// What an inventory says of an image's secrets: kinds, places and fingerprints, never the secrets.
import type { ConfigSecret } from '../../image/secrets/config-secrets.ts';
import type { RecognizedSecret } from '../../image/secrets/secret.ts';

/** A secret in a file of an image. */
export interface FoundSecret extends RecognizedSecret {
  readonly path: string;
  /** Position in the inventory's layers, from 0 for the lowest. */
  readonly layer: number;
  /** A later layer deletes or replaces the file; it is in the image all the same. */
  readonly removed?: true;
  /** Why everybody has it anyway, so that it is no leak: the package that brings it (its URL or name). */
  readonly publishedBy?: string;
}

/** What is known of an image's secrets. */
export interface ImageSecrets {
  /** By layer, path, kind; at most `LIMITS.foundSecrets`. */
  readonly files: readonly FoundSecret[];
  readonly config: readonly ConfigSecret[];
  /** Paths of files that may hold one and were not read, with the reason; sorted. */
  readonly unread: readonly string[];
}
