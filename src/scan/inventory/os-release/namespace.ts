// Which advisories a distribution's packages are matched against: the namespace of its branch, in the spelling that advisory feeds use.
import type { OsRelease } from '../package.ts';

/** How much of `VERSION_ID` names the branch that advisories are published for. */
type Branch = 'major' | 'minor' | 'whole' | 'rolling';

/** Distributions whose branch is not simply their `VERSION_ID`. */
const BRANCHES: ReadonlyMap<string, Branch> = new Map([
  ['almalinux', 'major'],
  ['amzn', 'whole'],
  ['arch', 'rolling'],
  ['centos', 'major'],
  ['chainguard', 'rolling'],
  ['debian', 'major'],
  ['fedora', 'major'],
  ['ol', 'major'],
  ['opensuse-tumbleweed', 'rolling'],
  ['rhel', 'major'],
  ['rocky', 'major'],
  ['sled', 'whole'],
  ['sles', 'whole'],
  ['ubuntu', 'minor'],
  ['wolfi', 'rolling'],
] as const);

/**
 * Advisory namespace of a distribution: `alpine:3.11`, `alpine:edge`, `debian:12`, `debian:sid`, `ubuntu:22.04`, `rhel:8`, `sles:15.3`, `wolfi`.
 * A distribution that is not in the table is `ID:VERSION_ID`, so that a report names the feed that is missing. Undefined when the branch cannot
 * be told.
 */
export function osNamespace(os: OsRelease): string | undefined {
  if (os.id === 'alpine') return alpineNamespace(os.version);
  if (os.id === 'debian' && os.version === undefined) return 'debian:sid';
  const branch = BRANCHES.get(os.id);
  if (branch === 'rolling') return os.id;
  if (os.version === undefined) return branch === undefined ? os.id : undefined;
  const version = branchOf(os.version, branch ?? 'whole');
  return version === undefined ? undefined : `${os.id}:${version}`;
}

/** Value of the purl qualifier `distro`: `alpine-3.11.5`, `debian-12`, `debian-trixie`; without version or codename the `ID`. */
export function osDistro(os: OsRelease): string {
  const release = os.version ?? os.codename;
  return release === undefined ? os.id : `${os.id}-${release}`;
}

/** Edge calls itself an alpha of the next release (`3.14.0_alpha20210212`); release candidates already have the branch's repositories. */
function alpineNamespace(version: string | undefined): string | undefined {
  if (version === undefined) return undefined;
  if (version.includes('edge') || /_(?:alpha|beta|pre)/.test(version)) return 'alpine:edge';
  const branch = branchOf(version, 'minor');
  return branch === undefined ? undefined : `alpine:${branch}`;
}

function branchOf(version: string, branch: Exclude<Branch, 'rolling'>): string | undefined {
  if (branch === 'whole') return version;
  return (branch === 'major' ? /^\d+/ : /^\d+\.\d+/).exec(version)?.[0];
}
