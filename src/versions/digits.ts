// Numbers inside versions as strings of digits: they may be longer than any machine number, so they never become one.

import { compareText } from '../platform/order.ts';
import type { Order } from './order.ts';

const ZERO = 48;

/** The digits without leading zeros; the number zero is ''. */
export function trimZeros(digits: string): string {
  let start = 0;
  while (digits.charCodeAt(start) === ZERO) start += 1;
  return start === 0 ? digits : digits.slice(start);
}

/** Order of two numbers that went through trimZeros: the longer is greater, equal lengths compare as text. */
export function compareDigits(a: string, b: string): Order {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return compareText(a, b);
}

/** Whether the character code is one of 0-9. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}
