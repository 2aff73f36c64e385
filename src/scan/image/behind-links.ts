// Finds wanted paths that lead through links to files that no reader asked for, so that their layers can be read once more.
import type { LayerReport } from './layer/layer-report.ts';
import { readListing } from './layer/listing.ts';
import type { Reader } from './layer/reader.ts';
import type { ExtraRead } from './layer/readers.ts';
import type { ImageView } from './overlay.ts';

/** A real path, or the files directly in a real folder, that a reader wants and does not name. */
interface Wanted {
  readonly reader: Reader;
  readonly path: string;
  readonly folder: boolean;
}

/** What to read again in which layer (index), for paths that lead elsewhere. Empty for nearly all images. */
export function readsBehindLinks(
  layers: readonly LayerReport[],
  view: ImageView,
  readers: readonly Reader[],
): ReadonlyMap<number, readonly ExtraRead[]> {
  const wanted = readers.flatMap((reader) =>
    reader.reads.flatMap((pattern) => behindLink(reader, pattern, view) ?? []),
  );
  const found = new Map<number, readonly ExtraRead[]>();
  if (wanted.length === 0) return found;
  for (const [index, layer] of layers.entries()) {
    const inLayer = entriesOf(layer, wanted, view);
    if (inLayer.length > 0) found.set(index, inLayer);
  }
  return found;
}

function behindLink(reader: Reader, pattern: string, view: ImageView): Wanted | undefined {
  if (pattern.startsWith('**/')) return undefined;
  const folder = pattern.endsWith('/*');
  const path = folder ? pattern.slice(0, -2) : pattern;
  const real = view.resolve(path);
  // Merged-usr images link lib to usr/lib: readers that name both places have read there.
  if (real === undefined || real === path || reader.reads.includes(folder ? `${real}/*` : real)) return undefined;
  return { reader, path: real, folder };
}

/** The entries of a layer at the wanted places that their readers did not get by name. An archive may name a place through links, too. */
function entriesOf(layer: LayerReport, wanted: readonly Wanted[], view: ImageView): readonly ExtraRead[] {
  const extras = new Map<string, ExtraRead>();
  const realFolders = new Map<string, string | undefined>();
  readListing(layer.listing, ({ type, path }) => {
    if (type !== 'file' && type !== 'hardlink') return;
    const slash = path.lastIndexOf('/');
    const parent = slash === -1 ? '' : path.slice(0, slash);
    if (!realFolders.has(parent)) realFolders.set(parent, view.resolve(parent));
    const realParent = realFolders.get(parent);
    if (realParent === undefined) return;
    const real = realParent === '' ? path.slice(slash + 1) : `${realParent}/${path.slice(slash + 1)}`;
    for (const { reader, folder, path: place } of wanted) {
      if (place !== (folder ? realParent : real) || reader.reads.includes(folder ? `${parent}/*` : path)) continue;
      const extra: ExtraRead = { reader: reader.id, path: folder ? parent : path, folder };
      extras.set(`${extra.reader} ${extra.path} ${folder}`, extra);
    }
  });
  return [...extras.values()];
}
