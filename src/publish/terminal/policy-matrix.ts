// The matrix of controls as text for a terminal: a row a workload, then what each control stops and where it is missing.
import type { ControlMatrix } from '../../posture/policy/matrix/matrix.ts';
import { COLUMN_TITLES, cellWord, countText, matrixTitle, nextText } from '../policy-matrix.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Workloads whose next step is told; all are in the other forms. */
const NEXT_SHOWN = 20;

/** The matrix. */
export function policyMatrixTable(matrix: ControlMatrix, policies: number, options: TerminalOptions): string {
  const width = Math.max(40, options.columns);
  const titles = matrix.controls.map(({ id }) => COLUMN_TITLES[id]);
  const rows = matrix.rows.map(({ subject, cells }) => [subject, ...cells.map(cellWord)]);
  const next = matrix.rows.flatMap((row) => {
    const text = nextText(matrix, row);
    return text === undefined ? [] : [{ subject: row.subject, text }];
  });
  return [
    paint(matrixTitle(matrix, policies), 'strong', options),
    '',
    ...alignedRows([['Workload', ...titles], ...rows], width, glyphsOf(options).cut),
    '',
    ...matrix.controls.flatMap(({ id, title, stops }) => {
      const counts = matrix.counts[id];
      return counts === undefined
        ? []
        : [...wrap(`${title}: ${countText(counts)}`, width, '  '), ...indented('    ', `stops ${stops}`, width)];
    }),
    ...(next.length === 0 ? [] : ['', '  What each workload could have next:']),
    ...next
      .slice(0, NEXT_SHOWN)
      .flatMap(({ subject, text }) => [
        `  ${shown(subject, options)}`,
        ...indented('    ', shown(text, options), width),
      ]),
    ...(next.length > NEXT_SHOWN ? [`  and ${next.length - NEXT_SHOWN} more in --format json or html`] : []),
  ].join('\n');
}
