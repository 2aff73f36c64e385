// What every part of the comparison page is given.
import type { OpenedComparison } from './comparison.ts';
import type { ComparisonState } from './state.ts';

/** Changes a part of the state. */
export type Go = (change: Partial<ComparisonState>) => void;

/** The comparison, what the reader looks at, and its change. */
export interface PartProps {
  readonly comparison: OpenedComparison;
  readonly state: ComparisonState;
  readonly go: Go;
}
