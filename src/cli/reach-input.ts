// What the reach commands read: the words of a question and of --fail-on.
import { PlimsollError } from '../platform/errors.ts';
import type { Placement } from '../posture/reach/placement.ts';
import type { Question } from '../posture/reach/query.ts';
import { parseTerm } from '../posture/reach/question.ts';

/** Options that say what is asked. */
export interface QuestionOptions {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly whatIf: Placement;
}

/** The question of the options. @throws PlimsollError `usage` */
export function readQuestion({ from = [], to = [], whatIf }: QuestionOptions): Question {
  if (from.length + to.length === 0) {
    throw new PlimsollError('usage', 'a question needs --from or --to; reach list gives everything');
  }
  return { from: from.map(parseTerm), to: to.map(parseTerm), placement: whatIf };
}

/** The words of --fail-on. @throws PlimsollError `usage` for one that is not known */
export function readWords<Word extends string>(text: string | undefined, known: readonly Word[]): ReadonlySet<Word> {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  const found = words.map((word) => {
    const one = known.find((own) => own === word);
    if (one === undefined) {
      throw new PlimsollError('usage', `--fail-on: there is no "${word}"; the words are ${known.join(', ')}`);
    }
    return one;
  });
  return new Set(found);
}
