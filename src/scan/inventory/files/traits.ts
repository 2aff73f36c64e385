// What makes an entry of a layer notable. Asked for every entry of every layer, up to millions: bit tests, and a string is
// cut only in a folder of programs.
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import { isPackageManager, SHELLS, TOOLS } from './names.ts';
import { FILE_TRAITS, type FileTrait } from './notable-file.ts';

// Bits in the order of FILE_TRAITS.
const SETUID = 1;
const SETGID = 2;
const CAPABILITIES = 4;
const WORLD_WRITABLE = 8;
const SHELL = 16;
const PACKAGE_MANAGER = 32;
const TOOL = 64;

const SLASH = 47;

/**
 * The traits of an entry as a set of bits; 0 for most. Modes count for files and directories, names for all that can be opened by that name.
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
  return bits;
}

/** The traits that a set of bits stands for. */
export function traitsOf(bits: number): readonly FileTrait[] {
  return FILE_TRAITS.filter((_trait, place) => (bits & (1 << place)) !== 0);
}

function programBits(name: string): number {
  return (SHELLS.has(name) ? SHELL : 0) | (isPackageManager(name) ? PACKAGE_MANAGER : 0) | (TOOLS.has(name) ? TOOL : 0);
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
