import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HEAD_BYTES } from './head.ts';
import { HeldRanges } from './held-ranges.ts';
import { programStream } from './program.ts';
import { joinRanges } from './ranges.ts';
import { elfProgram, passThrough } from './test-elf.ts';

const KIND = { wide: true, littleEndian: true };
const range = fc.tuple(fc.nat(300), fc.nat(60)).map(([from, length]) => ({ from, to: from + length }));
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });

test('law: held ranges give what lies in them, whatever the cut into pieces', () => {
  const file = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 5 }), cuts, range, (ranges, lengths, asked) => {
      const held = new HeldRanges(ranges);
      for (let at = 0, turn = 0; at < file.length; turn += 1) {
        const piece = Buffer.from(file.subarray(at, at + (lengths[turn % lengths.length] ?? 1)));
        held.push(piece, at);
        at += piece.length;
        piece.fill(0);
      }
      const length = asked.to - asked.from;
      const whole = joinRanges(ranges).some(({ from, to }) => from <= asked.from && asked.to <= Math.min(to, 256));
      const expected = whole ? file.subarray(asked.from, asked.to) : undefined;
      assert.deepEqual(held.read(asked.from, length), expected);
    }),
  );
});

test('law: joined ranges are in order, do not touch, and hold the same bytes', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const joined = joinRanges(ranges);
      for (const [index, { from }] of joined.entries()) assert.ok(index === 0 || from > (joined[index - 1]?.to ?? 0));
      const bytesOf = (all: typeof ranges) =>
        new Set(all.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)));
      assert.deepEqual([...bytesOf([...joined])].sort(), [...bytesOf(ranges)].sort());
    }),
  );
});

test('law: plan, watch and hold see the same file, whatever the cut into pieces', () => {
  const file = elfProgram(KIND, {
    segments: [{ flags: 4, address: 0x400000, bytes: Buffer.alloc(2 * HEAD_BYTES, 'constant') }],
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 * HEAD_BYTES }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 120, max: file.length }),
      (lengths, end) => {
        const watched: Buffer[] = [];
        let starts = 0;
        const stream = programStream(end, ({ start, size }) => {
          starts += 1;
          assert.equal(size, end);
          // A file may be shorter than it was said to be.
          assert.deepEqual(start, file.subarray(0, Math.min(HEAD_BYTES, end)));
          return {
            hold: [{ from: 10, to: end - 7 }],
            watch: (piece, offset) => {
              assert.equal(offset, Buffer.concat(watched).length);
              watched.push(Buffer.from(piece));
            },
            finish: (held) => ({ data: held.read(10, end - 17)?.toString('latin1') }),
          };
        });
        const result = passThrough(stream, file.subarray(0, end), lengths);
        assert.equal(starts, 1);
        assert.deepEqual(Buffer.concat(watched), file.subarray(0, end));
        assert.equal(result.data, file.toString('latin1', 10, end - 7));
      },
    ),
    { numRuns: 60 },
  );
});

test('a file that became shorter is read as far as it goes; one that is no program gives nothing', () => {
  const file = elfProgram(KIND, {});
  const open = (size: number) =>
    programStream(size, () => ({
      hold: [{ from: 0, to: 4 }],
      finish: (held) => ({ data: held.read(0, 4)?.toString('latin1') }),
    }));
  assert.deepEqual(passThrough(open(1_000_000), file), { data: '\x7fELF' });
  assert.deepEqual(passThrough(open(1_000_000), file.subarray(0, 70)), { data: '\x7fELF' });
  assert.deepEqual(passThrough(open(30), Buffer.alloc(30)), {});
  assert.deepEqual(open(30).end(), {});
});
