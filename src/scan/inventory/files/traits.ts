// What makes an entry of a layer notable. Asked for every entry of every layer, up to millions: bit tests, look-ups by one character, and a string
// is cut only when these leave a chance.
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { FileTrait } from '../package.ts';
import { isPackageManager, isPublicCertificate, SECRET_ENDINGS, SECRET_NAMES, SHELLS } from './names.ts';

const SETUID = 1;
const SETGID = 2;
const CAPABILITIES = 4;
const WORLD_WRITABLE = 8;
const SHELL = 16;
const PACKAGE_MANAGER = 32;
const CANDIDATE_SECRET = 64;

/** In the order of the bits. */
const TRAITS: readonly FileTrait[] = [
  'setuid',
  'setgid',
  'capabilities',
  'world-writable',
  'shell',
  'package-manager',
  'candidate-secret',
];

/** By first character: bit L is set when a name of `SECRET_NAMES` starts with it and has L characters (31: that many or more). */
const LENGTHS_BY_FIRST = lengthsByFirst([...SECRET_NAMES.keys()]);

/** By last character: the endings of `SECRET_ENDINGS` with it. */
const ENDINGS_BY_LAST = endingsByLast(SECRET_ENDINGS);

const SLASH = 47;

/**
 * The traits of an entry as a set of bits; 0 for most. Modes count for files and directories, names for all that can be opened by that name, secrets
 * for files with content.
 */
export function traitBits(entry: EntryHeader): number {
  const { type, mode, path } = entry;
  if (type === 'dir') return (mode & 0o1002) === 0o0002 ? WORLD_WRITABLE : 0;
  if (type === 'other') return 0;
  const slash = lastSlash(path);
  let bits = isProgramFolder(path, slash) ? programBits(path.slice(slash + 1)) : 0;
  // The mode of a symbolic link is always 0777 and means nothing; where it leads is another entry.
  if (type === 'symlink') return bits;
  if ((mode & 0o6002) !== 0) {
    if ((mode & 0o4000) !== 0) bits |= SETUID;
    if ((mode & 0o2000) !== 0) bits |= SETGID;
    if ((mode & 0o0002) !== 0) bits |= WORLD_WRITABLE;
  }
  if (entry.capabilities === true) bits |= CAPABILITIES;
  // A hard link's header has no size: the content is its target's.
  if (isCandidateSecret(path, slash) && (entry.size > 0 || type === 'hardlink')) bits |= CANDIDATE_SECRET;
  return bits;
}

/** The traits that a set of bits stands for. */
export function traitsOf(bits: number): readonly FileTrait[] {
  return TRAITS.filter((_trait, place) => (bits & (1 << place)) !== 0);
}

function programBits(name: string): number {
  return (SHELLS.has(name) ? SHELL : 0) | (isPackageManager(name) ? PACKAGE_MANAGER : 0);
}

/** By hand: names are short, and a call of `lastIndexOf` costs more than the loop. */
function lastSlash(path: string): number {
  let at = path.length - 1;
  while (at >= 0 && path.charCodeAt(at) !== SLASH) at -= 1;
  return at;
}

/** Whether the folder that ends at `slash` is called `bin`, `sbin`, or `busybox` (the shells of distroless debug images). */
function isProgramFolder(path: string, slash: number): boolean {
  const last = path.charCodeAt(slash - 1);
  if (last === 0x6e) return endsFolder(path, 'bin', slash) || endsFolder(path, 'sbin', slash);
  return last === 0x78 && endsFolder(path, 'busybox', slash);
}

function endsFolder(path: string, folder: string, slash: number): boolean {
  const start = slash - folder.length;
  return path.startsWith(folder, start) && (start === 0 || path.charCodeAt(start - 1) === SLASH);
}

function isCandidateSecret(path: string, slash: number): boolean {
  const endings = ENDINGS_BY_LAST[path.charCodeAt(path.length - 1)];
  if (endings?.some((ending) => path.endsWith(ending))) return !isPublicCertificate(path, path.slice(slash + 1));
  const lengths = LENGTHS_BY_FIRST[path.charCodeAt(slash + 1)] ?? 0;
  if (((lengths >>> Math.min(path.length - slash - 1, 31)) & 1) === 0) return false;
  const folders = SECRET_NAMES.get(path.slice(slash + 1));
  if (folders === undefined || folders === 'anywhere') return folders !== undefined;
  return folders.some((folder) => slash >= folder.length && endsFolder(path, folder, slash));
}

function lengthsByFirst(names: readonly string[]): Uint32Array {
  const table = new Uint32Array(128);
  for (const name of names) {
    const first = name.charCodeAt(0);
    table[first] = (table[first] ?? 0) | (1 << Math.min(name.length, 31));
  }
  return table;
}

function endingsByLast(endings: readonly string[]): readonly (readonly string[] | undefined)[] {
  const groups = Map.groupBy(endings, (ending) => ending.charCodeAt(ending.length - 1));
  return Array.from({ length: 128 }, (_nothing, last) => groups.get(last));
}
