// Which versions of a package are affected, when it was fixed in several builds. Red Hat fixes the current minor release and, for those who pay
// longer, older ones: 7.76.1-14.el9_0.9 and 7.76.1-23.el9_2.4 are fixed, 7.76.1-25.el9 between them is not. The tag in a build's release tells its
// minor release, so a fix frees the later builds of its own minor release and no others.
import { rpm } from '../../../versions/rpm.ts';
import { VersionError } from '../../../versions/version-error.ts';
import type { AffectedRange } from '../advisory.ts';

/** A build that has the fix. */
export interface FixedBuild {
  /** `[EPOCH:]VERSION-RELEASE`. */
  readonly version: string;
  /** Whether only an extended subscription gets it. */
  readonly extended: boolean;
}

/**
 * The affected intervals. Builds for everyone end one as `fixed`, those of extended subscriptions as `limit`, which claims no fix. Without any
 * build for everyone, builds later than all of these stay affected.
 */
export function affectedRanges(builds: readonly FixedBuild[]): readonly AffectedRange[] {
  const ordered = orderedBuilds(builds);
  const lastMain = ordered.findLastIndex(({ extended }) => !extended);
  // What is later than the last fix for everyone was built with it.
  const relevant = lastMain === -1 ? ordered : ordered.slice(0, lastMain + 1);
  const ranges: AffectedRange[] = [];
  let introduced: string | undefined;
  for (const { version, extended } of relevant) {
    ranges.push({
      ...(introduced === undefined ? {} : { introduced }),
      ...(extended ? { limit: version } : { fixed: version }),
    });
    introduced = startOfNextMinor(version);
  }
  if (lastMain === -1) ranges.push(introduced === undefined ? {} : { introduced });
  return ranges;
}

/** Each version once, in order; what rpm cannot order is left out. A build for everyone is not extended. */
function orderedBuilds(builds: readonly FixedBuild[]): readonly FixedBuild[] {
  const byVersion = new Map<string, FixedBuild>();
  for (const build of builds) {
    if (isVersion(build.version) && byVersion.get(build.version)?.extended !== false)
      byVersion.set(build.version, build);
  }
  return [...byVersion.values()].sort((a, b) => rpm.compare(a.version, b.version) || (a.version < b.version ? -1 : 1));
}

/**
 * A version above all builds of the minor release that this one belongs to, and below those of the next: 23.el9_2.4 gives 23.el9_3,
 * 111.module+el8.9.0+19193 gives 111.module+el8.10. Undefined for a build without a minor release.
 */
function startOfNextMinor(version: string): string | undefined {
  const match = /^(.*[.+_]el\d+[._])(\d{1,6})(?!\d)/.exec(version);
  return match === null ? undefined : `${match[1]}${Number(match[2]) + 1}`;
}

function isVersion(version: string): boolean {
  try {
    rpm.check(version);
    return true;
  } catch (error) {
    if (error instanceof VersionError) return false;
    throw error;
  }
}
