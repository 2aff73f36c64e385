// CSM's chartmap.csv: reads `manifest,chart,image` rows, the output of build/images/extract.sh, where chart is `source/name:version`.
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { normalizeReference } from '../../image/reference.ts';

/** One row: a chart of a manifest names an image. */
export interface ChartMapRow {
  readonly manifest: string;
  readonly chart: string;
  readonly version: string;
  /** Reference in normal form; CSM releases differ in whether they wrote it so. */
  readonly logical: string;
  /** `chartmap.csv:12`. */
  readonly position: string;
}

/** The rows of the table, and what in it is not readable. */
export interface ChartMap {
  readonly rows: readonly ChartMapRow[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads the table. The header row is optional; an unreadable row is a gap.
 * @param file name for positions
 */
export function parseChartMap(text: string, file: string): ChartMap {
  const rows: ChartMapRow[] = [];
  const gaps: Gap[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const content = raw.trim();
    if (content === '' || (index === 0 && content === 'manifest,chart,image')) continue;
    try {
      rows.push(parseRow(content, `${file}:${index + 1}`));
    } catch (error) {
      gaps.push({ kind: 'file-unparsed', target: file, location: `line ${index + 1}`, reason: messageOf(error) });
    }
  }
  return { rows, gaps };
}

function parseRow(content: string, position: string): ChartMapRow {
  const [manifest = '', chart = '', image, ...rest] = content.split(',').map((cell) => cell.replace(/^"(.*)"$/, '$1'));
  const match = /^(?:[^:]*\/)?([^/:]+):(.+)$/.exec(chart);
  if (image === undefined || rest.length > 0 || match?.[1] === undefined || match[2] === undefined) {
    throw new Error('it is no row manifest,source/chart:version,image');
  }
  return { manifest, chart: match[1], version: match[2], logical: normalizeReference(image), position };
}
