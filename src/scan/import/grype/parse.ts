// Reads Grype's JSON report: the image, and `matches[]` as findings with the packages that they name.

import type { Location, OsRelease, Package } from '../../inventory/package.ts';
import { distributionOf } from '../../release/sbom/distribution.ts';
import { distinctPackages } from '../../release/sbom/packages.ts';
import { readComponent } from '../../release/sbom/read-component.ts';
import { parseJson } from '../../release/sbom/read-sbom.ts';
import { identifyImage } from '../identity.ts';
import type { ImportedFinding, ParsedReport, ReportFile, ScannerRun } from '../imported.ts';
import { badRows, checked, checkedRows, firstDigest, fixAbove, leftOut, optional, reportedPackage } from '../rows.ts';
import { chosenScore, type StatedScore } from '../score.ts';
import { imageTarget, type Match, match, type Report, report } from './report.ts';

const STATES: ReadonlyMap<string, ImportedFinding['fixState']> = new Map([
  ['fixed', 'fixed'],
  ['not-fixed', 'not-fixed'],
  ['wont-fix', 'will-not-fix'],
]);

/**
 * Reads a report.
 * @throws ParseError
 */
export function parseGrype(bytes: Uint8Array, file: ReportFile): ParsedReport {
  const one = checked(report, parseJson(bytes), 'Grype report');
  const target = imageTarget.safeParse(one.source?.target).data ?? {};
  const subject = { isImage: true, tags: target.tags ?? [], digests: target.repoDigests ?? [] };
  const identity = identifyImage(
    'grype',
    { ...subject, ...optional('name', target.userInput) },
    { ...optional('manifest', target.manifestDigest), ...optional('configuration', target.imageID) },
    file,
  );
  const { name, version } = one.distro ?? {};
  const os = name ? distributionOf(name, version ?? undefined) : undefined;
  const { rows, bad } = checkedRows(match, one.matches);
  const found = rows.map((row) => ({ row, package: packageOf(row, os, { layer: identity.digest, path: file.path }) }));
  return {
    images: [
      {
        ...identity,
        platform: `${target.os || 'linux'}/${target.architecture || 'amd64'}`,
        ...(os === undefined ? {} : { os }),
        packages: distinctPackages(found.flatMap((each) => each.package ?? [])),
        listsAllPackages: false,
        findings: found.map((each) => findingOf(each.row, each.package)),
        run: runOf(one),
        gaps: [
          ...identity.gaps,
          ...badRows(identity.logical, 'matches', bad),
          ...leftOut(identity.logical, one.ignoredMatches?.length ?? 0, "Grype's ignore rules or VEX documents"),
        ],
      },
    ],
    gaps: [],
  };
}

function packageOf({ artifact }: Match, os: OsRelease | undefined, fallback: Location): Package | undefined {
  const { name, version, purl, locations, upstreams } = artifact;
  const [upstream] = upstreams ?? [];
  const [place] = locations ?? [];
  const component = {
    name,
    version,
    ...optional('purl', purl),
    ...(upstream === undefined ? {} : { source: { name: upstream.name, ...optional('version', upstream.version) } }),
    ...optional('layer', place?.layerID),
    ...optional('path', place?.path),
  };
  const read = readComponent(component, os, fallback);
  return read.kind === 'package' ? read.package : undefined;
}

function findingOf(row: Match, found: Package | undefined): ImportedFinding {
  const { vulnerability, artifact } = row;
  const { id, namespace, severity, fix, knownExploited } = vulnerability;
  const fixedIn = fixAbove(artifact.version, fix?.versions ?? [], found?.scheme);
  const probability = probabilityOf(row);
  const [place] = artifact.locations ?? [];
  return {
    id,
    aliases: (row.relatedVulnerabilities ?? []).map((related) => related.id).filter((alias) => alias !== id),
    severity: severity || 'Unknown',
    // `debian:distro:debian:11`, `github:language:go`, `nvd:cpe`: the publisher stands first.
    ...optional('severitySource', namespace?.split(':', 1)[0]),
    ...optional('cvss', scoreOf(row)),
    package: reportedPackage(found, artifact.name, artifact.version, artifact.purl),
    fixState: fixedIn === undefined ? (STATES.get(fix?.state ?? '') ?? 'unknown') : 'fixed',
    ...optional('fixedIn', fixedIn),
    ...optional('layer', firstDigest(place?.layerID)),
    ...optional('path', found?.location.path ?? place?.path),
    ...((knownExploited?.length ?? 0) > 0 ? { kev: true } : {}),
    ...(probability === undefined ? {} : { epss: probability }),
  };
}

/** The score of the record that matched, else of one that is the same. */
function scoreOf({ vulnerability, relatedVulnerabilities }: Match): StatedScore | undefined {
  for (const { cvss } of [vulnerability, ...(relatedVulnerabilities ?? [])]) {
    const given = (cvss ?? []).map(({ source, vector, metrics }) => ({ source, vector, score: metrics?.baseScore }));
    const score = chosenScore(given);
    if (score !== undefined) return score;
  }
  return undefined;
}

/** The highest probability that the row gives for its vulnerability or one that is the same. */
function probabilityOf({ vulnerability, relatedVulnerabilities }: Match): number | undefined {
  const given = [vulnerability, ...(relatedVulnerabilities ?? [])].flatMap(({ epss }) => epss ?? []);
  const valid = given.map(({ epss }) => epss).filter((value) => value >= 0 && value <= 1);
  return valid.length === 0 ? undefined : Math.max(...valid);
}

function runOf({ descriptor }: Report): ScannerRun {
  const database = descriptor.db?.status ?? descriptor.db;
  const built = database?.built;
  return {
    ...optional('version', descriptor.version),
    ...optional('ranAt', descriptor.timestamp),
    ...(built
      ? { database: `schema ${database.schemaVersion ?? 'unknown'}, built ${built}`, databaseDate: built }
      : {}),
  };
}
