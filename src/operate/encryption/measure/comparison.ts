// What a measurement shows, and whether it differs from an earlier one: medians and spread over rounds, and the ratio of Secrets to ConfigMaps. A difference
// counts when the rank sum test of the rounds' ratios finds it at 5 percent, divided by the three operations that are judged at once (Dunn, 1961).
import { OPERATIONS, type Operation, type Round } from './measure.ts';
import { leastProbability, quantileOf, rankSumProbability, shiftOf } from './rank-sum.ts';

/** The middle of the rounds' medians and the quartiles around it, in milliseconds. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** One operation over all rounds. */
export interface OperationFigures {
  readonly operation: Operation;
  readonly secrets: Spread;
  readonly configMaps: Spread;
  /** Secrets to ConfigMaps, the median over the rounds. */
  readonly ratio: number;
}

/** One operation before and after. */
export interface OperationChange {
  readonly operation: Operation;
  /** `too-few-rounds`: even the largest difference of so few could be chance. */
  readonly verdict: 'slower' | 'faster' | 'within-noise' | 'too-few-rounds';
  /** Secrets to ConfigMaps, against what that was before: 0.05 is 5 percent slower. */
  readonly change: number;
  /** Of a difference as large as this by chance. */
  readonly probability: number;
}

/** Below it a difference counts, shared among the operations. */
export const SIGNIFICANCE = 0.05;

/** The figures of all operations. */
export function figuresOf(rounds: readonly Round[]): readonly OperationFigures[] {
  return OPERATIONS.map((operation) => ({
    operation,
    secrets: spreadOf(rounds.map((round) => round[operation].secrets)),
    configMaps: spreadOf(rounds.map((round) => round[operation].configMaps)),
    ratio: Math.exp(quantileOf(logRatios(rounds, operation), 0.5)),
  }));
}

/** Every operation against an earlier measurement of the same load. */
export function changesOf(before: readonly Round[], after: readonly Round[]): readonly OperationChange[] {
  const bound = SIGNIFICANCE / OPERATIONS.length;
  const canTell = leastProbability(before.length, after.length) < bound;
  return OPERATIONS.map((operation) => {
    const [first, second] = [logRatios(before, operation), logRatios(after, operation)];
    const probability = rankSumProbability(first, second);
    const change = Math.expm1(shiftOf(first, second));
    const differs = change > 0 ? 'slower' : 'faster';
    const verdict = canTell ? (probability < bound ? differs : 'within-noise') : 'too-few-rounds';
    return { operation, verdict, change, probability };
  });
}

function spreadOf(values: readonly number[]): Spread {
  return { low: quantileOf(values, 0.25), median: quantileOf(values, 0.5), high: quantileOf(values, 0.75) };
}

/** Logarithms, so that twice and half as long weigh alike. */
function logRatios(rounds: readonly Round[], operation: Operation): readonly number[] {
  return rounds.map((round) => Math.log(round[operation].secrets / round[operation].configMaps));
}
