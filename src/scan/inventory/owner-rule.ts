// The owner rule: a language package whose metadata file belongs to an operating-system package is that package's content, patched by the
// distribution. It is shown, but matched once, through its owner.
import type { Digest } from '../../platform/canonical.ts';
import type { Package } from './package.ts';

/**
 * Names of the metadata files at which language cataloguers locate packages. Operating-system cataloguers keep the owner of these files alone: the
 * full file lists of an image are megabytes that nothing else asks for. A new language cataloguer adds its names here and raises the versions of
 * the operating-system cataloguers.
 */
export const OWNABLE_NAMES: readonly string[] = ['package.json'];

const OPERATING_SYSTEM = new Set<Package['type']>(['apk', 'deb', 'rpm']);

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
  for (const found of packages) if (OPERATING_SYSTEM.has(found.type)) ownerHeights.set(found.purl, heightOf(found));
  return packages.map((found) => {
    const owner = OPERATING_SYSTEM.has(found.type) ? undefined : owned.get(found.location.path);
    if (owner === undefined || heightOf(found) > (ownerHeights.get(owner) ?? 0)) return found;
    return { ...found, ownedBy: owner };
  });
}
