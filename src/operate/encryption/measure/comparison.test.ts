// What a comparison says of made-up machines: of the same one, of one that became slower as a whole, and of one on which Secrets became slower.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, figuresOf } from './comparison.ts';
import type { Round } from './measure.ts';
import { readMeasurement } from './measurement.ts';

/** Rounds of a machine that is slow and quick by turns; `machine` and `secrets` are factors. */
function rounds(count: number, seed: number, { machine = 1, secrets = 1 } = {}): readonly Round[] {
  let state = seed;
  const noise = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return 0.9 + (0.2 * state) / 2_147_483_647;
  };
  return Array.from({ length: count }, () => {
    const speed = machine * (noise() > 1 ? 3 : 1);
    const times = (base: number): Round['get'] => ({
      secrets: base * speed * secrets * noise(),
      configMaps: base * speed * noise(),
    });
    return { create: times(2), get: times(1), list: times(8) };
  });
}

const verdicts = (before: readonly Round[], after: readonly Round[]): readonly string[] =>
  changesOf(before, after).map(({ verdict }) => verdict);

test('a machine that became three times slower is no change of Secrets', () => {
  const same = ['within-noise', 'within-noise', 'within-noise'];
  assert.deepEqual(verdicts(rounds(10, 1), rounds(10, 2)), same);
  assert.deepEqual(verdicts(rounds(10, 1), rounds(10, 2, { machine: 3 })), same);
});

test('Secrets that became slower are, by as much as they did, and the other way round', () => {
  const changes = changesOf(rounds(10, 1), rounds(10, 2, { secrets: 1.5 }));
  for (const { verdict, change, probability } of changes) {
    assert.equal(verdict, 'slower');
    assert.ok(change > 0.35 && change < 0.65 && probability < 0.001, `${change} ${probability}`);
  }
  assert.deepEqual(verdicts(rounds(10, 2, { secrets: 1.5 }), rounds(10, 1)), ['faster', 'faster', 'faster']);
});

test('few rounds tell nothing, however far apart they are', () => {
  const [first] = changesOf(rounds(4, 1), rounds(4, 2, { secrets: 9 }));
  assert.equal(first?.verdict, 'too-few-rounds');
  assert.deepEqual(verdicts(rounds(5, 1), rounds(5, 2, { secrets: 9 })), ['slower', 'slower', 'slower']);
});

test('noise is called a difference about as seldom as the rule promises', () => {
  let wrong = 0;
  for (let seed = 1; seed <= 200; seed += 1) {
    if (verdicts(rounds(8, seed * 7919), rounds(8, seed * 104_729)).some((one) => one !== 'within-noise')) wrong += 1;
  }
  assert.ok(wrong <= 20, `${wrong} of 200 comparisons of the same machine`);
});

test('figures are medians and quartiles of the rounds, and the ratio is that within rounds', () => {
  const made = [1, 2, 3, 4, 5].map((factor): Round => {
    const times = { secrets: 2 * factor, configMaps: factor };
    return { create: times, get: times, list: times };
  });
  const [create] = figuresOf(made);
  assert.deepEqual(create?.secrets, { low: 4, median: 6, high: 8 });
  assert.equal(create?.ratio.toFixed(9), '2.000000000');
});

test('what is no measurement is refused by name', () => {
  for (const text of ['', '[]', '{"schemaVersion":1,"rounds":[]}', '{"schemaVersion":2}']) {
    assert.throws(() => readMeasurement(text, 'before.json'), { code: 'parse', message: /^before\.json: / });
  }
});
