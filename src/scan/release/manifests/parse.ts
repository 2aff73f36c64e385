// Kubernetes YAML: reads the text of one file, gives the images that its objects name, with workload and chart, and the chart releases that labels state.
// Labels: helm.sh/docs/chart_best_practices/labels, kubernetes.io/docs/concepts/overview/working-with-objects/common-labels.
import type { Gap } from '../../../platform/gap.ts';
import { type ChartEntry, formatChart } from '../chart-entry.ts';
import type { Mention } from '../mention.ts';
import { textAt, type YamlNode } from '../yaml.ts';
import { parseManifestObjects } from './objects.ts';
import { findPodImages } from './pod-images.ts';

/** What a file holds. */
export interface ManifestFile {
  /** Kubernetes objects, those inside lists included. */
  readonly objects: number;
  readonly mentions: readonly Mention[];
  readonly charts: readonly ChartEntry[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads a file of documents. A document that cannot be parsed is a gap; the others count.
 * @param file name for positions
 */
export function parseManifestFile(text: string, file: string): ManifestFile {
  const reading: Reading = { file, objects: 0, mentions: [], charts: new Map(), gaps: [] };
  const { objects, gaps } = parseManifestObjects(text, file);
  reading.gaps.push(...gaps);
  for (const { node, kind } of objects) readWorkload(node, kind, reading);
  return { ...reading, charts: [...reading.charts.values()] };
}

interface Reading {
  readonly file: string;
  objects: number;
  readonly mentions: Mention[];
  readonly charts: Map<string, ChartEntry>;
  readonly gaps: Gap[];
}

function readWorkload(object: YamlNode, kind: string, reading: Reading): void {
  reading.objects += 1;
  if (kind === 'CustomResourceDefinition') return;
  const { file } = reading;
  const entry = chartOf(object, file);
  if (entry !== undefined) {
    const key = JSON.stringify([entry.chart, entry.version, entry.release, entry.namespace]);
    if (!reading.charts.has(key)) reading.charts.set(key, entry);
  }
  const workload = `${kind}/${textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName') ?? 'unnamed'}`;
  const name = textAt(object, 'metadata', 'labels', 'app.kubernetes.io/name');
  const chart = entry === undefined ? `${file}/${name ?? workload}` : formatChart(entry);
  const found = findPodImages(object, file);
  for (const { line, ...named } of found.images) {
    reading.mentions.push({ ...named, source: `${file} ${workload}`, position: `${file}:${line}`, chart });
  }
  for (const gap of found.gaps) reading.gaps.push(gap);
}

/** The chart that the label helm.sh/chart states, `name-version` with `_` for `+`; an object without a namespace counts to `default`. */
function chartOf(object: YamlNode, file: string): ChartEntry | undefined {
  const label = textAt(object, 'metadata', 'labels', 'helm.sh/chart') ?? '';
  const match = /^(.+?)-(v?\d+\.\d+\.\d+.*)$/.exec(label);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return {
    manifest: file,
    chart: match[1],
    version: match[2].replaceAll('_', '+'),
    release: textAt(object, 'metadata', 'labels', 'app.kubernetes.io/instance') ?? match[1],
    namespace: textAt(object, 'metadata', 'namespace') ?? 'default',
    position: `${file}:${object.line}`,
  };
}
