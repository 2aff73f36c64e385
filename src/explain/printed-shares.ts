// Judges a line of percentages that someone printed: rounding explains a small difference from 100, not a large one.
// Rule: docs/guide/counting.md, "Percentages"; the case that asked for it: the minutes of 2022-04-06 print shares that add to 102.6.

/** What a printed line of shares adds up to, and whether rounding can explain it. */
export interface PrintedShares {
  readonly ok: boolean;
  /** In percent, to the hundredth. */
  readonly sum: number;
  /** Largest honest difference from 100: half a unit of the first decimal for every class. */
  readonly tolerance: number;
  readonly reason: string;
}

/** Checks shares given in percent, printed with one decimal. A share below 0 or above 100, or that is no number, is wrong by itself. */
export function checkPrintedShares(shares: readonly number[]): PrintedShares {
  const sum = Math.round(shares.reduce((total, share) => total + share, 0) * 100) / 100;
  const tolerance = Math.round(shares.length * 5) / 100;
  const impossible = shares.find((share) => !(share >= 0 && share <= 100));
  if (impossible !== undefined) {
    return { ok: false, sum, tolerance, reason: `${impossible} is not a share of 100 percent` };
  }
  // Sum and tolerance are whole hundredths; compared as such, because 100.15 - 100 is not 0.15 in binary.
  const off = Math.abs(Math.round(sum * 100) - 10_000);
  const ok = off <= Math.round(tolerance * 100);
  const allowed = `rounding of ${shares.length} classes allows ${tolerance}`;
  if (ok) return { ok, sum, tolerance, reason: `the shares add to ${sum}; ${allowed}` };
  return { ok, sum, tolerance, reason: `the shares add to ${sum}, ${off / 100} off 100; ${allowed}` };
}
