// The judge of the traffic is judged: it finds each kind of wrong answer, and accepts every order of right ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ledger } from './ledger.ts';

test('a lost write, a read that goes back, and a value that nobody wrote are found', () => {
  const ledger = new Ledger();
  ledger.sent('a', 1);
  ledger.acknowledged('a', 1);
  ledger.end(ledger.begin('a'), 0, 'm1');
  ledger.sent('a', 2);
  ledger.end(ledger.begin('a'), 2, 'm2');
  ledger.end(ledger.begin('a'), 1, 'm3');
  ledger.end(ledger.begin('a'), 3, 'm1');
  ledger.end(ledger.begin('a'), Number.NaN, 'm2');
  assert.deepEqual(ledger.problems, [
    'm1: a is 0, though 1 was written',
    'm3: a is 1, though 2 was written',
    'm1: a is 3, which nobody wrote',
    'm2: a is NaN, though 2 was written',
  ]);
});

test('a right register is accepted, whatever answers are lost: a law', () => {
  const step = fc.record({ write: fc.boolean(), answered: fc.boolean(), lands: fc.boolean(), early: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ledger = new Ledger();
      let value = 0;
      let turn = 0;
      for (const { write, answered, lands, early } of steps) {
        const reading = ledger.begin('a');
        if (!early) ledger.end(reading, value, 'm');
        if (!write) continue;
        turn += 1;
        ledger.sent('a', turn);
        if (answered || lands) value = turn;
        if (answered) ledger.acknowledged('a', turn);
        // A read that began before the write may show what was or what is.
        if (early) ledger.end(reading, value, 'm');
      }
      assert.deepEqual(ledger.problems, []);
    }),
    { numRuns: 100 },
  );
});
