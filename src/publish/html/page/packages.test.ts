import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largeAssessment } from '../../../../bench/large-assessment.ts';
import { HOSTILE_PACKAGE, sampleAssessment } from '../../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import type { Assessment } from '../../../scan/assess/assessment.ts';
import { packageColumns } from '../package-columns.ts';
import { reportData } from '../report-data.ts';
import { openPackages, type PackageFilter } from './packages.ts';
import { PACKAGE_SORT_KEYS } from './view-state.ts';

const ALL: PackageFilter = { query: '', types: [], vulnerable: false, image: undefined };

function opened(assessment: Assessment) {
  const columns = packageColumns(assessment);
  const tool = { name: 'plimsoll', version: '0.0.0' };
  const { findings } = reportData(assessment, statisticsOf(assessment), columns, tool);
  return openPackages(JSON.parse(JSON.stringify(columns)), findings);
}

const sample = sampleAssessment();
const table = opened(sample);

test('every installed package of every image is there, at its path, and nothing else', () => {
  for (const assessment of [sample, largeAssessment(30, 100)]) {
    const packages = opened(assessment);
    const installed = assessment.packages.flatMap(({ purl, image, location }) =>
      assessment.images.flatMap(({ digest, slot }) => (digest === image ? [`${slot} ${purl} ${location.path}`] : [])),
    );
    const shown = packages.rows.flatMap((row) =>
      packages
        .placesOf(row)
        .flatMap(({ path, images }) =>
          images.map((number) => `${assessment.images[number]?.slot} ${row.purl} ${path}`),
        ),
    );
    const visible = (text: string): string => text.replace('\u202e', '\\u{202e}');
    assert.deepEqual(new Set(shown), new Set(installed.map(visible)));
    assert.equal(packages.rows.length, packageColumns(assessment).count);
  }
});

test('a row knows its images and what was found of it', () => {
  for (const row of table.rows) {
    const those = sample.findings.filter(({ purl }) => purl === row.purl);
    assert.deepEqual(
      new Set(row.vulnerabilities.map(({ id }) => id)),
      new Set(those.map(({ vulnerability }) => vulnerability)),
    );
    const highest = SEVERITY_LEVELS.find((level) => those.some(({ severity }) => severity === level));
    assert.equal(row.severity, highest ?? null);
    assert.deepEqual(
      row.images,
      sample.images.flatMap(({ digest }, number) =>
        sample.packages.some(({ purl, image }) => purl === row.purl && image === digest) ? [number] : [],
      ),
    );
  }
});

test('filters narrow by words, type, image and whether anything is known', () => {
  const names = (filter: Partial<PackageFilter>) =>
    table.filter({ ...ALL, ...filter }, 'name', false).map(({ name }) => name);
  assert.deepEqual(names({ query: 'OPENSSL alpine-3.15' }), ['libcrypto1.1', 'libssl1.1']);
  assert.deepEqual(names({ types: ['npm'] }), [HOSTILE_PACKAGE, 'minimist']);
  assert.deepEqual(table.types, ['apk', 'deb', 'npm']);
  const number = sample.images.findIndex(({ slot }) => slot.includes('harbour/api'));
  assert.deepEqual(names({ image: number }), ['busybox', 'libcrypto1.1', 'libssl1.1', 'minimist', 'zlib']);
  assert.equal(names({ vulnerable: true }).length, table.rows.filter(({ severity }) => severity !== null).length);
  assert.deepEqual(names({ image: -1 }), []);
});

test('every order is a permutation, its key ascends, and ties stay by name', () => {
  const key = {
    name: () => 0,
    type: () => 0,
    images: (row: { images: readonly number[] }) => -row.images.length,
    severity: (row: { severity: (typeof SEVERITY_LEVELS)[number] | null }) =>
      row.severity === null ? SEVERITY_LEVELS.length : SEVERITY_LEVELS.indexOf(row.severity),
    vulnerabilities: (row: { vulnerabilities: readonly unknown[] }) => -row.vulnerabilities.length,
  };
  const numbers = table.rows.map(({ number }) => number).toSorted((a, b) => a - b);
  for (const sort of PACKAGE_SORT_KEYS) {
    for (const descending of [false, true]) {
      const rows = table.filter(ALL, sort, descending);
      assert.deepEqual(
        rows.map(({ number }) => number).toSorted((a, b) => a - b),
        numbers,
      );
      const values = rows.map((row) => (descending ? -1 : 1) * key[sort](row));
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
        sort,
      );
    }
  }
});

test('a package is found by its URL; names of every object are no packages', () => {
  assert.equal(table.withPurl('pkg:npm/minimist@1.2.5')?.name, 'minimist');
  assert.equal(table.withPurl('__proto__'), undefined);
});

test('one package in several places of an image is one row with several places', () => {
  const [first] = sample.packages;
  assert.ok(first !== undefined);
  const twice = { ...first, location: { ...first.location, path: 'opt/other' } };
  const packages = opened({ ...sample, packages: [first, twice], findings: [] });
  assert.equal(packages.rows.length, 1);
  const [row] = packages.rows;
  assert.ok(row !== undefined);
  assert.deepEqual(
    packages.placesOf(row).map(({ path }) => path),
    [first.location.path, 'opt/other'].sort(),
  );
  assert.equal(row.images.length, 1);
});
