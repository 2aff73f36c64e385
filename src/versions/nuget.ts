// Order of NuGet's versions: Semantic Versioning with a fourth number, leading zeros, and words of a pre-release in any case.
// Source: "Package versioning" in NuGet's documentation, sections "Pre-release versions" and "Normalized version numbers".
import { versionOrder } from './order.ts';
import { comparePrecedence, type SemanticVersion, semanticVersion } from './precedence.ts';
import { VersionError } from './version-error.ts';

const FORM =
  /^(\d+)(?:\.(\d+)(?:\.(\d+)(?:\.(\d+))?)?)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** The four numbers, then the pre-release; missing numbers are 0 and build metadata is ignored. */
export const nuget = versionOrder('nuget', parse, comparePrecedence);

function parse(version: string): SemanticVersion {
  const match = FORM.exec(version);
  if (match === null) {
    throw new VersionError('nuget', version, 'expected MAJOR[.MINOR[.PATCH[.REVISION]]][-PRERELEASE][+METADATA]');
  }
  const [, major = '', minor = '', patch = '', revision = '', prerelease] = match;
  return semanticVersion(major, minor, patch, prerelease?.toLowerCase(), revision);
}
