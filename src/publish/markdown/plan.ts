// A plan as Markdown, for minutes and for the ticket that carries it.
import { formatPercent, percentOf } from '../../explain/shares.ts';
import type { PlanOutcome } from '../../respond/plan/outcome.ts';
import type { Plan } from '../../respond/plan/plan.ts';
import { ASSUMPTIONS, optimalitySentence, otherText, outcomeSentence, planSentence } from '../../respond/plan/words.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The page, ended by a line feed. */
export function planMarkdown(plan: Plan, outcome?: PlanOutcome): string {
  const { assessment, headline, headlineReason, steps, builds, fixable, others, gaps } = plan;
  const { release, asOf } = assessment;
  const line = plan.options.line === undefined ? '' : `, line ${plan.options.line}`;
  const bullets = (items: readonly string[]) => items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
  const section = (title: string, body: string) => (body === '' ? [] : [`## ${title}`, body]);
  return [
    `# Plan for ${escapeMarkdown(`${release.name} ${release.version}`.trim())} as of ${asOf}${escapeMarkdown(line)}`,
    bullets([
      planSentence(plan),
      ...(fixable === 0 ? [] : [optimalitySentence(plan)]),
      ...(headline ? [] : [`The figures are incomplete: ${headlineReason}.`]),
    ]),
    ...section(
      'Actions',
      steps.length === 0
        ? ''
        : markdownTable(
            ['action', 'kind', 'images', 'removes', 'so far', 'share %', 'effort'],
            steps.map(({ action, closed, total, cost }) => [
              action.title,
              action.kind,
              `${action.slots.length}`,
              `${closed.length}`,
              `${total}`,
              formatPercent({ count: total, percent: percentOf(total, fixable) }),
              `${cost}`,
            ]),
          ),
    ),
    ...section(
      'Builds',
      builds.length === 0
        ? ''
        : markdownTable(
            ['target', 'what', 'wave', 'images', 'after'],
            builds.map(({ target, what, wave, images, after }) => [
              target,
              what,
              `${wave}`,
              `${images.length}`,
              after.join(', '),
            ]),
          ),
    ),
    ...(outcome === undefined ? [] : outcomeSection(outcome)),
    ...section('Worth a look', bullets(others.map(otherText))),
    ...section('Not seen by the plan', bullets(gaps.map(({ target, reason }) => `${target}: ${reason}`))),
    ...section('Taken for granted', bullets(ASSUMPTIONS)),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function outcomeSection(outcome: PlanOutcome): readonly string[] {
  return [
    '## Predicted and actual',
    `- ${escapeMarkdown(outcomeSentence(outcome))}`,
    markdownTable(
      ['action', 'predicted', 'removed', 'still there', 'not rebuilt', 'withdrawn', 'image gone', 'not judged'],
      outcome.steps.map(({ action, predicted, counts }) => [
        action,
        `${predicted}`,
        `${counts.removed}`,
        `${counts['still-there']}`,
        `${counts['not-rebuilt']}`,
        `${counts.withdrawn}`,
        `${counts['image-gone']}`,
        `${counts['not-judged']}`,
      ]),
    ),
  ];
}
