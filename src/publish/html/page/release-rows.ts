// What the view of the release lists: charts and systems, each with the instances in its images. No DOM.
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { compareCounts } from '../../ranking.ts';
import type { ReportData, ReportImage } from '../report-data.ts';
import { compareNatural } from './texts.ts';

/** Images that belong together, and what is counted in them on the basis `instances`. */
export interface ImageGroup {
  readonly images: number;
  readonly unread: number;
  readonly counts: Readonly<Record<SeverityLevel | 'total' | 'fixable', number>>;
}

/** A chart release with its images. */
export interface ChartRow extends ImageGroup {
  /** `manifest/chart:version`, as images name it. */
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly manifest: string;
  /** Name of the Helm release and its namespace; several when the chart is installed more than once, none when the release does not list it. */
  readonly installed: readonly string[];
}

/** A distribution with its images. */
export interface SystemRow extends ImageGroup {
  readonly name: string;
  /** Whether it is the name of a system. */
  readonly known: boolean;
  readonly endOfLife?: string;
}

/** Charts, the heaviest first: those that the release installs, and those that only images name. */
export function chartRows({ charts, images }: Pick<ReportData, 'charts' | 'images'>): readonly ChartRow[] {
  const rows = new Map<string, Omit<ChartRow, keyof ImageGroup>>();
  for (const { manifest, chart, version, release, namespace } of charts) {
    const name = `${manifest}/${chart}:${version}`;
    const installed = [...(rows.get(name)?.installed ?? []), `${namespace}/${release}`];
    rows.set(name, { name, chart, version, manifest, installed });
  }
  for (const name of images.flatMap((image) => image.charts)) {
    if (!rows.has(name)) rows.set(name, { name, ...partsOf(name), installed: [] });
  }
  return [...rows.values()]
    .map((row) => ({ ...row, ...groupOf(images.filter((image) => image.charts.includes(row.name))) }))
    .sort((a, b) => compareGroups(a, b) || compareNatural(a.name, b.name));
}

/** Systems, those with most images first; images that were not read have none that is known. */
export function systemRows(images: readonly ReportImage[]): readonly SystemRow[] {
  const groups = new Map<string, ReportImage[]>();
  for (const image of images) {
    const { os, digest } = image;
    const name =
      digest === undefined ? 'not read' : os === undefined ? 'none known' : `${os.id} ${os.version ?? ''}`.trim();
    groups.set(name, [...(groups.get(name) ?? []), image]);
  }
  return [...groups]
    .map(([name, those]): SystemRow => {
      const [first] = those;
      const endOfLife = first?.os?.endOfLife;
      const known = first?.digest !== undefined && first.os !== undefined;
      return { name, known, ...groupOf(those), ...(endOfLife === undefined ? {} : { endOfLife }) };
    })
    .sort((a, b) => b.images - a.images || compareNatural(a.name, b.name));
}

function groupOf(images: readonly ReportImage[]): ImageGroup {
  const counts = { total: 0, fixable: 0, critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
  for (const image of images) {
    counts.total += image.counts.total;
    counts.fixable += image.counts.fixable;
    for (const level of SEVERITY_LEVELS) counts[level] += image.counts[level];
  }
  return { images: images.length, unread: images.filter(({ digest }) => digest === undefined).length, counts };
}

function compareGroups(a: ImageGroup, b: ImageGroup): number {
  return compareCounts(a.counts, b.counts) || b.images - a.images;
}

/** `manifest/chart:version` in its parts; a chart without a manifest is only `chart:version`. */
function partsOf(name: string): Pick<ChartRow, 'chart' | 'version' | 'manifest'> {
  const slash = name.indexOf('/');
  const colon = name.lastIndexOf(':');
  const end = colon > slash ? colon : name.length;
  return {
    manifest: name.slice(0, Math.max(0, slash)),
    chart: name.slice(slash + 1, end),
    version: name.slice(end + 1),
  };
}
