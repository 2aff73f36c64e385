// What is said of one check on one node, and how three-valued answers of its items become one: an item that cannot be told leaves the check open only
// where the others do not decide it.
import type { CheckTests } from '../definition/definition.ts';
import type { Setting, VerdictWord } from '../result/result.ts';

/** A judgement without its subject. */
export interface Judgement {
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly settings: readonly Setting[];
}

/** Whether an item holds; undefined: it cannot be told, for the reason. */
export interface ItemAnswer {
  readonly holds: boolean | undefined;
  readonly unknown?: string;
}

/** Joins the answers; the reason of the first that cannot be told where nothing is decided. */
export function decide(answers: readonly ItemAnswer[], { operation }: CheckTests): ItemAnswer {
  const isOr = operation === 'or';
  if (answers.some(({ holds }) => holds === isOr)) return { holds: isOr };
  return answers.find(({ holds }) => holds === undefined) ?? { holds: !isOr };
}

/** A judgement that rests on nothing that was seen. */
export function unjudged(verdict: 'no-evidence' | 'unsupported' | 'not-applicable', reason: string): Judgement {
  return { verdict, reason, evidence: [], settings: [] };
}

/** The worst of several; what each saw is joined. Undefined for none. */
export function joinJudgements(all: readonly Judgement[], order: readonly VerdictWord[]): Judgement | undefined {
  const [worst] = all.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  if (worst === undefined) return undefined;
  const settings = new Map(all.flatMap((one) => one.settings).map((one) => [JSON.stringify(one), one]));
  return {
    ...worst,
    evidence: [...new Set(all.flatMap(({ evidence }) => evidence))],
    settings: [...settings.values()],
  };
}
