// What may lie beside results and says more of the release: CSM's list of images, which shows whose results are missing, and its chart map.
import { LimitError, messageOf } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { formatChart } from '../release/chart-entry.ts';
import { parseChartMap } from '../release/csm/chart-map.ts';
import { readMember } from '../release/folder.ts';
import { parseReferenceList } from '../release/reference-list.ts';

/** What the files say. */
export interface ReleaseFiles {
  /** Logical references that the release lists. */
  readonly expected: readonly string[];
  /** The file that lists them. */
  readonly list: string;
  readonly charts: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
}

const LISTS = ['index.txt', 'images.txt', 'docker/index.txt'] as const;
const CHART_MAPS = ['chartmap.csv', 'docker/chartmap.csv', 'scans/docker/chartmap.csv'] as const;

/** Reads the first list and the first chart map that are there. */
export function readReleaseFiles(folder: string): ReleaseFiles {
  const gaps: Gap[] = [];
  const list = firstMember(folder, LISTS, gaps);
  const map = firstMember(folder, CHART_MAPS, gaps);
  const references = list === undefined ? undefined : parseReferenceList(list.text, list.file);
  const rows = map === undefined ? undefined : parseChartMap(map.text, map.file);
  const charts = new Map<string, readonly string[]>();
  for (const [logical, group] of Map.groupBy(rows?.rows ?? [], (row) => row.logical)) {
    charts.set(logical, [...new Set(group.map(formatChart))].sort());
  }
  return {
    expected: [...new Set(references?.references.map(({ logical }) => logical) ?? [])],
    list: list?.file ?? '',
    charts,
    gaps: [...gaps, ...(references?.gaps ?? []), ...(rows?.gaps ?? [])],
  };
}

function firstMember(
  folder: string,
  files: readonly string[],
  gaps: Gap[],
): { readonly file: string; readonly text: string } | undefined {
  for (const file of files) {
    try {
      const text = readMember(folder, file);
      if (text !== undefined) return { file, text };
    } catch (error) {
      gaps.push({
        kind: error instanceof LimitError ? 'limit-reached' : 'file-unparsed',
        target: file,
        reason: messageOf(error),
      });
    }
  }
  return undefined;
}
