// A plan in sentences, the same in every format: the claim, how good it is, and what it takes for granted.
import { formatPercent, percentOf } from '../../explain/shares.ts';
import type { Action } from './action.ts';
import type { PlanOutcome } from './outcome.ts';
import type { Plan } from './plan.ts';

/** What the claim rests on. Every output with a claim carries them. */
export const ASSUMPTIONS = [
  'A fixed version that an advisory names is in the package repository on the day of the build.',
  'A rebuild updates the packages of its distribution (apk upgrade, apt-get dist-upgrade, dnf upgrade); a rebuilt base those in its layers.',
  'What stands on a rebuilt base is built again.',
  'A newer version of a third-party image has the fixed packages.',
] as const;

/** `These 5 actions remove 81.0 % of the fixable critical and high: 100 of 123 instances.` */
export function planSentence({ steps, closed, fixable, options, outOfReach }: Plan): string {
  const scope = `fixable ${listed(options.severities)}`;
  if (fixable === 0) return `There is no ${scope} instance: nothing to plan.`;
  const share = formatPercent({ count: closed, percent: percentOf(closed, fixable) });
  const actions = steps.length === 1 ? 'This action removes' : `These ${steps.length} actions remove`;
  const beyond = outOfReach.length === 0 ? '' : ` No action is known for ${outOfReach.length} of them.`;
  return `${actions} ${share} % of the ${scope}: ${closed} of ${instances(fixable)}.${beyond}`;
}

/** How far the choice can be from the best one. */
export function optimalitySentence({ optimality, closed, cost, steps }: Plan): string {
  const { method, leastCost, mostClosed } = optimality;
  if (mostClosed !== undefined) {
    return method === 'exact'
      ? `No other choice of ${counted(steps.length, 'action')} removes more.`
      : `Found step by step: no choice of ${counted(steps.length, 'action')} removes more than ${mostClosed}, this one ${closed}.`;
  }
  return method === 'exact'
    ? `Effort ${cost}: no complete plan takes less.`
    : `Effort ${cost}, found step by step: no complete plan takes less than ${leastCost}.`;
}

/** An action that was not chosen, and what speaks for it. */
export function otherText({ title, closes, alsoRemoves = [] }: Action): string {
  if (closes.length + alsoRemoves.length === 0) return `${title}; what that removes cannot be told from this release`;
  return `${title}: removes ${alsoRemoves.length} without a fix and ${closes.length} with one`;
}

/** What came of the plan. */
export function outcomeSentence({ predicted, counts, introduced }: PlanOutcome): string {
  const rebuilt = counts.removed + counts['still-there'];
  const share = formatPercent({ count: counts.removed, percent: percentOf(counts.removed, rebuilt) });
  const kept =
    rebuilt === 0
      ? 'none of the images concerned was rebuilt'
      : `${counts.removed} of ${rebuilt} in rebuilt images are gone (${share} %)`;
  const others = [
    [counts['not-rebuilt'], 'in images that were not rebuilt'],
    [counts.withdrawn, 'withdrawn without a rebuild'],
    [counts['image-gone'], 'in images that are no longer in the release'],
    [counts['not-judged'], 'not judged, because the later image could not be judged in full'],
  ] as const;
  const rest = others.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const brought =
    introduced.length === 0
      ? ''
      : ` The rebuilt images brought ${instances(introduced.length)} that they did not have.`;
  return `Of ${predicted} predicted removals ${[kept, ...rest].join('; ')}.${brought}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function instances(count: number): string {
  return counted(count, 'instance');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
