// `csm:DIR`: a checkout of github.com/Cray-HPE/csm or an unpacked release of it. Gives the union of all images that its files name.
// Guide: docs/guide/releases.md.
import { basename, resolve } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import type { ReleaseParts } from '../assemble.ts';
import { type ChartEntry, formatChart } from '../chart-entry.ts';
import { hasFile, readMember } from '../folder.ts';
import { identityOfPath, type ReleaseIdentity } from '../identity.ts';
import type { Mention } from '../mention.ts';
import { lintCsm } from './lint.ts';
import { isLoftsman } from './loftsman.ts';
import { csmObjects } from './objects.ts';
import { CSM_OWN } from './own.ts';
import { type CsmParts, namesIn, readParts } from './parts.ts';

/** The adapter for CSM releases. */
export const csm: ReleaseAdapter = {
  id: 'csm',
  title: 'CSM checkout or unpacked release',
  argument: 'DIR',
  reads:
    'docker/index.yaml, helm/index.yaml, manifests/*.yaml, and the docker/ tree, index.txt, chartmap.csv where they are',
  recognizes,
  load,
  objects: csmObjects,
};

function recognizes(path: string): boolean {
  if (hasFile(`${path}/docker`, 'index.yaml')) return true;
  try {
    return namesIn(path, 'manifests').some((name) => holdsLoftsman(path, `manifests/${name}`));
  } catch {
    return false;
  }
}

function holdsLoftsman(folder: string, file: string): boolean {
  try {
    const text = readMember(folder, file) ?? '';
    return isLoftsman(/^apiVersion:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1]);
  } catch {
    return false;
  }
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const parts = readParts(path);
  const explicit = parts.index?.content.mentions ?? [];
  const charts = parts.manifests.flatMap((manifest) => manifest.content.charts);
  const precache = parts.manifests.flatMap((manifest) => manifest.content.precache);
  const pins = pinMentions(parts);
  const mentions = [...explicit, ...precache, ...chartMentions(parts), ...pins, ...treeMentions(parts)];
  if (parts.index === undefined && charts.length === 0 && mentions.length === 0) {
    const first = parts.gaps.find((gap) => gap.kind === 'file-unparsed' || gap.kind === 'limit-reached');
    throw new PlimsollError(
      'input-missing',
      `${path} holds no readable CSM release: neither docker/index.yaml, loftsman manifests in manifests/ nor images in docker/` +
        (first === undefined ? '' : ` (${first.reason})`),
    );
  }
  return {
    identity: identity(path, parts),
    mentions,
    explicit,
    charts,
    precacheEntries: parts.manifests.reduce((sum, manifest) => sum + manifest.content.precacheEntries, 0),
    ownPrefixes: options.own ?? CSM_OWN,
    lint: [
      ...lintCsm({
        charts,
        precache,
        chartMap: parts.chartMap?.content.rows ?? [],
        explicit,
        full: parts.pins === undefined ? undefined : pins,
      }),
      ...(parts.index?.content.lint ?? []),
    ],
    gaps: [
      ...parts.gaps,
      ...(parts.index?.content.gaps ?? []),
      ...parts.manifests.flatMap((manifest) => manifest.content.gaps),
      ...(parts.pins?.content.gaps ?? []),
      ...(parts.chartMap?.content.gaps ?? []),
      ...unknownImages(parts, charts),
    ],
  };
}

function chartMentions(parts: CsmParts): readonly Mention[] {
  const found = parts.chartMap;
  if (found === undefined) return [];
  return found.content.rows.map(({ logical, position, ...row }) => ({
    logical,
    source: found.file,
    position,
    chart: formatChart(row),
  }));
}

function pinMentions(parts: CsmParts): readonly Mention[] {
  const found = parts.pins;
  if (found === undefined) return [];
  return found.content.references.map(({ line, ...reference }) => ({
    ...reference,
    source: found.file,
    position: `${found.file}:${line}`,
  }));
}

function treeMentions(parts: CsmParts): readonly Mention[] {
  return parts.tree.map(({ logical, path, local, digest }) => ({
    logical,
    source: 'docker/',
    position: `docker/${path}`,
    local,
    ...(digest === undefined ? {} : { localDigest: digest }),
  }));
}

/** Charts bring images that no file here lists, unless the build's list of all images or the shipped tree is here. */
function unknownImages(parts: CsmParts, charts: readonly ChartEntry[]): readonly Gap[] {
  if (parts.pins !== undefined || parts.tree.length > 0) return [];
  const gaps: Gap[] = [];
  const mapped = new Set(parts.chartMap?.content.rows.map((row) => `${row.chart}:${row.version}`));
  const bare = charts.filter((chart) => !mapped.has(`${chart.chart}:${chart.version}`));
  if (bare.length > 0) {
    const why =
      parts.chartMap === undefined
        ? 'there is no index.txt, chartmap.csv or docker/ tree'
        : `${parts.chartMap.file} has no row for them`;
    gaps.push({
      kind: 'not-scanned',
      target: 'manifests/',
      reason: `the images of ${bare.length} of ${charts.length} chart entries are not known, as far as they have any: ${why}`,
    });
  }
  const packaged = parts.packagedCharts.filter((chart) => !mapped.has(chart));
  if (packaged.length > 0) {
    gaps.push({
      kind: 'not-scanned',
      target: 'helm/index.yaml',
      reason: `the images of charts that are shipped beside the manifests are not known: ${packaged.join(', ')}`,
    });
  }
  return gaps;
}

/** What lib/version.sh states; else the folder's name, `csm-1.2.0` or `v1.2.0`; another name is the version, as of a branch. */
function identity(path: string, parts: CsmParts): ReleaseIdentity {
  const folder = identityOfPath(path);
  const name = parts.stated.name ?? (folder.version === undefined ? undefined : folder.name) ?? 'csm';
  const base = basename(resolve(path));
  return { name, version: parts.stated.version ?? folder.version ?? (base === name || base === '' ? 'unknown' : base) };
}
