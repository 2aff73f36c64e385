// Whether an image stands on the newest build of its base that the release knows. Three ways tell, the most exact first: the image below it in the
// release before was replaced since; its label names a base image of the release by another digest; another image, or a base image that the user names,
// has a newer build of the same branch (base-builds.ts).
import { z } from 'zod';
import { formatReference, parseReference } from '../../../scan/image/reference.ts';
import {
  type BaseBuild,
  baseBuilds,
  buildUnder,
  olderPackages,
  replacedBases,
  replacedUnder,
  startsWith,
} from '../base-builds.ts';
import { checkTemplate, type HygieneImage } from '../check.ts';
import { type ImageJudgement, judgeImages, ownDigest, type ReadImage } from '../release-view.ts';

const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
/** Longer text in the label names nothing. */
const LONGEST_NAME = 512;
/** Packages that evidence names. */
const NAMED = 5;

/** Speaks of every image with a base. */
export const baseDrift = checkTemplate('base-drift', z.strictObject({}), (input) => {
  const builds = baseBuilds(input.release.images);
  const bases = (input.bases ?? []).flatMap(({ images }) => baseBuilds(images, true));
  const known = [...builds, ...baseBuilds(input.since?.images ?? []), ...bases];
  // Once a build: many images stand on each.
  const newerThan = new Map(builds.map((build) => [build, byPackages(build, known)]));
  const replaced = replacedBases(input);
  const shipped = Map.groupBy(input.release.images, ({ image }) => image.logical);
  return judgeImages(input, (image): ImageJudgement => {
    const under = replacedUnder(image, replaced);
    if (under !== undefined) {
      const reason = `it stands on the ${under.logical} of the release before, which was replaced since`;
      return { verdict: 'fail', evidence: [`layer: ${under.before.at(-1)}`], reason };
    }
    const labelled = byLabel(image, shipped);
    if (labelled?.verdict === 'fail') return labelled;
    const build = buildUnder(image, builds);
    if (build === undefined) {
      return (
        labelled ?? {
          verdict: 'not-applicable',
          evidence: [],
          reason: 'no base of a distribution can be told from its layers',
        }
      );
    }
    const newer = newerThan.get(build);
    if (newer !== undefined) return newer;
    const evidence = [`layer: ${build.layer}`];
    const { layers = [] } = image.inventory;
    const isCompared =
      known.some(({ branch, layer }) => branch === build.branch && layer !== build.layer) ||
      bases.some(({ layer }) => layer === build.layer) ||
      replaced.some(({ now }) => layers.length > now.length && startsWith(layers, now));
    if (isCompared) return { verdict: 'pass', evidence, reason: `no newer build of ${build.branch} is known` };
    if (labelled !== undefined) return labelled;
    const reason = `no other build of ${build.branch} is known to compare with; name its base images with --bases`;
    return { verdict: 'no-evidence', evidence, reason };
  });
});

/** By what the image says of its base, where that is an image of the release. */
function byLabel(
  { inventory: { labels = {} } }: ReadImage,
  shipped: ReadonlyMap<string, readonly HygieneImage[]>,
): ImageJudgement | undefined {
  const [name, digest] = [labels[BASE_NAME], labels[BASE_DIGEST]];
  const base = name === undefined || name.length > LONGEST_NAME ? '' : normal(name);
  const digests = (shipped.get(base) ?? []).flatMap((one) => [ownDigest(one) ?? [], one.image.index ?? []].flat());
  if (digest === undefined || digests.length === 0) return undefined;
  const evidence = [`${BASE_DIGEST}=${digest.slice(0, 100)}`, ...digests.map((one) => `${base}: ${one}`)];
  if (digests.some((one) => one === digest)) {
    return { verdict: 'pass', evidence, reason: `it stands on the ${base} that the release ships` };
  }
  return { verdict: 'fail', evidence, reason: `it stands on another ${base} than the release ships` };
}

function normal(name: string): string {
  try {
    return formatReference(parseReference(name));
  } catch {
    return name;
  }
}

/** Undefined when no build is known to be newer. */
function byPackages(build: BaseBuild, known: readonly BaseBuild[]): ImageJudgement | undefined {
  const newer = known
    .filter(({ branch, layer }) => branch === build.branch && layer !== build.layer)
    .map((other) => ({ other, older: olderPackages(build, other) }))
    .filter(({ older }) => older.length > 0)
    .sort((a, b) => b.older.length - a.older.length)[0];
  if (newer === undefined) return undefined;
  const { other, older } = newer;
  const named = older.slice(0, NAMED).map(({ name, version, newer: theirs }) => `${name} ${version}, newer ${theirs}`);
  const more = older.length - named.length;
  return {
    verdict: 'fail',
    evidence: [
      `layer: ${build.layer}`,
      `newer: ${other.layer}, below ${other.images.join(', ')}`,
      ...named,
      ...(more > 0 ? [`and ${more} more packages`] : []),
    ],
    reason: `its build of ${build.branch} is older than that of ${other.images[0]}${other.images.length > 1 ? ` and ${other.images.length - 1} more` : ''}: ${older.length === 1 ? 'one package' : `${older.length} packages`}`,
  };
}
