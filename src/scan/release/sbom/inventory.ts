// The inventory of an image out of a bill of materials instead of its layers. What cannot be matched is a gap: grouped, counted, with names. Pure.
import type { Digest } from '../../../platform/canonical.ts';
import { compareGaps, type Gap } from '../../../platform/gap.ts';
import type { Inventory, Package } from '../../inventory/package.ts';
import { isOsType } from '../../inventory/package-types.ts';
import type { SbomDocument, SbomProblem } from './document.ts';
import { distinctPackages, packagesOf } from './packages.ts';
import { platformOf } from './subject.ts';

/** Stands where the cataloguers of a layer scan stand: raise it whenever the same document would give another inventory. */
const READER = 'sbom@1';
/** How many components a gap names before it only counts. */
const NAMED = 5;

/**
 * The inventory that a document gives.
 * @param image digest under which the inventory is known: of the document's bytes
 * @param file where the document lies, for packages of which it names no path
 * @throws LimitError when it has more components than an image may have packages
 */
export function inventoryOf(document: SbomDocument, image: Digest, file: string): Inventory {
  const { os, found, problems } = packagesOf(document, { layer: image, path: file });
  const packages = distinctPackages(found.map((one) => one.package));
  const platform = platformOf(document.subject, packages);
  const [system = 'linux', architecture = 'amd64', variant] = platform.split('/');
  return {
    image,
    platform,
    ...(os === undefined ? {} : { os }),
    packages,
    config: {
      os: system,
      architecture,
      ...(variant === undefined ? {} : { variant }),
      environmentNames: [],
      exposedPorts: [],
      labels: {},
      historyLength: 0,
      diffIds: [],
    },
    layers: [image],
    gaps: [
      ...problemGaps(problems, image),
      ...sourceGaps(packages, image),
      ...ownVulnerabilities(document, image),
    ].sort(compareGaps),
    cataloguers: [READER],
  };
}

/** One gap a reason: `3 components of the type generic are not matched: a, b, c`. */
export function problemGaps(problems: readonly SbomProblem[], target: string): readonly Gap[] {
  const groups = Map.groupBy(problems, ({ kind, reason }) => `${kind} ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = [...new Set(group.map(({ name }) => name.slice(0, 100)))].sort();
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const what = `${group.length} component${group.length === 1 ? '' : 's'} ${first.reason}`;
    const reason = `${what} cannot be matched: ${names.slice(0, NAMED).join(', ')}${more}`;
    return [{ kind: first.kind, target, location: 'components', reason }];
  });
}

/** Advisories of distributions name source packages. A document that never names one may be silent about all. */
function sourceGaps(packages: readonly Package[], target: string): readonly Gap[] {
  const ofDistribution = packages.filter(({ type }) => isOsType(type));
  if (ofDistribution.length === 0 || ofDistribution.some(({ source }) => source !== undefined)) return [];
  const reason = `none of ${ofDistribution.length} distribution packages states its source package: each is matched by its own name, which finds less`;
  return [{ kind: 'undecidable', target, location: 'source packages', reason }];
}

function ownVulnerabilities({ vulnerabilities }: SbomDocument, target: string): readonly Gap[] {
  if (vulnerabilities === 0) return [];
  const reason = `the document lists ${vulnerabilities} vulnerabilities of its own, which are not used here; cyclonedx:FILE takes them`;
  return [{ kind: 'not-scanned', target, location: 'vulnerabilities', reason }];
}
