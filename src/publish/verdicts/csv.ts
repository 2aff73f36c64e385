// Results of checks as a table: a line a check.
import { csvText } from '../csv/write.ts';
import { type ColumnOf, tableOf } from '../tables/table.ts';
import type { ReportedVerdict, VerdictReport } from './report.ts';

/** Several pieces of evidence, or places, stand behind each other with a semicolon between them. */
const COLUMNS: readonly ColumnOf<ReportedVerdict>[] = [
  { name: 'check', kind: 'text', cell: ({ check }) => check },
  { name: 'category', kind: 'text', cell: ({ category }) => category },
  { name: 'verdict', kind: 'text', cell: ({ verdict }) => verdict },
  { name: 'subject', kind: 'text', cell: ({ subject }) => subject },
  { name: 'title', kind: 'text', cell: ({ title }) => title },
  { name: 'reason', kind: 'text', cell: ({ reason }) => reason },
  { name: 'evidence', kind: 'text', cell: ({ evidence }) => evidence.join('; ') },
  { name: 'places', kind: 'text', cell: ({ places }) => places.join('; ') },
  { name: 'remediation', kind: 'text', cell: ({ remediation }) => remediation },
  { name: 'waiver', kind: 'text', cell: ({ waiver }) => waiver },
];

/** The table, with its header. */
export function verdictsCsv({ source, results }: VerdictReport): string {
  return csvText(tableOf(source, COLUMNS, results));
}
