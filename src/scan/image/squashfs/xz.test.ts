import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { unpackXz } from './xz.ts';

describe('unpackXz, with xz as the judge', needsPrograms('xz'), () => {
  const pack = (bytes: Uint8Array, ...options: readonly string[]): Buffer =>
    execFileSync('xz', ['--stdout', '--check=crc32', ...options], { input: bytes, maxBuffer: 64 * 1024 ** 2 });
  const program = readFileSync(findProgram('xz') ?? '');
  const contents: readonly (readonly [name: string, bytes: Buffer])[] = [
    ['one byte', Buffer.from('a')],
    ['one byte often', Buffer.alloc(300_000, 'a')],
    ['words', Buffer.from(Array.from({ length: 20_000 }, (_, index) => `word ${index % 97} and ${index}`).join(' '))],
    ['a program', program],
  ];
  for (const [name, bytes] of contents) {
    for (const options of [
      ['-0'],
      ['-6'],
      ['-9e'],
      ['--lzma2=preset=6,lc=1,lp=3,pb=0'],
      ['--lzma2=dict=4KiB,lc=4,lp=0,pb=4'],
    ]) {
      test(`${name} ${options.join(' ')}`, () => {
        assert.ok(unpackXz(pack(bytes, ...options), bytes.length + 1).equals(bytes));
      });
    }
  }

  test('law: whatever bytes, what was packed comes out', () => {
    const piece = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.constant(new Uint8Array(500)));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const bytes = Buffer.concat([...pieces, ...pieces]);
        assert.ok(unpackXz(pack(bytes), bytes.length).equals(bytes));
      }),
      { numRuns: 20 },
    );
  });

  test('filters before LZMA2 are refused with what to do', () => {
    const packed = pack(program, '--x86', '--lzma2');
    assert.throws(() => unpackXz(packed, program.length), { code: 'unsupported', message: /filter 0x4 .*unsquashfs/ });
  });

  test('law: what was cut or changed is refused, or has the same check', () => {
    const bytes = Buffer.from('some text, some more text, and some text again '.repeat(40));
    const packed = pack(bytes);
    for (let length = 0; length < packed.length - 40; length += 3) {
      assert.throws(() => unpackXz(packed.subarray(0, length), bytes.length), ParseError);
    }
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(packed);
        changed[at] = byte;
        try {
          unpackXz(changed, bytes.length);
        } catch (error) {
          assert.ok(error instanceof PlimsollError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('more than is let through is refused', () => {
    assert.throws(() => unpackXz(pack(Buffer.alloc(5000)), 4999), ParseError);
  });
});
