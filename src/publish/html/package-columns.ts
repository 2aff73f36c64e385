// The packages of a release for the page of the HTML report: 100,000 in 300 images are a few thousand different ones.
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { type Column, column, numbered } from './columns.ts';
import { type PackedTexts, packTexts } from './packed-texts.ts';

/** The packages, a row a distinct one: those that several images have stand once. Sorted by name, version, package URL. */
export interface PackageColumns {
  readonly count: number;
  readonly purl: PackedTexts;
  readonly name: Column<string>;
  readonly version: Column<string>;
  readonly type: Column<string>;
  /** `name version` of the source package. */
  readonly source: Column<string | null>;
  /** Package URL of the operating-system package that it belongs to. */
  readonly ownedBy: Column<string | null>;
  /** Where it lies: pairs of a number in `paths`, which are sorted, and one in `imageSets`. */
  readonly places: readonly (readonly number[])[];
  readonly paths: PackedTexts;
  /** Sets of images, as numbers in the list of images: packages of one base are in the same images. */
  readonly imageSets: readonly (readonly number[])[];
}

/** A distinct package, and the images that have it by path. */
interface PlacedPackage {
  readonly installed: Package;
  readonly imagesByPath: Map<string, Set<number>>;
}

/** Gives the columns. Same assessment, same bytes. */
export function packageColumns({ packages, images }: Assessment): PackageColumns {
  const placed = placedPackages(packages, images);
  const paths = [...new Set(packages.map(({ location }) => location.path))].sort();
  const numberOfPath = new Map(paths.map((path, number) => [path, number]));
  const imageSets = new Map<string, number>();
  const numberOfSet = (those: ReadonlySet<number>): number =>
    numbered(imageSets, JSON.stringify([...those].sort((a, b) => a - b)));
  const places = placed.map(({ imagesByPath }) =>
    [...imagesByPath]
      .sort(([a], [b]) => compareText(a, b))
      .flatMap(([path, those]) => [numberOfPath.get(path) ?? 0, numberOfSet(those)]),
  );
  const installed = placed.map((one) => one.installed);
  return {
    count: installed.length,
    purl: packTexts(installed.map(({ purl }) => purl)),
    name: column(installed, ({ name }) => name),
    version: column(installed, ({ version }) => version),
    type: column(installed, ({ type }) => type),
    source: column(installed, ({ source }) => (source === undefined ? null : `${source.name} ${source.version}`)),
    ownedBy: column(installed, ({ ownedBy }) => ownedBy ?? null),
    places,
    paths: packTexts(paths),
    imageSets: [...imageSets.keys()].map((text): readonly number[] => JSON.parse(text)),
  };
}

/** Packages are one when their URL, their source and their owner agree. */
function placedPackages(packages: Assessment['packages'], images: readonly AssessedImage[]): readonly PlacedPackage[] {
  const numbersOf = Map.groupBy(images.keys(), (number) => images[number]?.digest);
  const placed = new Map<string, PlacedPackage>();
  for (const { image, ...installed } of packages) {
    const { purl, source, ownedBy, location } = installed;
    const key = JSON.stringify([purl, source?.name, source?.version, ownedBy]);
    const one = placed.get(key) ?? { installed, imagesByPath: new Map<string, Set<number>>() };
    placed.set(key, one);
    const those = one.imagesByPath.get(location.path) ?? new Set();
    one.imagesByPath.set(location.path, those);
    for (const number of numbersOf.get(image) ?? []) those.add(number);
  }
  const text = ({ installed: { name, version, purl } }: PlacedPackage): string => `${name}\0${version}\0${purl}`;
  return [...placed.values()]
    .map((one) => [text(one), one] as const)
    .sort(([a], [b]) => compareText(a, b))
    .map(([, one]) => one);
}
