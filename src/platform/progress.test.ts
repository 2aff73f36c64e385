import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from './progress.ts';

function recorded(isTerminal: boolean, columns = 40) {
  const written: string[] = [];
  let time = 0;
  const progress = createProgress({
    write: (text) => written.push(text),
    isTerminal,
    now: () => new Date(time),
    columns,
  });
  return { progress, written, pass: (milliseconds: number) => (time += milliseconds) };
}

test('one line, rewritten in place, cleared at the end', () => {
  const { progress, written, pass } = recorded(true);
  progress.update('layers 1/9');
  pass(50);
  progress.update('layers 2/9');
  pass(50);
  progress.update('layers 3/9');
  progress.done();
  assert.deepEqual(written, ['\r\x1b[Klayers 1/9', '\r\x1b[Klayers 3/9', '\r\x1b[K']);
});

test('nothing is written without a terminal', () => {
  const { progress, written } = recorded(false);
  progress.update('layers 1/9');
  progress.done();
  assert.deepEqual(written, []);
});

test('the same text again, or an end without a start, writes nothing', () => {
  const { progress, written, pass } = recorded(true);
  progress.done();
  progress.update('same');
  pass(500);
  progress.update('same');
  assert.equal(written.length, 1);
});

test('a long line is cut so that it does not wrap, and a hostile name cannot steer the terminal', () => {
  const { progress, written } = recorded(true, 20);
  progress.update(`reading \x1b]0;title\x07${'x'.repeat(50)}`);
  assert.equal(written[0]?.slice('\r\x1b[K'.length), 'reading \\u{1b}]0...');
});
