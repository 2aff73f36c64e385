// The packages of a collection in updateinfo.xml: which builds fix what the update is about.
import { isModular, streamOfTitle } from '../module-stream.ts';
import { childOf, childrenOf, type XmlElement } from '../xml/records.ts';
import { isForeign } from './release.ts';

/** A package of one distribution release, fixed in these versions. */
export interface FixedPackage {
  readonly namespace: string;
  /** Of the installed (binary) package. */
  readonly name: string;
  /** `[EPOCH:]VERSION-RELEASE`, sorted; several only where nothing tells which holds. */
  readonly versions: readonly string[];
  readonly module?: string;
  /** Where another architecture has another version. */
  readonly architectures?: readonly string[];
}

interface Build {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly module: string | undefined;
  readonly architecture: string;
}

/** Debug information and sources are no programs: they are listed beside what they belong to. */
const NO_PROGRAM = /-(?:debuginfo|debugsource)(?:-32bit)?$/;
const SOURCE_ARCHITECTURES: ReadonlySet<string> = new Set(['src', 'nosrc']);

/** The packages of a collection. `namespaceOf` tells the release that a package is for by the release of its version. */
export function fixesOf(
  collection: XmlElement,
  title: string | undefined,
  namespaceOf: (release: string) => string | undefined,
  skip: (reason: string) => void,
): readonly FixedPackage[] {
  const { name, stream } = childOf(collection, 'module')?.attributes ?? {};
  const module = name === undefined || stream === undefined ? undefined : `${name}:${stream}`;
  const builds = childrenOf(collection, 'package').flatMap(
    (element) => buildOf(element, module, title, namespaceOf, skip) ?? [],
  );
  const packages = Map.groupBy(builds, (build) => `${build.namespace}\n${build.name}\n${build.module ?? ''}`);
  return [...packages.values()].flatMap(fixesOfPackage);
}

function buildOf(
  { attributes }: XmlElement,
  module: string | undefined,
  title: string | undefined,
  namespaceOf: (release: string) => string | undefined,
  skip: (reason: string) => void,
): Build | undefined {
  const { name = '', version = '', release = '', epoch = '0', arch: architecture = '' } = attributes;
  if (SOURCE_ARCHITECTURES.has(architecture) || NO_PROGRAM.test(name)) return undefined;
  if (name === '' || version === '' || release === '' || !/^\d*$/.test(epoch)) {
    skip('a package without name, version or release');
    return undefined;
  }
  const namespace = namespaceOf(release);
  if (namespace === undefined) {
    skip('a distribution release that cannot be told (state it: --feed rpm-updateinfo@ID:VERSION=PATH)');
    return undefined;
  }
  if (isForeign(namespace, release)) {
    skip('a package for another release of the distribution');
    return undefined;
  }
  return {
    namespace,
    name,
    version: Number(epoch) === 0 ? `${version}-${release}` : `${epoch}:${version}-${release}`,
    module: module ?? (isModular(`-${release}`) ? (streamOfTitle(title) ?? 'unnamed') : undefined),
    architecture,
  };
}

/** One version for all architectures as a rule; by architecture where these differ. */
function fixesOfPackage(builds: readonly Build[]): readonly FixedPackage[] {
  const [first] = builds;
  if (first === undefined) return [];
  const { namespace, name, module } = first;
  const named = { namespace, name, ...(module === undefined ? {} : { module }) };
  const byVersion = Map.groupBy(builds, ({ version }) => version);
  const versions = [...byVersion.keys()].sort();
  if (versions.length === 1) return [{ ...named, versions }];
  const architectures = versions.map((version) =>
    [...new Set(byVersion.get(version)?.map(({ architecture }) => architecture))].sort(),
  );
  const isDistinct = new Set(architectures.flat()).size === architectures.flat().length;
  if (!isDistinct) return [{ ...named, versions }];
  return versions.map((version, index) => ({
    ...named,
    versions: [version],
    architectures: architectures[index] ?? [],
  }));
}
