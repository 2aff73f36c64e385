// The owner rule: a language package whose metadata file belongs to an operating-system package is that package's content, patched by the
// distribution. It is shown, but matched once, through its owner.
import type { Digest } from '../../platform/canonical.ts';
import type { Package } from './package.ts';
import { isOsType } from './package-types.ts';

/**
 * Names of the files at which language cataloguers locate packages; `*.ext` stands for all names with that ending. Operating-system cataloguers keep
 * the owner of these files alone: the full file lists of an image are megabytes that nothing else asks for. A new language cataloguer adds its
 * names here and raises the versions of the operating-system cataloguers.
 */
export const OWNABLE_NAMES: readonly string[] = [
  'package.json',
  'METADATA',
  'PKG-INFO',
  '*.egg',
  '*.egg-info',
  '*.ear',
  '*.hpi',
  '*.jar',
  '*.jpi',
  '*.kar',
  '*.nar',
  '*.par',
  '*.rar',
  '*.sar',
  '*.war',
  '*.gemspec',
  '*.deps.json',
  // Keys that a distribution brings are nobody's secret (secrets/found-secrets.ts).
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
];

const NAMES: ReadonlySet<string> = new Set(OWNABLE_NAMES);
const ENDINGS = OWNABLE_NAMES.filter((name) => name.startsWith('*')).map((name) => name.slice(1));

const SLASH = 47;

/** By the last two bytes of a name: 1 where an ownable one ends so. Asked for every file that a package of the image owns. */
const LAST_TWO = lastTwo(OWNABLE_NAMES);

/** Whether the path or file name between two places of a file list is of a file among `OWNABLE_NAMES`. */
export function isOwnable(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 2 || LAST_TWO[((bytes[end - 2] ?? 0) << 8) | (bytes[end - 1] ?? 0)] !== 1) return false;
  let from = end;
  while (from > start && bytes[from - 1] !== SLASH) from -= 1;
  const name = bytes.toString('latin1', from, end);
  return NAMES.has(name) || ENDINGS.some((ending) => name.length > ending.length && name.endsWith(ending));
}

const PROGRAM_FOLDERS: ReadonlySet<string> = new Set(['bin', 'sbin', 'libexec']);
const LONGEST_FOLDER = 'libexec'.length;

/**
 * Whether the folder between two places of a file list holds programs: Go and Rust programs are packages of any name, so the owners of all files in
 * such folders are kept too. A slash at the end does not count.
 */
export function isProgramFolder(bytes: Buffer, start: number, end: number): boolean {
  const stop = bytes[end - 1] === SLASH ? end - 1 : end;
  let from = stop;
  while (from > start && stop - from <= LONGEST_FOLDER && bytes[from - 1] !== SLASH) from -= 1;
  return PROGRAM_FOLDERS.has(bytes.toString('latin1', from, stop));
}

/**
 * The packages, language packages with their owner where their file has one. A package that came with a higher layer than its owner replaced the
 * distribution's file (`npm install --global npm` over the distribution's npm) and is not owned.
 * @param owned image path to purl, as `Catalogue.owned`.
 * @param layers the image's layers, bottom first.
 */
export function markOwned(
  packages: readonly Package[],
  owned: ReadonlyMap<string, string>,
  layers: readonly Digest[] = [],
): Package[] {
  const heights = new Map(layers.map((layer, height) => [layer, height]));
  const heightOf = (found: Package): number => heights.get(found.location.layer) ?? 0;
  const ownerHeights = new Map<string, number>();
  for (const found of packages) if (isOsType(found.type)) ownerHeights.set(found.purl, heightOf(found));
  return packages.map((found) => {
    const owner = isOsType(found.type) ? undefined : ownerOf(found.location.path, owned);
    if (owner === undefined || heightOf(found) > (ownerHeights.get(owner) ?? 0)) return found;
    return { ...found, ownedBy: owner };
  });
}

/** The owner of the file at a path; a package inside an archive (`a.war!/WEB-INF/lib/b.jar`) has the archive's. */
export function ownerOf(path: string, owned: ReadonlyMap<string, string>): string | undefined {
  const inner = path.indexOf('!/');
  return owned.get(path) ?? (inner === -1 ? undefined : owned.get(path.slice(0, inner)));
}

function lastTwo(names: readonly string[]): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (const name of names) table[(name.charCodeAt(name.length - 2) << 8) | name.charCodeAt(name.length - 1)] = 1;
  return table;
}
