// Members of a CSM release that are not scanned: RPM indexes and repositories, node images and installer media, archives of the installer's own
// tools. Each file or folder is one gap with its count, so that a report says what its figures leave out.
import { dirname, extname } from 'node:path';
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { readMember, unreadableFolder, walkFolder } from '../folder.ts';
import { entriesAt, itemsAt, parseYaml } from '../yaml.ts';

/** Files that list the URLs of node images: CSM's script, or the URLs taken from it. */
const ASSET_LISTS = ['assets.sh', 'assets.txt'] as const;
/** Folders of a release that hold nothing of ours, or what other readers take. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set(['docker', 'helm', 'manifests', 'scans', 'build', 'node_modules']);

/** What the files of each ending are. */
const MEDIA: ReadonlyMap<string, string> = new Map([
  ['rpm', 'packages for the nodes'],
  ['squashfs', 'root file systems of the nodes; squashfs:FILE reads one'],
  ['iso', 'installer media'],
  ['tar', 'images of the installer; docker-archive:FILE reads one'],
]);

/**
 * The gaps of a release's folder.
 * @throws LimitError
 */
export function unscannedMembers(folder: string): readonly Gap[] {
  const gaps: Gap[] = [];
  const counts = new Map<string, Map<string, number>>();
  for (const entry of walkFolder(folder, (path) => !OTHER_FOLDERS.has(path))) {
    if (entry.kind === 'unreadable') gaps.push(unreadableFolder(entry.path));
    if (entry.kind !== 'file') continue;
    const parent = dirname(entry.path);
    const ending = extname(entry.path).slice(1);
    if (entry.path.startsWith('rpm/') && /^ya?ml$/.test(ending)) gaps.push(rpmIndex(folder, entry.path));
    else if (MEDIA.has(ending) && (ending !== 'tar' || parent === 'vendor')) {
      const inFolder = counts.get(parent) ?? new Map<string, number>();
      counts.set(parent, inFolder.set(ending, (inFolder.get(ending) ?? 0) + 1));
    }
  }
  for (const [parent, inFolder] of counts) {
    for (const [ending, count] of inFolder) {
      gaps.push(notScanned(`${parent}/`, `${plural(count, `${ending} file`)} not read (${MEDIA.get(ending)})`));
    }
  }
  return [...gaps, ...ASSET_LISTS.flatMap((file) => assetList(folder, file))];
}

/** An index `url: {rpms: [file]}` as CSM's rpm-sync reads it. */
function rpmIndex(folder: string, file: string): Gap {
  try {
    const root = parseYaml(readMember(folder, file) ?? '', file);
    const count = entriesAt(root).reduce((sum, entry) => sum + itemsAt(entry.value, 'rpms').length, 0);
    return notScanned(file, `${plural(count, 'RPM package')} of this index not read`);
  } catch (error) {
    return { kind: 'file-unparsed', target: file, reason: messageOf(error) };
  }
}

function assetList(folder: string, file: string): readonly Gap[] {
  let text: string | undefined;
  try {
    text = readMember(folder, file);
  } catch (error) {
    return [{ kind: 'file-unparsed', target: file, reason: messageOf(error) }];
  }
  const urls = new Set(text?.match(/https?:\/\/[^\s'"<>()]+/g));
  if (urls.size === 0) return [];
  const images = [...urls].filter((url) => /\.(?:squashfs|iso)$/.test(url)).length;
  return [
    notScanned(
      file,
      `${plural(urls.size, 'artefact')} not read, of them ${plural(images, 'node image')} or installer media`,
    ),
  ];
}

function notScanned(target: string, reason: string): Gap {
  return { kind: 'not-scanned', target, reason };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
