// One component of a bill of materials: reads its package URL and what the tool adds, gives the package or why there is none to match.
// Source packages: the qualifier `upstream` (Syft), fields that format readers pass on (Trivy). Epochs: a qualifier (rpm, and Trivy's deb) or part of
// the version (deb).
import { isDigest } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { DEVELOPMENT } from '../../inventory/go/versions.ts';
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import { isOsType, type PackageType } from '../../inventory/package-types.ts';
import { type PackageUrl, parsePackageUrl } from '../../inventory/purl.ts';
import { sourceOf } from '../../inventory/rpm/entry.ts';
import { distributionOfPurl, rollingDistribution } from './distribution.ts';
import type { SbomComponent, SbomProblem } from './document.ts';
import { makePackage, packageType, withEpoch } from './make-package.ts';

/** A component as far as it can be used. `nothing` is an image or layer, which is no package of one. */
export type ReadComponent =
  | { readonly kind: 'package'; readonly package: Package; readonly os?: OsRelease }
  | { readonly kind: 'problem'; readonly problem: SbomProblem }
  | { readonly kind: 'nothing' };

/**
 * Reads a component.
 * @param os of the document, for package URLs that state none
 * @param fallback where it was found when the document does not say
 */
export function readComponent(component: SbomComponent, os: OsRelease | undefined, fallback: Location): ReadComponent {
  const { name, purl } = component;
  if (purl === undefined) return problem('undecidable', 'without a package URL', name);
  let parts: PackageUrl;
  try {
    parts = parsePackageUrl(purl);
  } catch {
    return problem('file-unparsed', 'with a package URL that cannot be read', name);
  }
  if (parts.type === 'oci' || parts.type === 'docker') return { kind: 'nothing' };
  const type = packageType(parts.type);
  if (type === undefined) return problem('not-scanned', `of the type ${parts.type.slice(0, 40)}`, name);
  const version = versionOf(type, parts, component.version);
  if (version === undefined) return problem('undecidable', 'without a version', name);
  const distribution = isOsType(type) ? distributionFor(parts, os) : undefined;
  const source = isOsType(type) ? sourcePackage(type, parts, version, component) : undefined;
  const architecture = parts.qualifiers?.['arch'];
  const made = makePackage({
    type,
    name: nameOf(type, parts, name),
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(source === undefined ? {} : { source }),
    ...(component.module === undefined ? {} : { module: component.module }),
    ...(distribution === undefined ? {} : { os: distribution }),
    location: locationOf(component, fallback),
  });
  if (made === undefined)
    return problem('file-unparsed', 'with a name or version that no package manager accepts', name);
  return { kind: 'package', package: made, ...(distribution === undefined ? {} : { os: distribution }) };
}

function problem(kind: SbomProblem['kind'], reason: string, name: string): ReadComponent {
  return { kind: 'problem', problem: { kind, reason, name } };
}

/** What the package URL states, else the document's, else what the namespace alone tells. */
function distributionFor({ namespace, qualifiers }: PackageUrl, os: OsRelease | undefined): OsRelease | undefined {
  return distributionOfPurl(namespace, qualifiers?.['distro']) ?? os ?? rollingDistribution(namespace);
}

/** A Go module without a version is what the go command calls a development version: no advisory can tell. */
function versionOf(
  type: PackageType,
  { version, qualifiers }: PackageUrl,
  written: string | undefined,
): string | undefined {
  const stated = version ?? (written === '' ? undefined : written);
  if (stated === undefined) return type === 'golang' ? DEVELOPMENT : undefined;
  return type === 'deb' || type === 'rpm' ? withEpoch(stated, qualifiers?.['epoch']) : stated;
}

/**
 * The name that advisories use. The purl specification folds the case of Go module paths, the Go vulnerability database does not: the component's own
 * name keeps it.
 */
function nameOf(type: PackageType, { namespace, name }: PackageUrl, written: string): string {
  if (namespace === undefined || isOsType(type)) return name;
  if (type === 'maven') return `${namespace}:${name}`;
  const path = `${namespace}/${name}`;
  return type === 'golang' && written.toLowerCase() === path ? written : path;
}

function sourcePackage(
  type: PackageType,
  { qualifiers }: PackageUrl,
  version: string,
  component: SbomComponent,
): Package['source'] {
  if (component.source !== undefined) {
    const { name, version: own = version } = component.source;
    return { name, version: own };
  }
  const upstream = qualifiers?.['upstream'];
  if (upstream === undefined) return undefined;
  if (type === 'rpm') {
    const epoch = /^(\d+):/.exec(version)?.[1];
    const source = sourceOf(upstream);
    return source === undefined ? undefined : { name: source.name, version: withEpoch(source.version, epoch) };
  }
  const at = upstream.indexOf('@');
  return at === -1 ? { name: upstream, version } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

function locationOf({ layer, path }: SbomComponent, fallback: Location): Location {
  return {
    layer: layer !== undefined && isDigest(layer) ? layer : fallback.layer,
    path: path === undefined || path === '' ? fallback.path : path.replace(/^\/+/, '').slice(0, LIMITS.pathBytes),
  };
}
