// Percentages with one decimal that add up: the largest-remainder method over whole tenths of a percent, and how a share is printed.
// Rules: docs/guide/counting.md, "Percentages".

/** Tenths of a percent in the whole. */
const TENTHS = 1000;

/**
 * Shares of the counts in percent with one decimal, adding to exactly 100.0 (largest remainder; of equal remainders the earlier gets the
 * tenth). All 0 when the counts are. Counts are whole and not negative.
 */
export function percentages(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map(() => 0);
  const tenths = counts.map((count) => Math.floor((count * TENTHS) / total));
  const missing = TENTHS - tenths.reduce((sum, value) => sum + value, 0);
  const byRemainder = counts
    .map((count, index) => ({ index, remainder: (count * TENTHS) % total }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) tenths[index] = (tenths[index] ?? 0) + 1;
  return tenths.map((value) => value / 10);
}

/** The share of a part in percent with one decimal, half up; 0 of nothing. For shares that do not have to add up. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * TENTHS) / whole) / 10;
}

/** A share as it is printed: one decimal, and `<0.1` when there is something that rounds to nothing. */
export function formatPercent(figure: { readonly count: number; readonly percent: number }): string {
  return figure.count > 0 && figure.percent < 0.1 ? '<0.1' : figure.percent.toFixed(1);
}
