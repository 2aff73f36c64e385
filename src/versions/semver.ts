// Order of Semantic Versioning 2.0.0 (semver.org), for ecosystems without a rule of their own.
// Beyond the specification a leading v and missing parts are accepted (v1 = 1.0 = 1.0.0), because advisories write ranges so.
import { versionOrder } from './order.ts';
import { comparePrecedence, type SemanticVersion, semanticVersion } from './precedence.ts';
import { VersionError } from './version-error.ts';

const NUMBER = String.raw`(0|[1-9]\d*)`;
const IDENTIFIER = String.raw`(?:0|[1-9]\d*|\d*[A-Za-z-][A-Za-z0-9-]*)`;
const FORM = new RegExp(
  String.raw`^v?${NUMBER}(?:\.${NUMBER}(?:\.${NUMBER})?)?(?:-(${IDENTIFIER}(?:\.${IDENTIFIER})*))?(?:\+[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)?$`,
);

/** Precedence of section 11; build metadata is ignored. */
export const semver = versionOrder('semver', parse, comparePrecedence);

function parse(version: string): SemanticVersion {
  const match = FORM.exec(version);
  if (match === null) {
    throw new VersionError(
      'semver',
      version,
      'expected MAJOR[.MINOR[.PATCH]][-PRERELEASE][+BUILD] without leading zeros',
    );
  }
  const [, major = '', minor = '', patch = '', prerelease] = match;
  return semanticVersion(major, minor, patch, prerelease);
}
