// What of an assessment may be given to whom. Outside of the house nothing goes out that is not named here: a field that the program learns later
// stays inside until somebody adds it. Rule: docs/guide/publish.md, "Audiences".
import { PlimsollError } from '../../platform/errors.ts';
import { compareGaps, type Gap, type GapKind } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { FeedFacts } from '../../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment, Finding, InventoryIdentity } from '../../scan/assess/assessment.ts';
import { splitLogical } from '../../scan/release/logical.ts';
import { fitsImage } from '../../statements/image-pattern.ts';
import { fitsPackage } from '../../statements/package-pattern.ts';
import { isOfLine } from '../../statements/scope.ts';
import type { Statement, StatementScope } from '../../statements/statement.ts';
import { pinnedDigest } from '../document-facts.ts';
import { decisionsOf } from '../vex.ts';
import { GAP_WORDS } from '../words.ts';

/** Whom a bundle is for, the widest circle first. */
export const AUDIENCES = ['public', 'customers', 'internal'] as const;
/** One of the audiences. */
export type Audience = (typeof AUDIENCES)[number];

/** Gaps whose reason is made of dates and names of distributions alone; other reasons can quote hosts, paths and files. */
const PLAIN_REASONS: ReadonlySet<GapKind> = new Set(['end-of-life', 'no-feed', 'set-older-than-image', 'starter-set']);

/**
 * The assessment as the audience may see it; the whole for `internal`. Its id stays: it says which assessment was published. Findings and
 * packages are kept in full, so that all figures are the same.
 * @throws PlimsollError `usage` when an image is known by a place on the machine of the scan alone.
 */
export function forAudience(assessment: Assessment, audience: Audience): Assessment {
  if (audience === 'internal') return assessment;
  refusePlaces(assessment.images.map(({ logical }) => logical));
  const { id, release, charts, lint, advisorySet, statements, severityPolicy, asOf } = assessment;
  const known = knownTargets(assessment);
  const gap = (one: Gap): Gap => gapFor(one, audience, known);
  return {
    id,
    // A target is a path or an address of whoever scanned.
    release: { name: release.name, version: release.version, target: '' },
    charts: charts.map(({ manifest, chart, version, release: name, namespace }) => ({
      manifest,
      chart,
      version,
      release: name,
      namespace,
    })),
    lint: audience === 'public' ? [] : lint.map(lintFor),
    advisorySet: {
      id: advisorySet.id,
      ...optional('builtAt', advisorySet.builtAt),
      starter: advisorySet.starter,
      feeds: advisorySet.feeds.map(feedFor),
    },
    statements,
    ...optional('givenStatements', assessment.givenStatements && appliedStatements(assessment)),
    severityPolicy,
    asOf,
    images: assessment.images.map((image) => imageFor(image, gap)),
    inventories: assessment.inventories.map((inventory) => inventoryFor(inventory, gap)),
    packages: assessment.packages.map(packageFor),
    findings: assessment.findings.map(findingFor),
    gaps: assessment.gaps.map(gap).sort(compareGaps),
  };
}

/** What stands for people and files of the site. */
const WITHHELD = 'withheld';

/** Evidence stays inside: it names the target of the scan, places of images on disk and mirrors; a refusal quotes the site's mirror rules. */
function lintFor({ check, subject, verdict, reason, remediation }: Verdict): Verdict {
  return {
    check,
    subject,
    verdict,
    evidence: [],
    reason: check === 'reference-refused' ? WITHHELD : reason,
    ...optional('remediation', remediation),
  };
}

/** The statements that some finding carries, without who made them: one on a vulnerability that nobody else knows of must not go out. */
function appliedStatements(assessment: Assessment): readonly Statement[] {
  const decisionOf = decisionsOf(assessment);
  const applied = new Set(assessment.findings.map(decisionOf));
  return (assessment.givenStatements ?? [])
    .filter((statement) => applied.has(statement))
    .map((statement) => {
      const { id, scope, status, justification, impact, action, exception, approver, date, expires } = statement;
      return {
        id,
        scope: scopeFor(scope, assessment),
        status,
        ...optional('justification', justification),
        ...optional('impact', impact),
        ...optional('action', action),
        ...optional('exception', exception && { reason: exception.reason }),
        owner: WITHHELD,
        author: WITHHELD,
        ...optional('approver', approver && WITHHELD),
        date,
        expires,
        renewals: statement.renewals,
        origin: {
          kind: statement.origin.kind,
          file: WITHHELD,
          ...optional('issuer', statement.origin.issuer),
          trusted: statement.origin.trusted,
        },
      };
    });
}

/** Of several patterns those that something of the release fits: others can name what nobody else knows of. At least one fits, else it would not apply. */
function scopeFor({ vulnerability, images, packages, lines }: StatementScope, assessment: Assessment): StatementScope {
  const { release } = assessment;
  const purls = [...assessment.findings, ...assessment.packages];
  const kept = (patterns: readonly string[] | undefined, fits: (pattern: string) => boolean) =>
    patterns !== undefined && patterns.length > 1 ? patterns.filter(fits) : patterns;
  return {
    vulnerability,
    ...optional(
      'images',
      kept(images, (pattern) => assessment.images.some((image) => fitsImage(pattern, image))),
    ),
    ...optional(
      'packages',
      kept(packages, (pattern) => purls.some(({ purl }) => fitsPackage(pattern, purl))),
    ),
    ...optional(
      'lines',
      kept(lines, (line) => isOfLine({ vulnerability, lines: [line] }, release.version)),
    ),
  };
}

function feedFor(feed: FeedFacts): FeedFacts {
  const { id, upstreamUpdatedAt, content, licence, records, skipped, namespaces, partial, partialNamespaces } = feed;
  return {
    id,
    ...optional('upstreamUpdatedAt', upstreamUpdatedAt),
    ...optional('content', content),
    licence,
    records,
    skipped,
    namespaces,
    ...optional('partial', partial),
    ...optional('partialNamespaces', partialNamespaces),
  };
}

function imageFor(image: AssessedImage, gap: (one: Gap) => Gap): AssessedImage {
  const { slot, logical, digest, platform, origin, charts, os, packages, gaps } = image;
  return {
    slot,
    logical,
    physical: shippedUnderLogical(image),
    ...optional('digest', digest),
    platform,
    origin,
    charts,
    ...optional('os', os),
    packages,
    gaps: gaps.map(gap).sort(compareGaps),
  };
}

/** The digest that was shipped, under the logical name: the mirror or folder that it came from is of the site. */
function shippedUnderLogical({ logical, physical, digest }: AssessedImage): string {
  const pinned = pinnedDigest(physical) ?? digest;
  return pinned === undefined ? logical : `${splitLogical(logical).repository}@${pinned}`;
}

/** Labels are left out: they name people and source hosts. */
function inventoryFor(inventory: InventoryIdentity, gap: (one: Gap) => Gap): InventoryIdentity {
  const { digest, cataloguers, platform, created, os, layers, gaps } = inventory;
  return {
    digest,
    cataloguers,
    platform,
    ...optional('created', created),
    ...optional('os', os),
    ...optional('layers', layers),
    gaps: gaps.map(gap).sort(compareGaps),
  };
}

function packageFor(found: Assessment['packages'][number]): Assessment['packages'][number] {
  const { purl, type, name, version, scheme, source, module, namespace, location, ownedBy, image } = found;
  return {
    purl,
    type,
    name,
    version,
    scheme,
    ...optional('source', source),
    ...optional('module', module),
    ...optional('namespace', namespace),
    location: { layer: location.layer, path: location.path },
    ...optional('ownedBy', ownedBy),
    image,
  };
}

function findingFor(finding: Finding): Finding {
  const { slot, vulnerability, aliases, severity, severitySource, rawSeverity, purl, version, fixedIn } = finding;
  const { fixState, image, layer, location, kev, epss, ssvc, advisories, fixes, statement } = finding;
  return {
    slot,
    vulnerability,
    aliases,
    severity,
    severitySource,
    rawSeverity,
    ...optional('cvss', finding.cvss),
    package: finding.package,
    purl,
    version,
    ...optional('fixedIn', fixedIn),
    fixState,
    image,
    layer,
    location,
    kev,
    ...optional('epss', epss),
    ...optional('ssvc', ssvc),
    advisories,
    ...optional('fixes', fixes),
    ...optional('statement', statement),
  };
}

function gapFor({ kind, target, location, reason }: Gap, audience: Audience, known: ReadonlySet<string>): Gap {
  const isKnown = known.has(target);
  return {
    kind,
    target: isKnown ? target : 'the release',
    // In a file of the release it can name the target of the scan.
    ...(audience === 'public' || !isKnown ? {} : optional('location', location)),
    reason: PLAIN_REASONS.has(kind) ? reason : GAP_WORDS[kind].meaning,
  };
}

/** Targets of gaps that the rest of the assessment names anyway; others are files and folders of a site. */
function knownTargets({ images, inventories, advisorySet }: Assessment): ReadonlySet<string> {
  return new Set([
    ...images.map(({ slot }) => slot),
    ...inventories.map(({ digest }) => digest),
    ...advisorySet.feeds.map((feed) => feed.id),
  ]);
}

/** An absolute path, or one that leads out of its folder, with or without a transport before it. */
const PLACE = /^(?:[a-z][a-z-]*:)?(?:[/~]|\.\.(?:\/|$))/;

/** @throws PlimsollError `usage` when an image is named by a place on a machine. */
export function refusePlaces(names: readonly string[]): void {
  const place = names.find((name) => PLACE.test(name));
  if (place === undefined) return;
  throw new PlimsollError(
    'usage',
    `${place} is a place on the machine that scanned it: scan the image by its reference, or publish for --audience internal`,
  );
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } {
  const record: { [N in Name]?: Value } = {};
  if (value !== undefined) record[name] = value;
  return record;
}
