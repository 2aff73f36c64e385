// The page of a bundle that says what changed since an earlier release and why.
import { signed } from '../../explain/narrative/words.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { link, section, table, text } from './page.ts';

/** What the page shows of a comparison. */
export interface ComparisonView {
  readonly from: string;
  readonly to: string;
  readonly narrative: readonly string[];
  readonly causes: readonly {
    readonly cause: string;
    readonly label: string;
    readonly instances: Readonly<Record<string, number>>;
  }[];
}

/** The content of the page. */
export function comparisonHtml({ from, to, narrative, causes }: ComparisonView): string {
  const measures = ['total', ...SEVERITY_LEVELS, 'fixable'];
  const rows = causes.map(({ cause, label, instances }) => [
    cause,
    label.replaceAll('-', ' '),
    ...measures.map((measure) => signed(instances[measure] ?? 0)),
  ]);
  return [
    `<h1>${text(from)} to ${text(to)}</h1>`,
    `<ul>${narrative.map((sentence) => `<li>${text(sentence)}</li>`).join('\n')}</ul>`,
    section(
      'Causes',
      '<p>Differences of instances; they add up to the whole.</p>',
      table(['cause', 'what happened', ...measures], rows),
    ),
    `<p>${link('compare.json', 'Every changed cell with its evidence').html} (JSON)</p>`,
  ].join('\n');
}
