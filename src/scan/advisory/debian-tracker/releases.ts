// Debian's releases: the security tracker speaks in codenames, images in version numbers (os-release VERSION_ID).
// Source: distro-info-data, debian.csv; https://wiki.debian.org/DebianReleases.

const NUMBERS: Readonly<Record<string, string>> = {
  woody: '3.0',
  sarge: '3.1',
  etch: '4',
  lenny: '5',
  squeeze: '6',
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
  sid: 'sid',
};

/** `debian:11` for `bullseye`; undefined for a codename that this program does not know. */
export function releaseNamespace(codename: string): string | undefined {
  return Object.hasOwn(NUMBERS, codename) ? `debian:${NUMBERS[codename]}` : undefined;
}

/** `bullseye` for `debian:11`; undefined for a release that this program does not know. */
export function releaseCodename(namespace: string): string | undefined {
  return Object.keys(NUMBERS).find((codename) => releaseNamespace(codename) === namespace);
}
