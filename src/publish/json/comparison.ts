// The JSON of a comparison. Schema: schema/comparison-1.json.

import type { Change, Tallies } from '../../explain/compare/change.ts';
import type { CauseTally, Comparison } from '../../explain/compare/compare.ts';
import type { SlotPair } from '../../explain/compare/pair-slots.ts';
import { type DeclaredChange, declaredChange } from '../../explain/narrative/declared.ts';
import { narrativeOf } from '../../explain/narrative/narrative.ts';
import type { ThreeBases } from '../../explain/statistics.ts';
import { jsonText } from '../../platform/json-text.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL, type Tool } from '../tool.ts';

/** Version of the form. */
export const COMPARISON_SCHEMA_VERSION = 1;

/** One side. */
export interface ComparisonSide extends Pick<Assessment, 'id' | 'release' | 'asOf' | 'advisorySet'> {
  readonly figures: ThreeBases;
}

/** An image of a slot. */
export interface ComparisonImage {
  readonly logical: string;
  readonly digest?: string;
}

/** A slot of the pairing; a side is absent where the image is not in the release. */
export interface ComparisonSlot {
  readonly slot: string;
  readonly from?: ComparisonImage;
  readonly to?: ComparisonImage;
  readonly renamed?: true;
}

/** A comparison as its JSON tells it: all that pages and other readers need. */
export interface ComparisonDocument {
  readonly schemaVersion: typeof COMPARISON_SCHEMA_VERSION;
  /** The program that compared. */
  readonly tool: Tool;
  readonly from: ComparisonSide;
  readonly to: ComparisonSide;
  readonly difference: Tallies;
  readonly causes: readonly CauseTally[];
  readonly method: Comparison['method'];
  readonly narrative: readonly string[];
  readonly declared: DeclaredChange;
  readonly slots: readonly ComparisonSlot[];
  readonly suspectedRenames: Comparison['pairing']['suspectedRenames'];
  readonly changes: readonly Change[];
}

/** The comparison with its narrative. */
export function comparisonDocument(comparison: Comparison): ComparisonDocument {
  const { a, b, figures, difference, causes, changes, method, pairing } = comparison;
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    tool: TOOL,
    from: sideOf(a, figures.from),
    to: sideOf(b, figures.to),
    difference,
    causes,
    method,
    narrative: narrativeOf(comparison),
    declared: declaredChange(comparison),
    slots: pairing.pairs.map(slotOf),
    suspectedRenames: pairing.suspectedRenames,
    changes,
  };
}

/** The document as text; deterministic, ended by a line feed. */
export function comparisonJson(comparison: Comparison): string {
  return jsonText(comparisonDocument(comparison));
}

function sideOf({ id, release, asOf, advisorySet }: Assessment, figures: ThreeBases): ComparisonSide {
  const { instances, distinct, images } = figures;
  return { id, release, asOf, advisorySet, figures: { instances, distinct, images } };
}

function slotOf({ slot, a, b, renamed }: SlotPair): ComparisonSlot {
  return {
    slot,
    ...(a === undefined ? {} : { from: imageOf(a) }),
    ...(b === undefined ? {} : { to: imageOf(b) }),
    ...(renamed ? { renamed } : {}),
  };
}

function imageOf({ logical, digest }: NonNullable<SlotPair['a']>): ComparisonImage {
  return { logical, ...(digest === undefined ? {} : { digest }) };
}
