import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from './config.ts';
import { parseConfig } from './config-document.ts';
import { PlimsollError } from './errors.ts';
import { type Config, DEFAULT_CONFIG } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'));
after(() => rmSync(folder, { recursive: true }));

/** As with `--config PATH` in a folder, with these variables. */
function load(
  path: string | undefined,
  workingDirectory: string = folder,
  environment: Readonly<Record<string, string>> = {},
): Promise<Config> {
  return loadConfig({ path, workingDirectory, environment });
}

test('without a file, or with an empty one, the defaults hold', async () => {
  assert.deepEqual(await load(undefined), DEFAULT_CONFIG);
  for (const text of ['', '# nothing\n', 'release:\nregistries:\n', 'release:\n  mirrors:\n  # - match: x\n  own:\n']) {
    assert.deepEqual(parseConfig(text, 'plimsoll.yaml'), DEFAULT_CONFIG, JSON.stringify(text));
  }
});

test('every key is read', async () => {
  const text = `
release:
  mirrors:
    - match: artifactory.algol60.net
      to: artifactory.algol60.net
    - match: dtr.dev.cray.com
    - match: ""
      to: artifactory.algol60.net/
  own: [registry.example/team/]
registries:
  insecure: ["registry.example:5000"]
  ca: certificates.pem
  mirrors:
    - {prefix: docker.io, location: mirror.example/dockerhub/}
`;
  writeFileSync(join(folder, 'certificates.pem'), '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n');
  writeFileSync(join(folder, 'all.yaml'), text);
  assert.deepEqual(await load('all.yaml'), {
    release: {
      mirrors: [
        { match: 'artifactory.algol60.net', to: 'artifactory.algol60.net' },
        { match: 'dtr.dev.cray.com' },
        { match: '', to: 'artifactory.algol60.net' },
      ],
      own: ['registry.example/team'],
    },
    registries: {
      insecure: ['registry.example:5000'],
      ca: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
      mirrors: [{ prefix: 'docker.io', location: 'mirror.example/dockerhub' }],
    },
  });
});

test('plimsoll.yaml of the working directory is found', async () => {
  const own = mkdtempSync(join(folder, 'here-'));
  writeFileSync(join(own, 'plimsoll.yaml'), 'release: {own: [a.example]}\n');
  assert.deepEqual((await load(undefined, own)).release.own, ['a.example']);
});

test('what was found in the working directory may say what a release is, not which registries to trust', async () => {
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  const file = join(checkout, 'plimsoll.yaml');
  for (const [text, keys] of [
    ['registries: {insecure: [r.example]}', 'registries.insecure'],
    // The certificates need not be there: the refusal comes first.
    ['registries: {ca: none.pem}', 'registries.ca'],
    [
      'registries: {mirrors: [{prefix: docker.io, location: evil.example}], ca: /etc/shadow}',
      'registries.ca and registries.mirrors',
    ],
  ] as const) {
    writeFileSync(file, text);
    await assert.rejects(load(undefined, checkout), {
      code: 'config-invalid',
      exitCode: 2,
      message: new RegExp(`^plimsoll\\.yaml: ${keys}: .*--config plimsoll\\.yaml or PLIMSOLL_CONFIG`),
    });
  }
  writeFileSync(file, 'registries: {insecure: [r.example], mirrors: []}');
  assert.deepEqual((await load('plimsoll.yaml', checkout)).registries.insecure, ['r.example']);
  const named = await load(undefined, checkout, { PLIMSOLL_CONFIG: 'plimsoll.yaml' });
  assert.deepEqual(named.registries.insecure, ['r.example']);
  writeFileSync(file, 'registries: {insecure: [], mirrors: [], ca: }');
  assert.deepEqual(await load(undefined, checkout), DEFAULT_CONFIG);
});

test('decisions: how long they apply and whose count; a found file may not say the latter', async () => {
  const text = 'statements: {maximumDays: 90, soonDays: 14, trusted: [Example Security]}\n';
  assert.deepEqual(parseConfig(text, 'p.yaml').statements, {
    maximumDays: 90,
    soonDays: 14,
    trusted: ['Example Security'],
  });
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  writeFileSync(join(checkout, 'plimsoll.yaml'), text);
  await assert.rejects(load(undefined, checkout), {
    message: /^plimsoll\.yaml: statements\.trusted: a file that was found/,
  });
  assert.deepEqual((await load('plimsoll.yaml', checkout)).statements?.trusted, ['Example Security']);
  writeFileSync(join(checkout, 'plimsoll.yaml'), 'statements: {maximumDays: 90}\n');
  assert.deepEqual((await load(undefined, checkout)).statements, { maximumDays: 90 });
  assert.throws(() => parseConfig('statements: {maximumDays: 0}\n', 'p.yaml'), { code: 'config-invalid' });
});

test('keys that sign images: placed by the file that names them; a found file may not say which', async () => {
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  writeFileSync(join(checkout, 'plimsoll.yaml'), 'hygiene: {keys: [keys/a.pub, /b.pub]}\n');
  await assert.rejects(load(undefined, checkout), { message: /^plimsoll\.yaml: hygiene\.keys: a file that was found/ });
  assert.deepEqual((await load('plimsoll.yaml', checkout)).hygiene?.keys, [join(checkout, 'keys/a.pub'), '/b.pub']);
});

test("the user's own file holds everywhere; a checkout speaks for its release alone", async () => {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(join(home, '.config/plimsoll'), { recursive: true });
  const own = 'release: {own: [mine.example]}\nregistries: {insecure: [r.example]}\n';
  writeFileSync(join(home, '.config/plimsoll/plimsoll.yaml'), own);
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  for (const environment of [{ HOME: home }, { HOME: '/none', XDG_CONFIG_HOME: join(home, '.config') }]) {
    const { release, registries } = await load(undefined, checkout, environment);
    assert.deepEqual([release.own, registries.insecure], [['mine.example'], ['r.example']]);
  }
  writeFileSync(join(checkout, 'plimsoll.yaml'), 'release: {own: [theirs.example]}\n');
  const { release, registries } = await load(undefined, checkout, { HOME: home });
  assert.deepEqual([release.own, registries.insecure], [['theirs.example'], ['r.example']]);
  // A named file stands alone.
  assert.deepEqual(await load('plimsoll.yaml', checkout, { HOME: home, PLIMSOLL_CONFIG: 'none.yaml' }), {
    ...DEFAULT_CONFIG,
    release: { mirrors: [], own: ['theirs.example'] },
  });
  await assert.rejects(load(undefined, checkout, { PLIMSOLL_CONFIG: 'none.yaml' }), { message: /no such file/ });
});

test('a link to a device is refused, not read without end', async () => {
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  symlinkSync('/dev/zero', join(checkout, 'plimsoll.yaml'));
  await assert.rejects(load(undefined, checkout), { code: 'config-invalid', message: /it is not a file/ });
  writeFileSync(join(checkout, 'large.yaml'), ' '.repeat(5 * 1024 ** 2));
  await assert.rejects(load('large.yaml', checkout), { code: 'config-invalid', message: /more than/ });
});

const wrong: readonly (readonly [text: string, message: string])[] = [
  ['release: {}\nrelaese: {}\n', 'p.yaml:2: there is no key "relaese"'],
  ['release:\n  mirors: []\n', 'p.yaml:2: there is no key "release.mirors"'],
  [
    'release:\n  mirrors:\n    - match: a\n    - match: b\n      too: c\n',
    'p.yaml:5: there is no key "release.mirrors.1.too"',
  ],
  ['a: 1\nb: 2\n', 'p.yaml:1: there is no key "a"\np.yaml:2: there is no key "b"'],
];
for (const [text, message] of wrong) {
  test(`an unknown key is an error with its line: ${JSON.stringify(text)}`, async () => {
    assert.throws(() => parseConfig(text, 'p.yaml'), { code: 'config-invalid', exitCode: 2, message });
  });
}

test('a file made to be slow is refused soon, with the first problems alone', () => {
  const keys = Array.from({ length: 20_000 }, (_nothing, place) => `k${place}: 1\n`).join('');
  const before = process.cpuUsage();
  assert.throws(
    () => parseConfig(keys, 'p.yaml'),
    (error) => error instanceof PlimsollError && error.message.split('\n').length === 20,
  );
  assert.throws(() => parseConfig('}'.repeat(20_000), 'p.yaml'), { code: 'config-invalid' });
  assert.throws(() => parseConfig('['.repeat(20_000), 'p.yaml'), { code: 'config-invalid', message: /nested/ });
  // Seconds of processor time; the keys alone took twenty when each was compared with all others.
  assert.ok(process.cpuUsage(before).user / 1e6 < 5);
});

const malformed: readonly (readonly [text: string, pattern: RegExp])[] = [
  ['release:\n  own: a.example\n', /^p\.yaml:2: release\.own: /],
  ['release:\n  own:\n    - a\n    - 3\n', /^p\.yaml:4: release\.own\.1: /],
  ['release:\n  mirrors:\n    - to: b\n', /^p\.yaml:3: release\.mirrors\.0\.match: /],
  [
    'registries:\n  insecure: ["http://a.example"]\n',
    /^p\.yaml:2: registries\.insecure\.0: must be a registry as host/,
  ],
  ['registries:\n  ca: ""\n', /^p\.yaml:2: registries\.ca: must be text/],
  ['- a\n', /^p\.yaml:1: the file: /],
  ['a\n', /^p\.yaml:1: the file: /],
  ['release: {}\nrelease: {}\n', /^p\.yaml:2: /],
  ['release: [\n', /^p\.yaml:2: /],
  [`a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`, /^p\.yaml: /],
];
for (const [text, pattern] of malformed) {
  test(`a malformed file is an error with its line: ${JSON.stringify(text)}`, async () => {
    assert.throws(
      () => parseConfig(text, 'p.yaml'),
      (error) => error instanceof PlimsollError && error.code === 'config-invalid' && pattern.test(error.message),
    );
  });
}

test('a named file must be there, and so must the certificates it names', async () => {
  await assert.rejects(load('none.yaml'), {
    code: 'config-invalid',
    message: /none\.yaml: there is no such file/,
  });
  await assert.rejects(load('.'), { code: 'config-invalid' });
  writeFileSync(join(folder, 'ca.yaml'), 'registries: {ca: none.pem}\n');
  await assert.rejects(load('ca.yaml'), {
    code: 'config-invalid',
    message: /registries\.ca: none\.pem cannot be read/,
  });
  writeFileSync(join(folder, 'empty.pem'), 'x');
  writeFileSync(join(folder, 'ca.yaml'), 'registries: {ca: empty.pem}\n');
  await assert.rejects(load('ca.yaml'), { code: 'config-invalid', message: /holds no certificate/ });
});
