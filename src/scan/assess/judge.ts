// Judges inventories against one advisory set: every name is looked up once and every (name, version) judged once, so that 300 images on
// three bases cost little more than the bases.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AdvisorySet, Enrichment } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import type { Finding } from './assessment.ts';
import { resolveIdentities } from './identity.ts';
import { type Judgement, type Match, matchSubject, type Subject, subjectOf, type Undecided } from './match.ts';
import { type SeverityPolicy, severityOrElse } from './severity.ts';

/** The packages of an image. */
interface Contents {
  readonly image: Digest;
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

/** Looks up all packages and resolves the ids of what was found, together; the result judges any of these inventories. */
export function createJudge<T extends Contents>(
  inventories: readonly T[],
  set: AdvisorySet,
  policy: SeverityPolicy,
): (inventory: T) => JudgedInventory {
  const lookUp = remembered(nameKey, ({ namespace, name, binary }: Subject) => {
    const bySource = set.lookup(namespace, name);
    return binary === undefined || binary.name === name
      ? bySource
      : [...bySource, ...set.lookup(namespace, binary.name)];
  });
  const found = new Set<ReturnType<typeof lookUp>>();
  for (const { packages } of inventories) {
    for (const installed of packages) {
      const subject = subjectOf(installed);
      if (subject !== undefined) found.add(lookUp(subject));
    }
  }
  const identities = resolveIdentities([...found].flat());
  const judge = remembered(versionKey, (subject: Subject) =>
    matchSubject(subject, lookUp(subject), identities, policy),
  );
  const enrich = remembered(
    (vulnerability: string) => vulnerability,
    (vulnerability) => set.enrichment(vulnerability),
  );
  return (inventory) => judgeInventory(inventory, judge, enrich);
}

function judgeInventory(
  { image, packages }: Contents,
  judge: (subject: Subject) => Judgement,
  enrich: (vulnerability: string) => Enrichment | undefined,
): JudgedInventory {
  const rows: Omit<Finding, 'slot'>[] = [];
  const undecided: UndecidedPackage[] = [];
  for (const installed of packages) {
    const subject = subjectOf(installed);
    if (subject === undefined) continue;
    const judgement = judge(subject);
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
    advisories,
    ...(fixes === undefined ? {} : { fixes }),
  };
}

function nameKey({ namespace, name, binary }: Subject): string {
  return `${namespace}\0${name}\0${binary?.name ?? ''}`;
}

function versionKey(subject: Subject): string {
  const { binary, scheme, version } = subject;
  const build = binary === undefined ? [] : [binary.version, binary.module, binary.architecture ?? ''];
  return [nameKey(subject), scheme, version, ...build].join('\0');
}

function remembered<In, Out>(keyOf: (value: In) => string, compute: (value: In) => Out): (value: In) => Out {
  const results = new Map<string, { readonly value: Out }>();
  return (value) => {
    const key = keyOf(value);
    let result = results.get(key);
    if (result === undefined) {
      result = { value: compute(value) };
      results.set(key, result);
    }
    return result.value;
  };
}
