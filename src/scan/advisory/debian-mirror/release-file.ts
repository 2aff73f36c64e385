// Reads the Release file of a suite: its names, its dates, and the digests of its indexes.
// Format: https://wiki.debian.org/DebianRepository/Format, "Release" files.
import { ParseError } from '../../../platform/errors.ts';
import { paragraphsOf, wordsOf } from './control.ts';

/** An index that the Release file vouches for. */
export interface IndexFile {
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
  readonly size: number;
}

/** What a Release file says. */
export interface ReleaseFile {
  readonly codename?: string;
  readonly suite?: string;
  /** ISO 8601 instants. */
  readonly date?: string;
  readonly validUntil?: string;
  readonly components: readonly string[];
  /** Whether indexes are also there under their digest, which stays right while the mirror is being updated. */
  readonly byHash: boolean;
  /** By path below the Release file. */
  readonly files: ReadonlyMap<string, IndexFile>;
}

/** @throws ParseError when the text lists no files with SHA-256 digests. */
export function parseRelease(text: string): ReleaseFile {
  const [fields] = paragraphsOf(text);
  const files = new Map<string, IndexFile>();
  for (const line of (fields?.get('sha256') ?? '').split('\n')) {
    const [sha256 = '', size = '', path = ''] = wordsOf(line);
    if (/^[0-9a-f]{64}$/.test(sha256) && /^\d{1,15}$/.test(size) && isPlainPath(path)) {
      files.set(path, { sha256, size: Number(size) });
    }
  }
  if (fields === undefined || files.size === 0) throw new ParseError('not a Release file: it lists no SHA256 digests');
  const names = { codename: fields.get('codename'), suite: fields.get('suite') };
  const dates = { date: instantOf(fields.get('date')), validUntil: instantOf(fields.get('valid-until')) };
  return {
    ...defined(names),
    ...defined(dates),
    // Debian's security archive calls its components updates/main, and keeps them under main.
    components: wordsOf(fields.get('components')).map((word) => word.replace(/^.*\//, '')),
    byHash: fields.get('acquire-by-hash') === 'yes',
    files,
  };
}

/** Whether the path stays below the folder it is appended to, and means the same in an address. */
export function isPlainPath(path: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+~:=@^-]*(?:\/[A-Za-z0-9][A-Za-z0-9._+~:=@^-]*)*$/.test(path) && path.length <= 1000;
}

/** `Sat, 11 Jul 2026 10:16:37 UTC` */
function instantOf(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function defined<K extends string>(values: Readonly<Record<K, string | undefined>>): Partial<Record<K, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, string>
  >;
}
