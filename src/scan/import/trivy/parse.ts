// Reads Trivy's JSON report, schema version 2: the image, and `Results[]` of the classes os-pkgs and lang-pkgs with packages and vulnerabilities.
import type { Gap } from '../../../platform/gap.ts';
import { compareText } from '../../../platform/order.ts';
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import { distributionOf } from '../../release/sbom/distribution.ts';
import { distinctPackages } from '../../release/sbom/packages.ts';
import { parseJson } from '../../release/sbom/read-sbom.ts';
import { identifyImage } from '../identity.ts';
import type { ImportedFinding, ImportedImage, ParsedReport, ReportFile } from '../imported.ts';
import { badRows, checked, checkedRows, firstDigest, fixAbove, leftOut, optional, reportedPackage } from '../rows.ts';
import { chosenScore, type GivenScore } from '../score.ts';
import { packageOf } from './package-of.ts';
import { installed, type Report, type Result, report, result, type Vulnerability, vulnerability } from './report.ts';

/** Trivy's word for what it scanned; file systems and repositories have others. */
const IMAGE = 'container_image';
const STATES: ReadonlyMap<string, ImportedFinding['fixState']> = new Map([
  ['affected', 'not-fixed'],
  ['end_of_life', 'will-not-fix'],
  ['fix_deferred', 'deferred'],
  ['fixed', 'fixed'],
  ['under_investigation', 'unknown'],
  ['will_not_fix', 'will-not-fix'],
]);

/**
 * Reads a report or a list of them.
 * @throws ParseError
 */
export function parseTrivy(bytes: Uint8Array, file: ReportFile): ParsedReport {
  const value = parseJson(bytes);
  const reports = Array.isArray(value) ? value : [value];
  return { images: reports.map((one) => readReport(checked(report, one, 'Trivy report'), file)), gaps: [] };
}

function readReport(one: Report, file: ReportFile): ImportedImage {
  const { OS: system, ImageID, RepoTags, RepoDigests, ImageConfig: config } = one.Metadata ?? {};
  const isImage = (one.ArtifactType || IMAGE) === IMAGE;
  const subject = { isImage, name: one.ArtifactName, tags: RepoTags ?? [], digests: RepoDigests ?? [] };
  const identity = identifyImage('trivy', subject, optional('configuration', ImageID), file);
  const os = system?.Family ? distributionOf(system.Family, system.Name ?? undefined) : undefined;
  const results = checkedRows(result, one.Results);
  const fallback = { layer: identity.digest, path: file.path };
  const read = results.rows.filter(holdsPackages).map((part) => readResult(part, os, identity.logical, fallback));
  return {
    ...identity,
    platform: [config?.os || 'linux', config?.architecture || 'amd64', config?.variant].filter(Boolean).join('/'),
    ...(os === undefined ? {} : { os }),
    ...optional('created', config?.created),
    packages: distinctPackages(read.flatMap(({ packages }) => packages)),
    listsAllPackages: read.every(({ listsAll }) => listsAll),
    findings: read.flatMap(({ findings }) => findings),
    run: { ...optional('version', one.Trivy?.Version), ...optional('ranAt', one.CreatedAt) },
    gaps: [...identity.gaps, ...badRows(identity.logical, 'Results', results.bad), ...read.flatMap(({ gaps }) => gaps)],
  };
}

/** Checks of configuration, secrets and licences are other results. */
function holdsPackages({ Class, Packages, Vulnerabilities }: Result): boolean {
  if (Class === 'os-pkgs' || Class === 'lang-pkgs') return true;
  return !Class && (Packages != null || Vulnerabilities != null);
}

interface ReadResult {
  readonly packages: readonly Package[];
  readonly findings: readonly ImportedFinding[];
  readonly listsAll: boolean;
  readonly gaps: readonly Gap[];
}

function readResult(part: Result, os: OsRelease | undefined, logical: string, fallback: Location): ReadResult {
  const place = part.Target || part.Type || 'Results';
  const listed = checkedRows(installed, part.Packages);
  const rows = checkedRows(vulnerability, part.Vulnerabilities);
  const packages = new Map<string, Package>();
  for (const one of listed.rows) {
    const found = packageOf(one, part, os, fallback);
    if (found === undefined) continue;
    packages.set(keyOf(one.Name, found.version, one.FilePath), found);
    if (one.ID) packages.set(one.ID, found);
  }
  const findings = rows.rows.map((row) => {
    const key = keyOf(row.PkgName, row.InstalledVersion, row.PkgPath);
    const found = packages.get(key) ?? packages.get(row.PkgID ?? '') ?? packageOf(statedBy(row), part, os, fallback);
    if (found !== undefined) packages.set(key, found);
    return findingOf(row, found);
  });
  return {
    packages: [...packages.values()],
    findings,
    listsAll: part.Packages != null,
    gaps: [
      ...badRows(logical, `${place} Packages`, listed.bad),
      ...badRows(logical, `${place} Vulnerabilities`, rows.bad),
      ...leftOut(logical, part.ExperimentalModifiedFindings?.length ?? 0, "Trivy's ignore file or VEX documents"),
    ],
  };
}

function statedBy({
  PkgName,
  InstalledVersion,
  PkgIdentifier,
  PkgPath,
  Layer,
}: Vulnerability): Parameters<typeof packageOf>[0] {
  return { Name: PkgName, Version: InstalledVersion, Identifier: PkgIdentifier, FilePath: PkgPath, Layer };
}

function findingOf(row: Vulnerability, found: Package | undefined): ImportedFinding {
  const fixes = (row.FixedVersion ?? '').split(',').map((one) => one.trim());
  const fixedIn = fixAbove(row.InstalledVersion, fixes, found?.scheme);
  return {
    id: row.VulnerabilityID,
    // Other vendors' ids name an announcement, which may be about several vulnerabilities.
    aliases: (row.VendorIDs ?? []).filter((id) => id.startsWith('GHSA-') && id !== row.VulnerabilityID),
    severity: row.Severity || 'UNKNOWN',
    ...optional('severitySource', row.SeveritySource),
    ...optional('cvss', chosenScore(scoresOf(row), row.SeveritySource)),
    package: reportedPackage(found, row.PkgName, row.InstalledVersion, row.PkgIdentifier?.PURL),
    fixState: fixedIn === undefined ? (STATES.get(row.Status || 'affected') ?? 'unknown') : 'fixed',
    ...optional('fixedIn', fixedIn),
    ...optional('layer', firstDigest(row.Layer?.Digest, row.Layer?.DiffID)),
    ...optional('path', found?.location.path ?? row.PkgPath),
  };
}

/** Sorted by source, so that the same report gives the same score. */
function scoresOf({ CVSS }: Vulnerability): readonly GivenScore[] {
  const sources = Object.entries(CVSS ?? {}).sort(([a], [b]) => compareText(a, b));
  return sources.flatMap(([source, { V2Vector, V2Score, V3Vector, V3Score, V40Vector, V40Score }]) => [
    { source, vector: V3Vector, score: V3Score },
    { source, vector: V40Vector, score: V40Score },
    { source, vector: V2Vector, score: V2Score },
  ]);
}

function keyOf(name: string, version: string, path: string | null | undefined): string {
  return `${name}\n${version}\n${path ?? ''}`;
}
