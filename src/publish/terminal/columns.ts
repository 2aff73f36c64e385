// Rows of short texts as aligned columns, for lists that are read down.
import { displayWidth, fitEnd, fitMiddle, printable } from '../../platform/printable.ts';

/** Space that a line begins with, and between its columns. */
const MARGIN = 2;
/** What the first column keeps, and the last is counted with, when a row is too long. */
const LEAST = { first: 10, last: 24 } as const;

/**
 * Lines of at most so many columns, indented, their cells aligned; columns that are empty throughout are left out. The first column gives way
 * when a row is too long, the last is cut; `cut` stands where something is missing.
 */
export function alignedRows(rows: readonly (readonly string[])[], columns: number, cut = '…'): readonly string[] {
  const count = largest(rows.map((row) => row.length));
  const used = Array.from({ length: count }, (_, at) => at).filter((at) => rows.some((row) => (row[at] ?? '') !== ''));
  const cells = rows.map((row) => used.map((at) => printable(row[at] ?? '')));
  const widths = used.map((_, at) => largest(cells.map((row) => displayWidth(row[at] ?? ''))));
  const behind = widths
    .slice(1)
    .reduce((sum, width, at) => sum + MARGIN + (at === used.length - 2 ? Math.min(width, LEAST.last) : width), 0);
  widths[0] = Math.min(widths[0] ?? 0, Math.max(LEAST.first, columns - MARGIN - behind));
  return cells.map((row) => {
    const line = row
      .map((cell, at) => pad(fitMiddle(cell, at === 0 ? (widths[0] ?? 0) : Infinity, cut), widths[at] ?? 0))
      .join(' '.repeat(MARGIN));
    return fitEnd(' '.repeat(MARGIN) + line, columns, cut).trimEnd();
  });
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
