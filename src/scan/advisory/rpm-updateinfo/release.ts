// Which distribution release an update is for. The file does not say it plainly: Red Hat and kin tell by the update's id and the tag in the
// release of each package, SUSE by the id, openSUSE by the id or the text beside it.
import { suseRelease } from '../suse-products.ts';

/** What is known of an update when a package's namespace is asked for. */
export interface UpdateNames {
  readonly id: string;
  /** The element `release`: "Rocky Linux 9", "openSUSE Leap 15.4 Update", often no more than "0". */
  readonly release: string;
}

/** Which builds a distribution's releases are told apart by. */
interface Family {
  readonly id: RegExp;
  readonly name: string;
  /** The tag in the release of a package. */
  readonly tag: RegExp;
}

const ENTERPRISE = /[.+_]el(\d+)/;
const FAMILIES: readonly Family[] = [
  { id: /^RL[SBE]A-/, name: 'rocky', tag: ENTERPRISE },
  { id: /^AL[SBE]A-/, name: 'almalinux', tag: ENTERPRISE },
  { id: /^RH[SBE]A-/, name: 'rhel', tag: ENTERPRISE },
  { id: /^EL[SBE]A-/, name: 'ol', tag: ENTERPRISE },
  { id: /^CE[SBE]A[-_:]/, name: 'centos', tag: ENTERPRISE },
  { id: /^FEDORA-(?!EPEL-)/, name: 'fedora', tag: /(?:\.fc|\.module_f)(\d+)/ },
  { id: /^ALAS/, name: 'amzn', tag: /\.amzn(\d+)/ },
];

/** Amazon's first release calls itself by the year of its last update. */
const AMAZON_LINUX_1 = '2018.03';

/** The namespace of a package of the update, `rocky:9`; undefined when neither the update nor the package tells. */
export function namespaceOf(update: UpdateNames, packageRelease: string): string | undefined {
  const family = FAMILIES.find(({ id }) => id.test(update.id));
  if (family === undefined) return suseNamespace(update);
  const release = family.tag.exec(packageRelease)?.[1] ?? /(?<![\d.])\d+/.exec(update.release.slice(0, 100))?.[0];
  if (release === undefined || release === '0') return undefined;
  return `${family.name}:${family.name === 'amzn' && release === '1' ? AMAZON_LINUX_1 : release}`;
}

/** Whether a package bears the tag of another release than the namespace's: some repositories' updates list builds for several. */
export function isForeign(namespace: string, packageRelease: string): boolean {
  const [name, release = ''] = namespace.split(':');
  const tag = FAMILIES.find((family) => family.name === name)?.tag.exec(packageRelease)?.[1];
  return tag !== undefined && tag !== /^\d+/.exec(release)?.[0] && !(tag === '1' && release === AMAZON_LINUX_1);
}

/**
 * SUSE builds an id from the product, its service pack and a number: SUSE-SLE-Module-Basesystem-15-SP3-2021-1654. A product's long-term
 * support (LTSS) is for the same images. Modules of SLE 12 and SUSE Manager's tools serve all service packs, of which the id names none.
 */
function suseNamespace({ id, release }: UpdateNames): string | undefined {
  const micro = /^SUSE-(?:SLE-Micro|SUSE-MicroOS|SL-Micro)-(\d+\.\d+)-/.exec(id);
  if (micro?.[1] !== undefined) return `${Number.parseInt(micro[1], 10) < 6 ? 'sle-micro' : 'sl-micro'}:${micro[1]}`;
  const enterprise = /^SUSE-SLE-([A-Za-z][\w-]*?)-(\d{2})(?:-SP(\d))?(?:-[A-Z][A-Z-]*)?-\d{4}-\d+$/.exec(
    id.slice(0, 200),
  );
  if (enterprise !== null) {
    const [, product = '', major, pack] = enterprise;
    if (pack === undefined && (product.startsWith('Manager') || (product.startsWith('Module') && major === '12'))) {
      return undefined;
    }
    return `${/^(DESKTOP|Product-SLED)/.test(product) ? 'sled' : 'sles'}:${major}${pack === undefined ? '' : `.${pack}`}`;
  }
  const leap = /^openSUSE-(?:SLE|Leap)-(\d+\.\d+)-/.exec(id)?.[1];
  if (leap !== undefined) return suseRelease(`openSUSE Leap ${leap}`)?.namespace;
  const named = /^openSUSE (?:Leap )?\d+\.\d+(?![\w.])/.exec(release.slice(0, 100))?.[0];
  if (named !== undefined) return suseRelease(named)?.namespace;
  return /^openSUSE[ -]Tumbleweed\b/.test(`${id} ${release}`) ? 'opensuse-tumbleweed' : undefined;
}
