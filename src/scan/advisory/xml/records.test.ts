import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { childOf, childrenOf, childText, type XmlElement, XmlRecords } from './records.ts';

function recordsOf(document: string): { readonly roots: readonly string[]; readonly records: readonly XmlElement[] } {
  const roots: string[] = [];
  const records: XmlElement[] = [];
  const reader = new XmlRecords('x.xml', ['update'], {
    root: (name) => roots.push(name),
    record: (element) => records.push(element),
  });
  for (const byte of Buffer.from(document)) reader.push(Uint8Array.of(byte));
  reader.end();
  return { roots, records };
}

test('records come one at a time, each with what is inside', () => {
  const { roots, records } = recordsOf(
    '<updates>ignored<update type="security"><id> RLSA-1 </id><n>1</n><n>2</n><update>inner</update></update><x><update/></x></updates>',
  );
  assert.deepEqual(roots, ['updates']);
  assert.equal(records.length, 2);
  const [first, second] = records;
  assert.equal(first?.attributes['type'], 'security');
  assert.equal(childText(first, 'id'), 'RLSA-1');
  assert.deepEqual(
    childrenOf(first, 'n').map(({ text }) => text),
    ['1', '2'],
  );
  assert.equal(childOf(first, 'update')?.text, 'inner', 'a record inside of a record is a part of it');
  assert.equal(childText(second, 'id'), undefined);
  assert.deepEqual(recordsOf('<update/>').records.length, 1, 'the root itself');
});

test('a document that ends early is refused, though its records were told', () => {
  assert.throws(() => recordsOf('<updates><update/>'), ParseError);
});
