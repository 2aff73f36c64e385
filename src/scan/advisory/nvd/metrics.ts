// Which of a CVE's scores counts: NVD's own before those of the CNA and of CISA, CVSS 3.1 before 3.0, 4.0 and 2.0, because most feeds score by
// version 3 and figures of different versions do not compare.
import { scoreCvss } from '../cvss/index.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts';

/** A CVSS vector and who gave it. */
export interface Metric {
  /** `nvd`, `cisa-adp`, or the CNA as NVD names it. */
  readonly source: string;
  readonly vector: string;
}

/** Members of `metrics`, the best first. */
const VERSIONS = ['cvssMetricV31', 'cvssMetricV30', 'cvssMetricV40', 'cvssMetricV2'] as const;
/** Sources whose identifiers say little. */
const NAMES: Readonly<Record<string, string>> = {
  'nvd@nist.gov': 'nvd',
  '134c704f-9b21-4f2e-91b3-4a467353bcc0': 'cisa-adp',
};

/** The best of the scores; undefined when none is a CVSS vector. */
export function bestMetric(metrics: Fields): Metric | undefined {
  let other: Metric | undefined;
  for (const version of VERSIONS) {
    for (const member of listOf(metrics[version])) {
      const metric = metricOf(fieldsOf(member));
      if (metric?.source === 'nvd') return metric;
      other ??= metric;
    }
  }
  return other;
}

function metricOf({ source, cvssData }: Fields): Metric | undefined {
  const identifier = textOf(source);
  const vector = textOf(fieldsOf(cvssData)['vectorString']);
  if (identifier === undefined || vector === undefined || scoreCvss(vector) === undefined) return undefined;
  return { source: Object.hasOwn(NAMES, identifier) ? (NAMES[identifier] ?? identifier) : identifier, vector };
}
