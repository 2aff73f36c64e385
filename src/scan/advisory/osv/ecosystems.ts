// OSV ecosystems as namespaces of this program. Languages are named as purl types are; releases of distributions as `ID:VERSION` of their
// os-release, so that a scanned image finds them. Source: OSV schema 1.7.4, "Defined ecosystems".

const LANGUAGES: Readonly<Record<string, string>> = {
  npm: 'npm',
  PyPI: 'pypi',
  Go: 'go',
  Maven: 'maven',
  RubyGems: 'gem',
  'crates.io': 'cargo',
  NuGet: 'nuget',
  Packagist: 'composer',
  Hex: 'hex',
  Pub: 'pub',
  SwiftURL: 'swift',
  ConanCenter: 'conan',
  CRAN: 'cran',
  Hackage: 'hackage',
};

type ReleaseNamespace = (release: string) => string | undefined;

/** Distributions whose releases need more than `id:release`. A release that is missing or not understood gives undefined. */
const DISTRIBUTIONS: Readonly<Record<string, ReleaseNamespace>> = {
  Alpine: (release) =>
    /^v\d+\.\d+$/.test(release) ? `alpine:${release.slice(1)}` : release === 'edge' ? 'alpine:edge' : undefined,
  Debian: (release) => (release === '' ? undefined : `debian:${release}`),
  Ubuntu: ubuntu,
  'Red Hat': redHat,
  'Rocky Linux': (release) => (release === '' ? undefined : `rocky:${release}`),
  'Azure Linux': azureLinux,
  'Photon OS': (release) => `photon:${release}`,
  SUSE: suse,
  openSUSE: openSuse,
};

/** Real ecosystem strings stay under 100 characters. */
const MAX_LENGTH = 300;

/**
 * The namespace of an ecosystem string: `npm`, `Debian:12` -> `debian:12`, `Ubuntu:22.04:LTS` -> `ubuntu:22.04`. An ecosystem that this
 * table does not know keeps its own name in lower case. Undefined when a distribution's release is missing or not understood.
 */
export function ecosystemNamespace(ecosystem: string): string | undefined {
  if (ecosystem.length > MAX_LENGTH) return undefined;
  const colon = ecosystem.indexOf(':');
  const name = colon === -1 ? ecosystem : ecosystem.slice(0, colon);
  const release = colon === -1 ? '' : ecosystem.slice(colon + 1);
  // The suffix of a language is the address of a registry: the package is the same.
  if (Object.hasOwn(LANGUAGES, name)) return LANGUAGES[name];
  if (Object.hasOwn(DISTRIBUTIONS, name)) return DISTRIBUTIONS[name]?.(release);
  const id = name.toLowerCase().replace(/\s+/g, '-');
  return release === '' ? id : `${id}:${release}`;
}

/** The name as the ecosystem compares it: PEP 503 for PyPI; NuGet and Composer ignore case. */
export function normaliseName(namespace: string, name: string): string {
  if (namespace === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return namespace === 'nuget' || namespace === 'composer' ? name.toLowerCase() : name;
}

/** Whether the namespace is a distribution's, where a record restates vulnerabilities of others. */
export function isDistribution(namespace: string): boolean {
  return (
    namespace.includes(':') ||
    namespace === 'wolfi' ||
    namespace === 'chainguard' ||
    namespace === 'opensuse-tumbleweed'
  );
}

/** What publishes together: the releases of a distribution with its subscription streams, or one language. */
export function familyOf(namespace: string): string {
  return (namespace.split(':', 1)[0] ?? namespace).replace(/^(ubuntu)-pro.*|^(opensuse)-.*/, '$1$2');
}

/** Whether the publisher names installed (binary) packages: Alma and Red Hat do; Rocky, SUSE and all others name sources. */
export function namesBinaries(namespace: string): boolean {
  return /^(?:almalinux|rhel|redhat):/.test(namespace);
}

/** The namespace whose packages a subscription stream fixes: `ubuntu:18.04` for `ubuntu-pro:18.04`. */
export function publicStreamOf(namespace: string): string | undefined {
  return namespace.startsWith('ubuntu-pro:') ? `ubuntu:${namespace.slice('ubuntu-pro:'.length)}` : undefined;
}

/** `22.04:LTS`, `Pro:18.04:LTS`, `Pro:FIPS-updates:20.04:LTS`: each subscription stream is a namespace of its own. */
function ubuntu(release: string): string | undefined {
  const match = /^(?:(Pro(?::[A-Za-z-]+)?):)?(\d+\.\d+)(?::LTS)?$/.exec(release);
  if (match === null) return undefined;
  const stream = match[1] === undefined ? '' : `-${match[1].toLowerCase().replace(':', '-')}`;
  return `ubuntu${stream}:${match[2]}`;
}

/** A CPE without its prefix: `enterprise_linux:9::baseos`. Other products (extended support, layered products) keep it. */
function redHat(cpe: string): string | undefined {
  const match = /^enterprise_linux:(\d+)(?:\.\d+)?(?::|$)/.exec(cpe);
  if (match !== null) return `rhel:${match[1]}`;
  return cpe === '' ? undefined : `redhat:${cpe}`;
}

/** Version 2 still called itself CBL-Mariner in its os-release. */
function azureLinux(release: string): string | undefined {
  const match = /^(\d+)(?:\.0)?$/.exec(release);
  if (match === null) return undefined;
  return Number(match[1]) < 3 ? `mariner:${match[1]}.0` : `azurelinux:${match[1]}.0`;
}

/** The server and its modules share one image; LTSS and other products keep their names. */
function suse(product: string): string | undefined {
  const match = /^Linux Enterprise (?:Server|Module for .+?) (\d+)(?: SP(\d+))?$/.exec(product);
  if (match !== null) return `sles:${match[1]}${match[2] === undefined ? '' : `.${match[2]}`}`;
  return product === '' ? undefined : `suse:${product}`;
}

function openSuse(product: string): string | undefined {
  const leap = /^Leap (\d+\.\d+)$/.exec(product);
  if (leap !== null) return `opensuse-leap:${leap[1]}`;
  if (product === 'Tumbleweed') return 'opensuse-tumbleweed';
  return product === '' ? undefined : `opensuse:${product}`;
}
