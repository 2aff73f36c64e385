// Quantiles of histograms, and what came to them between two readings. Prometheus histograms: cumulative buckets with the label `le`.
import type { MetricSample } from './parse.ts';

/** A histogram: its buckets in order of their upper bounds, cumulative. */
export interface Histogram {
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/** etcd's write-ahead log: seconds that writing it to disk takes. Above 10 ms at the 99th percentile the disk is slow. */
export const WAL_FSYNC = 'etcd_disk_wal_fsync_duration_seconds';
/** etcd's database: seconds that a commit takes. Above 25 ms at the 99th percentile the disk is slow. */
export const BACKEND_COMMIT = 'etcd_disk_backend_commit_duration_seconds';

/** Sums the histograms of one name whose labels have the given values; undefined when there is none. */
export function histogramOf(
  samples: readonly MetricSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Histogram | undefined {
  const counts = new Map<number, number>();
  let count = 0;
  let sum = 0;
  for (const sample of samples) {
    if (!Object.entries(labels).every(([label, value]) => sample.labels[label] === value)) continue;
    const { le } = sample.labels;
    if (sample.name === `${name}_bucket` && le !== undefined) {
      const upTo = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
      counts.set(upTo, (counts.get(upTo) ?? 0) + sample.value);
    } else if (sample.name === `${name}_count`) count += sample.value;
    else if (sample.name === `${name}_sum`) sum += sample.value;
  }
  if (counts.size === 0) return undefined;
  const buckets = [...counts]
    .map(([upTo, inBucket]) => ({ upTo, count: inBucket }))
    .toSorted((a, b) => a.upTo - b.upTo);
  return { buckets, count, sum };
}

/** What was observed between two readings of one program; undefined when it was started anew in between. */
export function histogramSince(before: Histogram, after: Histogram): Histogram | undefined {
  const earlier = new Map(before.buckets.map(({ upTo, count }) => [upTo, count]));
  const buckets = after.buckets.map(({ upTo, count }) => ({ upTo, count: count - (earlier.get(upTo) ?? 0) }));
  if (after.count < before.count || buckets.some(({ count }) => count < 0)) return undefined;
  return { buckets, count: after.count - before.count, sum: after.sum - before.sum };
}

/**
 * A quantile as Prometheus' `histogram_quantile` estimates it: even within a bucket; the last finite bound when it lies beyond. Undefined when
 * nothing was observed.
 * @param q from 0 to 1
 */
export function quantile({ buckets }: Histogram, q: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = q * total;
  let lower = { upTo: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      if (bucket.upTo === Number.POSITIVE_INFINITY) return lower.upTo;
      const within = bucket.count - lower.count;
      return within === 0 ? bucket.upTo : lower.upTo + (bucket.upTo - lower.upTo) * ((rank - lower.count) / within);
    }
    lower = bucket;
  }
  return lower.upTo;
}
