// Whether two samples differ: the rank sum test (Mann and Whitney, 1947; Wilcoxon, 1945), exact, and the shift between them (Hodges and Lehmann, 1963). It
// asks for no distribution, and outliers of a busy machine weigh no more than their rank. Go's benchstat decides by the same test.

/**
 * Probability that two samples of one population differ in rank sum as much as these, to either side; from 0 to 1. Exact over all ways to divide the
 * values, ties with their middle ranks. 1 when a sample is empty.
 */
export function rankSumProbability(first: readonly number[], second: readonly number[]): number {
  const ranks = doubledRanks([...first, ...second]);
  const observed = sumOf(ranks.slice(0, first.length));
  const ways = waysBySum(ranks, first.length);
  const total = sumOf(ways);
  // With ties the sums need not lie alike on both sides of the middle: distances from it count.
  const middle = (first.length * sumOf(ranks)) / Math.max(1, ranks.length);
  const distance = Math.abs(observed - middle);
  let extreme = 0;
  for (const [sum, count] of ways.entries()) if (Math.abs(sum - middle) >= distance - 1e-9) extreme += count;
  return total === 0 ? 1 : extreme / total;
}

/** The least probability that samples of these sizes can give: what is above the bound with that can never be told. */
export function leastProbability(first: number, second: number): number {
  return rankSumProbability(
    Array.from({ length: first }, (_, index) => index),
    Array.from({ length: second }, (_, index) => first + index),
  );
}

/** How far the second sample lies above the first: the median of all differences. NaN when one is empty. */
export function shiftOf(first: readonly number[], second: readonly number[]): number {
  return quantileOf(
    second.flatMap((b) => first.map((a) => b - a)),
    0.5,
  );
}

/** A quantile of a sample, even between its values (Hyndman and Fan, 1996, type 7). NaN when it is empty. @param q from 0 to 1 */
export function quantileOf(sample: readonly number[], q: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Twice the rank of each value, so that middle ranks of ties are whole. */
function doubledRanks(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks: number[] = Array.from(values, () => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let place = from; place <= to; place += 1) ranks[order[place] ?? 0] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** In how many ways `size` of the ranks have each sum. */
function waysBySum(ranks: readonly number[], size: number): Float64Array {
  const most = sumOf(ranks);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const [index, rank] of ranks.entries()) {
    for (let taken = Math.min(size, index + 1); taken >= 1; taken -= 1) {
      const [from, to] = [ways[taken - 1], ways[taken]];
      if (from === undefined || to === undefined) continue;
      for (let sum = rank; sum <= most; sum += 1) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return ways[size] ?? new Float64Array(0);
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
