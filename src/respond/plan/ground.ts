// What actions are found in: the findings of an assessment as rows, the cells they make, the images that can be rebuilt, and their bases.
import { type InstanceCell, instanceCells } from '../../explain/cells.ts';
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';
import { placeOf } from '../../scan/release/slots.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import { type Base, basesOf, type LayeredImage } from './bases.ts';

/** Whose images can be rebuilt. */
export interface GroundOptions {
  /** Images of third parties as well, as where an organisation builds them again with updated packages. */
  readonly rebuildThirdParty: boolean;
}

/** A cell with the positions of its findings. */
export interface CellRows {
  readonly cell: InstanceCell;
  readonly rows: readonly number[];
}

/** The ground of a plan. Rows are positions in the assessment's findings. */
export interface Ground {
  readonly assessment: Assessment;
  /** Cells that concern the release: those that a `not_affected` statement covers are left out. In the order of instanceCells. */
  readonly cells: readonly CellRows[];
  /** Slots that were read and can be rebuilt, sorted. */
  readonly rebuildable: readonly AssessedImage[];
  /** Slots that were read and can only be replaced, sorted. */
  readonly foreign: readonly AssessedImage[];
  /** Rows by slot. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
  readonly bases: readonly Base[];
  /** Bases of a slot's image, the lowest first. */
  readonly basesUnder: (image: Pick<AssessedImage, 'digest'>) => readonly Base[];
  /** Slots that can be rebuilt and stand on a base, by its id. */
  readonly standingOn: ReadonlyMap<Digest, readonly AssessedImage[]>;
  /** Version scheme of a package by its package URL. */
  readonly schemes: ReadonlyMap<string, VersionScheme>;
  /** Slots whose image's layers are not known: their base cannot be told. Sorted. */
  readonly withoutLayers: readonly string[];
}

/** Prepares an assessment. */
export function groundOf(assessment: Assessment, { rebuildThirdParty }: GroundOptions): Ground {
  const read = assessment.images.filter(({ digest }) => digest !== undefined);
  const isOurs = ({ origin }: AssessedImage): boolean => rebuildThirdParty || origin === 'own';
  const layered = layeredImages(assessment);
  const bases = basesOf([...layered.values()]);
  const under = new Map<Digest, Base[]>();
  for (const base of bases) {
    for (const digest of base.images) {
      const known = under.get(digest);
      if (known === undefined) under.set(digest, [base]);
      else known.push(base);
    }
  }
  const basesUnder: Ground['basesUnder'] = ({ digest }) => (digest === undefined ? [] : (under.get(digest) ?? []));
  const rebuildable = read.filter(isOurs);
  const standingOn = new Map<Digest, AssessedImage[]>(bases.map(({ id }) => [id, []]));
  for (const image of rebuildable) for (const { id } of basesUnder(image)) standingOn.get(id)?.push(image);
  const rowsOf = new Map<string, number[]>();
  const rowsOfCell = new Map<string, number[]>();
  for (const [row, { slot, vulnerability }] of assessment.findings.entries()) {
    push(rowsOf, slot, row);
    push(rowsOfCell, `${slot}\0${vulnerability}`, row);
  }
  return {
    assessment,
    cells: instanceCells(assessment.findings)
      .filter(({ notAffected }) => !notAffected)
      .map((cell) => ({ cell, rows: rowsOfCell.get(`${cell.slot}\0${cell.vulnerability}`) ?? [] })),
    rebuildable,
    foreign: read.filter((image) => !isOurs(image)),
    rowsOf,
    bases,
    basesUnder,
    standingOn,
    schemes: new Map(assessment.packages.map(({ purl, scheme }) => [purl, scheme])),
    withoutLayers: read.filter(({ digest }) => !layered.has(digest ?? '')).map(({ slot }) => slot),
  };
}

/** Repository of a slot, without tag and platform: what a source repository builds. */
export function repositoryOf(slot: string): string {
  const place = placeOf(slot);
  return place.slice(0, place.lastIndexOf('|'));
}

/** Package type of a package URL: `apk`, `npm`. */
export function typeOf({ purl }: Pick<Finding, 'purl'>): string {
  return /^pkg:\/*([a-z][a-z0-9.-]*)\//.exec(purl)?.[1] ?? '';
}

/** Whether the package is one of the distribution, which a rebuild brings up to date. */
export function isSystemPackage(finding: Pick<Finding, 'purl'>): boolean {
  return ['apk', 'deb', 'rpm'].includes(typeOf(finding));
}

/** Package URL without version, qualifiers and subpath. */
export function packageName({ purl }: Pick<Finding, 'purl'>): string {
  const bare = purl.replace(/[?#].*$/, '');
  const at = bare.lastIndexOf('@');
  return at > bare.lastIndexOf('/') + 1 ? bare.slice(0, at) : bare;
}

function layeredImages({ images, inventories }: Assessment): ReadonlyMap<string, LayeredImage> {
  const logical = Map.groupBy(images, ({ digest }) => digest);
  return new Map(
    inventories.flatMap(({ digest, layers = [], labels = {} }) => {
      const names = logical.get(digest)?.map((image) => image.logical) ?? [];
      return layers.length === 0 || names.length === 0
        ? []
        : [[digest, { digest, logical: names.toSorted(compareText), layers, labels }] as const];
    }),
  );
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
