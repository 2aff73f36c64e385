// A package of a distribution: one form for the same package, whoever found it, in a database, in a bill of materials or in another scanner's results.
import { osDistro, osNamespace } from './os-release/namespace.ts';
import type { Location, OsRelease, Package } from './package.ts';
import { type OsPackageType, rulesOf } from './package-types.ts';
import { type PackageUrl, packageUrl } from './purl.ts';
import { purlVendor } from './rpm/vendor.ts';

/** What is known of it. */
export interface OsPackageFacts {
  readonly type: OsPackageType;
  readonly name: string;
  /** With the epoch in front where there is one, `1:2.3-4`. */
  readonly version: string;
  readonly architecture?: string | undefined;
  readonly source?: Package['source'] | undefined;
  /** File name of rpm's source package; that of `source` unless given. */
  readonly sourceFile?: string | undefined;
  readonly module?: string | undefined;
}

/**
 * The package, in the namespace of the distribution if that is known.
 * @throws ParseError for a name that no package URL can hold: one of slashes alone.
 */
export function osPackage(facts: OsPackageFacts, os: OsRelease | undefined, location: Location): Package {
  const { type, name, version, source, module } = facts;
  const namespace = os === undefined ? undefined : osNamespace(os);
  return {
    purl: packageUrl(type === 'rpm' ? rpmUrl(facts, os) : urlOf(facts, os)),
    type,
    name,
    version,
    ...rulesOf(type),
    ...(source === undefined ? {} : { source }),
    ...(module === undefined ? {} : { module }),
    ...(namespace === undefined ? {} : { namespace }),
    location,
  };
}

/** What makes an entry of a database the same in several layers. */
export function osEntryKey({ name, version, architecture = '' }: Omit<OsPackageFacts, 'type'>): string {
  return `${name} ${version} ${architecture}`;
}

function urlOf({ type, name, version, architecture = '' }: OsPackageFacts, os: OsRelease | undefined): PackageUrl {
  return {
    type,
    ...(os === undefined ? {} : { namespace: os.id }),
    name,
    version,
    qualifiers: { arch: architecture, distro: os === undefined ? '' : osDistro(os) },
  };
}

/** rpm's epoch is a qualifier, and its vendor is not the `ID` of the distribution. */
function rpmUrl(facts: OsPackageFacts, os: OsRelease | undefined): PackageUrl {
  const { version, source, sourceFile } = facts;
  const [, epoch = '', plain = version] = /^(\d+):(.*)$/s.exec(version) ?? [];
  const { qualifiers, ...url } = urlOf(facts, os);
  const upstream = source === undefined ? '' : `${source.name}-${source.version.replace(/^\d+:/, '')}.src.rpm`;
  return {
    ...url,
    ...(os === undefined ? {} : { namespace: purlVendor(os) }),
    version: plain,
    qualifiers: { ...qualifiers, epoch, upstream: sourceFile ?? upstream },
  };
}
