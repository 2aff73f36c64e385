// Writes a table as comma-separated values: RFC 4180, UTF-8 without a byte order mark, a header line, lines ended by CR LF.
import type { Cell, Table } from '../tables/table.ts';

/** The text. A missing value is an empty field, numbers have a point, flags are `true` and `false`. */
export function csvText({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => row.map(field).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** RFC 4180 section 2, rules 5 to 7; spaces at the ends are quoted too, because some readers trim fields. */
function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
