import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../test/support/needs.ts';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { zipContent, zipMembers, zipOf } from '../../platform/zip.ts';
import { TABLES } from '../tables/index.ts';
import type { Cell, Table } from '../tables/table.ts';
import { xlsxFormat } from './index.ts';
import { type Sheet, workbookBytes } from './workbook.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-xlsx-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A reader of its own, after ECMA-376, with Python's zip and XML: names and cells of every sheet. openpyxl reads along where it is installed. */
const READER = `
import json, re, sys, zipfile
import xml.etree.ElementTree as tree
MAIN = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
REL = '{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id'
def decoded(text):
    return re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), text)
def number(letters):
    value = 0
    for letter in letters: value = value * 26 + ord(letter) - 64
    return value
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    types = tree.fromstring(archive.read('[Content_Types].xml'))
    for part in types.iter('{http://schemas.openxmlformats.org/package/2006/content-types}Override'):
        tree.fromstring(archive.read(part.get('PartName')[1:]))
    strings = [decoded(item.find(MAIN + 't').text or '') for item in tree.fromstring(archive.read('xl/sharedStrings.xml'))]
    targets = {one.get('Id'): one.get('Target') for one in tree.fromstring(archive.read('xl/_rels/workbook.xml.rels'))}
    sheets = []
    for sheet in tree.fromstring(archive.read('xl/workbook.xml')).iter(MAIN + 'sheet'):
        root = tree.fromstring(archive.read('xl/' + targets[sheet.get(REL)]))
        assert not list(root.iter(MAIN + 'f')), 'a formula'
        rows = []
        for row in root.iter(MAIN + 'row'):
            assert int(row.get('r')) == len(rows) + 1
            cells = {}
            for cell in row:
                value = cell.find(MAIN + 'v').text
                kind = cell.get('t', 'n')
                column = re.match('([A-Z]+)' + row.get('r') + '$', cell.get('r')).group(1)
                cells[number(column) - 1] = strings[int(value)] if kind == 's' else value == '1' if kind == 'b' else float(value)
            rows.append(cells)
        sheets.append({'name': sheet.get('name'), 'rows': rows})
try:
    import openpyxl
    for sheet, other in zip(sheets, openpyxl.load_workbook(sys.argv[1])):
        assert sheet['name'] == other.title
        assert other.freeze_panes == 'A2' and other.auto_filter.ref == other.dimensions, 'freeze and filter'
        if len(sys.argv) > 2:
            for row, cells in zip(sheet['rows'], other.iter_rows()):
                assert [row.get(index) for index in range(len(cells))] == [cell.value for cell in cells], row
                assert not [cell for cell in cells if cell.data_type == 'f']
except ImportError:
    pass
json.dump(sheets, sys.stdout)
`;

interface ReadSheet {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

function readByPython(bytes: Uint8Array, ...more: readonly string[]): readonly ReadSheet[] {
  const file = join(folder, 'book.xlsx');
  writeFileSync(file, bytes);
  const { stdout, stderr, status } = spawnSync('python3', ['-c', READER, file, ...more], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function cellsOf({ columns, rows }: Table): readonly Readonly<Record<string, Cell>>[] {
  const present = (row: readonly Cell[]) =>
    Object.fromEntries(row.flatMap((cell, index) => (cell === null ? [] : [[String(index), cell]])));
  return [present(columns.map(({ name }) => name)), ...rows.map(present)];
}

function tableOf(rows: readonly (readonly Cell[])[]): Table {
  const columns = (rows[0] ?? ['']).map((_, index) => ({ name: `c${index}`, kind: 'text' as const }));
  return { name: 'table', columns, rows };
}

const sample = sampleAssessment();
const statistics = statisticsOf(sample);

function rendered(assessment = sample): Uint8Array {
  const bytes = xlsxFormat.render(assessment, statisticsOf(assessment), { color: false, columns: 80 });
  assert.ok(typeof bytes !== 'string');
  return bytes;
}

test('the workbook holds the tables, the first sheet named after the release', needsPrograms('python3'), () => {
  const sheets = readByPython(rendered(), 'all');
  assert.deepEqual(
    sheets.map(({ name }) => name),
    ['harbour-1.2.0-beta.7', 'findings', 'statistics', 'gaps'],
  );
  for (const [index, { make }] of TABLES.entries()) {
    assert.deepEqual(sheets[index]?.rows, cellsOf(make(sample, statistics)));
  }
});

test('the same assessment gives the same bytes, and unzip finds no fault', needsPrograms('unzip'), () => {
  assert.deepEqual(rendered(), rendered(sampleAssessment()));
  const file = join(folder, 'same.xlsx');
  writeFileSync(file, rendered());
  const { status, stdout } = spawnSync('unzip', ['-t', file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('law: any text and number comes back, whatever its characters', needsPrograms('python3'), () => {
  const hostile = fc.constantFrom(
    '_x0041_',
    '_x005F_',
    '=1+1',
    '&lt;',
    ']]>',
    '<',
    '\r\n',
    '\u0000',
    '\u001b',
    '\uffff',
    ' ',
    'é',
    '🚢',
  );
  const text = fc.oneof(
    fc.array(hostile).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0),
    fc.boolean(),
    fc.constant(null),
  );
  const rows = fc.sample(fc.array(cell, { minLength: 30, maxLength: 30 }), 60);
  const table = tableOf(rows);
  const [sheet] = readByPython(workbookBytes([{ name: 'hostile', table }]));
  assert.deepEqual(sheet?.rows, cellsOf(table));
});

test('no cell is longer than a spreadsheet takes, and a cut one says so', needsPrograms('python3'), () => {
  const long = Array.from({ length: 5000 }, (_, number) => `CVE-2022-${10_000 + number}`).join(' ');
  const [sheet] = readByPython(workbookBytes([{ name: 'long', table: tableOf([[long, 'x'.repeat(40_000)]]) }]));
  const cells = Object.values(sheet?.rows[1] ?? {}).map(String);
  for (const cell of cells) assert.ok(cell.length <= 32_767 && cell.endsWith('holds no more)'), String(cell.length));
  assert.match(cells[0] ?? '', /CVE-2022-\d{5} … \(cut here/);
});

test('a table longer than a sheet goes on in the next', needsPrograms('python3'), () => {
  const rows = Array.from({ length: 25 }, (_, number) => [number]);
  const sheets = readByPython(workbookBytes([{ name: 'findings', table: tableOf(rows) }], 11));
  assert.deepEqual(
    sheets.map((sheet) => [sheet.name, sheet.rows.length]),
    [
      ['findings', 11],
      ['findings 2', 11],
      ['findings 3', 6],
    ],
  );
  assert.deepEqual(
    sheets.flatMap((sheet) => sheet.rows.slice(1).map((row) => row['0'])),
    rows.flat(),
  );
});

test('law: names of sheets are fit and distinct', () => {
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom("'", '[', ']', ':', '*', '?', '/', '\\', ' ', 'a', 'A', '&', '"', '2') }),
    fc.constantFrom('findings', 'Findings', 'history', '', 'a'.repeat(40), `${'a'.repeat(40)}b`),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (given) => {
      const sheets: readonly Sheet[] = given.map((one) => ({ name: one, table: tableOf([]) }));
      const source = zipOf(workbookBytes(sheets));
      const member = [...zipMembers(source, 100)].find(({ path }) => path === 'xl/workbook.xml');
      assert.ok(member !== undefined);
      const xml = zipContent(source, member, 1 << 20).toString();
      const names = [...xml.matchAll(/<sheet name="([^"]*)"/g)].map(([, text = '']) =>
        text.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
      );
      assert.equal(names.length, given.length);
      assert.equal(new Set(names.map((one) => one.toLowerCase())).size, names.length);
      for (const one of names) {
        assert.match(one, /^[^[\]:*?/\\]{1,31}$/);
        assert.doesNotMatch(one, /^'|'$|^history$/i);
      }
    }),
  );
});

test('a release without a name, or with that of another sheet, has its images on the sheet `images`', () => {
  for (const release of [
    { name: '', version: '', target: 'x' },
    { name: 'findings', version: '', target: 'x' },
    { name: 'Findings 2', version: '', target: 'x' },
    { name: 'Statistics', version: '', target: 'x' },
  ]) {
    const source = zipOf(rendered({ ...sample, release }));
    const [, , workbook] = [...zipMembers(source, 100)];
    assert.ok(workbook !== undefined);
    assert.match(zipContent(source, workbook, 1 << 20).toString(), /<sheet name="images" .*<sheet name="findings" /);
  }
});
