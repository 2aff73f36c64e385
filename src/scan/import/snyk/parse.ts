// Reads the JSON of `snyk container test`: an image with the rows of its distribution's packages and of the applications in it. Rows differ by the path of
// dependencies; those that say the same of one package are one finding, by CSM's unique key (unique-key.ts).
import { ParseError } from '../../../platform/errors.ts';
import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import type { PackageType } from '../../inventory/package-types.ts';
import { distributionOf } from '../../release/sbom/distribution.ts';
import { makePackage } from '../../release/sbom/make-package.ts';
import { distinctPackages } from '../../release/sbom/packages.ts';
import { parseJson } from '../../release/sbom/read-sbom.ts';
import { referenceOfFolder } from '../folder-reference.ts';
import { identifyImage } from '../identity.ts';
import type { ImportedFinding, ImportedImage, ParsedReport, ReportFile, ScannerRun } from '../imported.ts';
import { badRows, checked, checkedRows, fixAbove, leftOut, optional, reportedPackage } from '../rows.ts';
import { scoreFrom } from '../score.ts';
import { failure, report, type SnykProject, type SnykReport, type SnykVulnerability, vulnerability } from './report.ts';
import { uniqueKey } from './unique-key.ts';

/** Snyk's package managers of languages. Those of distributions are the distribution with its release: `debian:11`. */
const LANGUAGES: ReadonlyMap<string, PackageType> = new Map([
  ['golang', 'golang'],
  ['gomodules', 'golang'],
  ['maven', 'maven'],
  ['npm', 'npm'],
  ['nuget', 'nuget'],
  ['pip', 'pypi'],
  ['rubygems', 'gem'],
]);

/** Which package manager a distribution has; all others that Snyk knows have rpm. */
const DISTRIBUTIONS: ReadonlyMap<string, PackageType> = new Map([
  ['alpine', 'apk'],
  ['chainguard', 'apk'],
  ['wolfi', 'apk'],
  ['debian', 'deb'],
  ['ubuntu', 'deb'],
]);

/**
 * Reads the results of an image. A list holds the image's own results and those of the applications in it.
 * @throws ParseError, also for what Snyk prints when a test failed
 */
export function parseSnyk(bytes: Uint8Array, file: ReportFile): ParsedReport {
  const value = parseJson(bytes);
  const failed = failure.safeParse(value);
  if (failed.success) throw new ParseError(`Snyk's test failed: ${failed.data.error}`);
  const [first, ...others] = (Array.isArray(value) ? value : [value]).map((one) =>
    checked(report, one, 'Snyk results'),
  );
  if (first === undefined) throw new ParseError('Snyk results: the list is empty');
  return { images: [readReport(first, [...others, ...(first.applications ?? [])], file)], gaps: [] };
}

function readReport(one: SnykReport, applications: readonly SnykProject[], file: ReportFile): ImportedImage {
  const { logicalRef, physicalRef } = one.docker?.image ?? {};
  const stated = logicalRef || referenceOfFolder(file.path) || one.path;
  const subject = { isImage: true, tags: stated ? [stated] : [], digests: physicalRef ? [physicalRef] : [] };
  const identity = identifyImage('snyk', subject, {}, file);
  const read = [one, ...applications].map((project) =>
    readProject(project, { layer: identity.digest, path: file.path }),
  );
  const os = read.map((part) => part.os).find((each) => each !== undefined);
  const filtered = [one, ...applications].flatMap((each) => [
    ...(each.filtered?.ignore ?? []),
    ...(each.filtered?.patch ?? []),
  ]);
  const counts = [one, ...applications].flatMap(({ dependencyCount }) => dependencyCount ?? []);
  return {
    ...identity,
    platform: one.platform || 'linux/amd64',
    ...(os === undefined ? {} : { os }),
    packages: distinctPackages(read.flatMap(({ packages }) => packages)),
    ...(counts.length === 0 ? {} : { packageCount: counts.reduce((sum, count) => sum + count, 0) }),
    listsAllPackages: false,
    findings: read.flatMap(({ findings }) => findings),
    run: runOf(read.flatMap(({ rows }) => rows)),
    gaps: [
      ...identity.gaps,
      ...badRows(
        identity.logical,
        'vulnerabilities',
        read.reduce((sum, { bad }) => sum + bad, 0),
      ),
      ...leftOut(identity.logical, filtered.length, "Snyk's policy file"),
    ],
  };
}

interface ReadProject {
  readonly rows: readonly SnykVulnerability[];
  readonly packages: readonly Package[];
  readonly findings: readonly ImportedFinding[];
  readonly os?: OsRelease;
  readonly bad: number;
}

function readProject(project: SnykProject, fallback: Location): ReadProject {
  const { rows, bad } = checkedRows(vulnerability, project.vulnerabilities);
  const flaws = rows.filter(({ type }) => type !== 'license');
  const path = project.displayTargetFile || project.targetFile;
  const location = { ...fallback, ...optional('path', path?.replace(/^\/+/, '')) };
  const findings = new Map<string, ImportedFinding>();
  const packages: Package[] = [];
  let os: OsRelease | undefined;
  for (const row of flaws) {
    const key = `${uniqueKey(row)}\n${row.name}\n${row.version}`;
    const known = findings.get(key);
    if (known !== undefined && (known.fixState === 'fixed' || !isFixable(row))) continue;
    const distribution = distributionOfManager(row.packageManager);
    os ??= distribution;
    const found = packageOf(row, project, distribution, location);
    if (found !== undefined) packages.push(found);
    findings.set(key, findingOf(row, found, path));
  }
  return { rows: flaws, packages, findings: [...findings.values()], ...(os === undefined ? {} : { os }), bad };
}

/** CSM's rule: any row of the key can be upgraded, or names a version that fixes it. */
function isFixable({ isUpgradable, nearestFixedInVersion }: SnykVulnerability): boolean {
  return isUpgradable === true || Boolean(nearestFixedInVersion);
}

function distributionOfManager(manager: string | null | undefined): OsRelease | undefined {
  const [, name, release] = /^([^:]+):(.+)$/.exec(manager ?? '') ?? [];
  return name === undefined ? undefined : distributionOf(name, release);
}

function packageOf(
  row: SnykVulnerability,
  project: SnykProject,
  os: OsRelease | undefined,
  location: Location,
): Package | undefined {
  if (os === undefined) {
    const type = LANGUAGES.get(row.packageManager ?? project.packageManager ?? '');
    return type === undefined ? undefined : makePackage({ type, name: row.name, version: row.version, location });
  }
  // `openssl/libssl1.1`: the source package, then what is installed.
  const slash = row.name.indexOf('/');
  const source = slash === -1 ? row.packageName || row.name : row.name.slice(0, slash);
  return makePackage({
    type: DISTRIBUTIONS.get(os.id) ?? 'rpm',
    name: row.name.slice(slash + 1),
    version: row.version,
    source: { name: source, version: row.version },
    os,
    location,
  });
}

function findingOf(
  row: SnykVulnerability,
  found: Package | undefined,
  path: string | null | undefined,
): ImportedFinding {
  const { CWE: _, ...identifiers } = row.identifiers ?? {};
  const fixedIn = row.nearestFixedInVersion || fixAbove(row.version, row.fixedIn ?? [], found?.scheme);
  const probability = Number(row.epssDetails?.probability ?? Number.NaN);
  return {
    id: row.id,
    aliases: [...new Set(Object.values(identifiers).flatMap((ids) => ids ?? []))].filter((id) => id !== row.id).sort(),
    severity: row.severity || 'unknown',
    ...optional('cvss', scoreFrom({ score: row.cvssScore, vector: row.CVSSv3, source: 'snyk' })),
    package: reportedPackage(found, row.name, row.version),
    fixState: isFixable(row) ? 'fixed' : 'not-fixed',
    ...(isFixable(row) ? optional('fixedIn', fixedIn) : {}),
    ...optional('path', found?.location.path ?? path),
    ...(probability >= 0 && probability <= 1 ? { epss: probability } : {}),
  };
}

/** The results do not say which data they rest on: the newest date of their records is what is known. */
function runOf(rows: readonly SnykVulnerability[]): ScannerRun {
  const dates = rows.flatMap(({ creationTime, modificationTime, publicationTime }) =>
    [creationTime, modificationTime, publicationTime].filter(
      (date): date is string => !Number.isNaN(Date.parse(date ?? '')),
    ),
  );
  const newest = dates.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? b : a), dates[0] ?? '');
  return optional('databaseDate', newest);
}
