import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { entriesAt, itemsAt, nodeAt, parseYaml, splitDocuments, textAt, type YamlNode } from './yaml.ts';

test('scalars keep the characters that were written, with their line', () => {
  const node = parseYaml('tags:\n  - 3.10\n  - 007\n  - "1.20"\n  - v1\n  - 1e3\n', 'f.yaml');
  assert.deepEqual(
    itemsAt(node, 'tags').map((item) => [item.line, item.kind === 'scalar' ? item.text : '']),
    [
      [2, '3.10'],
      [3, '007'],
      [4, '1.20'],
      [5, 'v1'],
      [6, '1e3'],
    ],
  );
});

test('an empty document, a document of comments and an absent value are null', () => {
  for (const text of ['', '# nothing\n', '---\n', 'null\n', '~']) {
    const node = parseYaml(text, 'f.yaml');
    assert.equal(node.kind === 'scalar' && node.isNull, true, JSON.stringify(text));
  }
  assert.equal(textAt(parseYaml('a:\nb: 1\n', 'f.yaml'), 'a'), undefined);
  assert.equal(textAt(parseYaml('a: ""\n', 'f.yaml'), 'a'), '');
});

test('repeated keys are kept, and the last one is the value', () => {
  const node = parseYaml('a: 1\nb: 2\na: 3\n', 'f.yaml');
  assert.deepEqual(
    entriesAt(node).map((entry) => [entry.key, entry.line]),
    [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ],
  );
  assert.equal(textAt(node, 'a'), '3');
});

test('aliases and merge keys are followed; own keys and earlier sources win', () => {
  const node = parseYaml(
    'base: &base {image: a, tag: "1"}\nother: &other {tag: "2", more: x}\none: {<<: *base, tag: "9"}\ntwo: {<<: [*base, *other]}\nthree: *base\n',
    'f.yaml',
  );
  assert.equal(textAt(node, 'one', 'image'), 'a');
  assert.equal(textAt(node, 'one', 'tag'), '9');
  assert.equal(entriesAt(node, 'two').length, 3);
  assert.equal(textAt(node, 'two', 'tag'), '1');
  assert.equal(nodeAt(node, 'three'), nodeAt(node, 'base'));
});

test('errors are of the two kinds that a parser may raise, and name file and line', () => {
  assert.throws(() => parseYaml('a: 1\nb: [', 'f.yaml', 10), /^ParseError: f\.yaml:11: /);
  assert.throws(() => parseYaml('a: *none', 'f.yaml'), /f\.yaml:1: the alias \*none has no anchor/);
  assert.throws(() => parseYaml('? [a]\n: 1', 'f.yaml'), /f\.yaml:1: a key is not plain text/);
  assert.throws(() => parseYaml('a: {<<: 1}', 'f.yaml'), ParseError);
});

test('bombs meet a limit quickly', () => {
  let laughs = 'a: &a [x,x,x,x,x,x,x,x,x]\n';
  for (let level = 0; level < 9; level += 1) {
    const [from, to] = [String.fromCharCode(97 + level), String.fromCharCode(98 + level)];
    laughs += `${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]\n`;
  }
  const started = performance.now();
  assert.throws(() => parseYaml(laughs, 'f.yaml'), LimitError);
  assert.throws(() => parseYaml('['.repeat(20_000), 'f.yaml'), LimitError);
  assert.throws(() => parseYaml(`${'- '.repeat(5_000)}a`, 'f.yaml'), LimitError);
  assert.throws(() => parseYaml(`${'['.repeat(200)}${']'.repeat(200)}`, 'f.yaml'), LimitError);
  assert.throws(() => parseYaml(`${'&a '.repeat(100_000)}1`, 'f.yaml'), LimitError);
  assert.throws(() => parseYaml('a: &a [*a]', 'f.yaml'), ParseError);
  assert.ok(performance.now() - started < 5000);
});

test('a stream is cut at its document lines and lines go on counting', () => {
  const text =
    '# head\n---\na: 1\n--- # Source: x\nb: |\n  text\n  --- not a marker\n---\n# empty\n---\n%YAML 1.2\n---\nc: 3\n...\n';
  const documents = splitDocuments(text);
  assert.deepEqual(
    documents.map((document) => document.line),
    [2, 4, 12],
  );
  assert.deepEqual(
    documents.map((document) => entriesAt(parseYaml(document.text, 'f.yaml', document.line))[0]?.line),
    [3, 5, 13],
  );
  assert.deepEqual(splitDocuments('a: 1\r\n---\r\nb: 2\r\n').length, 2);
  assert.deepEqual(splitDocuments('\n# x\n\n'), []);
  assert.deepEqual(splitDocuments('---'), []);
});

test('law: a stream of documents is cut into as many, whatever their values', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value), { minLength: 1 }), (objects) => {
      const stream = objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
      const read = splitDocuments(stream).map((part) => plain(parseYaml(part.text, 'f', part.line)));
      assert.deepEqual(
        read,
        objects.map((object) =>
          Object.entries(object).map(([key, given]) => [key, given === null ? null : String(given)]),
        ),
      );
    }),
  );
});

test('law: whatever the text, only ParseError and LimitError come out', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '"',
    "'",
    '|',
    '>',
    '#',
    '?',
    '<<',
    '%',
    '---',
    '!x ',
    ',',
    '\t',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      for (const document of splitDocuments(pieces.join(''))) {
        try {
          parseYaml(document.text, 'f.yaml', document.line);
        } catch (error) {
          assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

function plain(node: YamlNode): readonly (readonly [string, string | null])[] {
  return entriesAt(node).map((entry) => [entry.key, textAt(entry.value) ?? null]);
}
