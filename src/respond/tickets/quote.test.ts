// Hostile names in tickets: nothing in them notifies, refers, closes or commands; and the block stays what it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockText, findBlock, withBlock } from './block.ts';
import { quoteIn, ticketTitle } from './quote.ts';

const HOSTILE = [
  '@everyone',
  'fixes #1',
  'closes o/r#2',
  'Fixes GH-3',
  'resolves https://github.com/o/r/issues/4',
  '/close',
  '!5',
];

test('titles mention nobody and refer to nothing', () => {
  for (const text of HOSTILE) {
    assert.doesNotMatch(ticketTitle(`x ${text}`), /@\w|#\d|!\d|GH-\d|:\/\//, text);
    assert.doesNotMatch(ticketTitle(text), /^\//, text);
  }
  assert.ok(ticketTitle('long '.repeat(200)).length < 256);
});

test('quoted text is one code span in Markdown, whatever backticks it holds', () => {
  const quote = quoteIn('markdown');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '@') }), (text) => {
      const quoted = quote(text);
      const fence = /^`+/.exec(quoted)?.[0] ?? '';
      const inner = quoted.slice(fence.length, -fence.length);
      assert.ok(quoted.endsWith(fence) && !quoted.includes('\n'));
      assert.ok(![...inner.matchAll(/`+/g)].some(([run]) => run.length === fence.length), quoted);
    }),
    { numRuns: 200 },
  );
  assert.doesNotMatch(quoteIn('jira')('{noformat}[~admin]'), /[{}]/);
});

for (const markup of ['markdown', 'jira'] as const) {
  test(`the block is found again, and what stands around it stays (${markup})`, () => {
    const around = fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', '<!--', ' ') });
    fc.assert(
      fc.property(around, around, (before, behind) => {
        const old = `${before}\n${blockText('0123456789abcdef', ['old'], markup)}\n${behind}`;
        const next = withBlock(old, blockText('0123456789abcdef', ['new', 'lines'], markup), markup) ?? '';
        assert.ok(next.startsWith(`${before}\n`) && next.endsWith(`\n${behind}`));
        assert.equal(findBlock(next, markup).kind, 'block');
      }),
      { numRuns: 200 },
    );
    const twice = `${blockText('0123456789abcdef', ['a'], markup)}\n${blockText('0123456789abcdef', ['b'], markup)}`;
    assert.equal(withBlock(twice, 'x', markup), undefined);
  });
}
