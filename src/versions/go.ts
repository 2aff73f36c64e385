// Order of Go versions: modules (v1.2.3, pseudo-versions, +incompatible) and toolchains (go1.21.5, go1.22rc1) on one line.
// Sources: the Go modules reference, "Versions"; go.dev/doc/toolchain, "Go versions".
import { compareDigits } from './digits.ts';
import { type Order, reversed, versionOrder } from './order.ts';
import { comparePrecedence, type SemanticVersion, semanticVersion } from './precedence.ts';
import { VersionError } from './version-error.ts';

interface GoVersion {
  readonly version: SemanticVersion;
  /** Names a language version since Go 1.21, as go1.21: older than go1.21rc1, the first toolchain that speaks it. */
  readonly language: boolean;
}

const NUMBER = String.raw`(0|[1-9]\d*)`;
const IDENTIFIER = String.raw`(?:0|[1-9]\d*|\d*[A-Za-z-][A-Za-z0-9-]*)`;
/** `+dirty` may follow other build metadata: the go command stamps `v2.0.0+incompatible+dirty`. */
const BUILD = String.raw`(?:\+[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)?(?:\+dirty)?`;
const MODULE = new RegExp(
  String.raw`^v?${NUMBER}(?:\.${NUMBER}(?:\.${NUMBER}(?:-(${IDENTIFIER}(?:\.${IDENTIFIER})*))?${BUILD})?)?$`,
);
/** What follows a hyphen or a space names the builder or its settings (`go1.21.5 X:boringcrypto`) and has no rank. */
const TOOLCHAIN = new RegExp(
  String.raw`^go${NUMBER}(?:\.${NUMBER}(?:\.${NUMBER}|([a-z]+)(0|[1-9]\d*)?)?)?(?:[- ].*)?$`,
);
/** From this minor version on go1.N is the language and go1.N.0 its first release; before, both are the release. */
const LANGUAGE_SINCE = '21';

/** The order of golang.org/x/mod/semver and of go/version, joined: go1.22rc1 ranks as v1.22.0-rc.1. */
export const go = versionOrder('go', parse, compareParsed);

function parse(text: string): GoVersion {
  if (text.startsWith('go')) return parseToolchain(text);
  const match = MODULE.exec(text);
  if (match === null) {
    throw new VersionError(
      'go',
      text,
      'expected v1.2.3 with -PRERELEASE or +incompatible, or a toolchain such as go1.21.5',
    );
  }
  const [, major = '', minor = '', patch = '', prerelease] = match;
  return { version: semanticVersion(major, minor, patch, prerelease), language: false };
}

function parseToolchain(text: string): GoVersion {
  const match = TOOLCHAIN.exec(text);
  if (match === null) throw new VersionError('go', text, 'expected a toolchain such as go1.21.5 or go1.22rc1');
  const [, major = '', minor = '', patch, kind, number] = match;
  const prerelease = kind === undefined ? undefined : number === undefined ? kind : `${kind}.${number}`;
  const language =
    minor !== '' && patch === undefined && kind === undefined && compareDigits(minor, LANGUAGE_SINCE) >= 0;
  return { version: semanticVersion(major, minor, patch ?? '', prerelease), language };
}

function compareParsed(a: GoVersion, b: GoVersion): Order {
  if (a.language === b.language) return comparePrecedence(a.version, b.version);
  return a.language ? compareLanguage(a.version, b.version) : reversed(compareLanguage(b.version, a.version));
}

/** Order of a language version against any other: it stands before every pre-release of its first release. */
function compareLanguage(language: SemanticVersion, other: SemanticVersion): Order {
  return comparePrecedence(language, { ...other, prerelease: [] }) === 1 ? 1 : -1;
}
