// The comparison as a page: a waterfall from A to B by cause, and the changed cells behind each bar with their evidence.
import { signed } from '../../explain/narrative/words.ts';
import { printable } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { ComparisonDocument } from '../json/comparison.ts';
import { BASES } from '../words.ts';
import { type ComparisonData, comparisonData } from './comparison-data.ts';
import { htmlDocument } from './document.ts';
import { escapeHtml } from './escape.ts';
import { builtPage, type PageFiles } from './page-files.ts';

/**
 * The comparison as one HTML document. Names from images and advisories are data to it, never markup.
 * @param page the built page; read from the package unless given.
 */
export function comparisonHtml(document: ComparisonDocument, page: PageFiles = builtPage('comparison')): string {
  const data = comparisonData(document);
  return htmlDocument({
    title: `${nameOf(data.from)} to ${nameOf(data.to)}: what changed`,
    page,
    body: `<div id="app"></div>\n<noscript>${withoutScript(data)}</noscript>`,
    data: { data },
  });
}

function nameOf({ release }: ComparisonData['from']): string {
  return [release.name, release.version].filter((part) => part !== '').join(' ');
}

/** The narrative and the figures, for readers whose browser runs no scripts. */
function withoutScript(data: ComparisonData): string {
  const cells = (values: readonly number[]): string => values.map((value) => `<td>${signed(value)}</td>`).join('');
  const measures = ['total', ...SEVERITY_LEVELS, 'fixable'] as const;
  const rows = data.causes.map(
    ({ cause, label, difference }) =>
      `<tr><th scope="row">${cause}: ${label}</th>${cells(measures.map((measure) => difference.instances[measure]))}</tr>`,
  );
  const totals = BASES.map(
    (basis) =>
      `<tr><th scope="row">difference, ${basis}</th>${cells(measures.map((measure) => data.difference[basis][measure]))}</tr>`,
  );
  return `<h1>${escapeHtml(printable(`${nameOf(data.from)} to ${nameOf(data.to)}`))}</h1>
<ul>${data.narrative.map((sentence) => `<li>${escapeHtml(printable(sentence))}</li>`).join('\n')}</ul>
<p>Lists of changed cells need JavaScript; nothing is loaded from elsewhere. Causes are counted in instances.</p>
<table><tr><th scope="col">cause</th>${measures.map((measure) => `<th scope="col">${measure}</th>`).join('')}</tr>
${[...rows, ...totals].join('\n')}</table>`;
}
