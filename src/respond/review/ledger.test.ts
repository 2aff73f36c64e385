import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LedgerEntry, ledgerLine, ledgerState, nextId, readLedger } from './ledger.ts';

const LINES = [
  '{"kind":"action","id":"A1","date":"2022-03-30","by":"chair","text":"ticket for CVE-2022-23648","owner":"platform","due":"2022-04-06"}',
  '{"kind":"decision","id":"D1","date":"2022-03-30","by":"chair","text":"zlib first"}',
  '{"kind":"action","id":"A2","date":"2022-04-06","by":"chair","text":"rebuild bases","owner":"base"}',
  '{"kind":"done","id":"A1","date":"2022-04-13","by":"platform","text":"opened"}',
];

describe('the ledger', () => {
  const entries = readLedger(`${LINES.join('\n')}\n`, 'review.jsonl');

  it('carries open items from week to week, and tells decisions and closed items once', () => {
    const told = (on: string, since?: string) => {
      const { decisions, open, closed } = ledgerState(entries, on, since);
      return [
        decisions.map(({ id }) => id),
        open.map(({ id, overdue }) => (overdue ? `${id} overdue` : id)),
        closed.map(({ id, outcome }) => `${id} ${outcome}`),
      ];
    };
    assert.deepEqual(told('2022-03-30'), [['D1'], ['A1'], []]);
    assert.deepEqual(told('2022-04-06', '2022-03-30'), [[], ['A1', 'A2'], []]);
    assert.deepEqual(told('2022-04-07', '2022-03-30'), [[], ['A1 overdue', 'A2'], []]);
    assert.deepEqual(told('2022-04-13', '2022-04-06'), [[], ['A2'], ['A1 opened']]);
    assert.deepEqual(told('2022-04-20', '2022-04-13'), [[], ['A2'], []]);
  });

  it('numbers what is new', () => {
    assert.deepEqual([nextId(entries, 'A'), nextId(entries, 'D'), nextId([], 'D')], ['A3', 'D2', 'D1']);
  });

  const wrong: readonly (readonly [what: string, line: string, message: RegExp])[] = [
    ['no JSON', '{"kind":', /^l:5: not a JSON object/],
    ['a list', '[]', /^l:5: not a JSON object/],
    ['an unknown kind', '{"kind":"vote","id":"V1","date":"2022-04-13","by":"x"}', /^l:5: "kind" must be/],
    ['no author', '{"kind":"decision","id":"D2","date":"2022-04-13","text":"x"}', /^l:5: "by" must be a text/],
    ['no day', '{"kind":"decision","id":"D2","date":"soon","by":"x","text":"x"}', /^l:5: "date" must be a day/],
    ['an id twice', LINES[1] ?? '', /^l:5: the id D1 is there twice/],
    ['an item closed twice', LINES[3] ?? '', /^l:5: A1 is no open action item/],
  ];
  for (const [what, line, message] of wrong) {
    it(`with ${what} is an error with its line`, () =>
      assert.throws(() => readLedger([...LINES, line].join('\n'), 'l'), { code: 'parse', message }));
  }

  it('reads what it writes, whatever the words, and loses no open item', () => {
    const words = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.trim() !== '');
    const action = fc.record({ by: words, text: words, owner: words, isDone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 8 }), (items) => {
        const made = items.flatMap(({ isDone, ...item }, index): readonly LedgerEntry[] => {
          const id = `A${index + 1}`;
          const end = { kind: 'done', id, date: '2022-04-07', by: item.by } as const;
          return [{ kind: 'action', id, date: '2022-04-06', ...item }, ...(isDone ? [end] : [])];
        });
        const read = readLedger(made.map(ledgerLine).join(''), 'l');
        assert.deepEqual(read, made);
        const { open, closed } = ledgerState(read, '2022-04-08', '2022-04-05');
        assert.equal(open.length, items.filter(({ isDone }) => !isDone).length);
        assert.equal(open.length + closed.length, items.length);
      }),
      { numRuns: 100 },
    );
  });
});
