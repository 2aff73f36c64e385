// Lint of a CSM release: what its files say about each other that does not agree. Each verdict names the lines.
import type { Verdict } from '../../../platform/verdict.ts';
import { type ChartEntry, formatChart } from '../chart-entry.ts';
import { splitLogical } from '../logical.ts';
import type { Mention } from '../mention.ts';
import type { ChartMapRow } from './chart-map.ts';

/** What the checks compare. */
export interface LintInput {
  readonly charts: readonly ChartEntry[];
  readonly precache: readonly Mention[];
  readonly chartMap: readonly ChartMapRow[];
  /** docker/index.yaml: images listed by hand, those of the charts are not all in it. */
  readonly explicit: readonly Mention[];
  /** The full list of the release's images (index.txt), when it is there. */
  readonly full: readonly Mention[] | undefined;
}

/** All findings, in the order of the checks. */
export function lintCsm(input: LintInput): readonly Verdict[] {
  return [...precacheDrift(input), ...imagesNotInIndex(input), ...unknownCharts(input)];
}

/**
 * The precache list is kept by hand beside chart versions and index. An entry whose name is a chart's must have one of that chart's versions;
 * otherwise, when the index names its repository, one of the tags there; and it must be in the full list.
 */
function precacheDrift(input: LintInput): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const full = input.full === undefined ? undefined : new Set(input.full.map((mention) => mention.logical));
  const chartsByName = Map.groupBy(input.charts, (chart) => chart.chart);
  const listedByName = Map.groupBy(input.explicit, (mention) => splitLogical(mention.logical).repository);
  for (const entry of input.precache) {
    const { repository, tag = '' } = splitLogical(entry.logical);
    const name = repository.slice(repository.lastIndexOf('/') + 1);
    const charts = chartsByName.get(name) ?? [];
    if (charts.length > 0) {
      if (charts.some((chart) => chart.version === tag)) continue;
      const found = charts.map((chart) => `${chart.position} ${formatChart(chart)}`);
      verdicts.push(drift(entry, 'precache-differs-from-chart', found, `no chart ${name} has version ${tag}`));
      continue;
    }
    const listed = listedByName.get(repository) ?? [];
    if (listed.length > 0 && !listed.some((mention) => mention.logical === entry.logical)) {
      const found = listed.map((mention) => `${mention.position} ${mention.logical}`);
      verdicts.push(
        drift(entry, 'precache-differs-from-index', found, 'the index lists this image with other tags only'),
      );
    } else if (full !== undefined && !full.has(entry.logical)) {
      verdicts.push(drift(entry, 'precache-differs-from-index', [], "the list of the release's images lacks it"));
    }
  }
  return verdicts;
}

function drift(entry: Mention, check: string, found: readonly string[], reason: string): Verdict {
  return {
    check,
    subject: entry.logical,
    verdict: 'fail',
    evidence: [`${entry.position} ${entry.logical}`, ...found],
    reason,
    remediation:
      'write the version that is shipped into cacheImages; nodes keep an image that nothing runs, and pull the right one late',
  };
}

/** Images that charts name and the list of images lacks: against index.txt a failure; docker/index.yaml alone need not list them. */
function imagesNotInIndex(input: LintInput): readonly Verdict[] {
  const index = new Set((input.full ?? input.explicit).map((mention) => mention.logical));
  const missing = Map.groupBy(
    input.chartMap.filter((row) => !index.has(row.logical)),
    (row) => row.logical,
  );
  return [...missing].map(([logical, rows]) => ({
    check: 'chart-image-not-in-index',
    subject: logical,
    verdict: input.full === undefined ? 'warn' : 'fail',
    evidence: rows.map((row) => `${row.position} ${formatChart(row)}`),
    reason:
      input.full === undefined
        ? 'a chart uses it; docker/index.yaml does not list it, and there is no full list of images to look in'
        : "a chart uses it; the list of the release's images lacks it, so it is not shipped",
    remediation: 'build the list of images again, or add the image to docker/index.yaml',
  }));
}

/** Rows for charts that no manifest installs: the table is from another state of the release. */
function unknownCharts(input: LintInput): readonly Verdict[] {
  const known = new Set(input.charts.map((chart) => `${chart.chart}:${chart.version}`));
  const chartsByName = Map.groupBy(input.charts, (chart) => chart.chart);
  const unknown = Map.groupBy(
    input.chartMap.filter((row) => !known.has(`${row.chart}:${row.version}`)),
    (row) => `${row.chart}:${row.version}`,
  );
  return [...unknown].map(([subject, rows]) => {
    const installed = chartsByName.get(rows[0]?.chart ?? '') ?? [];
    return {
      check: 'chart-map-unknown-chart',
      subject,
      verdict: 'warn',
      evidence: [
        ...rows.map((row) => `${row.position} ${row.logical}`),
        ...installed.map((chart) => `${chart.position} ${formatChart(chart)}`),
      ],
      reason:
        installed.length > 0
          ? `the manifests install this chart at ${[...new Set(installed.map((chart) => chart.version))].join(', ')}`
          : 'no manifest installs this chart',
      remediation: 'extract the images of the charts again',
    };
  });
}
