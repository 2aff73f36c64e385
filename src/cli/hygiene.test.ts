// Hygiene as a user runs it: images on disk are scanned, two releases judged, and what fix prints is run by a shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ImageSettings } from '../../demo/image/assemble.ts';
import { writeDirImage } from '../../demo/image/layout.ts';
import type { TarEntry } from '../../demo/image/tar.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { hygieneFixScript } from '../publish/terminal/hygiene-fix.ts';

let folder = '';

function run(...args: readonly string[]) {
  return runCommand(args, { folder });
}

function base(zlib: string): readonly TarEntry[] {
  return [
    { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
    { path: 'lib/apk/db/installed', body: `P:zlib\nV:${zlib}\nA:x86_64\no:zlib\n\n` },
    { path: 'bin/busybox', body: 'x', mode: 0o755 },
    { path: 'bin/sh', type: 'symlink', link: 'busybox' },
    { path: 'sbin/apk', body: 'x', mode: 0o755 },
  ];
}

const OWN: readonly TarEntry[] = [
  { path: 'usr/bin/helper', body: 'x', mode: 0o4755 },
  { path: 'srv/open', body: 'x', mode: 0o666 },
  { path: 'usr/bin/curl', body: 'x', mode: 0o755 },
];
const REVISION = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const GOOD: ImageSettings = {
  created: '2022-04-01T00:00:00Z',
  user: '65532:65532',
  entrypoint: ['/app'],
  labels: {
    'org.opencontainers.image.source': 'https://git.example/team/good',
    'org.opencontainers.image.revision': REVISION,
    'org.opencontainers.image.version': '2.0.0',
  },
};

function image(
  release: string,
  reference: string,
  layers: readonly (readonly TarEntry[])[],
  config: ImageSettings,
): void {
  writeDirImage(join(folder, release, reference), { layers, config });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-hygiene-'));
  const old = {
    created: '2022-03-01T00:00:00Z',
    labels: { 'org.opencontainers.image.vendor': "it's $(touch stolen)\n`x`" },
  };
  for (const [release, zlib] of [
    ['one', '1.2.11-r3'],
    ['two', '1.2.12-r0'],
  ] as const) {
    image(release, 'q.io/team/base:3.15', [base(zlib)], { created: '2022-03-01T00:00:00Z' });
    image(release, 'q.io/team/app:1.0.0', [base('1.2.11-r3'), OWN], { ...old, entrypoint: ['/bin/sh', '-c', 'app'] });
    image(release, 'q.io/team/good:2.0.0', [base(zlib), [{ path: 'app', body: zlib }]], GOOD);
    const { code, stderr } = await run(
      'scan',
      `dir-tree:${join(folder, release)}`,
      '--format',
      'json',
      '--output',
      `${release}.json`,
      '--quiet',
    );
    assert.equal(code, 0, stderr);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly verdict: { readonly verdict: string };
  readonly results: readonly {
    readonly check: string;
    readonly subject: string;
    readonly verdict: string;
    readonly evidence: readonly string[];
    readonly waiver?: string;
  }[];
  readonly waivers: readonly { readonly state: string }[];
}

async function judged(...args: readonly string[]): Promise<Result> {
  const { stdout, stderr } = await run('hygiene', ...args, '--format', 'json');
  assert.equal(stderr, '');
  const document: Result = JSON.parse(stdout);
  const validate = resultValidator('hygiene-1');
  assert.ok(validate(document), JSON.stringify(validate.errors));
  return document;
}

function verdictsOf({ results }: Result, subject: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    results.filter((result) => result.subject === subject).map(({ check, verdict }) => [check, verdict]),
  );
}

test('what the layers and the configuration hold is judged from the assessment alone', async () => {
  const result = await judged('two.json');
  const app = verdictsOf(result, 'q.io/team/app:1.0.0');
  for (const check of [
    'root-user',
    'setuid-files',
    'world-writable',
    'package-manager',
    'base-drift',
    'label-source',
  ]) {
    assert.equal(app[check], 'fail', check);
  }
  for (const check of ['shell', 'tools', 'shell-form']) assert.equal(app[check], 'warn', check);
  const good = verdictsOf(result, 'q.io/team/good:2.0.0');
  for (const check of [
    'root-user',
    'setuid-files',
    'world-writable',
    'base-drift',
    'label-source',
    'label-revision',
    'label-version',
    'shell-form',
    'created-stated',
  ]) {
    assert.equal(good[check], 'pass', check);
  }
  const setuid = result.results.find(({ check, subject }) => check === 'setuid-files' && subject.includes('app'));
  assert.deepEqual(setuid?.evidence, ['/usr/bin/helper (mode 4755, owner 0:0, layer 2 of 2)']);
  assert.equal(result.results.find(({ check }) => check === 'tag-moved')?.verdict, 'not-applicable');
});

test('the assessment with its traits follows its schema', () => {
  const validate = resultValidator('assessment-1');
  const document: unknown = JSON.parse(readFileSync(join(folder, 'two.json'), 'utf8'));
  assert.ok(validate(document), JSON.stringify(validate.errors));
  assert.match(
    JSON.stringify(document),
    /"traits":\{"entry":\{"need":\{"kind":"shell","program":"sh"\},"program":"\/bin\/sh","shellForm":true\}/,
  );
});

test('two releases: the tags that moved, and who stands on what was replaced', async () => {
  const result = await judged('two.json', '--since', 'one.json');
  const moved = result.results.filter(({ check, verdict }) => check === 'tag-moved' && verdict === 'fail');
  assert.deepEqual(
    moved.map(({ subject }) => subject),
    ['q.io/team/base:3.15', 'q.io/team/good:2.0.0'],
  );
  const drift = result.results.filter(({ check, verdict }) => check === 'base-drift' && verdict === 'fail');
  assert.deepEqual(
    drift.map(({ subject }) => subject),
    ['q.io/team/app:1.0.0'],
  );
});

test('every form says the same counts, the table within its columns', async () => {
  const { results } = await judged('two.json');
  const failed = results.filter(({ verdict }) => verdict === 'fail').length;
  for (const format of ['table', 'markdown', 'html']) {
    const { stdout, code } = await run('hygiene', 'two.json', '--format', format);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`\\b${failed} failed`), format);
    assert.match(stdout, /root-user/);
  }
  const { stdout } = await runCommand(['hygiene', 'two.json', '--no-color'], { folder, columns: 60 });
  for (const line of stdout.split('\n')) assert.ok(line.length <= 60 || !line.trimStart().includes(' '), line);
  assert.equal((await run('hygiene', 'two.json')).stdout, (await run('hygiene', 'two.json')).stdout);
});

test('waivers and --fail-on', async () => {
  const waiver = (expires: string) =>
    `hygiene:\n  waivers:\n    - {check: root-user, subjects: ["q.io/team/*"], owner: Team, reason: later, expires: ${expires}}\n`;
  writeFileSync(join(folder, 'waived.yaml'), waiver('2023-01-01'));
  writeFileSync(join(folder, 'expired.yaml'), waiver('2022-01-01'));
  const waived = await judged('two.json', '--config', 'waived.yaml');
  assert.deepEqual(
    waived.waivers.map(({ state }) => state),
    ['active'],
  );
  assert.ok(
    waived.results.some(
      ({ check, verdict, waiver: by }) => check === 'root-user' && verdict === 'fail' && by !== undefined,
    ),
  );
  const expired = await run('hygiene', 'two.json', '--config', 'expired.yaml');
  assert.match(expired.stdout, /expired on 2022-01-01, 2 results open again: root-user/);
  assert.equal((await run('hygiene', 'two.json', '--fail-on', 'high')).code, 1);
  assert.equal((await run('hygiene', 'two.json', '--fail-on', 'critical')).code, 0);
  assert.equal((await run('hygiene', 'two.json', '--fail-on', 'worst')).code, 2);
  writeFileSync(join(folder, 'wrong.yaml'), 'hygiene: {waivers: [{check: root-user, owner: o, reason: r}]}\n');
  const wrong = await run('hygiene', 'two.json', '--config', 'wrong.yaml');
  assert.deepEqual([wrong.code, /hygiene\.waivers\.0\.expires/.test(wrong.stderr)], [2, true]);
});

test('what fix prints runs in a shell, needs every variable, and takes no text of the images for commands', async () => {
  const { stdout, code } = await run('hygiene', 'fix', 'two.json', '*', '--since', 'one.json');
  assert.equal(code, 0);
  // `docker` is a function that prints its arguments.
  const script = `docker() { printf '<%s>\\n' "$@"; }\n${stdout}`;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    REVISION,
    CREATED: 'then',
    LICENCES: 'MIT',
    SOURCE: 's',
    VENDOR: 'v',
    VERSION: '9',
    BASE_IMAGE: 'b',
    BASE_NAME: 'n',
    BASE_DIGEST: 'd',
  };
  const ran = spawnSync('sh', ['-c', script], { cwd: folder, env: environment, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /<BASE_IMAGE=q\.io\/team\/base:3\.15@sha256:[0-9a-f]{64}>/);
  assert.match(ran.stdout, new RegExp(`<q\\.io/team/app:1\\.0\\.0-${REVISION.slice(0, 12)}>`));
  assert.match(ran.stdout, /<org\.opencontainers\.image\.vendor=it's \$\(touch stolen\)/);
  assert.throws(() => readFileSync(join(folder, 'stolen')), /ENOENT/);
  const { REVISION: _, ...without } = environment;
  assert.notEqual(spawnSync('sh', ['-c', script], { cwd: folder, env: without }).status, 0);
  const json = await run('hygiene', 'fix', 'two.json', '*/app', '--format', 'json');
  const document: unknown = JSON.parse(json.stdout);
  const validate = resultValidator('hygiene-fix-1');
  assert.ok(validate(document), JSON.stringify(validate.errors));
  assert.match(json.stdout, /it's \$\$\(touch/);
});

test('a release name in the head of the script stays in its comment', () => {
  assert.match(hygieneFixScript('a\nrm -rf /', []).split('\n')[1] ?? '', /^# .*rm -rf/);
});

test('the bundle counts what was judged from the assessment; what is wrong with which image stays inside', async () => {
  for (const audience of ['public', 'internal']) {
    const { code, stderr } = await run(
      'publish',
      audience,
      '--assessment',
      'two.json',
      '--hygiene',
      '--audience',
      audience,
    );
    assert.equal(code, 0, stderr);
    const page = readFileSync(join(folder, audience, 'index.html'), 'utf8');
    assert.match(page, /Hygiene/);
    assert.match(page, /root-user/);
    assert.equal(page.includes('no user is configured'), audience === 'internal', audience);
    const { inventories }: { readonly inventories: readonly object[] } = JSON.parse(
      readFileSync(join(folder, audience, 'assessment.json'), 'utf8'),
    );
    assert.equal(
      inventories.some((inventory) => 'traits' in inventory),
      audience === 'internal',
      audience,
    );
    assert.equal((await run('publish', 'verify', audience)).code, 0);
  }
});
