import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { HEAD_BYTES, PT_LOAD, parseElfHead } from './head.ts';
import { ELF_KINDS, elfProgram } from './test-elf.ts';

const LOADED = [
  { flags: 5, address: 0x401000, bytes: Buffer.from('code') },
  { flags: 6, address: 0x600020, bytes: Buffer.from('data and more') },
];

for (const kind of ELF_KINDS) {
  test(`the head of a program of ${kind.wide ? 64 : 32} bits, ${kind.littleEndian ? 'little' : 'big'} endian`, () => {
    const file = elfProgram(kind, { segments: LOADED });
    const head = parseElfHead(file);
    assert.ok(head?.segments !== undefined);
    assert.deepEqual({ wide: head.wide, littleEndian: head.littleEndian }, kind);
    assert.equal(head.segmentsEnd, kind.wide ? 64 + 2 * 56 : 52 + 2 * 32);
    for (const [index, { type, flags, address, offset, fileSize }] of head.segments.entries()) {
      const wanted = LOADED[index];
      assert.deepEqual({ type, flags, address }, { type: PT_LOAD, flags: wanted?.flags, address: wanted?.address });
      assert.deepEqual(file.subarray(offset, offset + fileSize), wanted?.bytes);
    }
    assert.equal(head.sections.offset + head.sections.count * head.sections.entryBytes, file.length);
  });
}

const WIDE = { wide: true, littleEndian: true };
const PROGRAM = elfProgram(WIDE, {});

function changed(at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(PROGRAM);
  copy.set(bytes, at);
  return copy;
}

const NO_PROGRAMS: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  'another magic': changed(3, 0x47),
  'no class': changed(4, 0),
  'no byte order': changed(5, 3),
  'an object file': elfProgram(WIDE, { type: 1 }),
  'a core dump': elfProgram(WIDE, { type: 4 }),
  'program headers of another size': changed(54, 40),
  'no program headers': changed(56, 0, 0),
  'a head cut short': PROGRAM.subarray(0, 63),
};

for (const [what, file] of Object.entries(NO_PROGRAMS)) {
  test(`${what} is no program`, () => assert.equal(parseElfHead(file), undefined));
}

test('program headers outside the bytes given are not known', () => {
  for (const file of [changed(32, 0, 0, 1), changed(32, ...Array(8).fill(255)), PROGRAM.subarray(0, 100)]) {
    const head = parseElfHead(file);
    assert.ok(head !== undefined);
    assert.equal(head.segments, undefined);
    assert.deepEqual(head.sections, parseElfHead(PROGRAM)?.sections);
  }
});

test('segments of real programs agree with readelf', needsPrograms('readelf'), () => {
  const files = [process.execPath, '/bin/sh', '/usr/bin/readelf', '/usr/bin/skopeo'].filter((path) => existsSync(path));
  for (const path of files) {
    const head = parseElfHead(readFileSync(path).subarray(0, HEAD_BYTES));
    assert.ok(head?.segments !== undefined, path);
    const { stdout } = spawnSync('readelf', ['-lW', realpathSync(path)], { encoding: 'utf8' });
    const theirs = [...stdout.matchAll(/^ {2}LOAD +(\S+) (\S+) \S+ (\S+)/gm)].map((row) => row.slice(1).map(Number));
    const ours = head.segments.filter(({ type }) => type === PT_LOAD);
    assert.deepEqual(
      ours.map(({ offset, address, fileSize }) => [offset, address, fileSize]),
      theirs,
    );
  }
});
