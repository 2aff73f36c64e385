// Which version a Go toolchain or module has in the order of advisories, and when it has none.
// Sources: go.dev/doc/toolchain, "Go versions" and "Toolchain names"; golang.org/ref/mod, "Pseudo-versions"; go.dev/security/vuln/database, where the
// standard library is the module `stdlib` with semantic versions.

/** The version of what was built from a work tree that says nothing of its release, as the go command writes it. No scheme can order it. */
export const DEVELOPMENT = '(devel)';

const RELEASE = /^go(0|[1-9]\d*)\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*)|(alpha|beta|rc)(0|[1-9]\d*))?(.*)$/s;
/** A vendor's mark behind a release, the settings of a build (`X:boringcrypto`), and Go's old BoringCrypto releases (`go1.18.10b7`). */
const SUFFIX = /^(?:$|[-+ ]|b\d)/;
/** No tag before the commit was known: of a main module, which may well have tags, this says nothing about its release. */
const UNTAGGED = /^v\d+\.0\.0-\d{14}-[0-9a-f]{12}(?:\+.*)?$/;

/** Version of the standard library that comes with a toolchain: `1.21.5` for `go1.21.5 X:boringcrypto`, `1.22.0-rc.1` for `go1.22rc1`. */
export function standardLibraryVersion(goVersion: string): string {
  const [, major, minor, patch, stage, number, suffix = ''] = RELEASE.exec(goVersion) ?? [];
  if (major === undefined || !SUFFIX.test(suffix)) return DEVELOPMENT;
  // `go1.22-devel_f7e2d8c`, `go1.22-20240109-RC01`: on the way to a release or after it.
  if (patch === undefined && stage === undefined && suffix.startsWith('-')) return DEVELOPMENT;
  if (stage !== undefined) return `${major}.${minor}.0-${stage}.${number}`;
  return patch === undefined ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}

/** Version of a main module, which the go command takes from the work tree's tags since Go 1.24, and which before was `(devel)`. */
export function mainModuleVersion(version: string): string {
  return UNTAGGED.test(version) ? DEVELOPMENT : moduleVersion(version);
}

/** Version of a module; none is a directory's. */
export function moduleVersion(version: string): string {
  return version === '' ? DEVELOPMENT : version;
}
