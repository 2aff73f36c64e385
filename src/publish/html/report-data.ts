// What the page of the HTML report is given: the assessment with its findings and packages turned into columns. The page reads them through
// page/findings.ts, page/vulnerabilities.ts and page/packages.ts.
import { type SlotCounts, type Statistics, slotCounts } from '../../explain/statistics.ts';
import type { Gap } from '../../platform/gap.ts';
import type { FeedFacts } from '../../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment, Finding, InventoryIdentity } from '../../scan/assess/assessment.ts';
import { findingScore, scoreText } from '../finding-score.ts';
import { type RankedVulnerability, urgentVulnerabilities } from '../ranking.ts';
import { ssvcText } from '../ssvc-text.ts';
import type { Tool } from '../tool.ts';
import { type Column, column, listColumn } from './columns.ts';
import type { PackageColumns } from './package-columns.ts';

/** The findings, a column a field. Absent optional fields are null. The order is the assessment's: by slot, vulnerability, purl, location. */
export interface FindingColumns {
  readonly count: number;
  readonly slot: Column<string>;
  readonly vulnerability: Column<string>;
  readonly aliases: Column<readonly string[]>;
  readonly severity: Column<Finding['severity']>;
  readonly severitySource: Column<string>;
  readonly rawSeverity: Column<string>;
  /** The CVSS score that another scanner stated beside its word, with its vector. */
  readonly cvss: Column<string | null>;
  readonly package: Column<string>;
  readonly purl: Column<string>;
  readonly version: Column<string>;
  readonly fixedIn: Column<string | null>;
  readonly fixState: Column<Finding['fixState']>;
  readonly layer: Column<string>;
  readonly location: Column<string>;
  readonly kev: Column<boolean>;
  readonly epss: Column<number | null>;
  readonly ssvc: Column<string | null>;
  readonly advisories: Column<readonly string[]>;
  /** `feed: version`, where feeds name fixes of their own. */
  readonly fixes: Column<readonly string[]>;
  readonly statement: Column<string | null>;
}

/** An image with its counts on the basis `instances`. */
export interface ReportImage extends Omit<AssessedImage, 'gaps'> {
  readonly counts: SlotCounts;
  /** Number of gaps recorded for it. */
  readonly gaps: number;
}

/** What the page opens with. The packages stand beside it: they are opened when they are asked for. */
export interface ReportData {
  readonly tool: Tool;
  readonly id: string;
  readonly release: Assessment['release'];
  readonly advisorySet: Omit<Assessment['advisorySet'], 'feeds'>;
  readonly feeds: readonly FeedFacts[];
  readonly statements: string;
  readonly severityPolicy: string;
  readonly asOf: string;
  readonly statistics: Statistics;
  readonly images: readonly ReportImage[];
  /** The vulnerabilities that the summary lists. */
  readonly urgent: readonly RankedVulnerability[];
  readonly cataloguers: readonly string[];
  readonly charts: Assessment['charts'];
  /** Different packages. */
  readonly packages: number;
  readonly findings: FindingColumns;
  readonly gaps: readonly Gap[];
}

/** Vulnerabilities that the summary lists. */
const URGENT_LENGTH = 10;
const NO_CELLS: SlotCounts = {
  total: 0,
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  negligible: 0,
  unknown: 0,
  fixable: 0,
};

/** Gives the page's data. Same assessment, same bytes. */
export function reportData(
  assessment: Assessment,
  statistics: Statistics,
  packages: PackageColumns,
  tool: Tool,
): ReportData {
  const { id, release, charts, statements, severityPolicy, asOf, gaps } = assessment;
  const { feeds, ...advisorySet } = assessment.advisorySet;
  return {
    tool,
    id,
    release,
    advisorySet,
    feeds,
    statements,
    severityPolicy,
    asOf,
    statistics,
    images: reportImages(assessment),
    urgent: urgentVulnerabilities(assessment.findings, URGENT_LENGTH),
    cataloguers: cataloguersOf(assessment.inventories),
    charts,
    packages: packages.count,
    findings: findingColumns(assessment.findings),
    gaps,
  };
}

function reportImages(assessment: Assessment): readonly ReportImage[] {
  const counts = slotCounts(assessment);
  return assessment.images.map((image) => ({
    ...image,
    counts: counts.get(image.slot) ?? NO_CELLS,
    gaps: image.gaps.length,
  }));
}

function cataloguersOf(inventories: readonly InventoryIdentity[]): readonly string[] {
  return [...new Set(inventories.flatMap((inventory) => inventory.cataloguers))].sort();
}

/** A vector that the severity was taken from is shown with it. */
function statedScoreText(finding: Finding): string | undefined {
  const score = finding.cvss === undefined ? undefined : findingScore(finding);
  return score === undefined ? undefined : scoreText(score);
}

function findingColumns(findings: readonly Finding[]): FindingColumns {
  return {
    count: findings.length,
    slot: column(findings, (finding) => finding.slot),
    vulnerability: column(findings, (finding) => finding.vulnerability),
    aliases: listColumn(findings, (finding) => finding.aliases),
    severity: column(findings, (finding) => finding.severity),
    severitySource: column(findings, (finding) => finding.severitySource),
    rawSeverity: column(findings, (finding) => finding.rawSeverity),
    cvss: column(findings, (finding) => statedScoreText(finding) ?? null),
    package: column(findings, (finding) => finding.package),
    purl: column(findings, (finding) => finding.purl),
    version: column(findings, (finding) => finding.version),
    fixedIn: column(findings, (finding) => finding.fixedIn ?? null),
    fixState: column(findings, (finding) => finding.fixState),
    layer: column(findings, (finding) => finding.layer),
    location: column(findings, (finding) => finding.location),
    kev: column(findings, (finding) => finding.kev),
    epss: column(findings, (finding) => finding.epss ?? null),
    ssvc: column(findings, (finding) => ssvcText(finding.ssvc) ?? null),
    advisories: listColumn(findings, (finding) => finding.advisories),
    fixes: listColumn(findings, ({ fixes = {} }) =>
      Object.entries(fixes)
        .map((entry) => entry.join(': '))
        .sort(),
    ),
    statement: column(findings, (finding) => finding.statement ?? null),
  };
}
