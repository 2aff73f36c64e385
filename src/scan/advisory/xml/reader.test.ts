import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { XmlReader } from './reader.ts';

type Event = readonly ['open', string, Readonly<Record<string, string>>] | readonly ['close' | 'text', string];

/** Events of a document that comes in pieces of these lengths; neighbouring texts joined. */
function eventsOf(document: string | Uint8Array, lengths: readonly number[] = []): readonly Event[] {
  const events: Event[] = [];
  const reader = new XmlReader('x.xml', {
    open: (name, attributes) => events.push(['open', name, { ...attributes }]),
    close: (name) => events.push(['close', name]),
    text: (text) => {
      const last = events.at(-1);
      if (last?.[0] === 'text') events[events.length - 1] = ['text', last[1] + text];
      else events.push(['text', text]);
    },
  });
  const bytes = Buffer.from(document);
  let at = 0;
  for (const length of lengths) {
    reader.push(bytes.subarray(at, at + length));
    at += length;
  }
  reader.push(bytes.subarray(at));
  reader.end();
  return events;
}

test('tags, attributes, text, references, comments and sections', () => {
  const document = `\ufeff<?xml version='1.0' encoding="UTF-8"?>
<!-- > a <b> -->
<c:root xmlns:c="urn:x" c:a='"' b = "x&amp;&#65;&#x42; > /" >&lt;ü&#x1F600;<![CDATA[<&amp;]]><empty/><?skip <x> ?>
</c:root>
`;
  assert.deepEqual(eventsOf(document), [
    ['open', 'root', { c: 'urn:x', a: '"', b: 'x&AB > /' }],
    ['text', '<ü😀<&amp;'],
    ['open', 'empty', {}],
    ['close', 'empty'],
    ['text', '\n'],
    ['close', 'root'],
  ]);
});

const REFUSED: readonly (readonly [document: string, problem: RegExp])[] = [
  ['', /holds no element/],
  ['   ', /holds no element/],
  ['{"a": 1}', /not XML/],
  ['<a>', /ends before <\/a>/],
  ['<a><b></a></b>', /does not fit/],
  ['</a>', /does not fit/],
  ['<a/><b/>', /behind the root/],
  ['<a/>text', /behind the root/],
  ['<a', /inside of markup/],
  ['<a b="', /inside of markup/],
  ['<!-- a', /inside of markup/],
  ['<a>&undefined;</a>', /entity/],
  ['<a>& b</a>', /entity/],
  ['<a>&#0;</a>', /entity/],
  ['<a>&#xD800;</a>', /entity/],
  ['<a b="&x;"/>', /entity/],
  ['<a b=c/>', /NAME="VALUE"/],
  ['<a b="<"/>', /NAME="VALUE"/],
  ['<a b="1"c="2"/>', /NAME="VALUE"/],
  ['< a/>', /without a name/],
  ['<1/>', /without a name/],
  ['<a><!ELEMENT a ANY></a>', /not known/],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /document type declaration/],
  ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /encoding/],
];

test('what is no document is refused, with the line', () => {
  for (const [document, problem] of REFUSED) {
    assert.throws(
      () => eventsOf(document),
      (error) => error instanceof ParseError && problem.test(error.message),
      document,
    );
  }
  assert.throws(() => eventsOf('<a>\n\n<b></c></a>'), /^ParseError: x\.xml:3: /);
});

test('bounds hold', () => {
  const deep = '<a>'.repeat(LIMITS.xmlDepth + 1);
  assert.throws(() => eventsOf(deep), LimitError);
  const reader = new XmlReader('x.xml', { open: () => {}, close: () => {}, text: () => {} });
  reader.push(Buffer.from('<a><!--'));
  const piece = Buffer.alloc(1024 ** 2, 'x');
  assert.throws(() => {
    for (let mebibyte = 0; mebibyte < 5; mebibyte += 1) reader.push(piece);
  }, LimitError);
});

test('a long line of many elements takes time by its length', () => {
  const elements = 500_000;
  let read = 0;
  const reader = new XmlReader('x.xml', { open: () => {}, close: () => (read += 1), text: () => {} });
  const started = performance.now();
  reader.push(Buffer.from(`<a>${'<b/>'.repeat(elements)}</a>`));
  reader.end();
  assert.equal(read, elements + 1);
  // By the square of the length it takes minutes.
  assert.ok(performance.now() - started < 20_000);
});

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/);
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((value) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(value));

interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly inner: readonly (Tree | string)[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    attributes: fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true }),
    inner: fc.array(fc.oneof({ depthSize: 'small' }, text, tie('tree')), { maxLength: 4 }),
  }),
}));

function written({ name, attributes, inner }: Tree): string {
  const escaped = (value: string) => value.replace(/[&<"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const members = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const body = inner.map((member) => (typeof member === 'string' ? escaped(member) : written(member)));
  return `<${name}${members.join('')}>${body.join('')}</${name}>`;
}

function expected(root: Tree): readonly Event[] {
  const events: Event[] = [['open', root.name, { ...root.attributes }]];
  for (const member of root.inner) {
    const [last] = events.slice(-1);
    if (typeof member !== 'string') events.push(...expected(member));
    else if (last?.[0] === 'text') events[events.length - 1] = ['text', last[1] + member];
    else if (member !== '') events.push(['text', member]);
  }
  return [...events, ['close', root.name]];
}

test('what was written is read, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(tree, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 200 }), (root, lengths) => {
      assert.deepEqual(eventsOf(written(root), lengths), expected(root));
    }),
    { numRuns: 300 },
  );
});

test('any bytes give events, ParseError or LimitError', () => {
  const fragment = fc.constantFrom(
    '<a>',
    '</a>',
    '<b c="',
    '"',
    '/>',
    '&lt;',
    '&',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    ' ',
    'x',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(fragment).map((parts) => Buffer.from(parts.join(''))),
      ),
      (bytes) => {
        try {
          eventsOf(bytes);
        } catch (error) {
          if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** Prints the events of each document of a JSON list, or null where expat refuses it. */
const EXPAT = `
import json, sys
from xml.parsers import expat
def read(document):
    events = []
    def text(data):
        if events and events[-1][0] == 'text': events[-1][1] += data
        else: events.append(['text', data])
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: events.append(['open', name, attributes])
    parser.EndElementHandler = lambda name: events.append(['close', name])
    parser.CharacterDataHandler = text
    try: parser.Parse(document.encode(), True)
    except expat.ExpatError: return None
    return events
print(json.dumps([read(document) for document in json.load(sys.stdin)]))
`;

test('expat reads the same, and refuses what is refused here', needsPrograms('python3'), () => {
  const documents = [...fc.sample(tree, 60).map(written), ...REFUSED.map(([document]) => document)];
  const { stdout, status } = spawnSync('python3', ['-c', EXPAT], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  const answers: readonly (readonly Event[] | null)[] = JSON.parse(stdout);
  for (const [index, document] of documents.entries()) {
    if (index >= 60) {
      // A declaration and another encoding are refused here alone.
      if (!/DOCTYPE|encoding/.test(document)) assert.equal(answers[index], null, document);
    } else {
      // XML 2.11: a line ends in one character.
      assert.deepEqual(eventsOf(document.replace(/\r\n?/g, '\n')), answers[index]);
    }
  }
});
