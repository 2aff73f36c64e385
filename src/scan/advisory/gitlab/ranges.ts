// Intervals of a GitLab advisory as affected ranges. What fixes is a list of its own, `fixed_versions`: the first of them behind an interval
// that no other interval holds is that interval's fix.
import { compareVersions, isValidVersion } from '../../../versions/compare.ts';
import type { VersionScheme } from '../../../versions/scheme.ts';
import type { AffectedRange, FixState } from '../advisory.ts';
import type { Bound, Interval } from './intervals.ts';

/** Schemes of the ecosystems that are read. */
export type GitlabScheme = Extract<VersionScheme, 'maven' | 'npm' | 'pep440' | 'go' | 'gem'>;

/** The ranges in the order of the intervals; undefined when a version is none of the scheme. */
export function affectedRanges(
  intervals: readonly Interval[],
  fixedVersions: readonly string[],
  scheme: GitlabScheme,
): readonly AffectedRange[] | undefined {
  const written = intervals.map((interval) => spelled(interval, scheme));
  const readable = written.filter((interval) => interval !== undefined);
  if (readable.length < written.length) return undefined;
  const fixes = fixedVersions
    .map((version) => spelledVersion(version, scheme))
    .filter((version) => isValidVersion(scheme, version))
    .filter((version) => !readable.some((interval) => holds(interval, version, scheme)))
    .sort((a, b) => compareVersions(scheme, a, b));
  return readable.map(({ low, high }) => {
    const fixed =
      high === undefined ? undefined : fixes.find((version) => compareVersions(scheme, version, high.version) >= 0);
    return { ...from(low, scheme), ...to(high, fixed, scheme) };
  });
}

/** What holds for versions without a fix. */
export function fixStateOf(ranges: readonly AffectedRange[], fixedVersions: readonly string[]): FixState {
  if (ranges.every(({ fixed }) => fixed !== undefined)) return 'fixed';
  return fixedVersions.length === 0 ? 'not-fixed' : 'unknown';
}

function from(low: Bound | undefined, scheme: GitlabScheme): AffectedRange {
  if (low === undefined) return {};
  return { introduced: low.inclusive ? low.version : successor(low.version, scheme) };
}

/** The end as it is written, and the fix, which may be a later version. */
function to(high: Bound | undefined, fixed: string | undefined, scheme: GitlabScheme): AffectedRange {
  if (high === undefined) return {};
  const fix = fixed === undefined ? {} : { fixed };
  if (high.inclusive) return { ...fix, lastAffected: high.version };
  const isItself = fixed !== undefined && compareVersions(scheme, fixed, high.version) === 0;
  return isItself ? fix : { ...fix, limit: high.version };
}

/**
 * A version behind which all later ones come: Semantic Versioning and PEP 440 have a next one. Elsewhere the version itself: of an interval that
 * begins behind a version that version is then called affected, too.
 */
function successor(version: string, scheme: GitlabScheme): string {
  if (scheme === 'pep440') return version.includes('+') ? version : `${version}.post0.dev0`;
  if (scheme !== 'npm' && scheme !== 'go') return version;
  const [, start, patch] = /^(v?\d+\.\d+\.)(\d+)$/.exec(version) ?? [];
  if (start !== undefined) return `${start}${Number(patch) + 1}-0`;
  return version.includes('-') && !version.includes('+') ? `${version}.0` : version;
}

function holds({ low, high }: Interval, version: string, scheme: GitlabScheme): boolean {
  if (low !== undefined) {
    const order = compareVersions(scheme, version, low.version);
    if (order < 0 || (order === 0 && !low.inclusive)) return false;
  }
  if (high === undefined) return true;
  const order = compareVersions(scheme, version, high.version);
  return order < 0 || (order === 0 && high.inclusive);
}

/** The interval with versions that the scheme can order; undefined when one is none. */
function spelled({ low, high }: Interval, scheme: GitlabScheme): Interval | undefined {
  const [start, end] = [low, high].map((bound) =>
    bound === undefined ? undefined : { ...bound, version: spelledVersion(bound.version, scheme) },
  );
  if ([start, end].some((bound) => bound !== undefined && !isValidVersion(scheme, bound.version))) return undefined;
  return { ...(start === undefined ? {} : { low: start }), ...(end === undefined ? {} : { high: end }) };
}

/** npm versions have three parts; GitLab's conditions leave zeros out. */
function spelledVersion(version: string, scheme: GitlabScheme): string {
  if (scheme !== 'npm') return version;
  return /^\d+$/.test(version) ? `${version}.0.0` : /^\d+\.\d+$/.test(version) ? `${version}.0` : version;
}
