// Puts a release together from what an adapter read: images, figures, lint, all sorted.
import { compareGaps, type Gap } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { type ChartEntry, releasesAtTwoVersions } from './chart-entry.ts';
import type { ReleaseIdentity } from './identity.ts';
import { countReferences, imagesNotTaken, imagesOf, type Mention } from './mention.ts';
import { lintMentions } from './mention-lint.ts';
import type { ChartRelease, Release, ReleaseContainer } from './release.ts';

/** Gaps of one kind that are named one by one at one file: a file that is something else must not fill the report. */
const GAPS_PER_MEMBER = 50;

/** What an adapter read. */
export interface ReleaseParts {
  readonly identity: ReleaseIdentity;
  /** Every place that names an image. */
  readonly mentions: readonly Mention[];
  /** References that count as explicit; the release's whole list where nothing else adds to it. */
  readonly explicit: readonly Mention[];
  readonly charts: readonly ChartEntry[];
  readonly precacheEntries: number;
  readonly ownPrefixes: readonly string[];
  /** Findings of the adapter's own checks. */
  readonly lint: readonly Verdict[];
  readonly gaps: readonly Gap[];
}

/** The parts of a release that is nothing but the places that name its images. `own`: prefixes of our own images. */
export function listedParts(
  identity: ReleaseIdentity,
  mentions: readonly Mention[],
  gaps: readonly Gap[],
  own: readonly string[] = [],
): ReleaseParts {
  return {
    identity,
    mentions,
    explicit: mentions,
    charts: [],
    precacheEntries: 0,
    ownPrefixes: own,
    lint: [],
    gaps,
  };
}

/**
 * The release, with the lint that holds for any.
 * @param target as the user gave it
 */
export function assembleRelease(parts: ReleaseParts, target: string): Release {
  const { charts } = parts;
  const containers = containersOf(parts.mentions);
  return {
    ...parts.identity,
    target,
    images: imagesOf(parts.mentions, parts.ownPrefixes),
    charts: charts.map(plainChart).sort(compareCharts),
    ...(containers.length === 0 ? {} : { containers }),
    counts: {
      ...countReferences(parts.explicit.map((mention) => mention.logical)),
      chartEntries: charts.length,
      chartReleases: new Set(charts.map((chart) => `${chart.namespace}/${chart.release}`)).size,
      charts: new Set(charts.map((chart) => chart.chart)).size,
      namespaces: new Set(charts.map((chart) => chart.namespace)).size,
      precacheEntries: parts.precacheEntries,
    },
    lint: [...parts.lint, ...releasesAtTwoVersions(charts), ...lintMentions(parts.mentions)].sort(compareLint),
    gaps: boundGaps([...parts.gaps, ...imagesNotTaken(parts.mentions)].sort(compareGaps)),
  };
}

/** Order of lint: by check, subject, reason. */
export function compareLint(a: Verdict, b: Verdict): number {
  return compareText(a.check, b.check) || compareText(a.subject, b.subject) || compareText(a.reason, b.reason);
}

/** Gaps of one kind at one member beyond the bound become one gap with their number. */
function boundGaps(gaps: readonly Gap[]): readonly Gap[] {
  const bounded: Gap[] = [];
  for (const group of Map.groupBy(gaps, (gap) => `${gap.kind} ${gap.target}`).values()) {
    const [first] = group;
    for (const gap of group.slice(0, GAPS_PER_MEMBER)) bounded.push(gap);
    const more = group.length - GAPS_PER_MEMBER;
    if (first === undefined || more <= 0) continue;
    bounded.push({ kind: first.kind, target: first.target, location: 'further', reason: `${more} more of this kind` });
  }
  return bounded.sort(compareGaps);
}

/** One chart that is installed twice runs its containers twice; they are told once. */
function containersOf(mentions: readonly Mention[]): readonly ReleaseContainer[] {
  const all = mentions.flatMap(({ chart, start, logical, source }): readonly ReleaseContainer[] =>
    chart === undefined || start === undefined ? [] : [{ chart, workload: source, image: logical, ...start }],
  );
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()].sort(
    (a, b) =>
      compareText(a.chart, b.chart) || compareText(a.workload, b.workload) || compareText(a.container, b.container),
  );
}

function plainChart({ manifest, chart, version, release, namespace }: ChartEntry): ChartRelease {
  return { manifest, chart, version, release, namespace };
}

function compareCharts(a: ChartRelease, b: ChartRelease): number {
  return (
    compareText(a.manifest, b.manifest) ||
    compareText(a.chart, b.chart) ||
    compareText(a.release, b.release) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.version, b.version)
  );
}
