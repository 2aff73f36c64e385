// Packages out of what documents of other tools say of them, in the same form that our own cataloguers give. Used for bills of materials and for the
// results of other scanners.
import { ParseError } from '../../../platform/errors.ts';
import { languagePackage } from '../../inventory/language-package.ts';
import { osPackage } from '../../inventory/os-package.ts';
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import { isOsType, PACKAGE_TYPES, type PackageType } from '../../inventory/package-types.ts';
import { isToken } from '../../inventory/token.ts';

/** What is known of a package. */
export interface PackageFacts {
  readonly type: PackageType;
  /** As its advisories call it: `@scope/name`, `group:artifact`, a module path. */
  readonly name: string;
  /** With the epoch in front where there is one, `1:2.3-4`. */
  readonly version: string;
  readonly architecture?: string;
  readonly source?: { readonly name: string; readonly version: string };
  readonly module?: string;
  /** The distribution, for packages of one. */
  readonly os?: OsRelease;
  readonly location: Location;
}

/** Types outside the purl specification, in older documents of Syft and Trivy. */
const FORMER_TYPES: ReadonlyMap<string, PackageType> = new Map([
  ['alpine', 'apk'],
  ['cbl-mariner', 'rpm'],
]);

/** The type that a package URL's type is, when it is one that we have. */
export function packageType(type: string): PackageType | undefined {
  return PACKAGE_TYPES.find((known) => known === type) ?? FORMER_TYPES.get(type);
}

/** `epoch:version`; an epoch of 0, or one that the version already has, adds nothing. */
export function withEpoch(version: string, epoch: string | undefined): string {
  const plain = version.replace(/^0+:/, '');
  return epoch === undefined || /^0*$/.test(epoch) || /^\d+:/.test(plain) ? plain : `${epoch}:${plain}`;
}

/** A version out of its parts, `1:2.36-9`; undefined without the part that names a release. */
export function distributionVersion(
  epoch: string | number | null | undefined,
  version: string | null | undefined,
  release: string | null | undefined,
): string | undefined {
  if (!version) return undefined;
  return withEpoch(release ? `${version}-${release}` : version, epoch == null ? undefined : String(epoch));
}

/** The package; undefined for a name or version that no package manager accepts. */
export function makePackage(facts: PackageFacts): Package | undefined {
  const { type, name, version, source, module, os, location } = facts;
  const texts = [name, version, source?.name, source?.version, module];
  if (!texts.every((text) => text === undefined || isToken(text))) return undefined;
  try {
    return isOsType(type)
      ? osPackage({ ...facts, type }, os, location)
      : languagePackage({ type, name, version }, location);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
