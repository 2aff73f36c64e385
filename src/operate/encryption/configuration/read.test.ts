// Reading, judging and writing configurations: every rule of upstream's with its place, forms that YAML 1.1 reads otherwise, and that nothing is printed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { parse } from 'yaml';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { KeySecret } from '../key/secret.ts';
import type { EncryptionConfiguration, Provider } from './configuration.ts';
import { parseDuration } from './duration.ts';
import { judgeConfiguration, parseConfiguration } from './read.ts';
import { AESCBC, BROKEN, file, HEAD, kms, RIGHT, SECRET } from './test-configurations.ts';
import { UPSTREAM_RULES } from './validate.ts';
import { writeConfiguration } from './write.ts';

test('every rule of upstream has a file that breaks it and nothing else', () => {
  for (const rule of UPSTREAM_RULES) {
    for (const text of BROKEN[rule]) {
      const { violations } = judgeConfiguration(text, 'f');
      assert.deepEqual([...new Set(violations.map((one) => one.rule))], [rule], text);
      assert.throws(() => parseConfiguration(text, 'f'), ParseError);
    }
  }
});

test('what is right has no violation', () => {
  for (const text of RIGHT) assert.deepEqual(judgeConfiguration(text, 'f').violations, [], text);
});

test('violations name their place, and strict reading tells them all', () => {
  const text = file(
    '\n      - aescbc:\n          keys:\n            - name: k\n              secret: "abc"\n      - {}',
  );
  assert.throws(() => parseConfiguration(text, 'e.yaml'), {
    message:
      'e.yaml:9:23: the secret is not base64\ne.yaml:10:9: an element of providers needs one of aescbc, aesgcm, secretbox, kms, identity',
  });
});

test('what upstream cannot decode is an error with its place', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /no YAML document|empty/],
    ['[]', /^f:1:1: the file must be a mapping/],
    ['kind: Pod\napiVersion: v1\n', /^f:1:1: not an encryption configuration: it begins with apiVersion apiserver/],
    [file('[{aescbc: []}]'), /^f:5:26: aescbc must be a mapping/],
    [file('{}'), /providers must be a list/],
    [
      file(`[{aescbc: {keys: [{name: yes, secret: ${SECRET}}]}}]`),
      /name is no text to kube-apiserver, which reads YAML 1\.1/,
    ],
    [file('[{aescbc: {keys: [{name: 1, secret: a}]}}]'), /name must be a text/],
    [file('[{aescbc: {keys: [{name: k, secret: 1_000}]}}]'), /secret is no text/],
    [kms('cachesize: many'), /cachesize must be a whole number/],
    [kms('cachesize: 9999999999'), /32 bits/],
    [`${HEAD}resources:\n  - <<: {}\n`, /merge keys are not read/],
    [`${HEAD}resources: *a\n`, /alias|anchor/],
    [`${file(AESCBC)}---\nkind: other\n`, /YAML/],
    ['a: "\n', /^f:\d+:\d+: not YAML \(/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => judgeConfiguration(text, 'f'),
      (error) => error instanceof ParseError && message.test(error.message),
      text,
    );
  }
  const rules = `${HEAD}resources: [${'&a [&b [&c []]], '.repeat(3)}]`;
  assert.throws(() => judgeConfiguration(rules, 'f'), ParseError);
  const elements = Array.from({ length: 400 }, () => '{resources: *r, providers: []}').join(', ');
  const bomb = `${HEAD}resources: [{resources: &r [${'a, '.repeat(400)}], providers: []}, ${elements}]\n`;
  assert.throws(() => judgeConfiguration(bomb, 'f'), LimitError);
  const keys = Array.from({ length: 201 }, () => `{name: k, secret: ${SECRET}}`).join(', ');
  assert.throws(() => judgeConfiguration(file(`[{aescbc: {keys: [${keys}]}}]`), 'f'), LimitError);
});

test('no message and no printed value holds a key', () => {
  const hostile = [
    file(`[{aescbc: {keys: [{name: k, secret: ${SECRET}`),
    file(`[{aescbc: {keys: [{name: k, secret: [${SECRET}]}]}}]`),
    file(`[{aescbc: {keys: [{name: k, ${SECRET}: secret}]}}]`),
    file(`[{aescbc: {keys: [{name: k, secret: *${SECRET}}]}}]`),
    file(`[{aescbc: {keys: [{name: k, secret: !${SECRET} a}]}}]`),
    file(`[{aescbc: {keys: [{name: k, secret: "${SECRET}x"}]}}]`),
    `${file(AESCBC)}${SECRET}\n`,
    `${file(AESCBC)}  ${SECRET}: 1\n: }`,
  ];
  for (const text of hostile) {
    assert.throws(
      () => parseConfiguration(text, 'f'),
      (error) => error instanceof Error && !inspect(error).includes(SECRET.slice(0, 12)),
      text,
    );
  }
  const configuration = parseConfiguration(file(AESCBC), 'f');
  for (const shown of [
    inspect(configuration, { depth: 20, showHidden: true }),
    JSON.stringify(configuration),
    `${new KeySecret(SECRET)}`,
  ]) {
    assert.ok(!shown.includes(SECRET.slice(0, 12)), shown);
    assert.match(shown, /kfp1:748f63a63af99c7ceacf170b160676b2/);
  }
  assert.ok(writeConfiguration(configuration).includes(SECRET), 'a file for the server holds the key');
});

const name = fc.oneof(
  fc.constantFrom('yes', '1', '0x1', '1e3', 'null', '~', 'a: b', '- a', '#', '*.', '\u00e9\u2028"', '.5', 'key1'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const keyed = fc
  .tuple(
    fc.constantFrom('aescbc', 'aesgcm', 'secretbox'),
    fc.array(fc.record({ name, secret: fc.uint8Array({ minLength: 32, maxLength: 32 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(
    ([kind, keys]): Provider => ({
      kind,
      keys: keys.map((key) => ({ name: key.name, secret: KeySecret.of(key.secret) })),
    }),
  );
const provider = fc.oneof(
  keyed,
  fc.constant<Provider>({ kind: 'identity' }),
  fc.constant<Provider>({
    kind: 'kms',
    apiVersion: 'v1',
    name: 'k',
    endpoint: 'unix:///run/a b.sock',
    cacheSize: -1,
    timeout: '1m3.5s',
  }),
);

test('law: what is written is read as the same, and written as the same bytes', () => {
  const configurations = fc.record({
    kind: fc.constantFrom('EncryptionConfiguration' as const, 'EncryptionConfig' as const),
    rules: fc.array(
      fc.record({
        resources: fc.array(name, { minLength: 1, maxLength: 3 }),
        providers: fc.array(provider, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(configurations, (configuration: EncryptionConfiguration) => {
      const text = writeConfiguration(configuration);
      const { configuration: again } = judgeConfiguration(text, 'f');
      assert.equal(writeConfiguration(again), text);
      assert.deepEqual(plain(again), plain(configuration));
      const older: { readonly resources: readonly { readonly resources: readonly unknown[] }[] } = parse(text, {
        version: '1.1',
      });
      const resources = configuration.rules.map((one) => one.resources);
      assert.deepEqual(
        older.resources.map((one) => one.resources),
        resources,
        'in YAML 1.1 too',
      );
    }),
    { numRuns: 100 },
  );
});

/** With the keys' texts, for comparison: a key itself compares by nothing. */
function plain({ kind, rules }: EncryptionConfiguration): unknown {
  return {
    kind,
    rules: rules.map(({ resources, providers }) => ({ resources, providers: providers.map(plainProvider) })),
  };
}

function plainProvider(one: Provider): unknown {
  if (!('keys' in one)) return one;
  return { kind: one.kind, keys: one.keys.map(({ name: keyName, secret }) => [keyName, secret.revealText()]) };
}

test('durations are read as Go does', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['3s', 3],
    ['1m30s', 90],
    ['1.5h', 5400],
    ['100ms', 0.1],
    ['-2s', -2],
    ['0', 0],
    ['3', undefined],
    ['', undefined],
    ['s', undefined],
    ['3 s', undefined],
  ];
  for (const [text, seconds] of cases) assert.equal(parseDuration(text), seconds, text);
});

test('real configurations are read and written back', needsShared('data/encryption/configs'), () => {
  const folder = sharedPath('data/encryption/configs');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.yaml'))) {
    const configuration = parseConfiguration(readFileSync(`${folder}/${name}`, 'utf8'), name);
    assert.deepEqual(plain(parseConfiguration(writeConfiguration(configuration), name)), plain(configuration), name);
  }
});
