// The Kubernetes objects of a CSM release: every chart that its manifests install, rendered from the package in the folder helm/ with the values of the
// manifest, as loftsman ships it (github.com/Cray-HPE/loftsman). What a site's customizations change is no part of a release.
import { join, resolve } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { mapLimited } from '../../../platform/map-limited.ts';
import type { LoadOptions } from '../adapter.ts';
import { type Environment, findHelm, type Helm } from '../chart/helm.ts';
import { chartObjects, renderChart } from '../chart/render.ts';
import { formatChart } from '../chart-entry.ts';
import { walkFolder } from '../folder.ts';
import { joinObjects, type ManifestObjects } from '../manifests/objects.ts';
import { jsonOf } from '../manifests/values.ts';
import type { LoftsmanChart } from './loftsman.ts';
import { readParts } from './parts.ts';

/** Charts that are rendered at once. */
const AT_ONCE = 4;
const PACKAGES = 'helm';

/**
 * Renders the charts of a release's folder. One that is not there, or that helm cannot render, is a gap.
 * @throws PlimsollError `input-missing` when the folder is not there; LimitError when it holds too much
 */
export async function csmObjects(folder: string, options: LoadOptions): Promise<ManifestObjects> {
  const { manifests } = readParts(folder);
  const charts = manifests.flatMap(({ content }) => content.charts);
  const helm = helmOf(options.environment ?? process.env);
  const packages = packagesOf(folder);
  const parts = await mapLimited(charts, AT_ONCE, (chart) => rendered(chart, folder, packages, helm));
  const unread = manifests.flatMap(({ content }) => content.gaps);
  const none: Gap = { kind: 'not-scanned', target: 'manifests/', reason: 'it names no charts; nothing is rendered' };
  const whole = joinObjects(parts);
  return { ...whole, gaps: [...unread, ...whole.gaps, ...(charts.length === 0 ? [none] : [])] };
}

async function rendered(
  chart: LoftsmanChart,
  folder: string,
  packages: ReadonlyMap<string, string>,
  helm: Helm | string,
): Promise<ManifestObjects> {
  const target = formatChart(chart);
  const file = packages.get(`${chart.chart}-${chart.version}.tgz`);
  if (file === undefined) {
    return notRendered(target, `its package is not in ${PACKAGES}/; render it elsewhere and name it as manifests:FILE`);
  }
  if (typeof helm === 'string') return notRendered(target, helm);
  const { release, namespace, values } = chart;
  const run = { folder: resolve(folder, file), path: file, release, namespace };
  const warnings: string[] = [];
  const input = values === undefined ? {} : jsonOf(values, chart.position.replace(/:\d+$/, ''), warnings);
  try {
    const documents = await renderChart(helm, run, {}, JSON.stringify(input ?? {}));
    const found = chartObjects(
      documents.map((one) => ({ ...one, file: `${chart.namespace}/${chart.release} ${one.file}` })),
      namespace,
    );
    return { ...found, warnings: [...warnings, ...found.warnings] };
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return notRendered(target, messageOf(error), error instanceof LimitError ? 'limit-reached' : 'file-unparsed');
  }
}

function notRendered(target: string, reason: string, kind: Gap['kind'] = 'not-scanned'): ManifestObjects {
  return { objects: [], warnings: [], gaps: [{ kind, target, reason }] };
}

/** Without helm every chart is a gap that says why. */
function helmOf(environment: Environment): Helm | string {
  try {
    return findHelm(environment);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'unsupported') return error.message;
    throw error;
  }
}

/** Packages of charts, base name to path; links are not followed. */
function packagesOf(folder: string): ReadonlyMap<string, string> {
  try {
    const entries = [...walkFolder(join(folder, PACKAGES))].filter(
      ({ kind, path }) => kind === 'file' && path.endsWith('.tgz'),
    );
    return new Map(entries.map(({ path }) => [path.slice(path.lastIndexOf('/') + 1), `${PACKAGES}/${path}`]));
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'input-missing') return new Map();
    throw error;
  }
}
