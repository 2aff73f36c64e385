// Markdown from text that we did not write. CommonMark 0.31, section 2.4 (backslash escapes); tables as in GitHub's extension.

import { printable } from '../../platform/printable.ts';

/** Text that renders as itself: no markup, no HTML, no mentions, nothing that hides or reorders, on one line. */
export function escapeMarkdown(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
    .replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** A table; cells are escaped. The first column stands to the left, the others to the right unless told otherwise. */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean = (column) => column > 0,
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `| ${titles.map((_, column) => (isRight(column) ? '---:' : '---')).join(' | ')} |`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}
