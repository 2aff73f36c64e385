// Actions that change what an image stands on or holds: a newer or smaller base, a package taken out. Only where the release itself is evidence: an
// image of the same release shows what the newer or smaller base has, a decision says that a package can go, or it lies within npm's own folder.
import { compareText } from '../../platform/order.ts';
import type { Finding } from '../../scan/assess/assessment.ts';
import type { Base } from './bases.ts';
import { type Candidate, candidateOf, imagesText, named } from './candidate.ts';
import { type Ground, isSystemPackage, packageName, repositoryOf } from './ground.ts';
import { sortedGroups } from './rebuilds.ts';

/** Where npm keeps what it is made of when it is installed for all (docs.npmjs.com, "folders": `{prefix}/lib/node_modules`). */
const WITHIN_NPM = /(?:^|\/)lib\/node_modules\/npm\//;

/** A release of a distribution as images of the release show it. */
interface SeenRelease {
  readonly id: string;
  readonly version: string;
  /** Names of its packages that are installed anywhere. */
  readonly packages: ReadonlySet<string>;
  /** `package vulnerability` pairs that are found in it. */
  readonly found: ReadonlySet<string>;
}

/** Newer releases of a distribution for images whose present one has no fix or no future, where other images of the release are on one. */
export function newerBases(ground: Ground): readonly Candidate[] {
  const seen = seenReleases(ground);
  const { asOf, findings } = ground.assessment;
  const placed = ground.rebuildable.flatMap((image) => {
    const { os } = image;
    if (os?.version === undefined) return [];
    const base = ground.basesUnder(image).at(-1);
    const source = base?.key ?? repositoryOf(image.slot);
    return [{ image, id: os.id, version: os.version, source, ended: (os.endOfLife ?? asOf).slice(0, 10) < asOf }];
  });
  return sortedGroups(placed, ({ source, id, version }) => `${source}\0${id}\0${branchOf(version)}`).flatMap(
    ([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const { id, version, source, ended } = first;
      const target = seen.filter((other) => other.id === id && isNewer(other.version, version)).at(-1);
      const images = group.map(({ image }) => image);
      const from = `from ${id} ${version}`;
      const what = `${id} ${branchOf(version)} of ${source}`;
      if (target === undefined) {
        const title = `Move ${imagesText(images.length)} (${named(source)}) ${from}, which has ended, to one that is maintained`;
        return ended ? [candidateOf('newer-base', what, title, images, [])] : [];
      }
      const removes = images.flatMap(({ slot }) =>
        (ground.rowsOf.get(slot) ?? []).filter((row) => {
          const finding = findings[row];
          if (finding === undefined || !isSystemPackage(finding)) return false;
          return target.packages.has(finding.package) && !target.found.has(pairOf(finding));
        }),
      );
      // What a rebuild on the present release would fix is no reason to move.
      if (!ended && removes.every((row) => findings[row]?.fixState === 'fixed')) return [];
      const title = `Move ${imagesText(images.length)} (${named(source)}) ${from} to ${target.version}`;
      return [candidateOf('newer-base', what, title, images, removes)];
    },
  );
}

/**
 * A base of the release with fewer packages of the same distribution release, for images on a larger one with packages that have no fix. Builds of
 * one named base are one move.
 */
export function minimalBases(ground: Ground): readonly Candidate[] {
  const described = ground.bases.flatMap((base) => contentOf(base, ground) ?? []);
  const moves = described.flatMap(({ base, release, names }) => {
    const smaller = described
      .filter((other) => other.release === release && other.names.size < names.size && other.names.isSubsetOf(names))
      .sort((a, b) => a.names.size - b.names.size || compareText(a.base.key, b.base.key))[0];
    // A base that this one stands on is no other base.
    if (smaller === undefined || smaller.base.key === base.key || standsOn(base, smaller.base)) return [];
    const images = ground.rebuildable.filter((image) => ground.basesUnder(image).at(-1)?.id === base.id);
    const layers = new Set(base.layers);
    const removes = images.flatMap(({ slot }) =>
      (ground.rowsOf.get(slot) ?? []).filter((row) => {
        const finding = ground.assessment.findings[row];
        return (
          finding !== undefined &&
          isSystemPackage(finding) &&
          layers.has(finding.layer) &&
          !smaller.names.has(finding.package)
        );
      }),
    );
    if (removes.every((row) => ground.assessment.findings[row]?.fixState === 'fixed')) return [];
    return [{ from: base.key, to: smaller.base.key, lacks: names.size - smaller.names.size, images, removes }];
  });
  return sortedGroups(moves, ({ from, to }) => `${from} to ${to}`).map(([target, builds]) => {
    const [{ from = '', to = '' } = {}] = builds;
    const images = builds.flatMap((build) => build.images);
    const removes = builds.flatMap((build) => build.removes);
    const lacks = Math.max(...builds.map((build) => build.lacks));
    const packages = `${lacks} ${lacks === 1 ? 'package' : 'packages'}`;
    const title = `Build ${imagesText(images.length)} on ${named(to)}, which lacks ${packages} of ${named(from)}`;
    return candidateOf('minimal-base', target, title, images, removes);
  });
}

/** Packages that a statement says can be removed, and npm where an image holds all of it. */
export function removals(ground: Ground): readonly Candidate[] {
  const rows = [...ground.rebuildable, ...ground.foreign].flatMap((image) =>
    (ground.rowsOf.get(image.slot) ?? []).flatMap((row) => {
      const finding = ground.assessment.findings[row];
      const name = finding && removable(finding, ground.rebuildable.includes(image));
      return name === undefined ? [] : [{ row, image, name, target: `${name} in ${repositoryOf(image.slot)}` }];
    }),
  );
  return sortedGroups(rows, ({ target }) => target).map(([target, group]) =>
    candidateOf(
      'remove-package',
      target,
      `Remove ${target.replace(/^pkg:[a-z]+\//, '')}`,
      [...new Set(group.map(({ image }) => image))],
      group.map(({ row }) => row),
    ),
  );
}

function removable(finding: Finding, ours: boolean): string | undefined {
  if (finding.statement === 'affected:removal-procedure') return packageName(finding);
  return ours && WITHIN_NPM.test(finding.location) ? 'pkg:npm/npm' : undefined;
}

/** Distribution releases that images show, oldest first; only of images in which nothing was left unjudged. */
function seenReleases({ assessment }: Ground): readonly SeenRelease[] {
  const judged = assessment.images.filter(
    ({ digest, os, gaps }) => digest !== undefined && os?.version !== undefined && gaps.length === 0,
  );
  const groups = Map.groupBy(judged, ({ os }) => `${os?.id} ${os?.version}`);
  const packages = Map.groupBy(assessment.packages, ({ image }) => image);
  const findings = Map.groupBy(assessment.findings, ({ slot }) => slot);
  return [...groups.values()]
    .flatMap((images): readonly SeenRelease[] => {
      const { id, version } = images[0]?.os ?? {};
      if (id === undefined || version === undefined) return [];
      const installed = images.flatMap(({ digest }) => (digest === undefined ? [] : (packages.get(digest) ?? [])));
      const found = images.flatMap(({ slot }) => findings.get(slot) ?? []).map(pairOf);
      const names = installed.filter(isSystemPackage).map(({ name }) => name);
      return [{ id, version, packages: new Set(names), found: new Set(found) }];
    })
    .sort((a, b) => (isNewer(a.version, b.version) ? 1 : isNewer(b.version, a.version) ? -1 : compareText(a.id, b.id)));
}

function pairOf(finding: Finding): string {
  return `${finding.package} ${finding.vulnerability}`;
}

/** `3.16` of `3.16.2`, `12` of `12`: the last part of three is a point release. */
function branchOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Whether a distribution's version is of a later branch: `3.16.2` than `3.13.5`, `12` than `11`. */
function isNewer(version: string, other: string): boolean {
  const parts = (text: string) => branchOf(text).split('.').map(Number);
  const [major = Number.NaN, minor = 0] = parts(version);
  const [otherMajor = Number.NaN, otherMinor = 0] = parts(other);
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}

/** What is in a base: the packages in its layers. Over all images on it, since one that updated a package has it in a layer of its own. */
function contentOf(base: Base, { assessment }: Ground) {
  const images = new Set(base.images);
  const layers = new Set(base.layers);
  const installed = assessment.packages.filter(
    (found) => images.has(found.image) && layers.has(found.location.layer) && isSystemPackage(found),
  );
  const release = installed[0]?.namespace;
  if (release === undefined) return undefined;
  return { base, release, names: new Set(installed.map(({ name }) => name)) };
}

function standsOn(base: Base, other: Base): boolean {
  return other.layers.every((layer, at) => base.layers[at] === layer);
}
