// A CVSS vector string as a table of metrics. FIRST: CVSS v2 guide 2.4, v3.1 specification 6, v4.0 specification 7.

/** Metric by abbreviation, for example `AV` -> `N`. */
export type Metrics = ReadonlyMap<string, string>;

/** A real vector has at most 32 metrics; longer text is not one. */
const MAX_LENGTH = 400;

/** The metrics behind the prefix, or undefined when the text is not a vector: a metric without value or given twice. */
export function readMetrics(text: string): Metrics | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    if (colon < 1 || value === '' || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  return metrics;
}

/** The weight of a metric's value, or NaN when the metric is absent or the value unknown: NaN then spoils the whole score. */
export function weigh(metrics: Metrics, name: string, weights: Readonly<Record<string, number>>): number {
  const value = metrics.get(name);
  return value !== undefined && Object.hasOwn(weights, value) ? (weights[value] ?? Number.NaN) : Number.NaN;
}
