// Reads figures back from the pages of a bundle: the findings from the data of the report, the printed figures from the overview.
import { ParseError } from '../../../platform/errors.ts';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { fieldsOf, listOf } from '../../../scan/advisory/fields.ts';
import { BASES } from '../../words.ts';
import { wordOf } from './documents.ts';
import { type CountedRow, type Figures, statedFigures } from './figures.ts';

/** The findings of the report, and the figures that it prints. @throws ParseError */
export function reportContent(html: string): { readonly rows: readonly CountedRow[]; readonly figures: Figures } {
  const data = fieldsOf(pageData(html));
  const findings = fieldsOf(data['findings']);
  const [slot = [], vulnerability = [], severity = [], fixState = []] = [
    'slot',
    'vulnerability',
    'severity',
    'fixState',
  ].map((name) => columnValues(findings[name]));
  const rows = slot.map((value, index) => ({
    slot: value,
    vulnerability: vulnerability[index] ?? '',
    severity: severity[index] ?? '',
    fixable: fixState[index] === 'fixed',
  }));
  return { rows, figures: statedFigures(fieldsOf(data['statistics'])) };
}

/** The data that an interactive page carries. @throws ParseError */
export function pageData(html: string): unknown {
  const data = between(html, '<script type="application/json" id="data">', '</script>');
  if (data === undefined) throw new ParseError('the page holds no data');
  return parse(data);
}

/** What stands between the first of one text and the next of the other. */
function between(html: string, before: string, behind: string): string | undefined {
  const from = html.indexOf(before);
  const to = from === -1 ? -1 : html.indexOf(behind, from + before.length);
  return to === -1 ? undefined : html.slice(from + before.length, to);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ParseError('the data of the page is no JSON', { cause });
  }
}

function columnValues(column: unknown): readonly string[] {
  const { values, rows } = fieldsOf(column);
  const texts = listOf(values);
  return listOf(rows).map((row) => wordOf(typeof row === 'number' ? texts[row] : undefined));
}

/** The figures that the overview prints. @throws ParseError */
export function overviewFigures(html: string): Figures {
  const figures = new Map<string, number>();
  for (const level of [...SEVERITY_LEVELS, 'total']) {
    const row = between(html, `<tr id="figures-${level}">`, '</tr>');
    if (row === undefined) throw new ParseError(`the overview has no figures of ${level}`);
    const cells = row
      .split('<td')
      .slice(1)
      .map((cell) => between(cell, '>', '</td>') ?? '');
    for (const [index, basis] of BASES.entries()) {
      figures.set(`${basis}.${level}`, Number(cells[1 + index * 3]));
      if (level === 'total') figures.set(`${basis}.fixable`, Number(cells[3 + index * 3]));
    }
  }
  return figures;
}
