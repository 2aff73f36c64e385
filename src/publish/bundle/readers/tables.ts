// Reads the findings back from the tables of a bundle: comma-separated values (RFC 4180) and the workbook (ECMA-376 Part 1).
import { csvRecords } from '../../../platform/csv.ts';
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type ZipMember, zipContent, zipMembers, zipOf } from '../../../platform/zip.ts';
import { childOf, childrenOf, childText, type XmlElement, XmlRecords } from '../../../scan/advisory/xml/records.ts';
import type { CountedRow, Figures } from './figures.ts';

/** Columns of a sheet that are looked at; every row is as wide as its last cell. Our own tables have half as many. */
const MOST_COLUMNS = 100;

/** Cells by row and column, the header first. */
type Rows = readonly (readonly string[])[];

/** The findings of the table. @throws ParseError */
export function csvRows(text: string): readonly CountedRow[] {
  return countedRows(parseCsv(text));
}

/** The gross figures of the table of statistics. @throws ParseError */
export function csvFigures(text: string): Figures {
  return tableFigures(parseCsv(text));
}

/** Cells of a column that hold numbers, added up; empty cells count nothing. @throws ParseError without the column. */
export function csvSum(text: string, column: string): number {
  const table = parseCsv(text);
  const cellOf = columnsOf(table);
  return table.slice(1).reduce((sum, row) => sum + Number(cellOf(row, column)), 0);
}

function parseCsv(text: string): Rows {
  return [...csvRecords(text, 'the table')].map(({ fields }) => fields);
}

/** What a workbook tells: the rows of its sheets `findings`, `findings 2`, …, and the figures of `statistics`. @throws ParseError, LimitError */
export function workbookContent(bytes: Uint8Array): {
  readonly rows: readonly CountedRow[];
  readonly figures: Figures;
} {
  const archive = zipOf(bytes);
  const members = new Map([...zipMembers(archive, LIMITS.archiveMembers)].map((member) => [member.path, member]));
  const part = (path: string, names: readonly string[]): readonly XmlElement[] => {
    const member: ZipMember | undefined = members.get(path);
    if (member === undefined) throw new ParseError(`the workbook has no ${path}`);
    return elements(path, zipContent(archive, member, LIMITS.archiveUnpackedBytes), names);
  };
  const strings = part('xl/sharedStrings.xml', ['si']).map((one) => childText(one, 't') ?? '');
  const names = part('xl/workbook.xml', ['sheet']).map(({ attributes }) => attributes['name'] ?? '');
  const sheets = (pattern: RegExp): readonly Rows[] =>
    names.flatMap((name, index) =>
      pattern.test(name) ? [sheetRows(part(`xl/worksheets/sheet${index + 1}.xml`, ['row']), strings)] : [],
    );
  return {
    rows: sheets(/^findings(?: \d+)?$/).flatMap(countedRows),
    figures: tableFigures(sheets(/^statistics$/)[0] ?? []),
  };
}

function elements(path: string, bytes: Uint8Array, names: readonly string[]): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const reader = new XmlRecords(path, names, { record: (element) => found.push(element) });
  reader.push(bytes);
  reader.end();
  return found;
}

/** Cells in their columns; those that are not there are empty. */
function sheetRows(rows: readonly XmlElement[], strings: readonly string[]): Rows {
  return rows.map((row) => {
    const cells: string[] = [];
    for (const cell of childrenOf(row, 'c')) {
      const value = childOf(cell, 'v')?.text ?? '';
      cells[columnOf(cell.attributes['r'] ?? '')] =
        cell.attributes['t'] === 's' ? (strings[Number(value)] ?? '') : value;
    }
    return Array.from(cells, (cell) => cell ?? '');
  });
}

/** `A1` is 0, `AA1` 26. */
function columnOf(reference: string): number {
  const [, letters] = /^([A-Z]{1,2})\d+$/.exec(reference) ?? [];
  if (letters === undefined) throw new ParseError('a cell of the workbook without a place');
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64;
  if (number > MOST_COLUMNS) throw new ParseError(`a sheet of more than ${MOST_COLUMNS} columns`);
  return number - 1;
}

function countedRows(table: Rows): readonly CountedRow[] {
  const cellOf = columnsOf(table);
  return table.slice(1).map((row) => ({
    slot: cellOf(row, 'slot'),
    vulnerability: cellOf(row, 'vulnerability'),
    severity: cellOf(row, 'severity'),
    fixable: cellOf(row, 'fixState') === 'fixed',
  }));
}

function tableFigures(table: Rows): Figures {
  const cellOf = columnsOf(table);
  const figures = new Map<string, number>();
  for (const row of table.slice(1)) {
    if (cellOf(row, 'figures') !== 'gross') continue;
    const [basis, severity] = [cellOf(row, 'basis'), cellOf(row, 'severity')];
    figures.set(`${basis}.${severity}`, Number(cellOf(row, 'count')));
    if (severity === 'total') figures.set(`${basis}.fixable`, Number(cellOf(row, 'fixable')));
  }
  return figures;
}

/** Gives the cell of a column by its name; a table without the column is none of ours. */
function columnsOf([header = []]: Rows): (row: readonly string[], name: string) => string {
  const columns = new Map(header.map((name, index) => [name, index]));
  return (row, name) => {
    const index = columns.get(name);
    if (index === undefined) throw new ParseError(`the table has no column ${name}`);
    return row[index] ?? '';
  };
}
