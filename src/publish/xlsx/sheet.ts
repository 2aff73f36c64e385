// One sheet of a workbook: a table with its header frozen, a filter on every column, and columns as wide as their content.
// ECMA-376 Part 1, 18.3.1 (worksheet and its parts, in the order that the schema demands).
import { displayWidth } from '../../platform/printable.ts';
import type { Cell, Table } from '../tables/table.ts';
import type { SharedStrings } from './shared-strings.ts';
import { HEADER_STYLE, styleOf } from './styles.ts';
import { XML } from './xml.ts';

/** Rows of a sheet, its header included (Excel, "specifications and limits"). */
export const SHEET_ROWS = 1_048_576;

/** Widths in characters. A digest is known by its beginning; the filter's arrow covers the end of a header. */
const WIDTH = { least: 7, most: 60, digest: 20, arrow: 3 } as const;
const ROWS_IN_PIECE = 2000;

/** `A1:U50001`: the header and the rows of a table. */
export function rangeOf({ columns, rows }: Pick<Table, 'columns' | 'rows'>, absolute = false): string {
  const sign = absolute ? '$' : '';
  return `${sign}A${sign}1:${sign}${columnName(columns.length - 1)}${sign}${rows.length + 1}`;
}

/** The part of a table, in pieces; its texts are numbered on the way. */
export function* sheetXml(table: Table, strings: SharedStrings, first: boolean): Generator<string, void> {
  const { columns, rows } = table;
  const widths = columns.map(
    (_, index) => `<col min="${index + 1}" max="${index + 1}" width="${width(table, index)}" customWidth="1"/>`,
  );
  yield `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="${rangeOf(table)}"/><sheetViews><sheetView workbookViewId="0"${first ? ' tabSelected="1"' : ''}><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${widths.join('')}</cols><sheetData>`;
  const names = columns.map((_, index) => columnName(index));
  const styles = columns.map(({ kind }) => styleOf(kind));
  yield rowXml(
    1,
    columns.map(({ name }, index) => cellXml(name, `${names[index]}1`, HEADER_STYLE, strings)),
  );
  for (let start = 0; start < rows.length; start += ROWS_IN_PIECE) {
    let piece = '';
    for (const [offset, row] of rows.slice(start, start + ROWS_IN_PIECE).entries()) {
      const number = start + offset + 2;
      const cells = row.map((cell, index) => cellXml(cell, `${names[index]}${number}`, styles[index] ?? 0, strings));
      piece += rowXml(number, cells);
    }
    yield piece;
  }
  yield `</sheetData><autoFilter ref="${rangeOf(table)}"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>
`;
}

function rowXml(number: number, cells: readonly string[]): string {
  return `<row r="${number}">${cells.join('')}</row>`;
}

/** A text is always a text: there is no way to write a formula. */
function cellXml(cell: Cell, reference: string, style: number, strings: SharedStrings): string {
  if (cell === null) return '';
  const start = `<c r="${reference}"${style === 0 ? '' : ` s="${style}"`}`;
  if (typeof cell === 'number') return `${start}><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `${start} t="b"><v>${cell ? 1 : 0}</v></c>`;
  return `${start} t="s"><v>${strings.numberOf(cell)}</v></c>`;
}

function width({ columns, rows }: Table, index: number): number {
  const column = columns[index];
  const head = displayWidth(column?.name ?? '') + WIDTH.arrow;
  const most = column?.kind === 'digest' ? WIDTH.digest : WIDTH.most;
  let widest = Math.max(WIDTH.least, head);
  for (const row of rows) {
    const cell = row[index] ?? null;
    if (widest >= most) break;
    if (cell !== null) widest = Math.max(widest, Math.min(most, displayWidth(String(cell)) + 1));
  }
  return Math.max(head, widest);
}

/** A, B, … Z, AA, AB … */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
