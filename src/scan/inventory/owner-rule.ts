// The owner rule: a language package whose metadata file belongs to an operating-system package is that package's content, patched by the
// distribution. It is shown, but matched once, through its owner.
import type { Package } from './package.ts';

/**
 * Names of the metadata files at which language cataloguers locate packages. Operating-system cataloguers keep the owner of these files alone: the
 * full file lists of an image are megabytes that nothing else asks for. A new language cataloguer adds its names here and raises the versions of
 * the operating-system cataloguers.
 */
export const OWNABLE_NAMES: readonly string[] = ['package.json'];

const OPERATING_SYSTEM = new Set<Package['type']>(['apk', 'deb', 'rpm']);

/** The packages, language packages with their owner where their file has one. `owned` is image path to purl, as `Catalogue.owned`. */
export function markOwned(packages: readonly Package[], owned: ReadonlyMap<string, string>): Package[] {
  return packages.map((found) => {
    const owner = OPERATING_SYSTEM.has(found.type) ? undefined : owned.get(found.location.path);
    return owner === undefined ? found : { ...found, ownedBy: owner };
  });
}
