import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { JsonElements } from './json-elements.ts';

function elementsOf(text: string, lengths: readonly number[] = []): readonly unknown[] {
  const elements: unknown[] = [];
  const reader = new JsonElements('x.json', 'list', (element) => elements.push(element));
  const bytes = Buffer.from(text);
  let at = 0;
  for (const length of lengths) {
    reader.push(bytes.subarray(at, at + length));
    at += length;
  }
  reader.push(bytes.subarray(at));
  reader.end();
  return elements;
}

test('law: the elements are those that JSON.parse sees, in whatever pieces the document comes', () => {
  const member = fc.jsonValue({ maxDepth: 3 });
  const element = fc.oneof(fc.dictionary(fc.string(), member, { noNullPrototype: true }), fc.array(member));
  const documents = fc.record({ before: member, list: fc.array(element), after: member });
  fc.assert(
    fc.property(documents, fc.boolean(), fc.array(fc.integer({ min: 1, max: 5 })), (document, indented, lengths) => {
      const text = JSON.stringify({ nested: { list: [{}] }, ...document, 'list"': [[1]] }, undefined, indented ? 2 : 0);
      assert.deepEqual(elementsOf(text, lengths), JSON.parse(text).list);
    }),
    { numRuns: 500 },
  );
});

test('numbers and strings in the list are passed over; other lists are not read', () => {
  assert.deepEqual(elementsOf('{"a": [{"list": [1]}], "list" : [1, "]", {"b": "}"}, null, [2]]}'), [{ b: '}' }, [2]]);
});

test('what is no such document is refused', () => {
  for (const text of [
    '',
    '[]',
    '{"other": []}',
    '{"list": [{}',
    '{"list": [{}]',
    '{"list": ["',
    '}',
    '{"list": [{a}]}',
  ]) {
    assert.throws(() => elementsOf(text), ParseError, text);
  }
  const reader = new JsonElements('x.json', 'list', () => assert.fail());
  reader.push(Buffer.from('{"list": [{"a": "'));
  const piece = Buffer.alloc(8 * 1024 ** 2, 'x');
  assert.throws(() => {
    for (let size = 0; size <= LIMITS.jsonElementBytes; size += piece.length) reader.push(piece);
  }, LimitError);
});
