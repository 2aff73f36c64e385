// The frame of every HTML page: one file that holds its data, its script and its style, and needs nothing else. It opens from disk and asks the
// network for nothing: the content security policy (CSP Level 3) names the script and the style by their hashes and forbids all else.
import { createHash } from 'node:crypto';
import { PlimsollError } from '../../platform/errors.ts';
import { printable } from '../../platform/printable.ts';
import { TOOL } from '../tool.ts';
import { escapeHtml, escapeJsonForHtml } from './escape.ts';
import type { PageFiles } from './page-files.ts';

/** What a page is made of. */
export interface HtmlDocument {
  /** As text, not markup. */
  readonly title: string;
  /** Its script and its style. */
  readonly page: PageFiles;
  /** Markup of the body above the data. */
  readonly body: string;
  /** Values that the script reads, each from the element with its id. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The document as text. @throws PlimsollError `internal` for a page that cannot stand inside its element. */
export function htmlDocument({ title, page, body, data = {} }: HtmlDocument): string {
  checkEmbeddable(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(page)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${escapeHtml(`${TOOL.name} ${TOOL.version}`)}">
<title>${escapeHtml(printable(title))}</title>
<style>${page.style}</style>
</head>
<body>
${[body, ...Object.entries(data).map(dataBlock)].join('\n')}
<script>${page.script}</script>
</body>
</html>
`;
}

/** JSON that the page reads by the element's id. */
function dataBlock([id, value]: readonly [string, unknown]): string {
  return `<script type="application/json" id="${id}">${escapeJsonForHtml(JSON.stringify(value))}</script>`;
}

/** A data block is not script, so `script-src` does not concern it (HTML, "The script element", data blocks). */
function contentSecurityPolicy(page: PageFiles): string {
  return [
    "default-src 'none'",
    `script-src '${hash(page.script)}'`,
    `style-src '${hash(page.style)}'`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

/** The program's own bundle must not end its element early; a build that did would break every page. */
function checkEmbeddable({ script, style }: PageFiles): void {
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style) || script.includes('\r') || style.includes('\r')) {
    throw new PlimsollError(
      'internal',
      'the script or style of an HTML page holds text that cannot stand inside its element',
    );
  }
}
