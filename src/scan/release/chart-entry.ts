// Chart releases with the place that declares them, and the lint that holds for any list of them.
import type { Verdict } from '../../platform/verdict.ts';
import type { ChartRelease } from './release.ts';

/** A declared chart release. */
export interface ChartEntry extends ChartRelease {
  /** `manifests/platform.yaml:123`. */
  readonly position: string;
}

/** A chart in the form that image lists and evidence use: `platform/cray-velero:1.7.1`. */
export function formatChart(chart: Pick<ChartRelease, 'manifest' | 'chart' | 'version'>): string {
  return `${chart.manifest}/${chart.chart}:${chart.version}`;
}

/** One Helm release that two entries install at two versions: which one stays depends on an order that the files do not state. */
export function releasesAtTwoVersions(charts: readonly ChartEntry[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [subject, entries] of Map.groupBy(charts, (entry) => `${entry.namespace}/${entry.release}`)) {
    const versions = [...new Set(entries.map((entry) => entry.version))];
    if (versions.length < 2) continue;
    verdicts.push({
      check: 'release-at-two-versions',
      subject,
      verdict: 'warn',
      evidence: entries.map((entry) => `${entry.position} ${formatChart(entry)}`),
      reason: `one Helm release is declared at ${versions.length} versions: ${versions.join(', ')}`,
      remediation: 'keep one entry, unless an upgrade needs both steps in order',
    });
  }
  return verdicts;
}
