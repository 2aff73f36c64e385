// A comparison as Markdown for minutes and release notes: the narrative, the figures of both sides, and what each cause moved.

import { BASES } from '../../explain/compare/change.ts';
import type { Comparison } from '../../explain/compare/compare.ts';
import { narrativeOf } from '../../explain/narrative/narrative.ts';
import { counted, signed } from '../../explain/narrative/words.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The page, ended by a line feed. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { a, b, figures, difference, causes } = comparison;
  const figureRows = BASES.map((basis) => [
    basis,
    `${counted(figures.to[basis].total)} (${signed(difference[basis].total)})`,
    ...SEVERITY_LEVELS.map(
      (level) => `${counted(figures.to[basis][level].count)} (${signed(difference[basis][level])})`,
    ),
    `${counted(figures.to[basis].fixable)} (${signed(difference[basis].fixable)})`,
  ]);
  const causeRows = causes.map(({ cause, label, difference: moved }) => [
    cause,
    label,
    signed(moved.instances.total),
    ...SEVERITY_LEVELS.map((level) => signed(moved.instances[level])),
    signed(moved.instances.fixable),
    signed(moved.distinct.total),
  ]);
  return [
    `# ${escapeMarkdown(nameOf(a))} to ${escapeMarkdown(nameOf(b))}`,
    narrativeOf(comparison)
      .map((sentence) => `- ${escapeMarkdown(sentence)}`)
      .join('\n'),
    '## Figures',
    markdownTable(['base', 'total', ...SEVERITY_LEVELS, 'fixable'], figureRows),
    '## Causes',
    'Differences of instances; in the last column those of different vulnerabilities.',
    markdownTable(['cause', 'what happened', 'total', ...SEVERITY_LEVELS, 'fixable', 'distinct'], causeRows),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function nameOf({ release, asOf }: Comparison['a']): string {
  return `${[release.name, release.version].filter((part) => part !== '').join(' ')} as of ${asOf.slice(0, 10)}`;
}
