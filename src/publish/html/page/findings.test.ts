import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largeAssessment } from '../../../../bench/large-assessment.ts';
import { sampleAssessment } from '../../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../../explain/statistics.ts';
import { compareUrgency } from '../../../respond/priority/urgency.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import type { Assessment, Finding } from '../../../scan/assess/assessment.ts';
import { ssvcText } from '../../ssvc-text.ts';
import { packageColumns } from '../package-columns.ts';
import { reportData } from '../report-data.ts';
import { type FindingFilter, openFindings, SORT_KEYS, type SortKey, valueAt } from './findings.ts';

const TOOL = { name: 'plimsoll', version: '0.0.0' };
const ALL: FindingFilter = { query: '', levels: new Set(), fixable: false, kev: false, slot: '' };

function opened(assessment: Assessment) {
  const data = reportData(assessment, statisticsOf(assessment), packageColumns(assessment), TOOL);
  return { data, table: openFindings(data.findings, (slot) => slot) };
}

/** The same question, answered finding by finding. */
function passes(finding: Finding, filter: FindingFilter): boolean {
  const texts = [
    finding.vulnerability,
    finding.aliases.join(' '),
    finding.package,
    finding.version,
    finding.slot,
    finding.location,
  ].map((text) => text.toLowerCase());
  const terms = filter.query.toLowerCase().split(/\s+/);
  return (
    terms.every((term) => texts.some((text) => text.includes(term))) &&
    (filter.levels.size === 0 || filter.levels.has(finding.severity)) &&
    (!filter.fixable || finding.fixState === 'fixed') &&
    (!filter.kev || finding.kev) &&
    (filter.slot === '' || filter.slot === finding.slot)
  );
}

function amountsTo(findings: readonly Finding[]) {
  return {
    instances: new Set(findings.map((finding) => JSON.stringify([finding.slot, finding.vulnerability]))).size,
    vulnerabilities: new Set(findings.map((finding) => finding.vulnerability)).size,
    slots: new Set(findings.map((finding) => finding.slot)).size,
  };
}

const sample = sampleAssessment();
const { data, table } = opened(sample);
const words = [
  'cve',
  '2022',
  'CVE-2022-90001',
  'zlib',
  'libs',
  'debian',
  'proxy',
  'ghsa',
  '__proto__',
  '<script',
  'absent',
  '1.2',
  'path json',
];
const filters = fc.record<FindingFilter>({
  query: fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((terms) => terms.join(' ')),
  levels: fc.uniqueArray(fc.constantFrom<SeverityLevel>(...SEVERITY_LEVELS)).map((levels) => new Set(levels)),
  fixable: fc.boolean(),
  kev: fc.boolean(),
  slot: fc.constantFrom('', '', '', 'no such slot', ...sample.images.map((image) => image.slot)),
});

test('law: the filter passes what a check of every finding passes, and counts it as cells', () => {
  fc.assert(
    fc.property(filters, fc.constantFrom(...SORT_KEYS), fc.boolean(), (filter, sort, descending) => {
      const found = table.filter(filter, sort, descending);
      const expected = sample.findings.flatMap((finding, row) => (passes(finding, filter) ? [row] : []));
      assert.deepEqual(
        [...found.rows].sort((a, b) => a - b),
        expected,
      );
      const { instances, vulnerabilities, slots } = found;
      assert.deepEqual(
        { instances, vulnerabilities, slots },
        amountsTo(expected.flatMap((row) => sample.findings[row] ?? [])),
      );
      for (const [number, level] of SEVERITY_LEVELS.entries()) {
        const only = { ...filter, levels: new Set([level]) };
        const rows = sample.findings.filter((finding) => passes(finding, only)).length;
        assert.equal(found.byLevel[number], rows, level);
      }
    }),
  );
});

test('without a filter the figures are those of the statistics', () => {
  const found = table.filter(ALL, 'severity', false);
  assert.equal(found.rows.length, sample.findings.length);
  assert.equal(found.instances, statisticsOf(sample).instances.total);
  assert.equal(found.vulnerabilities, statisticsOf(sample).distinct.total);
});

test('every order is by its key, its reverse too', () => {
  /** Probabilities begin with the highest. */
  const lowered = (value: number | null): number | null => (value === null ? null : -value);
  const key: Record<SortKey, (row: number) => string | number | null> = {
    severity: (row) => SEVERITY_LEVELS.indexOf(valueAt(data.findings.severity, row)),
    vulnerability: (row) => valueAt(data.findings.vulnerability, row),
    package: (row) => valueAt(data.findings.package, row),
    fixedIn: (row) => valueAt(data.findings.fixedIn, row),
    image: (row) => valueAt(data.findings.slot, row),
    epss: (row) => lowered(valueAt(data.findings.epss, row)),
  };
  const collator = new Intl.Collator('en', { numeric: true });
  for (const sort of SORT_KEYS) {
    for (const descending of [false, true]) {
      const values = [...table.filter(ALL, sort, descending).rows].map(key[sort]);
      for (const [index, value] of values.entries()) {
        const before = index === 0 ? value : (values[index - 1] ?? null);
        if (value === null) continue;
        assert.notEqual(before, null, `${sort}: absent values come last`);
        const order = typeof value === 'number' ? Number(before) - value : collator.compare(String(before), value);
        assert.ok(descending ? order >= 0 : order <= 0, `${sort} ${descending}: ${before} before ${value}`);
      }
    }
  }
});

test('law: by severity is the default order; rows that are equal there stay by id and as in the assessment', () => {
  const collator = new Intl.Collator('en', { numeric: true });
  const uses = fc.record(
    {
      severity: fc.constantFrom(...SEVERITY_LEVELS),
      fixState: fc.constantFrom('fixed' as const, 'not-fixed' as const),
      kev: fc.boolean(),
      epss: fc.constantFrom(0, 0.02, 0.5, 0.97),
      ssvc: fc.record({
        exploitation: fc.constantFrom('none' as const, 'poc' as const, 'active' as const),
        automatable: fc.constantFrom('yes' as const, 'no' as const),
        technicalImpact: fc.constantFrom('partial' as const, 'total' as const),
      }),
    },
    { requiredKeys: ['severity', 'fixState', 'kev'] },
  );
  const length = sample.findings.length;
  fc.assert(
    fc.property(fc.array(uses, { minLength: length, maxLength: length }), (changes) => {
      const findings = sample.findings.map((finding, row): Finding => {
        const { epss: _epss, ssvc: _ssvc, ...plain } = finding;
        return { ...plain, ...changes[row] };
      });
      const expected = findings
        .map((finding, row) => ({ finding, row, urgency: { ...finding, fixable: finding.fixState === 'fixed' } }))
        .sort(
          (a, b) =>
            compareUrgency(a.urgency, b.urgency) ||
            collator.compare(a.finding.vulnerability, b.finding.vulnerability) ||
            a.row - b.row,
        );
      assert.deepEqual(
        [...opened({ ...sample, findings }).table.filter(ALL, 'severity', false).rows],
        expected.map(({ row }) => row),
      );
    }),
    { numRuns: 40 },
  );
});

test('numbers in ids are ordered as numbers', () => {
  const first = sample.findings[0];
  assert.ok(first !== undefined);
  const findings = ['CVE-2022-10000', 'CVE-2022-9999'].map((vulnerability) => ({ ...first, vulnerability }));
  const other = opened({ ...sample, findings });
  const rows = [...other.table.filter(ALL, 'vulnerability', false).rows];
  assert.deepEqual(
    rows.map((row) => valueAt(other.data.findings.vulnerability, row)),
    ['CVE-2022-9999', 'CVE-2022-10000'],
  );
});

test('50,000 findings are filtered in less time than a key stroke takes', () => {
  const large = opened(largeAssessment(300, 50_000));
  large.table.filter({ ...ALL, query: 'warm up' }, 'severity', false);
  // The quickest of several: what else the machine does is no matter of the table's.
  const times = Array.from({ length: 8 }, (_, run) => {
    const start = performance.now();
    const found = large.table.filter({ ...ALL, query: `component cve-202${run % 2}` }, 'severity', false);
    const elapsed = performance.now() - start;
    assert.ok(found.rows.length > 1000);
    return elapsed;
  });
  assert.ok(Math.min(...times) < 100, `${times} ms`);
});

test('every field of every finding can be read back from the columns', () => {
  for (const [row, finding] of sample.findings.entries()) {
    const columns = data.findings;
    const { image: _, fixedIn = null, epss = null, ssvc, statement = null, fixes = {}, ...rest } = finding;
    const read = {
      slot: valueAt(columns.slot, row),
      vulnerability: valueAt(columns.vulnerability, row),
      aliases: valueAt(columns.aliases, row),
      severity: valueAt(columns.severity, row),
      severitySource: valueAt(columns.severitySource, row),
      rawSeverity: valueAt(columns.rawSeverity, row),
      package: valueAt(columns.package, row),
      purl: valueAt(columns.purl, row),
      version: valueAt(columns.version, row),
      fixState: valueAt(columns.fixState, row),
      layer: valueAt(columns.layer, row),
      location: valueAt(columns.location, row),
      kev: valueAt(columns.kev, row),
      advisories: valueAt(columns.advisories, row),
    };
    assert.deepEqual(read, rest);
    assert.equal(valueAt(columns.fixedIn, row), fixedIn);
    assert.equal(valueAt(columns.epss, row), epss);
    assert.equal(valueAt(columns.ssvc, row), ssvcText(ssvc) ?? null);
    assert.equal(valueAt(columns.statement, row), statement);
    assert.deepEqual(
      valueAt(columns.fixes, row),
      Object.entries(fixes)
        .map((entry) => entry.join(': '))
        .sort(),
    );
  }
  assert.throws(() => valueAt(data.findings.slot, sample.findings.length), RangeError);
});
