// One face for all schemes: compare two versions, or ask whether text is a version, by the scheme's name.
import { apk } from './apk.ts';
import { deb } from './deb.ts';
import { gem } from './gem.ts';
import { go } from './go.ts';
import { maven } from './maven.ts';
import { npm } from './npm.ts';
import { nuget } from './nuget.ts';
import type { Order, VersionOrder } from './order.ts';
import { pep440 } from './pep440.ts';
import { rpm } from './rpm.ts';
import type { VersionScheme } from './scheme.ts';
import { semver } from './semver.ts';
import { VersionError } from './version-error.ts';

const ORDERS: Readonly<Record<VersionScheme, VersionOrder>> = {
  apk,
  deb,
  rpm,
  npm,
  semver,
  pep440,
  maven,
  go,
  gem,
  nuget,
};

/** -1 when `a` is older than `b`, 0 when they rank equal, 1 when newer. Throws VersionError when one is no version of the scheme. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): Order {
  return ORDERS[scheme].compare(a, b);
}

/** Whether the text is a version of the scheme. */
export function isValidVersion(scheme: VersionScheme, version: string): boolean {
  try {
    ORDERS[scheme].check(version);
    return true;
  } catch (error) {
    if (error instanceof VersionError) return false;
    throw error;
  }
}
