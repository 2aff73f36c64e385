// The matrix of controls as a page: the table, what each control stops and who lacks it, and what stands against it.
import type { Gap } from '../../platform/gap.ts';
import type { SetBy } from '../../posture/policy/matrix/cell.ts';
import type { ControlMatrix } from '../../posture/policy/matrix/matrix.ts';
import { COLUMN_TITLES, cellWord, countText, matrixTitle, SET_BY_WORDS } from '../policy-matrix.ts';
import { plural } from '../words.ts';
import { gapSection } from './gap-section.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

const WORDS = Object.keys(SET_BY_WORDS) as SetBy[];

/** The matrix as one HTML document. @param page the built page; read from the package unless given */
export function policyMatrixHtml(
  matrix: ControlMatrix,
  policies: number,
  gaps: readonly Gap[],
  page?: PageFiles,
): string {
  return plainDocument(
    { kicker: 'Controls of workloads', title: matrixTitle(matrix, policies) },
    [
      section(
        'Controls',
        table(
          'Workloads by control and by what sets it',
          ['Control', ...WORDS],
          matrix.controls.map(({ id, title }) => [title, ...WORDS.map((word) => matrix.counts[id]?.[word])]),
        ),
        folded('What the words mean', list(WORDS.map((word) => `${word}: ${SET_BY_WORDS[word]}`))),
      ),
      section(
        'Workloads',
        table(
          'By what each control of a workload is set',
          ['Workload', ...matrix.controls.map(({ id }) => COLUMN_TITLES[id])],
          matrix.rows.map(({ subject, cells }) => [subject, ...cells.map(cellWord)]),
        ),
      ),
      ...matrix.controls.map((control) => controlSection(control, matrix)),
      ...gapSection(gaps),
    ],
    page,
  );
}

function controlSection({ id, title, stops, costs }: ControlMatrix['controls'][number], matrix: ControlMatrix): Markup {
  const counts = matrix.counts[id];
  const lacking = matrix.rows.flatMap(({ subject, cells }) =>
    cells
      .filter(
        ({ check, next, verdict }) =>
          check === id && verdict !== 'pass' && (next !== undefined || verdict === 'no-evidence'),
      )
      .map((cell) => ({ subject, cell })),
  );
  return section(
    title,
    paragraph(`Stops ${stops}. Costs: ${costs}.`),
    paragraph(counts === undefined ? '' : `${countText(counts)}.`),
    ...(lacking.length === 0
      ? []
      : [
          folded(
            `${plural(lacking.length, 'workload')} without it, and what stands against it`,
            table(
              `Workloads without: ${title}`,
              ['Workload', 'State', 'What was seen', 'Against it'],
              lacking.map(({ subject, cell: { setBy, evidence, next } }) => [
                subject,
                setBy,
                evidence.slice(1).join('; '),
                (next?.breaks ?? []).join('; '),
              ]),
            ),
          ),
        ]),
  );
}
