// One entry of a tar archive: its header with the extended headers in front of it applied, PAX records and GNU long names, in the order of Go's
// archive/tar, which container runtimes use.
import type { EntryType } from './layer-report.ts';
import { CAPABILITY_KEY, paxCount, paxId, type RawHeader, readPaxRecords, text } from './tar-header.ts';
import { paxSparse, type SparseFile } from './tar-sparse.ts';

/** What the headers say of an entry. */
export interface TarEntry {
  readonly type: EntryType;
  /** As written. */
  readonly name: string;
  /** Target of a link, as written. */
  readonly link: string;
  /** Bytes of the body in the archive. */
  readonly stored: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Its `security.capability` in hexadecimal; undefined where it carries none. */
  readonly capability: string | undefined;
  readonly sparse: SparseFile | undefined;
}

/** Collects the extended headers of an entry. */
export class TarExtensions {
  #pax: ReadonlyMap<string, string> = NO_RECORDS;
  #longName = '';
  #longLink = '';

  /**
   * Takes the body of an extended header; of several of one kind the last counts.
   * @param type flag of the header: `x`, `L` or `K`.
   * @throws ParseError for malformed PAX records.
   */
  take(type: string, body: Buffer): void {
    if (type === 'x') this.#pax = readPaxRecords(body);
    else if (type === 'L') this.#longName = text(body, 0, body.length);
    else this.#longLink = text(body, 0, body.length);
  }

  forget(): void {
    this.#pax = NO_RECORDS;
    this.#longName = '';
    this.#longLink = '';
  }

  /**
   * The entry of a header, with the extensions so far, which are used up by it.
   * @param oldSparse what a header of the old GNU format says of a sparse file.
   * @throws ParseError when a record that should be a number is none.
   */
  apply(raw: RawHeader, oldSparse?: SparseFile): TarEntry {
    const pax = this.#pax;
    const sparse = oldSparse ?? (pax.size === 0 ? undefined : paxSparse(pax));
    const name = sparse?.name || this.#longName || (pax.get('path') ?? raw.name);
    const link = this.#longLink || (pax.get('linkpath') ?? raw.link);
    this.forget();
    const type = entryType(raw.type, name);
    const size = paxCount(pax, 'size') ?? raw.size;
    return {
      type,
      name,
      link,
      stored: type === 'file' || (type === 'other' && !HEADER_ONLY.has(raw.type)) ? size : 0,
      mode: raw.mode,
      uid: paxId(pax, 'uid') ?? raw.uid,
      gid: paxId(pax, 'gid') ?? raw.gid,
      capability: pax.get(CAPABILITY_KEY),
      sparse,
    };
  }
}

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** Devices and pipes: whatever size their header states, no body follows. Unknown types have one, as POSIX asks. */
const HEADER_ONLY: ReadonlySet<string> = new Set(['3', '4', '6']);

function entryType(flag: string, name: string): EntryType {
  switch (flag) {
    case '\0':
      return name.endsWith('/') ? 'dir' : 'file';
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'dir';
    default:
      return 'other';
  }
}
