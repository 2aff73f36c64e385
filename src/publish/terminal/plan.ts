// A plan as text for a terminal: the claim, the actions in the order of their worth, the builds in waves, what else is worth a look.
import { formatPercent, percentOf } from '../../explain/shares.ts';
import { named } from '../../respond/plan/candidate.ts';
import type { PlanOutcome } from '../../respond/plan/outcome.ts';
import type { Plan } from '../../respond/plan/plan.ts';
import type { Build } from '../../respond/plan/waves.ts';
import { ASSUMPTIONS, optimalitySentence, otherText, outcomeSentence, planSentence } from '../../respond/plan/words.ts';
import { day, plural } from '../words.ts';
import { indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Actions of the last list that are shown. */
const OTHERS_SHOWN = 10;

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function planTable(plan: Plan, outcome: PlanOutcome | undefined, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { assessment, headline, headlineReason, steps, fixable, others, gaps } = plan;
  const { release, asOf } = assessment;
  const line = plan.options.line === undefined ? '' : `, line ${plan.options.line}`;
  const title = `Plan for ${`${release.name} ${release.version}`.trim()} (${day(asOf)}${line})`;
  const paragraph = (text: string) => wrap(shown(text, options), width, '');
  const list = (heading: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [
          '',
          paint(heading, 'strong', options),
          ...items.flatMap((item) => indented('  ', shown(item, options), width)),
        ];
  const lines = [
    ...paragraph(title).map((text) => paint(text, 'strong', options)),
    ...paragraph(planSentence(plan)),
    ...(fixable === 0 ? [] : paragraph(optimalitySentence(plan))),
    ...(headline ? [] : paragraph(`The figures are incomplete: ${headlineReason}.`)),
    ...list(
      'Actions, each with what it removes and the share removed so far',
      steps.map(({ action, closed, total }, at) => {
        const share = formatPercent({ count: total, percent: percentOf(total, fixable) });
        return `${at + 1}. ${closed.length} (${share} %)  ${action.title}`;
      }),
    ),
    ...list('Builds, wave after wave', plan.builds.map(buildText)),
    ...(outcome === undefined ? [] : outcomeLines(outcome, list)),
    ...list(`Worth a look: removes what has no fix, or leaves a distribution that has ended (${others.length})`, [
      ...others.slice(0, OTHERS_SHOWN).map(otherText),
      ...(others.length > OTHERS_SHOWN ? [`and ${others.length - OTHERS_SHOWN} more in --format json`] : []),
    ]),
    ...list(`Not seen by the plan (${gaps.length})`, gapTexts(plan)),
    ...list('Taken for granted', ASSUMPTIONS),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function outcomeLines(
  outcome: PlanOutcome,
  list: (heading: string, items: readonly string[]) => readonly string[],
): readonly string[] {
  return list(`Predicted and actual (${day(outcome.after.asOf)})`, [
    outcomeSentence(outcome),
    ...outcome.steps.map(
      ({ action, predicted, counts }) => `${named(action)}: ${counts.removed} of ${predicted} removed`,
    ),
  ]);
}

/** `1  base alpine:3.15 (3 images)`. */
function buildText({ wave, what, target, images, actions, after }: Build): string {
  const count = images.length === 0 ? '' : ` (${plural(images.length, 'image')})`;
  const why = actions.length === 0 || what === 'base' ? '' : `: ${plural(actions.length, 'action')}`;
  const behind = after.length === 0 ? '' : `, after ${after.map(named).join(', ')}`;
  return `${wave}  ${what} ${named(target)}${count}${why}${behind}`;
}

/** Gaps of one kind and reason on one line. */
function gapTexts({ gaps }: Plan): readonly string[] {
  return [...Map.groupBy(gaps, ({ reason }) => reason)].map(([reason, group]) => {
    const [first] = group;
    const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
    return `${first?.target}${more}: ${reason}`;
  });
}
