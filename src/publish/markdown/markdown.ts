// Markdown from text that we did not write. CommonMark 0.31, section 2.4 (backslash escapes); tables as in GitHub's extension.

import { printable } from '../../platform/printable.ts';
import { isFigure } from '../words.ts';

/** Text that renders as itself: no markup, no HTML, no mentions, nothing that hides or reorders, on one line. */
export function escapeMarkdown(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
    .replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** A count with its share or difference, or a share alone. */
function isAmount(cell: string): boolean {
  return isFigure(cell) || /^[\d,]+ \([<\d.]+ %\)$|^[<\d.]+ %$/.test(cell);
}

/** A table; cells are escaped. Columns of figures stand to the right, others to the left. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const isRight = (column: number): boolean => {
    const cells = rows.flatMap((row) => row[column] || []);
    return cells.length > 0 && cells.every(isAmount);
  };
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `| ${titles.map((_, column) => (isRight(column) ? '---:' : '---')).join(' | ')} |`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}
