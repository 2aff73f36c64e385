import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAlias, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { LimitError, ParseError } from './errors.ts';
import { parseYamlDocument } from './yaml-document.ts';

const ALONE = { strict: true, prettyErrors: false, logLevel: 'silent' } as const;

function parse(text: string): ReturnType<typeof parseYamlDocument> {
  return parseYamlDocument(text, new LineCounter(), 'f.yaml');
}

/** Every node with its kind, place and text. */
function shape(contents: ReturnType<typeof parse>['contents']): readonly unknown[] {
  const nodes: unknown[] = [];
  visit(contents, {
    Node: (_key, node) => {
      nodes.push([
        node.constructor.name,
        node.range,
        isScalar(node) ? node.value : isAlias(node) ? node.source : undefined,
      ]);
    },
  });
  return nodes;
}

/** Milliseconds of processor time: the machine may be busy. */
function cost(work: () => unknown): number {
  const before = process.cpuUsage();
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('law: the document is the one that the library makes by itself, with the same errors and lines', () => {
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
    ',',
    '"',
    '|\n',
    '#',
    '&a ',
    '*a',
    '!x ',
    '? ',
    'é',
    '\r\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const [ours, theirs] = [new LineCounter(), new LineCounter()];
      const found = parseYamlDocument(text, ours, 'f.yaml');
      const expected = parseDocument(text, { ...ALONE, lineCounter: theirs, uniqueKeys: false });
      assert.deepEqual(
        found.errors.map(({ code, pos, message }) => [code, pos, message]),
        expected.errors.map(({ code, pos, message }) => [code, pos, message]),
      );
      assert.deepEqual(ours.lineStarts, theirs.lineStarts);
      assert.deepEqual(shape(found.contents), shape(expected.contents));
    }),
    { numRuns: 1000 },
  );
});

test('errors without number cost far less than in the library by itself', () => {
  const filled = (unit: string): string => unit.repeat(40_000 / unit.length);
  const hostile = [filled('}'), `[${filled(',')}`, filled('"'), filled('[]'), filled('a: - b\n')];
  const alone = (text: string): unknown => parseDocument(text, { ...ALONE, lineCounter: new LineCounter() });
  for (const read of [parse, alone]) read(filled('warm: up\n'));
  const [ours, theirs] = [parse, alone].map((read) => hostile.reduce((sum, text) => sum + cost(() => read(text)), 0));
  assert.ok((ours ?? 0) < 0.75 * (theirs ?? 0), `${ours} and ${theirs} ms`);
});

test('many different keys cost no more than an honest file of their size', () => {
  const keys = Array.from({ length: 20_000 }, (_nothing, place) => `k${place}: 1\n`).join('');
  parse('warm: up\n'.repeat(1000));
  // The library's comparison of each key with all others takes forty times as long.
  assert.ok(cost(() => parse(keys)) < 8 * cost(() => parse('a: b\n'.repeat(keys.length / 5))));
});

test('levels and tokens without measure are refused before the library composes them', () => {
  assert.throws(() => parse('['.repeat(1000)), LimitError);
  assert.throws(() => parse('{a: '.repeat(1000)), LimitError);
  assert.throws(() => parse(`${'- '.repeat(1000)}a`), LimitError);
  assert.throws(
    () => parseYamlDocument('a: b\n'.repeat(50), new LineCounter(), 'f.yaml', 99),
    /more than 99 YAML tokens/,
  );
  assert.equal(parse(`${'['.repeat(90)}${']'.repeat(90)}`).errors.length, 0);
});

test('a second document is refused, for nobody would read it; an end mark is none', () => {
  assert.throws(() => parse('a: 1\n...\nb: 2\n'), /^ParseError: f\.yaml: a second YAML document/);
  assert.equal(parse('a: 1\n...\n# comment\n').errors.length, 0);
  assert.equal(parse('').contents, null);
});

test('stacks of errors are kept again once the document is read', () => {
  const before = Error.stackTraceLimit;
  parse('}');
  assert.throws(() => parse('['.repeat(1000)), LimitError);
  assert.equal(Error.stackTraceLimit, before);
});
