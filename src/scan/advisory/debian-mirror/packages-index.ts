// Finds in a Packages index what it has of some source packages: their newest version and the binary packages built from it.
// Format: https://wiki.debian.org/DebianRepository/Format, "Packages" indices. Scanned as bytes: an index of Debian has 50 MB, of which little is asked.
import { isValidVersion } from '../../../versions/compare.ts';
import { isPlainPath } from './release-file.ts';

/** A binary package that the mirror offers. */
export interface OfferedPackage {
  readonly name: string;
  readonly source: string;
  /** Version of the source package. */
  readonly version: string;
  /** Path below the address of the mirror. */
  readonly path: string;
  readonly size: number;
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
}

const NEWLINE = 10;
const FIELDS = ['package', 'version', 'source', 'filename', 'size', 'sha256'] as const;
type Field = (typeof FIELDS)[number];
/** Longest line that is read: fields beyond are descriptions or relations. */
const LINE_LENGTH = 2000;

/** Every usable stanza of a wanted source package. Stanzas that lack a field, or have a path that leaves the mirror, are passed over. */
export function* offersIn(index: Buffer, wanted: ReadonlySet<string>): Generator<OfferedPackage> {
  let draft = new Map<Field, string>();
  for (let start = 0; start <= index.length; ) {
    const newline = index.indexOf(NEWLINE, start);
    const end = newline === -1 ? index.length : newline;
    if (end === start) {
      const offer = offerOf(draft, wanted);
      if (offer !== undefined) yield offer;
      draft = new Map();
    } else if (end - start <= LINE_LENGTH) {
      readField(index, start, end, draft);
    }
    if (newline === -1) {
      const offer = offerOf(draft, wanted);
      if (offer !== undefined) yield offer;
      return;
    }
    start = end + 1;
  }
}

function readField(index: Buffer, start: number, end: number, draft: Map<Field, string>): void {
  const first = (index[start] ?? 0) | 0x20;
  for (const field of FIELDS) {
    if (field.charCodeAt(0) !== first || index[start + field.length] !== 58) continue;
    if (index.toString('latin1', start, start + field.length).toLowerCase() !== field) continue;
    if (!draft.has(field)) draft.set(field, index.toString('utf8', start + field.length + 1, end).trim());
    return;
  }
}

function offerOf(draft: ReadonlyMap<Field, string>, wanted: ReadonlySet<string>): OfferedPackage | undefined {
  const name = draft.get('package') ?? '';
  const match = /^(\S+)(?:\s+\(([^()\s]+)\))?$/.exec(draft.get('source') ?? name);
  const source = match?.[1] ?? '';
  if (!wanted.has(source)) return undefined;
  const version = match?.[2] ?? draft.get('version') ?? '';
  const path = (draft.get('filename') ?? '').replace(/^\.\//, '');
  const size = draft.get('size') ?? '';
  const sha256 = draft.get('sha256') ?? '';
  if (
    !isValidVersion('deb', version) ||
    !isPlainPath(path) ||
    !/^\d{1,12}$/.test(size) ||
    !/^[0-9a-f]{64}$/.test(sha256)
  )
    return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9+.-]{0,250}$/.test(name)) return undefined;
  return { name, source, version, path, size: Number(size), sha256 };
}
