// What runs against what was shipped: images of a cluster that no release brought, and old versions that were left behind.
import type { Verdict } from '../../../platform/verdict.ts';
import { splitLogical } from '../logical.ts';
import type { Release, ReleaseImage } from '../release.ts';

/** One verdict for each image that runs and that the release does not have, or may not have. Where it has the repository, the image is a version that was left behind. */
export function compareShipped(running: Release, shipped: Release): readonly Verdict[] {
  const known = new Set(shipped.images.flatMap(namesOf));
  const versions = new Map<string, Set<string>>();
  for (const image of shipped.images) {
    for (const repository of repositoriesOf(image)) {
      versions.set(repository, (versions.get(repository) ?? new Set()).add(versionOf(image)));
    }
  }
  const digests = new Map<string, Set<string>>();
  for (const { logical, digest } of shipped.images) {
    const tagged = withoutDigest(logical);
    if (digest !== undefined) digests.set(tagged, (digests.get(tagged) ?? new Set()).add(digest));
  }
  const name = `${shipped.name} ${shipped.version}`;
  return running.images.flatMap((image): readonly Verdict[] => {
    if (namesOf(image).some((one) => known.has(one))) return otherDigest(image, digests, name);
    const has = repositoriesOf(image).flatMap((repository) => [...(versions.get(repository) ?? [])]);
    const common = { subject: image.logical, verdict: 'warn', evidence: image.sources } as const;
    if (has.length === 0) {
      return [{ ...common, check: 'runs-unshipped', reason: `it runs, and ${name} has no image of this repository` }];
    }
    const reason = `it runs, and ${name} has ${[...new Set(has)].sort().join(', ')} of this repository`;
    return [{ ...common, check: 'version-left-behind', reason, remediation: 'upgrade or remove what runs it' }];
  });
}

/** The release has an image of the name that runs, under another digest alone: the tag was moved, or one digest is that of an index and the other of a platform in it. */
function otherDigest(
  { logical, digest, sources }: ReleaseImage,
  digests: ReadonlyMap<string, ReadonlySet<string>>,
  name: string,
): readonly Verdict[] {
  const shipped = digests.get(withoutDigest(logical));
  if (digest === undefined || shipped === undefined || shipped.has(digest)) return [];
  return [
    {
      check: 'runs-other-digest',
      subject: logical,
      verdict: 'no-evidence',
      evidence: sources,
      reason: `it runs as ${digest}, and ${name} has ${[...shipped].sort().join(', ')} under its name: other bytes, or the index of an image and one of its platforms`,
      remediation: 'compare both digests in the registry',
    },
  ];
}

/** Under which names an image is the same one: as charts name it, as it was shipped, by its digest. */
function namesOf({ logical, physical, digest }: ReleaseImage): readonly string[] {
  return [
    withoutDigest(logical),
    logical,
    ...(physical === undefined ? [] : [physical]),
    ...(digest === undefined ? [] : [digest]),
  ];
}

/** `repo:tag@digest` is known by its tag too: the release may have pinned it or not. */
function withoutDigest(logical: string): string {
  const { repository, tag } = splitLogical(logical);
  return tag === undefined ? logical : `${repository}:${tag}`;
}

function repositoriesOf({ logical, physical }: ReleaseImage): readonly string[] {
  const all = [logical, ...(physical === undefined ? [] : [physical])].map((one) => splitLogical(one).repository);
  return [...new Set(all)];
}

function versionOf({ logical }: ReleaseImage): string {
  const { tag, digest } = splitLogical(logical);
  return tag ?? digest ?? 'no version';
}
