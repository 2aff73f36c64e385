import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import { HEAD_BYTES } from '../elf/head.ts';
import { ELF_KINDS, elfProgram, passThrough } from '../elf/test-elf.ts';
import { header, layer, located } from '../test-facts.ts';
import { cargo } from './index.ts';

const WIDE = { wide: true, littleEndian: true };
const CRATES = [{ name: 'ripgrep', version: '13.0.0' }];
const DATA = deflateSync(JSON.stringify({ packages: [{ ...CRATES[0], source: 'local', root: true }] }));
const AUDITED = { name: '.dep-v0', bytes: DATA };
const OTHERS = [
  { name: '.comment', bytes: Buffer.from('rustc') },
  { name: '.dep-v1', bytes: DATA },
];

function read(file: Buffer, lengths?: readonly number[]): ReadResult {
  const stream = cargo.content?.open(header('usr/bin/rg', { size: file.length }));
  assert.ok(stream !== undefined);
  return passThrough(stream, file, lengths);
}

function undecidable(file: Buffer): string | undefined {
  return (read(file).data as { readonly undecidable?: string } | undefined)?.undecidable;
}

for (const kind of ELF_KINDS) {
  const name = `${kind.wide ? 64 : 32} bits, ${kind.littleEndian ? 'little' : 'big'} endian`;

  test(`the audit data of a program, ${name}; the cut into pieces changes nothing`, () => {
    const file = elfProgram(kind, { sections: [...OTHERS, AUDITED] });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }), (lengths) => {
        assert.deepEqual(read(file, lengths), { data: { crates: CRATES }, problems: [] });
      }),
    );
    assert.deepEqual(read(elfProgram(kind, { sections: OTHERS })), {});
  });
}

test('with program headers at the end of the file, the audit data is found all the same', () => {
  const moved = Buffer.concat([
    Buffer.alloc(0),
    elfProgram(WIDE, { sections: [AUDITED] }),
    Buffer.alloc(2 * HEAD_BYTES),
  ]);
  moved.writeUInt32LE(moved.length - HEAD_BYTES, 32);
  assert.deepEqual(read(moved).data, { crates: CRATES });
});

test('audit data before or behind debug information is found; amid more than is kept, it is a gap', () => {
  const debug = { name: '.debug_info', bytes: Buffer.alloc(LIMITS.programTailBytes + 10) };
  for (const sections of [
    [AUDITED, debug, debug],
    [debug, debug, AUDITED],
  ]) {
    assert.deepEqual(read(elfProgram(WIDE, { sections })).data, { crates: CRATES });
  }
  assert.match(
    undecidable(elfProgram(WIDE, { sections: [debug, AUDITED, debug] })) ?? '',
    /its audit data lies outside/,
  );
});

test('audit data that is loaded with the program is a gap: it has passed when its place is known', () => {
  const file = elfProgram(WIDE, { sections: [AUDITED] });
  // Everything but names and section table becomes part of the segment.
  file.writeUInt32LE(file.indexOf('\0.dep-v0') - 64, 64 + 32);
  file.writeUInt32LE(64, 64 + 8);
  assert.match(undecidable(file) ?? '', /its audit data lies outside/);
});

test('a section that objcopy adds to a real program', needsPrograms('objcopy', 'readelf'), () => {
  const [data, file] = ['audit-data', 'audited'].map((name) => join(temporaryFolder(), name));
  assert.ok(data !== undefined && file !== undefined);
  writeFileSync(data, DATA);
  const program = findProgram('readelf') ?? '';
  const { status, stderr } = spawnSync('objcopy', ['--add-section', `.dep-v0=${data}`, program, file], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.deepEqual(read(readFileSync(file)), { data: { crates: CRATES }, problems: [] });
  assert.deepEqual(read(readFileSync(program)), {});
});

test('whatever the bytes are, only ParseError or LimitError comes out', () => {
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) });
  const files = ELF_KINDS.map((kind) => elfProgram(kind, { sections: [...OTHERS, AUDITED] }));
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(change, { maxLength: 4 }), fc.nat(), (file, changes, cut) => {
      const bytes = Buffer.from(file.subarray(0, cut % 3 === 0 ? cut % file.length : file.length));
      for (const { at, bytes: noise } of changes) Buffer.from(noise).copy(bytes, at % (bytes.length + 1));
      try {
        const { data } = read(bytes);
        if (data !== undefined) cargo.packages([located('p', data)], undefined);
      } catch (error) {
        assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('packages: one a crate and file, of the layer that brought this version', () => {
  const program = (version: string) => ({ crates: [{ name: 'tokio', version }, ...CRATES, ...CRATES] });
  const fact = located('usr/bin/rg', program('1.2.3+x'), layer('two'), [
    { layer: layer('one'), data: program('1.0.0') },
  ]);
  assert.deepEqual(cargo.packages([fact], undefined), {
    packages: [
      {
        purl: 'pkg:cargo/tokio@1.2.3%2Bx',
        type: 'cargo',
        name: 'tokio',
        version: '1.2.3+x',
        scheme: 'semver',
        namespace: 'cargo',
        location: { layer: layer('two'), path: 'usr/bin/rg' },
      },
      {
        purl: 'pkg:cargo/ripgrep@13.0.0',
        type: 'cargo',
        name: 'ripgrep',
        version: '13.0.0',
        scheme: 'semver',
        namespace: 'cargo',
        location: { layer: layer('one'), path: 'usr/bin/rg' },
      },
    ],
    problems: [],
  });
  const gap = { crates: [], undecidable: 'reason' };
  assert.deepEqual(cargo.packages([located('p', gap)], undefined), {
    packages: [],
    problems: [{ path: 'p', layer: layer('one'), kind: 'undecidable', reason: 'cargo: reason' }],
  });
});
