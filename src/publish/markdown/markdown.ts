// Markdown from text that we did not write. CommonMark 0.31, section 2.4 (backslash escapes); tables as in GitHub's extension.

/** Text that renders as itself: no markup, no HTML, no mentions, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** A table; cells are escaped, the first column to the left, the others to the right. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `| ${titles.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}
