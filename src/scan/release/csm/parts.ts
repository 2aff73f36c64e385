// The files of a CSM release: finds and reads each, gives what they hold. A file that is not there is an empty part, an unreadable one a gap.
import { join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { type DirImage, findDirImages } from '../dir-images.ts';
import { isInside, readMember, walkFolder } from '../folder.ts';
import { parseReferenceList, type ReferenceList } from '../reference-list.ts';
import { entriesAt, parseYaml } from '../yaml.ts';
import { type ChartMap, parseChartMap } from './chart-map.ts';
import { type ImageIndex, parseImageIndex } from './image-index.ts';
import { type LoftsmanManifest, parseLoftsman } from './loftsman.ts';
import { unscannedMembers } from './members.ts';

/** A file that was found and read. */
export interface Found<T> {
  /** Below the release's folder. */
  readonly file: string;
  readonly content: T;
}

/** Everything read from a release's folder. */
export interface CsmParts {
  /** docker/index.yaml. */
  readonly index: Found<ImageIndex> | undefined;
  readonly manifests: readonly Found<LoftsmanManifest>[];
  /** Charts of helm/index.yaml, `name:version`. */
  readonly packagedCharts: readonly string[];
  /** The list of pinned images, index.txt. */
  readonly pins: Found<ReferenceList> | undefined;
  readonly chartMap: Found<ChartMap> | undefined;
  /** Images of the docker/ tree. */
  readonly tree: readonly DirImage[];
  /** Name and version that lib/version.sh states. */
  readonly stated: { readonly name?: string; readonly version?: string };
  readonly gaps: readonly Gap[];
}

/** Where builds leave the list of pinned images: at the root of what a site gets, or in a checkout that was built. */
const PIN_LISTS = ['index.txt', 'images.txt', 'images/index.txt', 'build/images/index.txt'] as const;
const CHART_MAPS = [
  'chartmap.csv',
  'images/chartmap.csv',
  'build/images/chartmap.csv',
  'scans/docker/chartmap.csv',
] as const;

/**
 * Reads a release's folder.
 * @throws PlimsollError `input-missing` when the folder is not there; LimitError when it holds too much
 */
export function readParts(folder: string): CsmParts {
  const gaps: Gap[] = [...unscannedMembers(folder)];
  const read = <T>(files: readonly string[], parse: (text: string, file: string) => T): Found<T> | undefined =>
    readFirst(folder, files, parse, gaps);
  return {
    index: read(['docker/index.yaml'], parseImageIndex),
    manifests: listNames(folder, 'manifests', gaps)
      .filter((name) => /\.ya?ml$/.test(name))
      .flatMap((name) => read([`manifests/${name}`], parseLoftsman) ?? []),
    packagedCharts: read(['helm/index.yaml'], parseHelmIndex)?.content ?? [],
    pins: read(
      [...PIN_LISTS, ...listNames(folder, '', gaps).filter((name) => name.endsWith('-images.txt'))],
      parseReferenceList,
    ),
    chartMap: read(CHART_MAPS, parseChartMap),
    tree: readTree(folder, gaps),
    stated: read(['lib/version.sh'], parseVersionScript)?.content ?? {},
    gaps,
  };
}

/**
 * Names of the files and links directly in a folder of the release, sorted; none when it is not there.
 * @throws PlimsollError `input-unreadable`; LimitError
 */
export function namesIn(folder: string, path: string): readonly string[] {
  try {
    const entries = [...walkFolder(join(folder, path), () => false)];
    return entries.filter((entry) => entry.kind === 'file' || entry.kind === 'link').map((entry) => entry.path);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'input-missing') return [];
    throw error;
  }
}

function listNames(folder: string, path: string, gaps: Gap[]): readonly string[] {
  try {
    return namesIn(folder, path);
  } catch (error) {
    gaps.push({ kind: gapKind(error), target: `${path}/`, reason: messageOf(error) });
    return [];
  }
}

function readFirst<T>(
  folder: string,
  files: readonly string[],
  parse: (text: string, file: string) => T,
  gaps: Gap[],
): Found<T> | undefined {
  for (const file of files) {
    try {
      const text = readMember(folder, file);
      if (text !== undefined) return { file, content: parse(text, file) };
    } catch (error) {
      gaps.push({ kind: gapKind(error), target: file, reason: messageOf(error) });
      return undefined;
    }
  }
  return undefined;
}

function readTree(folder: string, gaps: Gap[]): readonly DirImage[] {
  try {
    if (!isInside(folder, 'docker')) {
      throw new PlimsollError('input-unreadable', "docker is a link that leads out of the release's folder");
    }
    const found = findDirImages(join(folder, 'docker'), 'docker/');
    for (const gap of found.gaps) gaps.push(gap);
    return found.images;
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'input-missing') return [];
    gaps.push({ kind: gapKind(error), target: 'docker/', reason: messageOf(error) });
    return [];
  }
}

/** `repository: {charts: {name: [version]}}`; releases that list all charts in manifests leave it empty, which YAML reads as null. */
function parseHelmIndex(text: string, file: string): readonly string[] {
  const charts: string[] = [];
  for (const repository of entriesAt(parseYaml(text, file))) {
    for (const chart of entriesAt(repository.value, 'charts')) {
      const versions = chart.value.kind === 'list' ? chart.value.items : [chart.value];
      for (const version of versions) {
        charts.push(`${chart.key}:${version.kind === 'scalar' ? version.text : ''}`);
      }
    }
  }
  return charts.sort();
}

/** The script that CSM's build writes (gen-version-sh): `RELEASE_NAME:="csm"` and `RELEASE_VERSION:="1.2.0"`. */
function parseVersionScript(text: string): { readonly name?: string; readonly version?: string } {
  const name = /RELEASE_NAME:="([\w.+-]+)"/.exec(text)?.[1];
  const version = /RELEASE_VERSION:="([\w.+-]+)"/.exec(text)?.[1];
  return { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) };
}

function gapKind(error: unknown): Gap['kind'] {
  return error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
}
