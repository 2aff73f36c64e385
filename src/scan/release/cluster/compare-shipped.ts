// What runs against what was shipped: images of a cluster that no release brought, and old versions that were left behind.
import type { Verdict } from '../../../platform/verdict.ts';
import { splitLogical } from '../logical.ts';
import type { Release, ReleaseImage } from '../release.ts';

/** One verdict for each image that runs and that the release does not have. Where it has the repository, the image is a version that was left behind. */
export function compareShipped(running: Release, shipped: Release): readonly Verdict[] {
  const known = new Set(shipped.images.flatMap(namesOf));
  const versions = new Map<string, Set<string>>();
  for (const image of shipped.images) {
    for (const repository of repositoriesOf(image)) {
      versions.set(repository, (versions.get(repository) ?? new Set()).add(versionOf(image)));
    }
  }
  const name = `${shipped.name} ${shipped.version}`;
  return running.images.flatMap((image): readonly Verdict[] => {
    if (namesOf(image).some((one) => known.has(one))) return [];
    const has = repositoriesOf(image).flatMap((repository) => [...(versions.get(repository) ?? [])]);
    const common = { subject: image.logical, verdict: 'warn', evidence: image.sources } as const;
    if (has.length === 0) {
      return [{ ...common, check: 'runs-unshipped', reason: `it runs, and ${name} has no image of this repository` }];
    }
    const reason = `it runs, and ${name} has ${[...new Set(has)].sort().join(', ')} of this repository`;
    return [{ ...common, check: 'version-left-behind', reason, remediation: 'upgrade or remove what runs it' }];
  });
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
