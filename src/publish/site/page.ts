// The frame of the pages of a bundle's site: plain documents without script, that open from disk and load nothing (CSP Level 3: the style is
// named by its hash, all else is forbidden). Colours and type are those of the report.
import { createHash } from 'node:crypto';
import { printable } from '../../platform/printable.ts';
import { escapeHtml } from '../html/escape.ts';
import type { PageFiles } from '../html/page-files.ts';
import { TOOL } from '../tool.ts';

/** A page that others link to. */
export interface SitePage {
  readonly file: string;
  readonly name: string;
}

/** The style of what the report does not have. */
const STYLE = `
.site nav{display:flex;flex-wrap:wrap;gap:4px 18px;padding:14px 0;border-bottom:1px solid var(--line);margin-bottom:22px}
.site nav b{margin-right:8px}
.site section{margin:26px 0}
.site h2{margin-bottom:8px}
.site table{border-collapse:collapse;max-width:100%}
.site .wide{overflow-x:auto}
.site th,.site td{text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}
.site td.number,.site th.number{text-align:right;white-space:nowrap}
.site td,.site p,.site li,.site h1{overflow-wrap:anywhere}
.site .notice{border-left:4px solid var(--warn-line);background:var(--warn-soft);padding:10px 14px;margin:14px 0}
.site li{margin:4px 0 4px 18px;list-style:disc}
.site footer{margin-top:36px;color:var(--ink-3);font-size:12px}
`;

/** Text from outside as content or attribute. */
export function text(value: string): string {
  return escapeHtml(printable(value));
}

/** A cell: text, or HTML that was made here. Numbers stand to the right. */
export type SiteCell = string | number | { readonly html: string };

/** A table; `ids` give rows a name by which they are found again. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly SiteCell[])[],
  ids: readonly string[] = [],
): string {
  const numeric = titles.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const mark = (column: number): string => (numeric[column] === true ? ' class="number"' : '');
  const head = titles.map((title, column) => `<th scope="col"${mark(column)}>${text(title)}</th>`).join('');
  const body = rows.map((row, number) => {
    const id = ids[number];
    const cells = row.map((cell, column) => `<td${mark(column)}>${cellHtml(cell)}</td>`).join('');
    return `<tr${id === undefined ? '' : ` id="${text(id)}"`}>${cells}</tr>`;
  });
  const label = text(`Table: ${titles.join(', ')}`);
  // A table wider than the window is moved by the keyboard too.
  return `<div class="wide" role="group" tabindex="0" aria-label="${label}"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

function cellHtml(cell: SiteCell): string {
  if (typeof cell === 'object') return cell.html;
  return typeof cell === 'number' ? String(cell) : text(cell);
}

/** A link within the bundle. The address is made here or escaped by encodeURIComponent. */
export function link(address: string, words: string): { readonly html: string } {
  return { html: `<a href="${escapeHtml(address)}">${text(words)}</a>` };
}

/** A section with its heading. */
export function section(title: string, ...parts: readonly string[]): string {
  return `<section><h2>${text(title)}</h2>\n${parts.join('\n')}\n</section>`;
}

/** A whole document, ended by a line feed. */
export function pageHtml(
  { title, pages, current, body }: { title: string; pages: readonly SitePage[]; current: string; body: string },
  { style }: Pick<PageFiles, 'style'>,
): string {
  const policy = `default-src 'none'; style-src ${[style, STYLE].map((one) => `'${hash(one)}'`).join(' ')}; base-uri 'none'; form-action 'none'`;
  const links = pages.map(({ file, name }) =>
    file === current ? `<b aria-current="page">${text(name)}</b>` : link(file, name).html,
  );
  return `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>${style}</style>
<style>${STYLE}</style>
</head>
<body class="site">
<nav aria-label="Pages">${links.join('\n')}</nav>
<main>
${body}
</main>
<footer>${text(`${TOOL.name} ${TOOL.version}`)}</footer>
</body>
</html>
`;
}

function hash(content: string): string {
  return `sha256-${createHash('sha256').update(content, 'utf8').digest('base64')}`;
}
