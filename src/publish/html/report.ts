// The HTML report: the data of an assessment in a page that shows it, filters and sorts.
import { formatPercent } from '../../explain/shares.ts';
import type { Statistics } from '../../explain/statistics.ts';
import { printable } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';
import { BASES, day } from '../words.ts';
import { htmlDocument } from './document.ts';
import { escapeHtml } from './escape.ts';
import { packageColumns } from './package-columns.ts';
import { builtPage, type PageFiles } from './page-files.ts';
import { reportData } from './report-data.ts';

/**
 * The report of an assessment as one HTML document. Names from images and advisories are data to it, never markup.
 * @param page the built page; read from the package unless given.
 */
export function reportHtml(assessment: Assessment, statistics: Statistics, page: PageFiles = builtPage()): string {
  const { release } = assessment;
  const packages = packageColumns(assessment);
  return htmlDocument({
    title: `${release.name} ${release.version}: security report`,
    page,
    body: `<div id="app"></div>\n<noscript>${withoutScript(assessment, statistics)}</noscript>`,
    data: { data: reportData(assessment, statistics, packages, TOOL), packages },
  });
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
  const table = `<table><tr><th scope="col">severity</th>${BASES.map((basis) => `<th scope="col">${basis}</th>`).join('')}</tr>
${rows.join('\n')}
<tr><th scope="row">total</th>${totals}</tr></table>`;
  const figures = statistics.scannedImages === 0 ? '<p>No image was read: there are no figures.</p>' : table;
  return `<h1>${escapeHtml(printable(`${release.name} ${release.version}`))}</h1>
<p>Advisory set ${escapeHtml(printable(`of ${day(advisorySet.builtAt)}, as of ${asOf}`))}. Lists of images and findings need JavaScript; nothing is loaded from elsewhere.</p>
${warning}${figures}`;
}
