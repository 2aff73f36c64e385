import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { makeZip } from '../../../platform/test-zip.ts';
import { csvRows, workbookContent } from './tables.ts';

const HEADER = 'slot,vulnerability,severity,fixState';

test('a last row without an end counts, also when its last cell is empty', () => {
  const row = { slot: 'a', vulnerability: 'CVE-1', severity: 'high', fixable: false };
  assert.deepEqual(csvRows(`${HEADER}\r\na,CVE-1,high,`), [row]);
});

test('a field as long as a large file is refused or read, and nothing breaks off', () => {
  const long = 'x'.repeat(2 ** 25);
  assert.throws(() => csvRows(`${HEADER}\r\n"${long}`), ParseError);
  assert.equal(csvRows(`${HEADER}\r\n"${long}",CVE-1,high,fixed\r\n`)[0]?.slot.length, long.length);
});

test('a cell far to the right is refused: every row would be as wide', () => {
  const sheet = (cell: string) =>
    makeZip([
      { path: 'xl/sharedStrings.xml', content: '<sst/>' },
      { path: 'xl/workbook.xml', content: '<workbook><sheet name="findings"/></workbook>' },
      { path: 'xl/worksheets/sheet1.xml', content: `<worksheet><row><c r="${cell}"><v>1</v></c></row></worksheet>` },
    ]);
  assert.deepEqual(workbookContent(sheet('CV1')).rows, []);
  for (const cell of ['CW1', 'ZZ1', 'ZZZ1']) assert.throws(() => workbookContent(sheet(cell)), ParseError);
});
