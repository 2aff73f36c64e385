// What one pass over a layer yields: facts with their paths, and the listing that later layers are laid over.
// A report depends on the layer's bytes and the cataloguers alone, so it is shared between images under its verified digest.
import type { Digest } from '../../../platform/canonical.ts';

/**
 * Version of the walk and the overlay, beside those of the cataloguers: raised whenever the same layers would give another report or view, so that
 * what older programs stored is not used.
 */
export const WALK_VERSION = 3;

/** Type of a tar entry, as far as the overlay needs it: regular file, directory, symbolic link, hard link, other (device, fifo). */
export type EntryType = 'file' | 'dir' | 'symlink' | 'hardlink' | 'other';

/** The header of one entry. `path` is cleaned: relative, `/`-separated, without `.`, `..` or a trailing slash. */
export interface EntryHeader {
  readonly path: string;
  readonly type: EntryType;
  /** Bytes of the body; 0 for all but regular files. */
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky (07777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Target of a link, as written for symbolic links, cleaned for hard links. */
  readonly link?: string;
  /** Whether the entry carries `security.capability` (file capabilities). */
  readonly capabilities?: boolean;
  /** That attribute in hexadecimal, while an archive is walked: listings keep only that there is one. */
  readonly capability?: string;
}

/** Something a cataloguer read in a layer. `data` is JSON and the cataloguer's own shape. */
export interface LayerFact {
  /** Id of the reader. */
  readonly reader: string;
  readonly path: string;
  readonly data: unknown;
  /** Present when the file was known by its first bytes: it is the same wherever else it is linked to. */
  readonly byContent?: true;
}

/** A wanted file that could not be read or parsed, or an entry that the walk did not take. */
export interface LayerUnknown {
  /** Id of the reader, or `walk`. */
  readonly reader: string;
  readonly path: string;
  readonly kind: 'file-unparsed' | 'limit-reached' | 'undecidable' | 'not-scanned';
  readonly reason: string;
}

/** The result of one pass over one layer. */
export interface LayerReport {
  /** SHA-256 that we computed over the blob as stored (compressed). */
  readonly digest: Digest;
  readonly entries: number;
  /** Bytes of the unpacked tar. */
  readonly unpackedBytes: number;
  readonly facts: readonly LayerFact[];
  readonly unknowns: readonly LayerUnknown[];
  /** Paths that this layer deletes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories whose content from the layers below this layer hides. */
  readonly opaque: readonly string[];
  /** The symbolic links, packed by listing.ts: needed to find where a database path really leads. */
  readonly links: Uint8Array;
  /** Every entry, packed by listing.ts: needed to see which lower facts this layer replaces. */
  readonly listing: Uint8Array;
}
