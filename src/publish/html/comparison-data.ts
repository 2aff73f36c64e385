// What the comparison page carries: the figures and causes as they are, and the changed cells in columns of numbers with the texts that many of them
// share once. Pure.
import type { Change, ChangedState, ChangeEvidence, Tallies } from '../../explain/compare/change.ts';
import { BASES } from '../../explain/compare/change.ts';
import type { CauseTally, Comparison } from '../../explain/compare/compare.ts';
import type { DeclaredChange } from '../../explain/narrative/declared.ts';
import type { ThreeBases } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { ComparisonDocument, ComparisonSide } from '../json/comparison.ts';

/** Severities by their number in the columns; `any` is the cell of an image that has anything. */
export const CHANGE_LEVELS = [...SEVERITY_LEVELS, 'any'] as const;

/** One side as the head of the page names it. */
export interface ComparedSide {
  readonly id: string;
  readonly release: { readonly name: string; readonly version: string };
  readonly asOf: string;
  readonly advisorySet: { readonly id: string; readonly builtAt?: string };
  readonly figures: ThreeBases;
}

/** A slot of the pairing. */
export interface ComparedSlot {
  readonly slot: string;
  /** Logical references; absent where the image is not in the release. */
  readonly from?: string;
  readonly to?: string;
  readonly renamed?: true;
}

/** A cell's state, as one of few. */
export type StateRecord = ChangedState;

/** The evidence of a change but for the digests, which are the slot's own. */
export type EvidenceRecord = Omit<ChangeEvidence, 'digests'> & { readonly also?: Change['also'] };

/** Changed cells, the first of each column belonging to the first cell; -1 for what is not there. */
export interface ChangeColumns {
  /** Position in BASES. */
  readonly basis: readonly number[];
  /** Position in `slots`. */
  readonly slot: readonly number[];
  /** Position in `vulnerabilities`. */
  readonly vulnerability: readonly number[];
  /** Positions in `states`. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Position in `causes`. */
  readonly cause: readonly number[];
  /** Position in `evidence`. */
  readonly evidence: readonly number[];
  /** Position in `digests`. */
  readonly digests: readonly number[];
}

/** All that the page shows. */
export interface ComparisonData {
  readonly tool: { readonly name: string; readonly version: string };
  readonly from: ComparedSide;
  readonly to: ComparedSide;
  readonly difference: Tallies;
  readonly causes: readonly CauseTally[];
  readonly method: Comparison['method'];
  readonly narrative: readonly string[];
  readonly declared: DeclaredChange;
  readonly slots: readonly ComparedSlot[];
  readonly vulnerabilities: readonly string[];
  readonly states: readonly StateRecord[];
  readonly evidence: readonly EvidenceRecord[];
  readonly digests: readonly NonNullable<ChangeEvidence['digests']>[];
  readonly changes: ChangeColumns;
}

/** Packs a comparison. Equal comparisons give equal data. */
export function comparisonData(document: ComparisonDocument): ComparisonData {
  const { tool, from, to, difference, causes, changes, method, narrative, declared, slots } = document;
  const slotNumbers = new Map(slots.map(({ slot }, index) => [slot, index]));
  const causeNumbers = new Map(causes.map(({ cause, label }, index) => [`${cause} ${label}`, index]));
  const vulnerabilities = numbered<string>();
  const states = numbered<StateRecord>();
  const evidence = numbered<EvidenceRecord>();
  const digests = numbered<NonNullable<ChangeEvidence['digests']>>();
  const columns = { basis: [], slot: [], vulnerability: [], from: [], to: [], cause: [], evidence: [], digests: [] };
  const lists: Record<keyof ChangeColumns, number[]> = columns;
  for (const change of changes) {
    const { digests: ofImage, ...told } = change.evidence;
    lists.basis.push(BASES.indexOf(change.basis));
    lists.slot.push(slotNumbers.get(change.slot ?? '') ?? -1);
    lists.vulnerability.push(vulnerabilities.numberOf(change.vulnerability));
    lists.from.push(states.numberOf(change.from));
    lists.to.push(states.numberOf(change.to));
    lists.cause.push(causeNumbers.get(`${change.cause} ${change.label}`) ?? -1);
    lists.evidence.push(evidence.numberOf({ ...told, ...(change.also.length === 0 ? {} : { also: change.also }) }));
    lists.digests.push(digests.numberOf(ofImage));
  }
  return {
    tool,
    from: sideOf(from),
    to: sideOf(to),
    difference,
    causes,
    method,
    narrative,
    declared,
    slots: slots.map(({ slot, from: before, to: after, renamed }) => ({
      slot,
      ...(before === undefined ? {} : { from: before.logical }),
      ...(after === undefined ? {} : { to: after.logical }),
      ...(renamed ? { renamed: true as const } : {}),
    })),
    vulnerabilities: vulnerabilities.values,
    states: states.values,
    evidence: evidence.values,
    digests: digests.values,
    changes: lists,
  };
}

function sideOf({ id, release, asOf, advisorySet, figures }: ComparisonSide): ComparedSide {
  const { builtAt } = advisorySet;
  return {
    id,
    release: { name: release.name, version: release.version },
    asOf,
    advisorySet: { id: advisorySet.id, ...(builtAt === undefined ? {} : { builtAt }) },
    figures,
  };
}

/** Gives equal values one number, in the order of their first use; -1 for none. */
function numbered<T>(): { readonly values: T[]; readonly numberOf: (value: T | undefined) => number } {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    numberOf: (value) => {
      if (value === undefined) return -1;
      const key = JSON.stringify(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      values.push(value);
      return values.length - 1;
    },
  };
}
