// The packages of a document: each component read, those whose files belong to another marked, what cannot be read kept apart. Pure.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { compareText } from '../../../platform/order.ts';
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import { distributionOf } from './distribution.ts';
import type { SbomComponent, SbomDocument, SbomProblem } from './document.ts';
import { readComponent } from './read-component.ts';

/** A component with the package that it is. */
export interface FoundPackage {
  readonly component: SbomComponent;
  readonly package: Package;
}

/** What a document holds. */
export interface DocumentPackages {
  /** The document's distribution, else that of its first distribution package. */
  readonly os?: OsRelease;
  /** In the order of the document. */
  readonly found: readonly FoundPackage[];
  readonly problems: readonly SbomProblem[];
}

/**
 * Reads all components.
 * @param fallback where a package is that the document does not locate
 * @throws LimitError when there are more than an image may have packages
 */
export function packagesOf(document: SbomDocument, fallback: Location): DocumentPackages {
  const named = document.os === undefined ? undefined : distributionOf(document.os.name, document.os.version);
  const found: FoundPackage[] = [];
  const problems: SbomProblem[] = [...document.problems];
  let os = named;
  for (const component of document.components) {
    const read = readComponent(component, named, fallback);
    if (read.kind === 'problem') problems.push(read.problem);
    if (read.kind !== 'package') continue;
    os ??= read.os;
    found.push({ component, package: read.package });
    if (found.length > LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages`);
  }
  return { ...(os === undefined ? {} : { os }), found: withSources(withOwners(found)), problems };
}

/** Each package and place once, in the order of inventories. */
export function distinctPackages(packages: readonly Package[]): readonly Package[] {
  const distinct = new Map(packages.map((one) => [`${one.purl} ${one.location.path}`, one]));
  return [...distinct.values()].sort(
    (a, b) =>
      compareText(a.type, b.type) ||
      compareText(a.name, b.name) ||
      compareText(a.version, b.version) ||
      compareText(a.location.path, b.location.path) ||
      compareText(a.purl, b.purl),
  );
}

/** The owner under our package URL of it. */
function withOwners(found: readonly FoundPackage[]): readonly FoundPackage[] {
  const purls = new Map(found.map(({ component, package: { purl } }) => [component.purl, purl]));
  return found.map((one) => {
    const { owner } = one.component;
    const ownedBy = owner === undefined ? undefined : purls.get(owner);
    return ownedBy === undefined ? one : { ...one, package: { ...one.package, ownedBy } };
  });
}

/** Where a document names source packages, it leaves out those that are called like the package itself (Syft does, as dpkg does). */
function withSources(found: readonly FoundPackage[]): readonly FoundPackage[] {
  const hasOwnSource = ({ type }: Package): boolean => type === 'apk' || type === 'deb';
  if (!found.some((one) => hasOwnSource(one.package) && one.package.source !== undefined)) return found;
  return found.map((one) => {
    const { name, version, source } = one.package;
    if (source !== undefined || !hasOwnSource(one.package)) return one;
    return { ...one, package: { ...one.package, source: { name, version } } };
  });
}
