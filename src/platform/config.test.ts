import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from './config.ts';
import { parseConfig } from './config-document.ts';
import { PlimsollError } from './errors.ts';
import { DEFAULT_CONFIG } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'));
after(() => rmSync(folder, { recursive: true }));

test('without a file, or with an empty one, the defaults hold', async () => {
  assert.deepEqual(await loadConfig(undefined, folder), DEFAULT_CONFIG);
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
  assert.deepEqual(await loadConfig('all.yaml', folder), {
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
  assert.deepEqual((await loadConfig(undefined, own)).release.own, ['a.example']);
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
  await assert.rejects(loadConfig('none.yaml', folder), {
    code: 'config-invalid',
    message: /none\.yaml: there is no such file/,
  });
  await assert.rejects(loadConfig('.', folder), { code: 'config-invalid' });
  writeFileSync(join(folder, 'ca.yaml'), 'registries: {ca: none.pem}\n');
  await assert.rejects(loadConfig('ca.yaml', folder), {
    code: 'config-invalid',
    message: /registries\.ca: none\.pem cannot be read/,
  });
  writeFileSync(join(folder, 'empty.pem'), 'x');
  writeFileSync(join(folder, 'ca.yaml'), 'registries: {ca: empty.pem}\n');
  await assert.rejects(loadConfig('ca.yaml', folder), { code: 'config-invalid', message: /holds no certificate/ });
});
