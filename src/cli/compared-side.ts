// A side of a comparison: an assessment with what is at hand of the advisory set that it was made with. The set itself, as it is named or kept; else
// what the store has of other judgements by the same set.
import type { ComparisonInput } from '../explain/compare/side.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { Store } from '../platform/store.ts';
import type { AdvisorySet } from '../scan/advisory/advisory.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { type ListedAssessment, listAssessments, readAssessment } from '../scan/assess/assessment-store.ts';
import { openAdvisories } from './advisories-input.ts';
import type { CommandContext } from './command.ts';
import { keptAdvisories } from './kept-sets.ts';

/** What a side is made of. */
export interface ComparedInput {
  readonly assessment: Assessment;
  /** The other side: judgements of its release tell most. */
  readonly other: Assessment;
  /** The set that was named, and by which option. */
  readonly advisories?: string;
  readonly option: string;
}

/** Other judgements that are read for a side at most. */
const OTHER_JUDGEMENTS = 3;

/**
 * Makes a side. A set that is opened is added to `opened`, which the caller closes.
 * @throws PlimsollError `usage` when the set that was named is not the one that the assessment was made with, and what opening it throws.
 */
export async function comparedSide(
  { assessment, other, advisories, option }: ComparedInput,
  store: Store,
  context: CommandContext,
  opened: AdvisorySet[],
): Promise<ComparisonInput> {
  const { id } = assessment.advisorySet;
  const set = advisories === undefined ? keptAdvisories(id, context) : await openAdvisories(advisories, context);
  if (set === undefined) {
    const alsoJudged = other.advisorySet.id === id ? [] : await otherJudgements(assessment, other, store);
    return { assessment, ...(alsoJudged.length === 0 ? {} : { alsoJudged }) };
  }
  opened.push(set);
  if (set.id !== id) {
    const made = `the assessment of ${assessment.release.name} ${assessment.release.version} was made with ${id}`;
    throw new PlimsollError('usage', `${option} ${advisories} has the id ${set.id}, but ${made}: give that set`);
  }
  return { assessment, set };
}

/** Stored assessments by the same set and severity policy: those of the other side's release first, then of its name, then the latest. */
async function otherJudgements(
  { id, advisorySet, severityPolicy }: Assessment,
  { release }: Assessment,
  store: Store,
): Promise<readonly Assessment[]> {
  const rank = (one: ListedAssessment): number =>
    one.release.name !== release.name ? 0 : one.release.version === release.version ? 2 : 1;
  const listed = (await listAssessments(store))
    .filter((one) => one.advisorySet.id === advisorySet.id && one.id !== id)
    .reverse()
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, OTHER_JUDGEMENTS);
  const read: Assessment[] = [];
  for (const one of listed) {
    const judged = await readAssessment(store, one.id);
    if (judged?.severityPolicy === severityPolicy) read.push(judged);
  }
  return read;
}
