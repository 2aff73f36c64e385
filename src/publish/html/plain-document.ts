// A plain document: all that it says is in its markup, and its script only switches the colours. For the history, the review and the site of a bundle.
import { printable } from '../../platform/printable.ts';
import { isFigure } from '../words.ts';
import { htmlDocument } from './document.ts';
import { escapeHtml } from './escape.ts';
import { builtPage, type PageFiles } from './page-files.ts';

/** Markup that was made of escaped text. */
export interface Markup {
  readonly html: string;
}

/** A cell of a table: text, a number, or nothing. */
export type PlainCell = string | number | undefined;

/** Characters from which a cell may take several lines. */
const LONG = 48;

const MARK =
  '<svg class="mark" viewBox="0 0 32 24" width="40" height="30" aria-hidden="true"><circle cx="16" cy="12" r="9.5" fill="none" stroke="currentColor" stroke-width="2.5"/><path d="M1 12h30" stroke="currentColor" stroke-width="2.5"/></svg>';

/**
 * The document with its head and its sections.
 * @param page the built page; read from the package unless given.
 */
export function plainDocument(
  head: { readonly title: string; readonly kicker: string; readonly navigation?: Markup },
  sections: readonly Markup[],
  page: PageFiles = builtPage('plain'),
): string {
  return htmlDocument({
    title: head.title,
    page,
    body: `<header class="page-header"><div class="title">${MARK}<div><p class="kicker">${plain(head.kicker)}</p><h1>${plain(head.title)}</h1></div><div id="theme"></div></div>${head.navigation?.html ?? ''}</header>
<main class="plain-page">
${sections.map(({ html }) => html).join('\n')}
</main>`,
  });
}

/** A panel with a heading. */
export function section(title: string, ...parts: readonly Markup[]): Markup {
  return {
    html: `<section class="panel"><h2>${plain(title)}</h2>\n${parts.map(({ html }) => html).join('\n')}</section>`,
  };
}

/** A paragraph of text; nothing for none. */
export function paragraph(text: string, kind = ''): Markup {
  return { html: text === '' ? '' : `<p${kind === '' ? '' : ` class="${kind}"`}>${plain(text)}</p>` };
}

/** A list; nothing for none. */
export function list(items: readonly string[]): Markup {
  return {
    html:
      items.length === 0 ? '' : `<ul class="points">${items.map((item) => `<li>${plain(item)}</li>`).join('\n')}</ul>`,
  };
}

/** A table, numbers to the right; it scrolls by itself where it is wider than the window. Nothing without rows. */
export function table(caption: string, titles: readonly string[], rows: readonly (readonly PlainCell[])[]): Markup {
  if (rows.length === 0) return { html: '' };
  const isNumber = titles.map((_, column) => {
    const cells = rows.flatMap((row) => row[column] ?? []);
    return cells.length > 0 && cells.every(isFigure);
  });
  const kind = (column: number): string => (isNumber[column] === true ? ' class="number"' : '');
  const head = titles.map((title, column) => `<th scope="col"${kind(column)}>${plain(title)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${titles.map((_, column) => tableCell(row[column] ?? '', isNumber[column] === true)).join('')}</tr>`,
  );
  return {
    html: `<div class="scroll" tabindex="0" role="region" aria-label="${plain(caption)}"><table class="plain-table tight"><caption class="unseen">${plain(caption)}</caption><thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>`,
  };
}

/** Long text may take several lines; names and ids are not broken. */
function tableCell(cell: string | number, isNumber: boolean): string {
  const kind = isNumber ? ' class="number"' : String(cell).length > LONG ? ' class="long"' : '';
  return `<td${kind}>${plain(String(cell))}</td>`;
}

/** Parts behind a line that opens them. */
export function folded(summary: string, ...parts: readonly Markup[]): Markup {
  return { html: `<details><summary>${plain(summary)}</summary>${parts.map(({ html }) => html).join('\n')}</details>` };
}

function plain(text: string): string {
  return escapeHtml(printable(text));
}
