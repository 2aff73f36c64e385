import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseAuditData } from './audit-data.ts';

/** What cargo-auditable 0.7.7 wrote for a program `rs` with the dependency itoa and the build dependency cfg-if. */
const REAL =
  'eJxtjjEKwzAMRe+i2TXxUCi5Sumg2koQSawgO12C716RoaS043/oPbTDinHCkQr09x0yLgQ9xGG88AAOXqSFJRsKvvNXI0U2jceNYqXiWQxOnJOh58ZzguY+' +
  'Ha6CP5Vw+585eVq+LHN8d5ZmiTgbSLRSTpQjH/93LjwcqEiFvupGzdYguqDt0N4BS0oa';

function packed(value: unknown): Uint8Array {
  return deflateSync(typeof value === 'string' ? value : JSON.stringify(value));
}

test('the audit data of a real program: its own crate and what runs in it, not what built it', () => {
  assert.deepEqual(parseAuditData(Buffer.from(REAL, 'base64')), {
    data: {
      crates: [
        { name: 'itoa', version: '1.0.18' },
        { name: 'rs', version: '0.1.0' },
      ],
    },
    problems: [],
  });
});

test('kinds other than build, and entries without one, run in the program; unusable entries are problems', () => {
  const { data, problems } = parseAuditData(
    packed({
      packages: [
        { name: 'a', version: '1.0.0+meta', source: 'git', kind: 'runtime' },
        { name: 'b', version: '2.0.0', source: 'registry' },
        { name: 'c', version: '3.0.0', kind: 'build' },
        { name: 'd' },
        { name: 'e f', version: '1' },
        { name: '///', version: '1' },
        null,
      ],
    }),
  );
  assert.deepEqual(data.crates, [
    { name: 'a', version: '1.0.0+meta' },
    { name: 'b', version: '2.0.0' },
  ]);
  assert.deepEqual(problems, [
    'a package without usable name and version: "{\\"name\\":\\"d\\"}"',
    'a package without usable name and version: "{\\"name\\":\\"e f\\",\\"version\\":\\"1\\"}"',
    'a package without usable name and version: "{\\"name\\":\\"///\\",\\"version\\":\\"1\\"}"',
    'a package without usable name and version: "null"',
  ]);
});

const BAD: Readonly<Record<string, Uint8Array>> = {
  'not packed': Buffer.from('{"packages":[]}'),
  'cut short': packed({ packages: [{ name: 'a', version: '1' }] }).subarray(0, 20),
  empty: new Uint8Array(0),
  'not JSON': packed('{"packages":'),
  'a list': packed([]),
  null: packed('null'),
  'without packages': packed({ format: 1 }),
};

for (const [what, bytes] of Object.entries(BAD)) {
  test(`audit data that is ${what} is a ParseError`, () => assert.throws(() => parseAuditData(bytes), ParseError));
}

test('audit data that unpacks to more than is read is a LimitError', () => {
  assert.throws(() => parseAuditData(packed(' '.repeat(LIMITS.metadataBytes + 1))), LimitError);
});

test('whatever the bytes are, only ParseError or LimitError comes out', () => {
  const change = fc.tuple(fc.nat(140), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.jsonValue(), (changes, value) => {
      const real = Buffer.from(REAL, 'base64');
      for (const [at, byte] of changes) real[at] = byte;
      for (const bytes of [real, packed({ packages: [value] }), packed({ packages: value })]) {
        try {
          parseAuditData(bytes);
        } catch (error) {
          assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
        }
      }
    }),
  );
});
