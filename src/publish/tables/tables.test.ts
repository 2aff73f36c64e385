import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOSTILE_PACKAGE, HOSTILE_VERSION, sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { printable } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { BASES } from '../words.ts';
import { findingsTable } from './findings.ts';
import { gapsTable } from './gaps.ts';
import { imagesTable } from './images.ts';
import { TABLES } from './index.ts';
import { statisticsTable } from './statistics.ts';
import { type Cell, safeText, type Table } from './table.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const images = imagesTable(sample);

type Record = Readonly<{ [column: string]: Cell }>;

function records({ columns, rows }: Table): readonly Record[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
}

function imageRow(name: string): Record {
  const row = records(images).find((record) => String(record['image']).includes(name));
  assert.ok(row !== undefined, name);
  return row;
}

function sum(rows: readonly Record[], column: string): number {
  return rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
}

test('images: columns of the published spreadsheets, in their order, then further ones sorted', () => {
  const names = images.columns.map(({ name }) => name);
  const csm =
    'image digest charts uniqueCount severity.critical severity.high severity.medium severity.low fixableCount ' +
    'fixableCount.critical fixableCount.high fixableCount.medium fixableCount.low cvssScore.max cvssScore.min ' +
    'cvssScore.avg url identifiers';
  assert.equal(names.slice(0, 18).join(' '), csm);
  assert.deepEqual(names.slice(18), names.slice(18).sort());
  assert.equal(new Set(names).size, names.length);
});

test('images: the columns add up to the statistics', () => {
  const rows = records(images);
  assert.equal(rows.length, sample.images.length);
  assert.equal(sum(rows, 'uniqueCount'), statistics.instances.total);
  assert.equal(sum(rows, 'fixableCount'), statistics.instances.fixable);
  assert.equal(sum(rows, 'fullyFixableCount'), statistics.instances.fullyFixable);
  assert.equal(sum(rows, 'notAffectedCount'), statistics.instances.total - statistics.net.instances.total);
  for (const level of SEVERITY_LEVELS) {
    assert.equal(sum(rows, `severity.${level}`), statistics.instances[level].count, level);
    assert.equal(sum(rows, `fixableCount.${level}`), statistics.instances[level].fixable, level);
  }
});

test('images: every row names the advisory set, and that it is the starter set', () => {
  const { id } = sample.advisorySet;
  const sets = (table: Table): readonly Cell[] => [
    ...new Set(records(table).map((record) => record['advisorySet'] ?? null)),
  ];
  const starter = { ...sample, advisorySet: { ...sample.advisorySet, starter: true } };
  assert.deepEqual(sets(imagesTable({ ...sample, advisorySet: { ...sample.advisorySet, starter: false } })), [id]);
  assert.deepEqual(sets(imagesTable(starter)), [`${id} (starter set)`]);
});

test('images: none found is zero, not read is empty', () => {
  const counts = [
    'uniqueCount',
    'severity.critical',
    'fixableCount',
    'fixableCount.low',
    'exploited',
    'dependencyCount',
  ];
  const clean = imageRow('scratch');
  const unread = imageRow('telemetry');
  for (const column of counts) assert.deepEqual([clean[column], unread[column]], [0, null], column);
  for (const row of [clean, unread]) assert.deepEqual([row['cvssScore.max'], row['identifiers']], [null, null]);
  assert.equal(unread['scannedDigest'], null);
  assert.equal(unread['gaps'], 1);
  assert.match(String(unread['digest']), /^sha256:[0-9a-f]{64}$/, 'shipped, though not read');
});

test('images: charts as CSM writes them, sorted; scores only from vectors; every id once', () => {
  assert.equal(imageRow('boot-tools')['charts'], 'platform->boot:0.3.1 sysmgmt->boot:0.3.1');
  const api = imageRow('harbour/api');
  assert.deepEqual([api['cvssScore.max'], api['cvssScore.min'], api['cvssScore.avg']], [9.8, 7.5, 8.65]);
  assert.equal(imageRow('boot-tools')['cvssScore.max'], null, 'words have no score');
  assert.equal(
    api['identifiers'],
    'CVE-2021-90030 CVE-2022-90001 CVE-2022-90002 CVE-2022-90003 CVE-2022-90004 GHSA-aaaa-bbbb-cccc',
  );
});

test('images: a manifest with a slash in its name is told from the chart by the list of charts', () => {
  const [first] = sample.images;
  assert.ok(first !== undefined);
  const chart = { manifest: 'apps/all.yaml', chart: 'web', version: '1', release: 'web', namespace: 'default' };
  const { rows } = imagesTable({
    ...sample,
    charts: [chart],
    images: [{ ...first, charts: ['apps/all.yaml/web:1', 'web:2'] }],
  });
  assert.equal(rows[0]?.[2], 'apps/all.yaml->web:1 web:2');
});

test('findings: a row a finding, hostile names disarmed', () => {
  const rows = records(findingsTable(sample));
  assert.equal(rows.length, sample.findings.length);
  const hostile = rows.find((row) => String(row['vulnerability']).startsWith('GHSA-<b>'));
  assert.equal(hostile?.['package'], HOSTILE_PACKAGE);
  assert.equal(hostile?.['version'], printable(HOSTILE_VERSION));
  assert.equal(hostile?.['fixedIn'], "'=1+1");
  assert.equal(hostile?.['location'], 'app/node_modules/\\u{202e}gpj.exe/package.json');
  const exploited = rows.find((row) => row['kev'] === true);
  assert.equal(exploited?.['fixes'], 'debian-tracker=2.2.10-2+deb11u2 osv=2.2.10-2+deb11u1');
});

test('statistics: every figure of every basis with its denominator, gross and net', () => {
  const rows = records(statisticsTable(sample, statistics));
  for (const [figures, bases] of [['gross', statistics] as const, ['net', statistics.net] as const]) {
    for (const basis of BASES) {
      const of = basis === 'images' ? statistics.scannedImages : bases[basis].total;
      for (const severity of [...SEVERITY_LEVELS, 'total'] as const) {
        const found = rows.filter(
          (row) => row['figures'] === figures && row['basis'] === basis && row['severity'] === severity,
        );
        assert.equal(found.length, 1, `${figures} ${basis} ${severity}`);
        const [row] = found;
        const figure = severity === 'total' ? { ...bases[basis], count: bases[basis].total } : bases[basis][severity];
        assert.deepEqual(
          [row?.['count'], row?.['fixable'], row?.['fullyFixable'], row?.['of']],
          [figure.count, figure.fixable, figure.fullyFixable, of],
        );
      }
    }
  }
  const four = rows.filter((row) => row['figures'] === 'four-classes');
  assert.equal(four.length, 4);
  assert.equal(Math.round(sum(four, 'percent') * 10), 1000);
  assert.ok(rows.every((row) => row['assessment'] === sample.id && row['version'] === '1.2.0-beta.7'));
});

test('gaps: every one, with the image it concerns', () => {
  const rows = records(gapsTable(sample));
  assert.equal(rows.length, sample.gaps.length);
  const unread = rows.find((row) => row['kind'] === 'image-unreadable');
  assert.equal(unread?.['image'], 'registry.example/harbour/telemetry:0.1.0');
  assert.match(String(unread?.['reason']), /digest mismatch \\u\{1b\}\[31mred/);
});

test('what a spreadsheet would run gets an apostrophe, all else stays', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-2', "'-2"],
    ['@types/node', "'@types/node"],
    [' =cmd|x', "' =cmd|x"],
    ['＝1', "'＝1"],
    ['\t=1', '\\u{9}=1'],
    ['\r=1', '\\u{d}=1'],
    ['a=1', 'a=1'],
    ['1.2-3', '1.2-3'],
    ["'=1", "'=1"],
    ['', ''],
  ];
  for (const [text, safe] of cases) assert.equal(safeText(text), safe, JSON.stringify(text));
});

test('law: a safe text begins no formula, moves no cursor, is one line, and keeps what was printable', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('=', '@', '-1'),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const safe = safeText(text);
      assert.doesNotMatch(safe, /^[=+\-@\t\r\n]/);
      assert.doesNotMatch(safe, /[\p{C}\p{Zl}\p{Zp}]/u);
      assert.equal(
        safe.replace(/^'(?=\s*[=+\-@＝＋－＠])/, ''),
        printable(text).replace(/^'(?=\s*[=+\-@＝＋－＠])/, ''),
      );
    }),
  );
});

test('every table has a row for what there is and none for what there is not', () => {
  const empty = { ...sample, images: [], findings: [], gaps: [], packages: [], charts: [] };
  for (const { name, make } of TABLES) {
    const table = make(empty, statisticsOf(empty));
    assert.equal(table.name, name);
    assert.equal(table.rows.length > 0, name === 'statistics', name);
    for (const row of make(sample, statistics).rows) assert.equal(row.length, table.columns.length);
  }
});
