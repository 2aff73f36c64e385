// The frame of the pages of a bundle's site: plain documents that open from disk and load nothing; all that they say is in their markup. They look as the
// review and the history do.
import { printable } from '../../platform/printable.ts';
import { escapeHtml } from '../html/escape.ts';
import type { PageFiles } from '../html/page-files.ts';
import { plainDocument } from '../html/plain-document.ts';
import { isFigure } from '../words.ts';

/** A page that others link to. */
export interface SitePage {
  readonly file: string;
  readonly name: string;
}

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
  const numeric = titles.map((_, column) => rows.length > 0 && rows.every((row) => isAmount(row[column] ?? '')));
  const mark = (column: number): string => (numeric[column] === true ? ' class="number"' : '');
  const head = titles.map((title, column) => `<th scope="col"${mark(column)}>${text(title)}</th>`).join('');
  const body = rows.map((row, number) => {
    const id = ids[number];
    const cells = row.map((cell, column) => `<td${mark(column) || longMark(cell)}>${cellHtml(cell)}</td>`).join('');
    return `<tr${id === undefined ? '' : ` id="${text(id)}"`}>${cells}</tr>`;
  });
  const label = text(`Table: ${titles.join(', ')}`);
  // A table wider than the window is moved by the keyboard too.
  return `<div class="scroll" role="group" tabindex="0" aria-label="${label}"><table class="plain-table tight"><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** A number, a share, or nothing. */
function isAmount(cell: SiteCell): boolean {
  if (typeof cell === 'object') return false;
  return cell === '' || isFigure(cell) || /^[<\d.]+ %$/.test(String(cell));
}

/** Characters from which a cell may take several lines. */
const LONG = 48;

function longMark(cell: SiteCell): string {
  return typeof cell === 'string' && cell.length > LONG ? ' class="long"' : '';
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
  return `<section class="panel"><h2>${text(title)}</h2>\n${parts.join('\n')}\n</section>`;
}

/** A list of sentences. */
export function sentences(list: readonly string[]): string {
  return `<ul class="points">${list.map((one) => `<li>${text(one)}</li>`).join('\n')}</ul>`;
}

/** A whole document, ended by a line feed. */
export function pageHtml(
  {
    title,
    pages,
    current,
    body,
  }: {
    readonly title: string;
    readonly pages: readonly SitePage[];
    readonly current: SitePage;
    readonly body: string;
  },
  page: PageFiles,
): string {
  const links = pages.map(({ file, name }) =>
    file === current.file ? `<b aria-current="page">${text(name)}</b>` : link(file, name).html,
  );
  const navigation = `<nav class="site-pages" aria-label="Pages">${links.join('\n')}</nav>`;
  return plainDocument({ title, kicker: current.name, navigation: { html: navigation } }, [{ html: body }], page);
}
