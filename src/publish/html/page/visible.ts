// Text from images and advisories as the page may show it. No DOM.
import { printable } from '../../../platform/printable.ts';

/**
 * The data with every invisible, reordering or control character written out: a name must not look like another one. Text alone changes;
 * long columns of numbers, and packed texts, which begin with one, are passed over.
 */
export function visible<T>(value: T): T;
export function visible(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visible(member)]));
}
