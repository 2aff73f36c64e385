// Distributions as bills of materials name them, made into what os-release(5) would say: `redhat 8.4`, `distro=debian-12.5`, `distro=jessie`.
// Sources: the purl type definitions of apk, deb and rpm ("distro"); the names that Trivy and Syft write for the distributions they know.
import type { OsRelease } from '../../inventory/package.ts';

/** Names that are not the `ID` of os-release. */
const IDS: ReadonlyMap<string, string> = new Map([
  ['alma', 'almalinux'],
  ['alpine linux', 'alpine'],
  ['amazon', 'amzn'],
  ['amazon linux', 'amzn'],
  ['cbl-mariner', 'mariner'],
  ['centos linux', 'centos'],
  ['debian gnu/linux', 'debian'],
  ['opensuse.leap', 'opensuse-leap'],
  ['opensuse.tumbleweed', 'opensuse-tumbleweed'],
  ['oracle', 'ol'],
  ['oracle linux', 'ol'],
  ['oraclelinux', 'ol'],
  ['red hat enterprise linux', 'rhel'],
  ['redhat', 'rhel'],
  ['rocky linux', 'rocky'],
  ['suse linux enterprise server', 'sles'],
]);

/** Releases by codename (debian.org/releases, wiki.ubuntu.com/Releases). */
const CODENAMES: ReadonlyMap<string, OsRelease> = new Map(
  (
    [
      ['debian', 'wheezy 7', 'jessie 8', 'stretch 9', 'buster 10', 'bullseye 11', 'bookworm 12', 'trixie 13'],
      ['ubuntu', 'trusty 14.04', 'xenial 16.04', 'bionic 18.04', 'focal 20.04', 'jammy 22.04', 'noble 24.04'],
    ] as const
  ).flatMap(([id, ...releases]) =>
    releases.map((release) => {
      const [codename = '', version = ''] = release.split(' ');
      return [codename, { id, version, codename }] as const;
    }),
  ),
);

/** How many numbers of the version os-release gives, where tools take more from other files (`debian_version`, `mariner-release`). */
const RELEASE_NUMBERS: ReadonlyMap<string, RegExp> = new Map([
  ['azurelinux', /^\d+\.\d+/],
  ['centos', /^\d+/],
  ['debian', /^\d+/],
  ['mariner', /^\d+\.\d+/],
]);
const DEVELOPMENT: ReadonlySet<string> = new Set(['sid', 'unstable']);

/**
 * The distribution behind a name and a version. Undefined when the name is empty, and for Debian without a version: os-release means the
 * development branch by that, a tool may just not know.
 */
export function distributionOf(name: string, version: string | undefined): OsRelease | undefined {
  const written = name.trim().toLowerCase();
  const id = IDS.get(written) ?? written;
  if (id === '') return undefined;
  const [word = ''] = (version ?? '').trim().split(/\s/, 1);
  const codename = CODENAMES.get(word.toLowerCase());
  if (codename?.id === id) return codename;
  if (id === 'debian') {
    if (DEVELOPMENT.has(word.replace(/^.*\//, ''))) return { id, codename: 'sid' };
    if (!/^\d/.test(word)) return undefined;
  }
  const release = RELEASE_NUMBERS.get(id)?.exec(word)?.[0] ?? word;
  return release === '' ? { id } : { id, version: release };
}

/** Distributions without releases: the namespace of a package URL says all. */
const ROLLING: ReadonlySet<string> = new Set(['chainguard', 'wolfi']);

/** The distribution that the namespace of a package URL states alone. */
export function rollingDistribution(namespace: string | undefined): OsRelease | undefined {
  return namespace !== undefined && ROLLING.has(namespace) ? { id: namespace } : undefined;
}

/**
 * The distribution that a package URL states.
 * @param namespace of the package URL: `debian`, `redhat`
 * @param distro its qualifier: `debian-12.5`, `opensuse-leap-15.4`, `3.15.11`, `jessie`
 */
export function distributionOfPurl(namespace: string | undefined, distro: string | undefined): OsRelease | undefined {
  if (distro === undefined || distro === '') return undefined;
  const [, name, version] = /^(.+?)-((?:v?\d|edge|sid|unstable|tumbleweed).*)$/.exec(distro) ?? [];
  if (version === 'tumbleweed') return distributionOf(distro, undefined);
  if (name !== undefined) return distributionOf(name, version);
  const codename = CODENAMES.get(distro.replace(/^(?:debian|ubuntu)-/, ''));
  if (codename !== undefined) return codename;
  return namespace === undefined ? undefined : distributionOf(namespace, distro === namespace ? undefined : distro);
}
