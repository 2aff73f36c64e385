// Judges inventories against one advisory set: every name is looked up once and every (name, version) judged once, so that 300 images on
// three bases cost little more than the bases.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AdvisorySet, Enrichment } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import type { Finding } from './assessment.ts';
import type { Book, JudgedName } from './book.ts';
import { type Identities, resolveIdentities } from './identity.ts';
import { type Match, type Subject, subjectOf, type Undecided } from './match.ts';
import { NameJudge, nameKey } from './name-judge.ts';
import { type SeverityPolicy, severityOrElse } from './severity.ts';

/** The packages of an image. */
interface Contents {
  readonly image: Digest;
  /** `linux/amd64`; absent where it is not known. */
  readonly platform?: string;
  readonly packages: readonly Package[];
}

/** A package of which something could not be judged. */
export interface UndecidedPackage {
  readonly purl: string;
  readonly subject: Subject;
  /** Not empty. */
  readonly vulnerabilities: readonly Undecided[];
}

/** What an advisory set says of an inventory. */
export interface JudgedInventory {
  /** Findings but for the slot, sorted by vulnerability, purl, location. */
  readonly rows: readonly Omit<Finding, 'slot'>[];
  readonly undecided: readonly UndecidedPackage[];
}

/** A judge of inventories, and what it came to. */
export interface Judging<T> {
  /** Judges one of the inventories. */
  readonly judge: (inventory: T) => JudgedInventory;
  /** The book of all packages, for a later judging. */
  readonly book: () => Book;
}

/** Looks up all packages and resolves the ids of what was found, together; the result judges any of these inventories. */
export function createJudge<T extends Contents>(
  inventories: readonly T[],
  set: AdvisorySet,
  policy: SeverityPolicy,
): (inventory: T) => JudgedInventory {
  return beginJudging(inventories, set, policy).judge;
}

/**
 * The same with an earlier book: names of which the set still says what the book was made from are not looked up again. The result does not
 * depend on the book, only its cost.
 */
export function beginJudging<T extends Contents>(
  inventories: readonly T[],
  set: AdvisorySet,
  policy: SeverityPolicy,
  earlier?: Book,
): Judging<T> {
  const known = earlier?.policy === policy ? earlier.names : undefined;
  const names = new Map<string, NameJudge>();
  const placed = new Map(inventories.map((inventory) => [inventory, placedPackages(inventory)]));
  const identities = resolveIdentities([...names.values()].flatMap(({ joining }) => joining));
  const enrichments = new Map<string, Enrichment | undefined>();
  return {
    judge: (inventory) => {
      const packages = placed.get(inventory) ?? placedPackages(inventory);
      return judgeInventory(inventory.image, packages, identities, policy, enrich);
    },
    book: () => ({ policy, names: bookOf(names, identities) }),
  };

  function placedPackages({ packages, platform }: Contents): readonly PlacedPackage[] {
    return packages.flatMap((installed) => placedPackage(installed, platform));
  }

  function placedPackage(installed: Package, platform: string | undefined): readonly PlacedPackage[] {
    const subject = subjectOf(installed, platform);
    if (subject === undefined) return [];
    const key = nameKey(subject);
    let name = names.get(key);
    if (name === undefined) {
      name = new NameJudge(set, subject, known?.get(key));
      names.set(key, name);
    }
    return [{ installed, subject, name }];
  }

  function enrich(vulnerability: string): Enrichment | undefined {
    if (!enrichments.has(vulnerability)) enrichments.set(vulnerability, set.enrichment(vulnerability));
    return enrichments.get(vulnerability);
  }
}

/** A package that is judged, with the judge of its name. */
interface PlacedPackage {
  readonly installed: Package;
  readonly subject: Subject;
  readonly name: NameJudge;
}

function bookOf(names: ReadonlyMap<string, NameJudge>, identities: Identities): Book['names'] {
  const entries = new Map<string, JudgedName>();
  for (const [key, name] of names) {
    const entry = name.entry(identities);
    if (entry !== undefined) entries.set(key, entry);
  }
  return entries;
}

function judgeInventory(
  image: Digest,
  packages: readonly PlacedPackage[],
  identities: Identities,
  policy: SeverityPolicy,
  enrich: (vulnerability: string) => Enrichment | undefined,
): JudgedInventory {
  const rows: Omit<Finding, 'slot'>[] = [];
  const undecided: UndecidedPackage[] = [];
  for (const { installed, subject, name } of packages) {
    const judgement = name.judge(subject, identities, policy);
    for (const match of judgement.matches) rows.push(rowOf(image, installed, match, enrich(match.vulnerability)));
    if (judgement.undecided.length > 0) {
      undecided.push({ purl: installed.purl, subject, vulnerabilities: judgement.undecided });
    }
  }
  rows.sort(
    (a, b) =>
      compareText(a.vulnerability, b.vulnerability) ||
      compareText(a.purl, b.purl) ||
      compareText(a.location, b.location),
  );
  return { rows, undecided };
}

function rowOf(
  image: Digest,
  installed: Package,
  match: Match,
  enrichment: Enrichment | undefined,
): Omit<Finding, 'slot'> {
  const { vulnerability, aliases, fixedIn, fixState, advisories, fixes } = match;
  const severity = severityOrElse(match.severity, enrichment?.severities);
  return {
    vulnerability,
    aliases,
    severity: severity.level,
    severitySource: severity.source,
    rawSeverity: severity.raw,
    package: installed.name,
    purl: installed.purl,
    version: installed.version,
    ...(fixedIn === undefined ? {} : { fixedIn }),
    fixState,
    image,
    layer: installed.location.layer,
    location: installed.location.path,
    kev: enrichment?.kev !== undefined,
    ...(enrichment?.epss === undefined ? {} : { epss: enrichment.epss }),
    ...(enrichment?.ssvc === undefined ? {} : { ssvc: enrichment.ssvc }),
    advisories,
    ...(fixes === undefined ? {} : { fixes }),
  };
}
