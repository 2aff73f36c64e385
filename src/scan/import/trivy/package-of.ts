// The packages of a Trivy report. Newer reports have package URLs; older ones the parts of a version, and for languages the name and version alone.
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import type { PackageType } from '../../inventory/package-types.ts';
import { distributionVersion, makePackage } from '../../release/sbom/make-package.ts';
import { readComponent } from '../../release/sbom/read-component.ts';
import { firstDigest, optional } from '../rows.ts';
import type { Installed, Result } from './report.ts';

/** Trivy's words for kinds of packages; families of distributions are found by what they install. */
const TYPES: ReadonlyMap<string, PackageType> = new Map([
  ...(['alpine', 'chainguard', 'minimos', 'wolfi'] as const).map((family) => [family, 'apk'] as const),
  ...(['debian', 'echo', 'ubuntu'] as const).map((family) => [family, 'deb'] as const),
  ['bun', 'npm'],
  ['node-pkg', 'npm'],
  ['npm', 'npm'],
  ['pnpm', 'npm'],
  ['yarn', 'npm'],
  ['gobinary', 'golang'],
  ['gomod', 'golang'],
  ['conda-pkg', 'pypi'],
  ['pip', 'pypi'],
  ['pipenv', 'pypi'],
  ['poetry', 'pypi'],
  ['python-pkg', 'pypi'],
  ['uv', 'pypi'],
  ['gradle', 'maven'],
  ['jar', 'maven'],
  ['pom', 'maven'],
  ['sbt', 'maven'],
  ['bundler', 'gem'],
  ['gemspec', 'gem'],
  ['cargo', 'cargo'],
  ['rustbinary', 'cargo'],
  ['dotnet-core', 'nuget'],
  ['nuget', 'nuget'],
  ['packages-props', 'nuget'],
]);

/** A package as a row of `Packages` or of `Vulnerabilities` states it. */
export type StatedPackage = Pick<Installed, 'Name' | 'Version'> & Partial<Installed>;

/** The package; undefined when it is of no kind that we have, or without a version. */
export function packageOf(
  stated: StatedPackage,
  part: Result,
  os: OsRelease | undefined,
  fallback: Location,
): Package | undefined {
  const { Name: name, Layer: layer, Identifier: identifier } = stated;
  const version = distributionVersion(stated.Epoch, stated.Version, stated.Release);
  const sourceVersion = distributionVersion(stated.SrcEpoch, stated.SrcVersion, stated.SrcRelease);
  const source =
    stated.SrcName && sourceVersion !== undefined ? { source: { name: stated.SrcName, version: sourceVersion } } : {};
  const module = optional('module', stated.Modularitylabel);
  const digest = firstDigest(layer?.Digest, layer?.DiffID);
  // The target of a language's result is its lock file or program; that of a distribution's is the image.
  const path = stated.FilePath || (part.Class === 'os-pkgs' ? undefined : part.Target);
  if (identifier?.PURL) {
    const component = { name, purl: identifier.PURL, ...optional('version', version), ...source, ...module };
    const read = readComponent({ ...component, ...optional('layer', digest), ...optional('path', path) }, os, fallback);
    return read.kind === 'package' ? read.package : undefined;
  }
  const type = TYPES.get(part.Type ?? '') ?? (part.Class === 'os-pkgs' ? 'rpm' : undefined);
  if (type === undefined || version === undefined) return undefined;
  return makePackage({
    type,
    name,
    version,
    ...optional('architecture', stated.Arch),
    ...source,
    ...module,
    ...(os === undefined ? {} : { os }),
    location: { layer: digest ?? fallback.layer, path: path?.replace(/^\/+/, '') || fallback.path },
  });
}
