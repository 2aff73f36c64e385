// Which builds of a distribution's base the images of a release stand on, and which of them is the newer one. Found without registry and labels: the
// lowest layer is the base's, and its packages tell its age. Pure.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import { osNamespace } from '../../scan/inventory/os-release/namespace.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { compareVersions } from '../../versions/compare.ts';
import { VersionError } from '../../versions/version-error.ts';
import type { HygieneImage, HygieneInput } from './check.ts';
import { placeOf, type ReadImage } from './release-view.ts';

/** Images with the same lowest layer on the same branch of a distribution. */
export interface BaseBuild {
  /** `alpine:3.13`. */
  readonly branch: string;
  /** The lowest layer. */
  readonly layer: Digest;
  /** References of the images on it, sorted. */
  readonly images: readonly string[];
  /** Packages of the lowest layer that are still as it brought them in some image on it, by name. */
  readonly packages: ReadonlyMap<string, Pick<Package, 'version' | 'scheme'>>;
}

/**
 * The builds, sorted by branch, then layer. An image of one layer counts as a base only where others stand on it, since it may have been flattened, or
 * where somebody says that the images are `bases`.
 */
export function baseBuilds(images: readonly HygieneImage[], bases = false): readonly BaseBuild[] {
  const based = images.filter(hasBase);
  const derived = new Set(based.filter(({ inventory: { layers } }) => (layers?.length ?? 0) > 1).map(lowest));
  const groups = Map.groupBy(
    based.filter((image) => bases || derived.has(lowest(image))),
    (image) => JSON.stringify([branchOf(image), lowest(image)]),
  );
  return [...groups.values()]
    .flatMap((group): readonly BaseBuild[] => {
      const [first] = group;
      const branch = first === undefined ? undefined : branchOf(first);
      const layer = first === undefined ? undefined : lowest(first);
      if (branch === undefined || layer === undefined) return [];
      const packages = new Map<string, Pick<Package, 'version' | 'scheme'>>();
      for (const { name, version, scheme, location } of group.flatMap((image) => image.packages)) {
        if (location.layer === layer) packages.set(name, { version, scheme });
      }
      return [{ branch, layer, images: [...new Set(group.map(({ image }) => image.logical))].sort(), packages }];
    })
    .sort((a, b) => compareText(a.branch, b.branch) || compareText(a.layer, b.layer));
}

/** The build that an image stands on. */
export function buildUnder(image: HygieneImage, builds: readonly BaseBuild[]): BaseBuild | undefined {
  if (!hasBase(image)) return undefined;
  return builds.find(({ branch, layer }) => layer === lowest(image) && branch === branchOf(image));
}

/** A package by which one build is older than another. */
export interface OlderPackage {
  readonly name: string;
  readonly version: string;
  readonly newer: string;
}

/** The packages of a build that another build has newer, sorted by name; empty unless it has none older: then nothing says which build is the newer one. */
export function olderPackages(build: BaseBuild, other: BaseBuild): readonly OlderPackage[] {
  const older: OlderPackage[] = [];
  for (const [name, { version, scheme }] of build.packages) {
    const theirs = other.packages.get(name);
    if (theirs === undefined || theirs.scheme !== scheme) continue;
    const order = orderOf(scheme, version, theirs.version);
    if (order > 0) return [];
    if (order < 0) older.push({ name, version, newer: theirs.version });
  }
  return older.sort((a, b) => compareText(a.name, b.name));
}

/** A base image that the release before shipped, and that this one ships otherwise. */
export interface ReplacedBase {
  readonly logical: string;
  /** Its layers in the release before, and in this one. */
  readonly before: readonly Digest[];
  readonly now: readonly Digest[];
}

/** Images of both releases whose layers are other ones now, those with the most layers first. */
export function replacedBases({ release, since }: HygieneInput): readonly ReplacedBase[] {
  const now = new Map(release.images.map((one) => [placeOf(one), one.inventory?.layers ?? []]));
  return (since?.images ?? [])
    .flatMap((one): readonly ReplacedBase[] => {
      const { image, inventory } = one;
      const before = inventory?.layers ?? [];
      const today = now.get(placeOf(one)) ?? [];
      const isSame = before.length === today.length && startsWith(before, today);
      return before.length === 0 || today.length === 0 || isSame
        ? []
        : [{ logical: image.logical, before, now: today }];
    })
    .sort((a, b) => b.before.length - a.before.length || compareText(a.logical, b.logical));
}

/** The replaced base that an image still stands on. */
export function replacedUnder(
  { inventory }: HygieneImage,
  replaced: readonly ReplacedBase[],
): ReplacedBase | undefined {
  const layers = inventory?.layers ?? [];
  return replaced.find(
    ({ before, now }) => layers.length > before.length && startsWith(layers, before) && !startsWith(layers, now),
  );
}

/** Whether the layers begin with those of another image. */
export function startsWith(layers: readonly Digest[], start: readonly Digest[]): boolean {
  return start.length <= layers.length && start.every((layer, index) => layer === layers[index]);
}

function hasBase(image: HygieneImage): image is ReadImage {
  return branchOf(image) !== undefined && image.inventory?.layers?.[0] !== undefined;
}

function branchOf({ image: { os } }: HygieneImage): string | undefined {
  return os === undefined ? undefined : osNamespace(os);
}

function lowest({ inventory }: HygieneImage): Digest | undefined {
  return inventory?.layers?.[0];
}

/** Versions that cannot be ordered say nothing. */
function orderOf(scheme: Package['scheme'], a: string, b: string): number {
  try {
    return compareVersions(scheme, a, b);
  } catch (error) {
    if (error instanceof VersionError) return 0;
    throw error;
  }
}
