// What weighs most in a release: the images with most critical and high, and the vulnerabilities in most images.
// Counted on cells (docs/guide/counting.md), for the summaries of every format.
import { type InstanceCell, instanceCells, severityOrder } from '../explain/cells.ts';
import type { SlotCounts } from '../explain/statistics.ts';
import { compareText } from '../platform/order.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { Finding } from '../scan/assess/assessment.ts';

/** A vulnerability over all images of the release. */
export interface RankedVulnerability {
  readonly vulnerability: string;
  /** The highest over the images. */
  readonly severity: SeverityLevel;
  /** Number of slots that have it. */
  readonly slots: number;
  /** Number of these for which a fix exists. */
  readonly fixableSlots: number;
  readonly kev: boolean;
  /** Names of the installed packages that it is in, sorted. */
  readonly packages: readonly string[];
}

/** An image with its cells, as rankings need it. */
export interface CountedImage {
  readonly slot: string;
  readonly counts: SlotCounts;
}

/** Order of images, the heaviest first: by critical, then high, then medium and so on; ties by slot. */
export function compareWeight(a: CountedImage, b: CountedImage): number {
  for (const level of SEVERITY_LEVELS) {
    if (a.counts[level] !== b.counts[level]) return b.counts[level] - a.counts[level];
  }
  return compareText(a.slot, b.slot);
}

/** Images that have a critical or high vulnerability, by critical and high together, then by weight. */
export function severeImages<Image extends CountedImage>(images: readonly Image[], limit: number): readonly Image[] {
  const severe = ({ counts }: Image): number => counts.critical + counts.high;
  return images
    .filter((image) => severe(image) > 0)
    .sort((a, b) => severe(b) - severe(a) || compareWeight(a, b))
    .slice(0, limit);
}

/** Vulnerabilities by number of slots, critical and high before all others; ties by severity, then id. */
export function spreadVulnerabilities(findings: readonly Finding[], limit: number): readonly RankedVulnerability[] {
  const cells = Map.groupBy(instanceCells(findings), ({ vulnerability }) => vulnerability);
  const rows = Map.groupBy(findings, ({ vulnerability }) => vulnerability);
  return [...cells]
    .map(([vulnerability, instances]) => ({ vulnerability, instances, severity: highest(instances) }))
    .sort(
      (a, b) =>
        Number(isSevere(b.severity)) - Number(isSevere(a.severity)) ||
        b.instances.length - a.instances.length ||
        severityOrder(a.severity) - severityOrder(b.severity) ||
        compareText(a.vulnerability, b.vulnerability),
    )
    .slice(0, limit)
    .map(({ vulnerability, instances, severity }) => {
      const findingsOfIt = rows.get(vulnerability) ?? [];
      return {
        vulnerability,
        severity,
        slots: instances.length,
        fixableSlots: instances.filter(({ fixable }) => fixable).length,
        kev: findingsOfIt.some(({ kev }) => kev),
        packages: [...new Set(findingsOfIt.map((finding) => finding.package))].sort(),
      };
    });
}

function highest(cells: readonly InstanceCell[]): SeverityLevel {
  return SEVERITY_LEVELS.find((level) => cells.some(({ severity }) => severity === level)) ?? 'unknown';
}

function isSevere(severity: SeverityLevel): boolean {
  return severity === 'critical' || severity === 'high';
}
