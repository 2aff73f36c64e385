// Packages out of what documents of other tools say of them, in the same form that our own cataloguers give: the same package has the same package
// URL, name, version and namespace, whoever found it. Used for bills of materials and for the results of other scanners.
import { ParseError } from '../../../platform/errors.ts';
import type { VersionScheme } from '../../../versions/scheme.ts';
import { osDistro, osNamespace } from '../../inventory/os-release/namespace.ts';
import type { Location, OsRelease, Package, PackageType } from '../../inventory/package.ts';
import { type PackageUrl, packageUrl } from '../../inventory/purl.ts';
import { purlVendor } from '../../inventory/rpm/vendor.ts';
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

interface TypeRules {
  readonly scheme: VersionScheme;
  /** Advisory namespace; absent: the distribution's. */
  readonly namespace?: string;
}

const TYPES: Readonly<Record<PackageType, TypeRules>> = {
  apk: { scheme: 'apk' },
  cargo: { scheme: 'semver', namespace: 'cargo' },
  deb: { scheme: 'deb' },
  gem: { scheme: 'gem', namespace: 'gem' },
  golang: { scheme: 'go', namespace: 'go' },
  maven: { scheme: 'maven', namespace: 'maven' },
  npm: { scheme: 'npm', namespace: 'npm' },
  nuget: { scheme: 'nuget', namespace: 'nuget' },
  pypi: { scheme: 'pep440', namespace: 'pypi' },
  rpm: { scheme: 'rpm' },
};

/** Types outside the purl specification, in older documents of Syft and Trivy. */
const FORMER_TYPES: ReadonlyMap<string, PackageType> = new Map([
  ['alpine', 'apk'],
  ['cbl-mariner', 'rpm'],
]);

/** The type that a package URL's type is, when it is one that we have. */
export function packageType(type: string): PackageType | undefined {
  return Object.hasOwn(TYPES, type) ? (type as PackageType) : FORMER_TYPES.get(type);
}

/** Whether packages of the type belong to a distribution. */
export function isDistributionType(type: PackageType): boolean {
  return TYPES[type].namespace === undefined;
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
  const { type, version, source, module, os, location } = facts;
  const rules = TYPES[type];
  const name = matchedName(type, facts.name);
  const texts = [name, version, source?.name, source?.version, module];
  if (!texts.every((text) => text === undefined || isToken(text))) return undefined;
  const purl = purlOf({ ...facts, name });
  const namespace = rules.namespace ?? (os === undefined ? undefined : osNamespace(os));
  if (purl === undefined) return undefined;
  return {
    purl,
    type,
    name,
    version,
    scheme: rules.scheme,
    ...(source === undefined ? {} : { source }),
    ...(module === undefined ? {} : { module }),
    ...(namespace === undefined ? {} : { namespace }),
    location,
  };
}

/** Undefined for a name that no package URL can hold: one of slashes alone. */
function purlOf(facts: PackageFacts): string | undefined {
  try {
    return packageUrl(purlParts(facts));
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

function purlParts({ type, name, version, architecture, os, source }: PackageFacts): PackageUrl {
  if (!isDistributionType(type)) {
    const separator = type === 'maven' ? name.indexOf(':') : name.lastIndexOf('/');
    const namespace = separator === -1 ? {} : { namespace: name.slice(0, separator) };
    return { type, ...namespace, name: name.slice(separator + 1), version };
  }
  const [, epoch, rest = version] = (type === 'rpm' ? /^(\d+):(.*)$/s.exec(version) : null) ?? [];
  const sourceVersion = source?.version.replace(/^\d+:/, '');
  return {
    type,
    ...(os === undefined ? {} : { namespace: type === 'rpm' ? purlVendor(os) : os.id }),
    name,
    version: rest,
    qualifiers: {
      arch: architecture ?? '',
      distro: os === undefined ? '' : osDistro(os),
      ...(type === 'rpm'
        ? { epoch: epoch ?? '', upstream: source === undefined ? '' : `${source.name}-${sourceVersion}.src.rpm` }
        : {}),
    },
  };
}

/** As the ecosystem compares names: PEP 503 for Python; NuGet ignores case. */
function matchedName(type: PackageType, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return type === 'nuget' ? name.toLowerCase() : name;
}
