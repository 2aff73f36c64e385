// The harness must see what it is made to see: errors, slowness, broken laws; and must try the same things for the same seed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ParseError, PlimsollError } from '../../src/platform/errors.ts';
import { execute, type Outcome } from './execute.ts';
import { expect } from './expect.ts';
import { mendNdb, mendTar, mendZip } from './mend.ts';
import { MOST_BYTES, mutate } from './mutate.ts';
import { seededRandom } from './random.ts';
import { type FoundInput, fuzz } from './session.ts';
import { shrink } from './shrink.ts';
import type { Form, FuzzTarget } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-harness-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function target(run: FuzzTarget['run'], form: Form = 'text'): FuzzTarget {
  return { id: 'nothing', form, codes: ['unsupported'], run };
}

function ran(run: FuzzTarget['run'], input = 'input'): Promise<Outcome> {
  return execute(target(run), Buffer.from(input), join(folder, 'files'));
}

test('errors of the two kinds and of the codes that a target names are refusals, all others findings', async () => {
  const refuse = (error: Error) => async () => ran(() => Promise.reject(error));
  for (const error of [new ParseError('a'), new PlimsollError('unsupported', 'a')]) {
    assert.deepEqual([(await refuse(error)()).ok], [true]);
  }
  for (const error of [new TypeError('a'), new PlimsollError('internal', 'a'), new RangeError('a')]) {
    const outcome = await refuse(error)();
    assert.ok(!outcome.ok && outcome.finding.kind === 'error' && /harness\.test\.ts:\d+/.test(outcome.finding.cause));
  }
  const broken = await ran((input) => expect(input.length === 0, 'a law'));
  assert.ok(!broken.ok && broken.finding.message.includes('a law'));
});

test('what computes for seconds is a finding, and is measured twice', async () => {
  let runs = 0;
  const outcome = await ran(() => {
    runs += 1;
    const end = process.cpuUsage().user + 1_200_000;
    while (process.cpuUsage().user < end);
  });
  assert.ok(!outcome.ok && outcome.finding.kind === 'slow');
  assert.equal(runs, 2);
});

test('inputs that come equally far have equal traces', async () => {
  const read = (input: Buffer): unknown => JSON.parse(input.toString());
  const trace = async (text: string): Promise<string> => {
    const outcome = await ran(read, text);
    return outcome.ok ? outcome.trace : '';
  };
  assert.equal(await trace('{"a":[1,2,3]}'), await trace('{"a":[4,5,6]}'));
  assert.notEqual(await trace('{"a":[1]}'), await trace('{"a":["x"]}'));
  assert.notEqual(await trace('{"a":1}'), await trace('{"b":1}'));
});

test('a session finds what is there, and makes it small', async () => {
  const found: FoundInput[] = [];
  const hidden = target((input) => {
    if (input.includes('-')) throw new TypeError('a hyphen');
  });
  const runs = await fuzz(hidden, {
    seed: 1,
    milliseconds: 3000,
    folder: join(folder, 'files'),
    current: join(folder, 'current'),
    onFinding: (finding) => found.push(finding),
  });
  assert.ok(runs > 100);
  assert.deepEqual(
    found.map(({ kind, input }) => [kind, input.toString()]),
    [['error', '-']],
  );
});

test('shrinking keeps the cause', async () => {
  const causeOf = async (input: Buffer): Promise<string | undefined> =>
    input.includes('a') && input.includes('z') ? 'both' : input.includes('a') ? 'one' : undefined;
  assert.equal((await shrink(Buffer.from('xxaxxxxxzxxaxx'), 'both', causeOf, 1000)).length, 2);
});

test('the same seed makes the same inputs, of bounded size, whatever the form', () => {
  const inputs = [
    Buffer.from('{"a":[1,{"b":"c"}],"d":2}'),
    Buffer.from('a: 1\nb: [2, 3]\n'),
    Buffer.alloc(0),
    Buffer.alloc(2000, 7),
  ];
  for (const form of ['binary', 'text', 'json'] as const) {
    const make = (seed: number): readonly string[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 300 }, () => {
        const made = mutate(
          target(() => undefined, form),
          random.pick(inputs),
          inputs,
          random,
        );
        assert.ok(made.length <= MOST_BYTES);
        return made.toString('base64');
      });
    };
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1), make(2));
    assert.ok(new Set(make(3)).size > 150);
  }
});

test('mending takes any bytes', () => {
  const random = seededRandom(5);
  const seeds = ['PK\x01\x02', 'ustar', 'SblB', 'BlbS'].map((text) => Buffer.from(text.repeat(200)));
  for (let run = 0; run < 500; run += 1) {
    const input = mutate(
      target(() => undefined, 'binary'),
      random.pick(seeds),
      seeds,
      random,
    );
    for (const mend of [mendTar, mendZip, mendNdb]) assert.equal(mend(Buffer.from(input)).length, input.length);
  }
});
