// `chart:PATH`: a Helm chart, a folder or its .tgz: the images of what `helm template` renders, and those that the chart's annotation names.
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { hasFile } from '../folder.ts';
import type { ManifestObjects } from '../manifests/objects.ts';
import { parseManifestFile } from '../manifests/parse.ts';
import type { Mention } from '../mention.ts';
import { findHelm, type Helm } from './helm.ts';
import { type ChartMetadata, IMAGES_ANNOTATION, parseChartMetadata } from './metadata.ts';
import { type ChartRun, chartObjects, renderChart, renderFailure } from './render.ts';

/** The adapter for Helm charts. */
export const chart: ReleaseAdapter = {
  id: 'chart',
  title: 'Helm chart',
  argument: 'PATH',
  reads: `a folder with a Chart.yaml, or its .tgz, rendered by helm; also the images of its annotation ${IMAGES_ANNOTATION}`,
  recognizes: (path) => hasFile(path, 'Chart.yaml'),
  load,
  objects,
};

const DEFAULT_NAMESPACE = 'default';

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const { helm, run, metadata } = await prepare(path, options);
  const { name, version, images, gaps } = metadata;
  const { folder, release, namespace } = run;
  const documents = await renderChart(helm, run, options.chart);
  const rendered = documents.map(({ text, file }) => parseManifestFile(text, file));
  const named = `${name}:${version}`;
  const mentions: readonly Mention[] = [
    ...rendered.flatMap((file) => file.mentions.map((mention) => ({ ...mention, chart: named }))),
    ...images.map((logical) => ({
      logical,
      source: `Chart.yaml ${IMAGES_ANNOTATION}`,
      position: 'Chart.yaml',
      chart: named,
    })),
  ];
  return {
    ...listedParts({ name, version }, mentions, [...gaps, ...rendered.flatMap((file) => file.gaps)], options.own),
    charts: [{ manifest: basename(folder), chart: name, version, release, namespace, position: 'Chart.yaml' }],
  };
}

async function objects(path: string, options: LoadOptions): Promise<ManifestObjects> {
  const { helm, run } = await prepare(path, options);
  return chartObjects(await renderChart(helm, run, options.chart), run.namespace);
}

async function prepare(
  path: string,
  options: LoadOptions,
): Promise<{ readonly helm: Helm; readonly run: ChartRun; readonly metadata: ChartMetadata }> {
  const folder = resolve(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    throw new PlimsollError('input-missing', `${path} does not exist`);
  }
  const helm = findHelm(options.environment ?? process.env);
  const metadata = await readMetadata(helm, folder, path);
  const namespace = options.chart?.namespace ?? DEFAULT_NAMESPACE;
  return { helm, run: { folder, path, release: releaseName(metadata.name), namespace }, metadata };
}

async function readMetadata(helm: Helm, folder: string, path: string): Promise<ChartMetadata> {
  try {
    return parseChartMetadata(await helm(['show', 'chart', folder]));
  } catch (error) {
    throw renderFailure(path, error);
  }
}

/** A name that helm accepts for a release (helm.sh/docs/chart_best_practices "Release names"): the chart's own where it is one. */
function releaseName(chart: string): string {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(chart) && chart.length <= 53 ? chart : 'release';
}
