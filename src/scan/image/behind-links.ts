// Finds wanted paths that lead through links to files that no reader asked for, so that their layers can be read once more.
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { readListing } from './listing.ts';
import type { ImageView } from './overlay.ts';
import type { Reader } from './reader.ts';
import type { ExtraRead } from './readers.ts';

/** What to read again in which layer (index), for paths that lead elsewhere. Empty for nearly all images. */
export function readsBehindLinks(
  layers: readonly LayerReport[],
  view: ImageView,
  readers: readonly Reader[],
): ReadonlyMap<number, readonly ExtraRead[]> {
  const wanted = readers.flatMap((reader) =>
    reader.reads.flatMap((pattern) => {
      if (pattern.startsWith('**/')) return [];
      const folder = pattern.endsWith('/*');
      const path = folder ? pattern.slice(0, -2) : pattern;
      const real = view.resolve(path);
      if (real === undefined || real === path) return [];
      const seen = view.facts.some(
        (fact) => fact.reader === reader.id && (folder ? fact.path.startsWith(`${real}/`) : fact.path === real),
      );
      return seen ? [] : [{ reader: reader.id, path: folder ? `${real}/*` : real }];
    }),
  );
  const found = new Map<number, ExtraRead[]>();
  if (wanted.length === 0) return found;
  for (const [index, layer] of layers.entries()) {
    const inLayer = new Set<ExtraRead>();
    readListing(layer.listing, (entry) => {
      for (const extra of wanted) if (leadsTo(extra.path, entry)) inLayer.add(extra);
    });
    if (inLayer.size > 0) found.set(index, [...inLayer]);
  }
  return found;
}

function leadsTo(path: string, entry: EntryHeader): boolean {
  if (entry.type !== 'file' && entry.type !== 'hardlink') return false;
  if (!path.endsWith('/*')) return entry.path === path;
  const slash = entry.path.lastIndexOf('/');
  return entry.path.slice(0, slash) === path.slice(0, -2);
}
