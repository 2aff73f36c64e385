// Finds which metadata files of language packages, and which programs, an rpm package owns (owner rule). A header lists base names, and beside each the number of its
// directory in a shorter list. Names are looked at as bytes, for most packages own no such file.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isOwnable, isProgramFolder } from '../owner-rule.ts';
import type { RpmHeader, TagValues } from './header.ts';

/**
 * Image paths of the files among `OWNABLE_NAMES`, sorted.
 * @param room characters that the paths may take together.
 * @throws ParseError when the lists do not fit together; LimitError when the paths take more than `room`, or for more files than a
 *   layer may have.
 */
export function ownedFiles(header: RpmHeader, room: number): readonly string[] {
  const { bytes, values } = header;
  const baseNames = values.get('baseNames');
  if (baseNames === undefined) return [];
  const programs = programFolders(header);
  const files: { readonly name: string; readonly folder: number }[] = [];
  eachText(header, baseNames, (start, stop, place) => {
    if (!isOwnable(bytes, start, stop) && !(programs.size > 0 && programs.has(folderOf(header, place)))) return;
    if (files.length >= LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} files in one package`);
    files.push({ name: bytes.toString('utf8', start, stop), folder: folderOf(header, place) });
  });
  if (files.length === 0) return [];
  const folders = foldersOf(header, new Set(files.map(({ folder }) => folder)));
  let taken = 0;
  const paths = files.map(({ name, folder }) => {
    const path = folders.get(folder);
    if (path === undefined) throw new ParseError('its files name directories that it does not have');
    taken += path.length + name.length;
    if (taken > room) throw new LimitError('more files that may hold packages than are kept for one database');
    return `${path}${name}`.replace(/^\/+/, '');
  });
  return paths.sort();
}

/** Numbers of the directories that hold programs. */
function programFolders(header: RpmHeader): ReadonlySet<number> {
  const found = new Set<number>();
  const dirNames = header.values.get('dirNames');
  if (dirNames === undefined) return found;
  eachText(header, dirNames, (start, stop, place) => {
    if (isProgramFolder(header.bytes, start, stop)) found.add(place);
  });
  return found;
}

function folderOf({ bytes, values }: RpmHeader, place: number): number {
  const indexes = values.get('dirIndexes');
  if (indexes === undefined || place >= indexes.count) throw new ParseError('it has files without a directory');
  return bytes.readUInt32BE(indexes.start + 4 * place);
}

function foldersOf(header: RpmHeader, wanted: ReadonlySet<number>): ReadonlyMap<number, string> {
  const folders = new Map<number, string>();
  const dirNames = header.values.get('dirNames');
  if (dirNames === undefined) return folders;
  eachText(header, dirNames, (start, stop, place) => {
    if (!wanted.has(place)) return;
    if (stop - start > LIMITS.pathBytes) throw new ParseError(`it names a directory of ${stop - start} bytes`);
    folders.set(place, header.bytes.toString('utf8', start, stop));
  });
  return folders;
}

/** Calls `visit` for each text of a list with the places of its first byte and of the zero byte that ends it, and its number in the list. */
function eachText(
  { bytes, end }: RpmHeader,
  { start, count }: TagValues,
  visit: (start: number, stop: number, place: number) => void,
): void {
  if (count > LIMITS.layerEntries) throw new LimitError(`a package of ${count} files, more than a layer may have`);
  let at = start;
  for (let place = 0; place < count; place += 1) {
    const first = at;
    while (at < end && bytes[at] !== 0) at += 1;
    if (at >= end) throw new ParseError('its list of files runs over the end of the header');
    visit(first, at, place);
    at += 1;
  }
}
