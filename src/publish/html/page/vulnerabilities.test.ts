import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largeAssessment } from '../../../../bench/large-assessment.ts';
import { sampleAssessment } from '../../../../test/support/sample-assessment.ts';
import { distinctCells, instanceCells } from '../../../explain/cells.ts';
import { statisticsOf } from '../../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import type { Assessment } from '../../../scan/assess/assessment.ts';
import { packageColumns } from '../package-columns.ts';
import { reportData } from '../report-data.ts';
import { inOrder } from './texts.ts';
import { CVE_SORT_KEYS } from './view-state.ts';
import {
  compareWeight,
  filterVulnerabilities,
  VULNERABILITY_ORDERS,
  vulnerabilityIndex,
  vulnerabilityRows,
} from './vulnerabilities.ts';

function rowsOf(assessment: Assessment) {
  const tool = { name: 'plimsoll', version: '0.0.0' };
  return vulnerabilityRows(reportData(assessment, statisticsOf(assessment), packageColumns(assessment), tool).findings);
}

const sample = sampleAssessment();
const rows = rowsOf(sample);
const ANY = { levels: [], fixable: false, kev: false } as const;

test('a row is a cell of the basis `distinct`, with its severity, its images and its fix', () => {
  for (const assessment of [sample, largeAssessment(20, 2000)]) {
    const cells = distinctCells(instanceCells(assessment.findings));
    const found = rowsOf(assessment).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual(
      found.map(({ id, severity, images, fixableImages }) => [id, severity, images, fixableImages > 0]),
      cells.map(({ vulnerability, severity, slots, fixable }) => [vulnerability, severity, slots.length, fixable]),
    );
  }
});

test('every finding is in the row of its vulnerability, and in no other', () => {
  const numbers = rows.flatMap(({ findings }) => findings).toSorted((a, b) => a - b);
  assert.deepEqual(
    numbers,
    sample.findings.map((_, number) => number),
  );
  for (const { id, findings, packages, aliases, kev, epss } of rows) {
    const those = findings.map((number) => sample.findings[number]);
    assert.ok(those.every((one) => one?.vulnerability === id && packages.includes(one.package)));
    assert.deepEqual(aliases, [...new Set(those.flatMap((one) => one?.aliases ?? []))].sort());
    assert.equal(
      kev,
      those.some((one) => one?.kev),
    );
    assert.equal(epss ?? -1, Math.max(...those.map((one) => one?.epss ?? -1)));
  }
});

test('filters narrow by words, severity, fix and exploitation', () => {
  const ids = (query: string, filters: Partial<Parameters<typeof filterVulnerabilities>[2]> = {}) =>
    filterVulnerabilities(rows, query, { ...ANY, ...filters }).map(({ id }) => id);
  assert.equal(ids('').length, rows.length);
  assert.deepEqual(ids('ghsa-aaaa'), ['CVE-2021-90030']);
  assert.deepEqual(ids('LIBSSL 90003'), ['CVE-2022-90003']);
  assert.deepEqual(ids('', { kev: true }), ['CVE-2022-90013']);
  assert.equal(ids('', { levels: ['critical'] }).length, statisticsOf(sample).distinct.critical.count);
  assert.equal(ids('', { fixable: true }).length, statisticsOf(sample).distinct.fixable);
  assert.deepEqual(ids('no such thing'), []);
});

test('orders hold both ways, and ties are by weight in both', () => {
  for (const key of CVE_SORT_KEYS) {
    for (const descending of [false, true]) {
      const ordered = inOrder(rows, VULNERABILITY_ORDERS[key], descending, compareWeight);
      for (const [index, row] of ordered.entries()) {
        const before = ordered[index - 1];
        if (before === undefined) continue;
        const order = (descending ? -1 : 1) * VULNERABILITY_ORDERS[key](before, row);
        assert.ok(order < 0 || (order === 0 && compareWeight(before, row) < 0), `${key} ${before.id} ${row.id}`);
      }
    }
  }
  const [first] = inOrder(rows, VULNERABILITY_ORDERS.severity, false, compareWeight);
  assert.equal(first?.level, SEVERITY_LEVELS.indexOf('critical'));
});

test('an id is found in any case, and by an alias', () => {
  const find = vulnerabilityIndex(rows);
  assert.equal(find('cve-2022-90001')?.id, 'CVE-2022-90001');
  assert.equal(find('GHSA-AAAA-bbbb-cccc')?.id, 'CVE-2021-90030');
  assert.equal(find('__proto__'), undefined);
  assert.equal(find(''), undefined);
});
