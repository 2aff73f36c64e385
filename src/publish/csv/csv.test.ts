import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../test/support/needs.ts';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { TABLES } from '../tables/index.ts';
import type { Cell, Table } from '../tables/table.ts';
import { csvFormats } from './index.ts';
import { csvText } from './write.ts';

/** Python's reader as the judge: a JSON list of texts in, the rows of each out. */
const READER = `
import csv, io, json, sys
texts = json.load(sys.stdin)
json.dump([list(csv.reader(io.StringIO(text, newline=''), strict=True)) for text in texts], sys.stdout)
`;

function readByPython(texts: readonly string[]): readonly (readonly (readonly string[])[])[] {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', READER], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function fields(row: readonly Cell[]): readonly string[] {
  return row.map((cell) => (cell === null ? '' : String(cell)));
}

function withHeader({ columns, rows }: Pick<Table, 'columns' | 'rows'>): readonly (readonly string[])[] {
  return [columns.map(({ name }) => name), ...rows.map(fields)];
}

test('law: another reader gets back every cell of any table', needsPrograms('python3'), () => {
  const text = fc.oneof(
    fc.string({
      unit: fc.constantFrom('"', ',', '\r', '\n', "'", ';', ' ', '\t', '=', 'a', 'é', '\u{1f6a2}', '\u001b'),
    }),
    fc.string({ unit: 'grapheme' }),
  );
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
    fc.record({
      columns: fc.array(
        text.map((name) => ({ name, kind: 'text' as const })),
        { minLength: width, maxLength: width },
      ),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }),
    }),
  );
  const tables = fc.sample(table, 400);
  assert.deepEqual(readByPython(tables.map(csvText)), tables.map(withHeader));
});

test('the tables of the sample are read back as they are, a line a row', needsPrograms('python3'), () => {
  const sample = sampleAssessment();
  const statistics = statisticsOf(sample);
  const texts = csvFormats.map(({ render }) => String(render(sample, statistics, { color: false, columns: 80 })));
  const tables = TABLES.map(({ make }) => make(sample, statistics));
  assert.deepEqual(readByPython(texts), tables.map(withHeader));
  for (const [index, text] of texts.entries()) {
    assert.equal(text.split('\r\n').length, (tables[index]?.rows.length ?? 0) + 2);
    assert.doesNotMatch(text.replaceAll('\r\n', ''), /\p{Cc}/u);
  }
});

test('a field is quoted when it must be, and not otherwise', () => {
  const columns = ['a', 'b'].map((name) => ({ name, kind: 'text' as const }));
  assert.equal(
    csvText({
      columns,
      rows: [
        ['plain text', 'with, comma'],
        ['say "no"', null],
        [0, true],
        [' padded', ''],
      ],
    }),
    'a,b\r\nplain text,"with, comma"\r\n"say ""no""",\r\n0,true\r\n" padded",\r\n',
  );
});
