// Actions on what can be rebuilt or replaced: rebuilding a base or an image brings the distribution's packages up to date, a dependency is bumped in
// its source, and an image of somebody else is replaced by a newer one. Each only for rows that name a fixed version.
import { compareText } from '../../platform/order.ts';
import type { AssessedImage } from '../../scan/assess/assessment.ts';
import { type Candidate, candidateOf, imagesText, named, packagesText } from './candidate.ts';
import { type Ground, isSystemPackage, packageName, repositoryOf } from './ground.ts';

/** Rebuilds of bases that at least two slots stand on, for the packages in the base's layers. */
export function baseRebuilds(ground: Ground): readonly Candidate[] {
  return sortedGroups(ground.bases, ({ key }) => key).flatMap(([key, builds]) => {
    const images = [...new Set(builds.flatMap(({ id }) => ground.standingOn.get(id) ?? []))];
    const removes = images.flatMap((image) => {
      const under = ground.basesUnder(image).filter((base) => base.key === key);
      const layers = new Set(under.flatMap((base) => base.layers));
      return fixedRows(image, ground).filter((row) => {
        const finding = ground.assessment.findings[row];
        return finding !== undefined && isSystemPackage(finding) && layers.has(finding.layer);
      });
    });
    if (images.length < 2 || removes.length === 0) return [];
    const title = `Rebuild the base ${named(key)} of ${imagesText(images.length)} with ${packagesText(removes, ground)}`;
    return [candidateOf('rebuild-base', key, title, images, removes, key)];
  });
}

/** Rebuilds of single repositories, for all packages of the distribution. */
export function imageRebuilds(ground: Ground): readonly Candidate[] {
  return sortedGroups(ground.rebuildable, ({ slot }) => repositoryOf(slot)).flatMap(([repository, images]) => {
    const removes = images.flatMap((image) => fixedRows(image, ground).filter((row) => isSystem(row, ground)));
    if (removes.length === 0) return [];
    const title = `Rebuild ${repository} with ${packagesText(removes, ground)}`;
    return [candidateOf('rebuild-image', repository, title, images, removes)];
  });
}

/** Newer versions of libraries, each in the source that brings it: the lowest shared base that has it, else the image's own. */
export function dependencyBumps(ground: Ground): readonly Candidate[] {
  const rows = ground.rebuildable.flatMap((image) =>
    fixedRows(image, ground).flatMap((row) => {
      const finding = ground.assessment.findings[row];
      if (finding === undefined || isSystemPackage(finding)) return [];
      const base = ground.basesUnder(image).find(({ layers }) => layers.includes(finding.layer));
      const isShared = base !== undefined && (ground.standingOn.get(base.id)?.length ?? 0) > 1;
      const shared = isShared ? base.key : undefined;
      const source = shared ?? repositoryOf(image.slot);
      return [{ row, image, target: `${packageName(finding)} in ${source}`, source, base: shared }];
    }),
  );
  return sortedGroups(rows, ({ target }) => target).map(([target, group]) => {
    const removes = group.map(({ row }) => row);
    const [{ source = '', base } = {}] = group;
    const title = `Bump ${packagesText(removes, ground)} in ${named(source)}`;
    return candidateOf('bump-dependency', target, title, [...new Set(group.map(({ image }) => image))], removes, base);
  });
}

/** Newer versions of images that others build. */
export function thirdPartyUpgrades(ground: Ground): readonly Candidate[] {
  return sortedGroups(ground.foreign, ({ slot }) => repositoryOf(slot)).flatMap(([repository, images]) => {
    const removes = images.flatMap((image) => fixedRows(image, ground));
    if (removes.length === 0) return [];
    const title = `Replace ${repository} by a version with ${packagesText(removes, ground)}`;
    return [candidateOf('upgrade-third-party', repository, title, images, removes)];
  });
}

/** Groups by key, sorted by it. */
export function sortedGroups<T>(values: readonly T[], keyOf: (value: T) => string): readonly [string, T[]][] {
  return [...Map.groupBy(values, keyOf)].sort(([a], [b]) => compareText(a, b));
}

function fixedRows({ slot }: AssessedImage, { rowsOf, assessment }: Ground): readonly number[] {
  return (rowsOf.get(slot) ?? []).filter((row) => assessment.findings[row]?.fixState === 'fixed');
}

function isSystem(row: number, { assessment }: Ground): boolean {
  const finding = assessment.findings[row];
  return finding !== undefined && isSystemPackage(finding);
}
