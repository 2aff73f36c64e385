// A table as spreadsheets have it: named columns and rows of cells. What csv/ and xlsx/ write; both write the same cells.
import { printable } from '../../platform/printable.ts';

/** A cell. Null is a missing value, which is an empty cell; a zero is a statement. */
export type Cell = string | number | boolean | null;

/** What a column holds, which decides how a spreadsheet shows it. `percent` is of 100, `share` of 1. */
export type ColumnKind = 'text' | 'digest' | 'count' | 'score' | 'mean' | 'percent' | 'share' | 'flag';

/** A column and how its cell is taken from what a row stands for. */
export interface ColumnOf<Row> {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly cell: (row: Row) => Cell | undefined;
}

/** A finished table. Every row has a cell for every column. */
export interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Makes a table. Text is made safe for spreadsheets (safeText); what is undefined is an empty cell. */
export function tableOf<Row>(name: string, columns: readonly ColumnOf<Row>[], rows: readonly Row[]): Table {
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, kind: column.kind })),
    rows: rows.map((row) =>
      columns.map(({ cell }) => {
        const value = cell(row) ?? null;
        return typeof value === 'string' ? safeText(value) : value;
      }),
    ),
  };
}

/** What makes a spreadsheet take text for a formula: OWASP, "CSV Injection", with the full-width forms of the same signs. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/;

/**
 * Text that no spreadsheet runs and no terminal obeys: an apostrophe stands before what would be a formula, and control, invisible and
 * reordering characters, line breaks among them, are written out as `\u{1b}`. Empty text stays empty.
 */
export function safeText(text: string): string {
  const shown = printable(text);
  return FORMULA.test(shown) ? `'${shown}` : shown;
}
