// Arithmetic of Kyverno's JMESPath on numbers. Quantities and durations in arithmetic are outside the subset: their units would need Kyverno's own rules.
import type { Json } from '../../../../platform/json.ts';
import { EvaluationError, UnsupportedError } from '../failure.ts';

/** a + b. */
export function add(a: Json, b: Json): number {
  return numberOf(a) + numberOf(b);
}

/** a - b. */
export function subtract(a: Json, b: Json): number {
  return numberOf(a) - numberOf(b);
}

/** a times b. */
export function multiply(a: Json, b: Json): number {
  return numberOf(a) * numberOf(b);
}

/** a over b. */
export function divide(a: Json, b: Json): number {
  if (numberOf(b) === 0) throw new EvaluationError('divide: by zero');
  return numberOf(a) / numberOf(b);
}

/** The rest of whole numbers. */
export function modulo(a: Json, b: Json): number {
  if (numberOf(b) === 0) throw new EvaluationError('modulo: by zero');
  if (!Number.isInteger(a) || !Number.isInteger(b)) throw new EvaluationError('modulo: no whole number');
  return numberOf(a) % numberOf(b);
}

/** Rounded to so many decimal places. */
export function round(value: number, places: number): number {
  if (!Number.isInteger(places) || places < 0 || places > 100)
    throw new EvaluationError('round: the places are no length');
  return Number(value.toFixed(places));
}

function numberOf(value: Json): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') throw new UnsupportedError('arithmetic on quantities and durations is not supported');
  throw new EvaluationError('arithmetic on what is no number');
}
