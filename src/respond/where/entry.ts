// What an assessment is searched by: its distinct packages, each with the slots that have it and the findings on it there.

import { ParseError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { parsePackageUrl } from '../../scan/inventory/purl.ts';
import { normalTerm, purlTerm } from './query.ts';

/** A finding on a package, as the answer shows it. */
export type KnownVulnerability = Pick<
  Finding,
  'vulnerability' | 'aliases' | 'severity' | 'fixedIn' | 'fixState' | 'kev' | 'epss' | 'statement'
> & {
  /** Open tickets that list it there. */
  readonly tickets?: readonly string[];
};

/** A package and the images that have it. Sources without an inventory give no scheme. */
export interface Entry extends Pick<Package, 'purl' | 'name' | 'version' | 'source' | 'ownedBy'> {
  readonly scheme?: Package['scheme'];
  /** Numbers of images in the assessment, ascending. */
  readonly images: readonly number[];
  /** What is known of it. With `images` it is so in these only: a statement can concern one image. Sorted by id. */
  readonly vulnerabilities: readonly (KnownVulnerability & { readonly images?: readonly number[] })[];
}

type Identity = Omit<Entry, 'images' | 'vulnerabilities'>;

/** An entry that is being made: its images, and those of each finding. */
interface OpenEntry {
  readonly identity: Identity;
  readonly images: Set<number>;
  readonly found: Map<string, Set<number>>;
}

/** The entries of an assessment, sorted by name, version and package URL. Every package and every finding is in one. */
export function entriesOf(assessment: Assessment): readonly Entry[] {
  const found = Map.groupBy(assessment.findings, findingKey);
  const numbered = [...assessment.images.entries()];
  const imagesOf = Map.groupBy(numbered, ([, { digest }]) => digest);
  const numberOf = new Map(numbered.map(([number, { slot }]) => [slot, number]));
  const open = new Map<string, OpenEntry>();
  for (const { image, ...installed } of assessment.packages) {
    const entry = openEntry(open, identityOf(installed));
    for (const [number, { slot }] of imagesOf.get(image) ?? []) {
      const { purl, location } = installed;
      const key = findingKey({ slot, purl, layer: location.layer, location: location.path });
      addTo(entry, number, found.get(key) ?? []);
      found.delete(key);
    }
  }
  // Other scanners' results have findings without an inventory.
  for (const findings of found.values()) {
    for (const finding of findings) {
      const { purl, package: name, version, slot } = finding;
      const number = numberOf.get(slot);
      if (number !== undefined) addTo(openEntry(open, { purl, name, version }), number, [finding]);
    }
  }
  return [...open.values()].map(closedEntry).sort(compareEntries);
}

function openEntry(open: Map<string, OpenEntry>, identity: Identity): OpenEntry {
  const key = JSON.stringify(identity);
  const known = open.get(key);
  if (known !== undefined) return known;
  const entry = { identity, images: new Set<number>(), found: new Map<string, Set<number>>() };
  open.set(key, entry);
  return entry;
}

function addTo(entry: OpenEntry, image: number, findings: readonly Finding[]): void {
  entry.images.add(image);
  for (const finding of findings) {
    const key = JSON.stringify(knownVulnerability(finding));
    const images = entry.found.get(key);
    if (images === undefined) entry.found.set(key, new Set([image]));
    else images.add(image);
  }
}

function closedEntry({ identity, images, found }: OpenEntry): Entry {
  const vulnerabilities = [...found].map(([text, those]) => {
    const known: KnownVulnerability = JSON.parse(text);
    return those.size === images.size ? known : { ...known, images: ascending(those) };
  });
  return {
    ...identity,
    images: ascending(images),
    vulnerabilities: vulnerabilities.sort((a, b) => (a.vulnerability < b.vulnerability ? -1 : 1)),
  };
}

/** Words under which an entry is found: names of the package and its source, its package URL, and every id of what is known of it. */
export function termsOf(entry: Entry): readonly string[] {
  const ids = entry.vulnerabilities.flatMap(({ vulnerability, aliases }) => [vulnerability, ...aliases]);
  return [...new Set([...namesOf(entry).map(normalTerm), ...purlTermOf(entry.purl), ...ids.map(normalTerm)])];
}

/** The names that people use for a package: its own, its source's, and of a Maven coordinate the artifact's alone. */
export function namesOf({ name, source }: Pick<Entry, 'name' | 'source'>): readonly string[] {
  const artifact = name.includes(':') ? [name.slice(name.lastIndexOf(':') + 1)] : [];
  return [name, ...artifact, ...(source === undefined ? [] : [source.name])];
}

function compareEntries(a: Entry, b: Entry): number {
  return compareText(a.name, b.name) || compareText(a.version, b.version) || compareText(a.purl, b.purl);
}

function findingKey({ slot, purl, layer, location }: Pick<Finding, 'slot' | 'purl' | 'layer' | 'location'>): string {
  return JSON.stringify([slot, purl, layer, location]);
}

function identityOf({ purl, name, version, scheme, source, ownedBy }: Package): Identity {
  return {
    purl,
    name,
    version,
    scheme,
    ...(source === undefined ? {} : { source }),
    ...(ownedBy === undefined ? {} : { ownedBy }),
  };
}

function knownVulnerability(finding: Finding): KnownVulnerability {
  const { vulnerability, aliases, severity, fixedIn, fixState, kev, epss, statement } = finding;
  return {
    vulnerability,
    aliases,
    severity,
    ...(fixedIn === undefined ? {} : { fixedIn }),
    fixState,
    kev,
    ...(epss === undefined ? {} : { epss }),
    ...(statement === undefined ? {} : { statement }),
  };
}

function ascending(numbers: Iterable<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

function purlTermOf(purl: string): readonly string[] {
  try {
    return [purlTerm(parsePackageUrl(purl))];
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}
