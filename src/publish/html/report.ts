// The HTML report: one file that holds its data, its script and its style, and needs nothing else. It opens from disk and asks the
// network for nothing: the content security policy (CSP Level 3) names the script and the style by their hashes and forbids all else.
import { createHash } from 'node:crypto';
import { formatPercent } from '../../explain/shares.ts';
import type { Statistics } from '../../explain/statistics.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { printable } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';
import { BASES, day } from '../words.ts';
import { escapeHtml, escapeJsonForHtml } from './escape.ts';
import { packageColumns } from './package-columns.ts';
import { builtPage, type PageFiles } from './page-files.ts';
import { reportData } from './report-data.ts';

/**
 * The report of an assessment as one HTML document. Names from images and advisories are data to it, never markup.
 * @param page the built page; read from the package unless given.
 */
export function reportHtml(assessment: Assessment, statistics: Statistics, page: PageFiles = builtPage()): string {
  const { release } = assessment;
  const title = escapeHtml(printable(`${release.name} ${release.version}: security report`));
  const packages = packageColumns(assessment);
  const data = reportData(assessment, statistics, packages, TOOL);
  checkEmbeddable(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(page)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${escapeHtml(`${TOOL.name} ${TOOL.version}`)}">
<title>${title}</title>
<style>${page.style}</style>
</head>
<body>
<div id="app"></div>
<noscript>${withoutScript(assessment, statistics)}</noscript>
${dataBlock('data', data)}
${dataBlock('packages', packages)}
<script>${page.script}</script>
</body>
</html>
`;
}

/** JSON that the page reads by the element's id. */
function dataBlock(id: string, value: unknown): string {
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

/** The program's own bundle must not end its element early; a build that did would break every report. */
function checkEmbeddable({ script, style }: PageFiles): void {
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style) || script.includes('\r') || style.includes('\r')) {
    throw new PlimsollError('internal', 'the page of the HTML report holds text that cannot stand inside its element');
  }
}

/** The figures for readers whose browser runs no scripts. */
function withoutScript(assessment: Assessment, statistics: Statistics): string {
  const { release, advisorySet, asOf } = assessment;
  const rows = SEVERITY_LEVELS.map((level) => {
    const cells = BASES.map((basis) => {
      const figure = statistics[basis][level];
      return `<td>${figure.count} (${escapeHtml(formatPercent(figure))} %, ${figure.fixable} fixable)</td>`;
    });
    return `<tr><th scope="row">${level}</th>${cells.join('')}</tr>`;
  });
  const totals = BASES.map((basis) => `<td>${statistics[basis].total}</td>`).join('');
  const warning = statistics.headline
    ? ''
    : `<p><strong>Figures are incomplete:</strong> ${escapeHtml(printable(statistics.headlineReason))}</p>`;
  return `<h1>${escapeHtml(printable(`${release.name} ${release.version}`))}</h1>
<p>Advisory set ${escapeHtml(printable(`of ${day(advisorySet.builtAt)}, as of ${asOf}`))}. Lists of images and findings need JavaScript; nothing is loaded from elsewhere.</p>
${warning}<table><tr><th scope="col">severity</th>${BASES.map((basis) => `<th scope="col">${basis}</th>`).join('')}</tr>
${rows.join('\n')}
<tr><th scope="row">total</th>${totals}</tr></table>`;
}
