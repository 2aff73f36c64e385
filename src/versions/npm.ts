// Order of npm package versions as node-semver has it with `loose`: Semantic Versioning with a leading v or =, leading zeros and
// a pre-release without its hyphen allowed. Source: the grammar and limits that node-semver documents.
import { compareDigits } from './digits.ts';
import { versionOrder } from './order.ts';
import { comparePrecedence, type SemanticVersion, semanticVersion } from './precedence.ts';
import { VersionError } from './version-error.ts';

/** The bounds of node-semver: characters of a version, and the greatest major, minor or patch number. */
const LONGEST = 256;
const GREATEST = '9007199254740991';

const IDENTIFIER = String.raw`(?:\d*[A-Za-z-][A-Za-z0-9-]*|\d+)`;
const FORM = new RegExp(
  String.raw`^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-?(${IDENTIFIER}(?:\.${IDENTIFIER})*))?(?:\+[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)?$`,
);

/** The order of node-semver's `compare(a, b, true)`. */
export const npm = versionOrder('npm', parse, comparePrecedence);

function parse(version: string): SemanticVersion {
  if (version.length > LONGEST) throw new VersionError('npm', version, `it is longer than ${LONGEST} characters`);
  const match = FORM.exec(version.trim());
  if (match === null) {
    throw new VersionError('npm', version, 'expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD], as 1.2.3-rc.1');
  }
  const [, major = '', minor = '', patch = '', prerelease] = match;
  const parsed = semanticVersion(major, minor, patch, prerelease);
  for (const number of [parsed.major, parsed.minor, parsed.patch]) {
    if (compareDigits(number, GREATEST) > 0) {
      throw new VersionError('npm', version, `MAJOR, MINOR and PATCH go up to ${GREATEST}`);
    }
  }
  return parsed;
}
