// Readers that know one file of a bundle and nothing of this program: one of only the CSV, one of only the SARIF, written here from RFC 4180 and
// from the SARIF standard. They must arrive at the figures of the assessment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleInput, markedAssessment, testPage } from '../../../test/support/sample-bundle.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { bundleOf } from './contents.ts';

const FILES = new Map(
  bundleOf(bundleInput(), testPage).files.map(({ path, content }) => [path, Buffer.from(content).toString('utf8')]),
);
const RANK = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

/** What the release comes to, by the program. */
function expected(): Record<string, number> {
  const { instances, distinct } = statisticsOf(markedAssessment());
  return Object.fromEntries([
    ...SEVERITY_LEVELS.map((level) => [`instances ${level}`, instances[level].count]),
    ...SEVERITY_LEVELS.map((level) => [`distinct ${level}`, distinct[level].count]),
    ['fixable', instances.fixable],
  ]);
}

/** Folds rows of image, vulnerability, severity and fix. */
function totals(rows: readonly (readonly [string, string, string, boolean])[]): Record<string, number> {
  const worst = (keyOf: (row: readonly [string, string, string, boolean]) => string): Map<string, number> => {
    const found = new Map<string, number>();
    for (const row of rows) found.set(keyOf(row), Math.min(found.get(keyOf(row)) ?? 9, RANK.indexOf(row[2])));
    return found;
  };
  const instances = worst(([image, vulnerability]) => `${image} ${vulnerability}`);
  const distinct = worst(([, vulnerability]) => vulnerability);
  const count = (cells: Map<string, number>, rank: number) => [...cells.values()].filter((one) => one === rank).length;
  return Object.fromEntries([
    ...RANK.map((level, rank) => [`instances ${level}`, count(instances, rank)]),
    ...RANK.map((level, rank) => [`distinct ${level}`, count(distinct, rank)]),
    ['fixable', new Set(rows.filter(([, , , fixable]) => fixable).map(([image, id]) => `${image} ${id}`)).size],
  ]);
}

test('a reader of only the CSV arrives at the same totals', () => {
  const [header = [], ...rows] = readCsv(FILES.get('findings.csv') ?? '');
  const at = (name: string): number => header.indexOf(name);
  const read = rows.map(
    (row) =>
      [
        row[at('slot')] ?? '',
        row[at('vulnerability')] ?? '',
        row[at('severity')] ?? '',
        (row[at('fixState')] ?? '') === 'fixed',
      ] as const,
  );
  assert.deepEqual(totals(read), expected());
});

test('a reader of only the SARIF arrives at the same totals', () => {
  const { runs } = JSON.parse(FILES.get('findings.sarif') ?? '');
  const [{ results, tool }] = runs;
  const read = results.map(
    (result: {
      ruleIndex: number;
      properties: { severity: string; fixable: boolean };
      locations: { logicalLocations: { fullyQualifiedName: string }[] }[];
    }) => [
      result.locations[0]?.logicalLocations[0]?.fullyQualifiedName,
      tool.driver.rules[result.ruleIndex].id,
      result.properties.severity,
      result.properties.fixable,
    ],
  );
  assert.deepEqual(totals(read), expected());
  assert.equal(results.length, statisticsOf(markedAssessment()).instances.total);
});

/** RFC 4180, a character at a time. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [['']];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const row = rows.at(-1) ?? [];
    const character = text[at] ?? '';
    if (character === '"' && quoted && text[at + 1] === '"') {
      row.push(`${row.pop()}"`);
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) row.push('');
    else if (character === '\r' && !quoted) rows.push(['']);
    else if (character !== '\n' || quoted) row.push(`${row.pop()}${character}`);
  }
  return rows.slice(0, -1);
}
