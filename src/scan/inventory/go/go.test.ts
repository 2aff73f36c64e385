import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import { HEAD_BYTES } from '../elf/head.ts';
import { ELF_KINDS, elfProgram, passThrough } from '../elf/test-elf.ts';
import { header, layer, located } from '../test-facts.ts';
import { HEADER_MAGIC } from './build-info.ts';
import { go } from './index.ts';
import { framed, goNote, inlineBlob, newProgram, oldProgram } from './test-go-program.ts';

const TEXT = 'path\texample.org/p\nmod\texample.org/p\t(devel)\t\ndep\tgolang.org/x/text\tv0.3.7\th1:x=\n';
const BUILD = { version: 'go1.16.7', text: TEXT };
const FACT = {
  goVersion: 'go1.16.7',
  path: 'example.org/p',
  main: { path: 'example.org/p', version: '(devel)' },
  modules: [{ path: 'golang.org/x/text', version: 'v0.3.7' }],
};
const WIDE = { wide: true, littleEndian: true };

function read(file: Buffer, lengths?: readonly number[]): ReadResult {
  const stream = go.content?.open(header('app/p', { size: file.length }));
  assert.ok(stream !== undefined);
  return passThrough(stream, file, lengths);
}

function undecidable(file: Buffer): string | undefined {
  return (read(file).data as { readonly undecidable?: string } | undefined)?.undecidable;
}

for (const kind of ELF_KINDS) {
  const name = `${kind.wide ? 64 : 32} bits, ${kind.littleEndian ? 'little' : 'big'} endian`;

  test(`both layouts of build information, ${name}`, () => {
    assert.deepEqual(read(newProgram(kind, BUILD)), { data: FACT, problems: [] });
    assert.deepEqual(read(oldProgram(kind, BUILD)), { data: FACT, problems: [] });
  });

  test(`law: the cut into pieces changes nothing, ${name}`, () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    const file = fc.constantFrom(newProgram(kind, BUILD), oldProgram(kind, BUILD));
    fc.assert(fc.property(file, lengths, (bytes, pieces) => assert.deepEqual(read(bytes, pieces).data, FACT)));
  });
}

test('an old program whose pointers come when it is loaded still has its module text', () => {
  const { goVersion: _, ...rest } = FACT;
  assert.deepEqual(read(oldProgram(WIDE, BUILD, { pointers: false })).data, rest);
  const [problem] = go.packages([located('app/p', rest)], undefined).problems ?? [];
  assert.match(problem?.reason ?? '', /the Go version .* was not found/);
});

test('the module text of another program among the constants is not taken for the own one', () => {
  const constants = framed('dep\tother.org/m\tv1.0.0\n');
  assert.deepEqual(read(oldProgram(WIDE, BUILD, { constants })).data, FACT);
  assert.deepEqual(read(oldProgram(WIDE, { ...BUILD, text: '' }, { constants })).data, {
    goVersion: 'go1.16.7',
    modules: [],
  });
});

test('a magic at an odd address, in constants, or without content is passed over for the right one', () => {
  const decoys = Buffer.concat([
    Buffer.alloc(8),
    HEADER_MAGIC,
    Buffer.alloc(10),
    HEADER_MAGIC,
    Buffer.from([9, 0]),
    Buffer.alloc(16),
  ]);
  assert.equal(decoys.length % 16, 0);
  assert.deepEqual(read(newProgram(WIDE, BUILD, decoys)).data, FACT);
  const constant = elfProgram(WIDE, { segments: [{ flags: 4, address: 0x400000, bytes: inlineBlob(BUILD) }] });
  assert.deepEqual(read(constant), {});
});

test('the build information is found in any writable segment, however much data there is', () => {
  const segments = [
    { flags: 6, address: 0x500000, bytes: Buffer.alloc(LIMITS.programDataBytes + 5) },
    { flags: 6, address: 0x4000000, bytes: inlineBlob(BUILD) },
  ];
  assert.deepEqual(read(elfProgram(WIDE, { segments })).data, FACT);
});

test('what cannot be told is said', () => {
  assert.match(undecidable(elfProgram(WIDE, { segments: [goNote(WIDE)] })) ?? '', /before Go 1\.13/);
  assert.match(undecidable(elfProgram(WIDE, { mark: 'a note\0\0UPX!' })) ?? '', /packed with UPX/);
  assert.match(undecidable(oldProgram(WIDE, BUILD, { note: false })) ?? '', /strings were not kept/);
});

test('with program headers at the end of the file, the build information is found all the same', () => {
  const moved = (file: Buffer): Buffer => {
    const copy = Buffer.concat([file, Buffer.alloc(2 * HEAD_BYTES)]);
    copy.writeUInt32LE(file.length + HEAD_BYTES, 32);
    return copy;
  };
  assert.deepEqual(read(moved(newProgram(WIDE, BUILD))).data, FACT);
  assert.deepEqual(read(moved(elfProgram(WIDE, {}))), {});
  assert.match(undecidable(moved(oldProgram(WIDE, BUILD))) ?? '', /strings were not kept/);
});

test('an old program whose module text is empty from the start was built without modules', () => {
  assert.deepEqual(read(oldProgram(WIDE, { version: 'go1.17.13', text: '' })).data, {
    goVersion: 'go1.17.13',
    modules: [],
  });
});

test('a program of another language is none', () => {
  assert.deepEqual(read(elfProgram(WIDE, {})), {});
  assert.deepEqual(read(elfProgram(WIDE, { type: 1, segments: [goNote(WIDE)] })), {});
});

const BROKEN: Readonly<Record<string, Buffer>> = {
  'a version without end': Buffer.concat([inlineBlob(BUILD).subarray(0, 32), Buffer.alloc(40, 0xff)]),
  'an empty version': inlineBlob({ version: '', text: TEXT }),
  'a version longer than any': inlineBlob({ version: 'g'.repeat(600), text: TEXT }),
  'a text longer than any': inlineBlob({ version: 'go1.2', text: ' '.repeat(LIMITS.buildInfoBytes) }),
  'pointers of an odd size': Buffer.concat([HEADER_MAGIC, Buffer.from([5, 0]), Buffer.alloc(16)]),
};

for (const [what, blob] of Object.entries(BROKEN)) {
  test(`build information with ${what} is a ParseError`, () => {
    const file = elfProgram(WIDE, { segments: [{ flags: 6, address: 0x400000, bytes: blob }] });
    assert.throws(() => read(file), ParseError);
  });
}

test('whatever the bytes are, only ParseError comes out', () => {
  const files = ELF_KINDS.flatMap((kind) => [newProgram(kind, BUILD), oldProgram(kind, BUILD)]);
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) });
  const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(change, { maxLength: 4 }),
      fc.nat(),
      lengths,
      (file, changes, cut, pieces) => {
        const bytes = Buffer.from(file.subarray(0, cut % 3 === 0 ? cut % file.length : file.length));
        for (const { at, bytes: noise } of changes) Buffer.from(noise).copy(bytes, at % (bytes.length + 1));
        let result: ReadResult | undefined;
        try {
          result = read(bytes, pieces);
        } catch (error) {
          assert.ok(error instanceof ParseError, String(error));
        }
        if (result?.data !== undefined) go.packages([located('p', result.data)], undefined);
      },
    ),
    { numRuns: 3000 },
  );
});

test('heads with hostile sizes and places are bounded', () => {
  const word = fc.constantFrom(0, 1, 2, 0xff, 0xffff, 0xffffffff, 0x7fffffff);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 16, max: 300 }), word), { maxLength: 8 }), (changes) => {
      const bytes = oldProgram(WIDE, BUILD);
      for (const [at, value] of changes) bytes.writeUInt32LE(value, at);
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('packages: standard library, main module, dependencies, replacements; each where the file is', () => {
  const program = {
    goVersion: 'go1.21.5 X:boringcrypto',
    path: 'Example.org/P/cmd/p',
    main: { path: 'Example.org/P', version: '(devel)' },
    modules: [
      { path: 'github.com/Masterminds/semver/v3', version: 'v3.1.0' },
      { path: 'github.com/docker/docker', version: 'v20.10.0+incompatible' },
      { path: 'k8s.io/api', version: 'v0.0.0', replacement: { path: 'k8s.io/fork', version: 'v0.20.1' } },
      { path: 'k8s.io/local', version: 'v1.0.0', replacement: { path: './staging', version: '' } },
      { path: 'gopkg.in/yaml.v2', version: 'v2.4.0' },
      { path: 'gopkg.in/yaml.v2', version: 'v2.4.0' },
    ],
  };
  const one = { layer: layer('one'), path: 'bin/a' };
  const { packages, problems } = go.packages([located('bin/a', program), located('bin/b', program)], undefined);
  assert.deepEqual(problems, []);
  assert.equal(packages.length, 14);
  assert.deepEqual(packages[0], {
    purl: 'pkg:golang/stdlib@1.21.5',
    type: 'golang',
    name: 'stdlib',
    version: '1.21.5',
    scheme: 'go',
    namespace: 'go',
    location: one,
  });
  assert.deepEqual(
    packages.filter(({ location }) => location.path === 'bin/b').map(({ purl, name }) => [purl, name]),
    [
      ['pkg:golang/stdlib@1.21.5', 'stdlib'],
      ['pkg:golang/example.org/p@%28devel%29', 'Example.org/P'],
      ['pkg:golang/github.com/masterminds/semver/v3@v3.1.0', 'github.com/Masterminds/semver/v3'],
      ['pkg:golang/github.com/docker/docker@v20.10.0%2Bincompatible', 'github.com/docker/docker'],
      ['pkg:golang/k8s.io/fork@v0.20.1', 'k8s.io/fork'],
      ['pkg:golang/k8s.io/local@%28devel%29', 'k8s.io/local'],
      ['pkg:golang/gopkg.in/yaml.v2@v2.4.0', 'gopkg.in/yaml.v2'],
    ],
  );
});

test("packages: Go's own commands are the toolchain; a program without module lines is a gap", () => {
  const namesOf = (data: unknown) => go.packages([located('p', data)], undefined).packages.map(({ purl }) => purl);
  const problemsOf = (data: unknown) => go.packages([located('p', data)], undefined).problems ?? [];
  const command = { goVersion: 'go1.22rc1', path: 'cmd/go', modules: [] };
  assert.deepEqual(namesOf(command), ['pkg:golang/stdlib@1.22.0-rc.1', 'pkg:golang/toolchain@1.22.0-rc.1']);
  assert.deepEqual(problemsOf(command), []);
  const vendored = { goVersion: 'go1.19.8', path: 'github.com/containers/skopeo/cmd/skopeo', modules: [] };
  assert.deepEqual(namesOf(vendored), ['pkg:golang/stdlib@1.19.8']);
  assert.deepEqual(problemsOf(vendored), [
    {
      path: 'p',
      layer: layer('one'),
      kind: 'undecidable',
      reason: 'go: built without module support: the modules that it is made of cannot be told',
    },
  ]);
  assert.deepEqual(problemsOf({ modules: [], undecidable: 'reason' }), [
    { path: 'p', layer: layer('one'), kind: 'undecidable', reason: 'go: reason' },
  ]);
});

test('a module is of the layer that brought this version of it into the program', () => {
  const program = (version: string) => ({
    goVersion: 'go1.21.5',
    main: { path: 'm', version: '(devel)' },
    modules: [{ path: 'a', version }],
  });
  const fact = located('p', program('v2'), layer('three'), [
    { layer: layer('one'), data: program('v1') },
    { layer: layer('two'), data: program('v2') },
  ]);
  const layers = go.packages([fact], undefined).packages.map(({ name, location }) => [name, location.layer]);
  assert.deepEqual(layers, [
    ['stdlib', layer('one')],
    ['m', layer('one')],
    ['a', layer('two')],
  ]);
});
