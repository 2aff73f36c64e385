// The JSON of a comparison. Schema: schema/comparison-1.json.

import type { Comparison } from '../../explain/compare/compare.ts';
import type { SlotPair } from '../../explain/compare/pair-slots.ts';
import { declaredChange } from '../../explain/narrative/declared.ts';
import { narrativeOf } from '../../explain/narrative/narrative.ts';
import { jsonText } from '../../platform/json-text.ts';
import { TOOL } from '../tool.ts';

const COMPARISON_SCHEMA_VERSION = 1;

/** The comparison with its narrative; deterministic, ended by a line feed. */
export function comparisonJson(comparison: Comparison): string {
  const { a, b, figures, difference, causes, changes, method, pairing } = comparison;
  return jsonText({
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
  });
}

function sideOf({ id, release, asOf, advisorySet }: Comparison['a'], figures: Comparison['figures']['from']) {
  const { instances, distinct, images } = figures;
  return { id, release, asOf, advisorySet, figures: { instances, distinct, images } };
}

function slotOf({ slot, a, b, renamed }: SlotPair) {
  const side = (image: SlotPair['a']) =>
    image && { logical: image.logical, ...(image.digest === undefined ? {} : { digest: image.digest }) };
  return { slot, ...(a && { from: side(a) }), ...(b && { to: side(b) }), ...(renamed ? { renamed } : {}) };
}
