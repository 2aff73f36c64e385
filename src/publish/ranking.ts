// What weighs most in a release: the images with most critical and high, and the vulnerabilities in the order in which they are to be worked on.
// Counted on cells (docs/guide/counting.md), for the summaries of every format.
import { distinctCells, instanceCells } from '../explain/cells.ts';
import type { SlotCounts } from '../explain/statistics.ts';
import { compareText } from '../platform/order.ts';
import { compareUrgency, type Urgency, urgencyReason, useOf } from '../respond/priority/urgency.ts';
import { SEVERITY_LEVELS } from '../scan/advisory/advisory.ts';
import type { Finding } from '../scan/assess/assessment.ts';

/** A vulnerability over all images of the release: a cell of the basis `distinct`. */
export interface RankedVulnerability extends Urgency {
  readonly vulnerability: string;
  /** Number of slots that have it. */
  readonly slots: number;
  /** Number of these for which a fix exists. */
  readonly fixableSlots: number;
  /** Names of the installed packages that it is in, sorted. */
  readonly packages: readonly string[];
  /** Why it stands where it does. */
  readonly reason: string;
}

/** Counts of images, or of groups of them. */
export type WeighedCounts = Omit<SlotCounts, 'total'>;

/** An image with its cells, as rankings need it. */
export interface CountedImage {
  readonly slot: string;
  readonly counts: SlotCounts;
}

/** Order of counts, the heaviest first: by critical, by high, then what is fixable first, then by the other severities. */
export function compareCounts(a: WeighedCounts, b: WeighedCounts): number {
  const measures = ['critical', 'high', 'fixable', ...SEVERITY_LEVELS.slice(2)] as const;
  for (const measure of measures) {
    if (a[measure] !== b[measure]) return b[measure] - a[measure];
  }
  return 0;
}

/** Order of images, the heaviest first; ties by slot. */
export function compareWeight(a: CountedImage, b: CountedImage): number {
  return compareCounts(a.counts, b.counts) || compareText(a.slot, b.slot);
}

/** Images that have a critical or high vulnerability, the heaviest first. */
export function severeImages<Image extends CountedImage>(images: readonly Image[], limit: number): readonly Image[] {
  return images
    .filter(({ counts }) => counts.critical + counts.high > 0)
    .sort(compareWeight)
    .slice(0, limit);
}

/** Vulnerabilities in the default order, those in most slots first where they are equal; ties by id. */
export function urgentVulnerabilities(findings: readonly Finding[], limit: number): readonly RankedVulnerability[] {
  const cells = instanceCells(findings);
  const fixable = Map.groupBy(
    cells.filter((cell) => cell.fixable),
    ({ vulnerability }) => vulnerability,
  );
  const rows = Map.groupBy(findings, ({ vulnerability }) => vulnerability);
  return distinctCells(cells)
    .map(({ vulnerability, severity, slots, fixable: isFixable }) => {
      const urgency = { severity, fixable: isFixable, ...useOf(rows.get(vulnerability) ?? []) };
      return { vulnerability, slots: slots.length, ...urgency };
    })
    .sort((a, b) => compareUrgency(a, b) || b.slots - a.slots || compareText(a.vulnerability, b.vulnerability))
    .slice(0, limit)
    .map((one) => ({
      ...one,
      fixableSlots: fixable.get(one.vulnerability)?.length ?? 0,
      packages: [...new Set((rows.get(one.vulnerability) ?? []).map((finding) => finding.package))].sort(),
      reason: urgencyReason(one),
    }));
}
