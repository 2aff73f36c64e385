// `chart:PATH`: a Helm chart, a folder or its .tgz: the images of what `helm template` renders, and those that the chart's annotation names.
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { ChartOptions, LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { hasFile } from '../folder.ts';
import { type ManifestFile, parseManifestFile } from '../manifests/parse.ts';
import type { Mention } from '../mention.ts';
import { splitDocuments } from '../yaml.ts';
import { findHelm, type Helm } from './helm.ts';
import { IMAGES_ANNOTATION, parseChartMetadata } from './metadata.ts';

/** The adapter for Helm charts. */
export const chart: ReleaseAdapter = {
  id: 'chart',
  title: 'Helm chart',
  argument: 'PATH',
  reads: `a folder with a Chart.yaml, or its .tgz, rendered by helm; also the images of its annotation ${IMAGES_ANNOTATION}`,
  recognizes: (path) => hasFile(path, 'Chart.yaml'),
  load,
};

const DEFAULT_NAMESPACE = 'default';

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const folder = resolve(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    throw new PlimsollError('input-missing', `${path} does not exist`);
  }
  const helm = findHelm(options.environment ?? process.env);
  const { name, version, images, gaps } = await readMetadata(helm, folder, path);
  const namespace = options.chart?.namespace ?? DEFAULT_NAMESPACE;
  const release = releaseName(name);
  const rendered = await render(helm, { folder, path, release, namespace }, options.chart ?? {});
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

async function readMetadata(helm: Helm, folder: string, path: string): Promise<ReturnType<typeof parseChartMetadata>> {
  try {
    return parseChartMetadata(await helm(['show', 'chart', folder]));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The objects that the chart makes, a file a document, named by the template that made it. */
async function render(
  helm: Helm,
  { folder, path, release, namespace }: Readonly<Record<'folder' | 'path' | 'release' | 'namespace', string>>,
  { values = [], set = [] }: ChartOptions,
): Promise<readonly ManifestFile[]> {
  // Absolute, because helm takes anything else with a colon for a URL.
  const files = values.map((file) => {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return resolve(file);
    throw new PlimsollError('input-missing', `${file}: there is no such file of values`);
  });
  try {
    const text = await helm([
      'template',
      release,
      folder,
      `--namespace=${namespace}`,
      // The option is a list in CSV: a comma in a path would end it.
      ...files.map((file) => `--values="${file.replaceAll('"', '""')}"`),
      ...set.map((value) => `--set=${value}`),
    ]);
    return splitDocuments(text).map((part) => {
      const template = /^# Source: (.+)$/m.exec(part.text)?.[1]?.trim() ?? 'template';
      return parseManifestFile(part.text, `${template} (rendered)`);
    });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof PlimsollError) || error.code !== 'input-unreadable') return error;
  const said = messageOf(error);
  const hint = /missing in charts\/ directory|helm dependency/.test(said)
    ? `; nothing is fetched here: run \`helm dependency build ${path}\` where there is a network`
    : '';
  return new PlimsollError('input-unreadable', `${path}: helm cannot render it: ${said}${hint}`, { cause: error });
}

/** A name that helm accepts for a release (helm.sh/docs/chart_best_practices "Release names"): the chart's own where it is one. */
function releaseName(chart: string): string {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(chart) && chart.length <= 53 ? chart : 'release';
}
