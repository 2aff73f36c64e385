import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { writeBundle } from '../publish/bundle/write-bundle.ts';
import { assessmentJson } from '../publish/json/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-publish-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const SECRET = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
writeFileSync(join(folder, 'key.pem'), SECRET);
writeFileSync(join(folder, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
writeFileSync(join(folder, 'a.json'), assessmentJson(sampleAssessment(), statisticsOf(sampleAssessment())));

function run(...args: readonly string[]) {
  return runCommand(args, { folder });
}

/** The report's page is made by the build; without it there is nothing to publish. */
const built = existsSync(join(import.meta.dirname, '../../dist/report-page.js'))
  ? { skip: false as const }
  : { skip: 'needs the built page: npm run build' };

test('publish writes a bundle that verify passes, and says what is left out', built, async () => {
  const published = await run('publish', 'b1', '--assessment', 'a.json', '--key', 'key.pem', '--format', 'json');
  assert.equal(published.code, 0, published.stderr);
  const result = JSON.parse(published.stdout);
  assert.equal(resultValidator('publish-1')(result), true);
  assert.equal(result.signed, true);
  assert.match(published.stderr, /no publisher is named/);
  assert.match(published.stderr, /need --url/);
  const verified = await run('publish', 'verify', 'b1', '--key', 'key.pub', '--format', 'json');
  const verdict = JSON.parse(verified.stdout);
  assert.equal(resultValidator('publish-verify-1')(verdict), true);
  assert.equal(verdict.verdict, 'pass');
  assert.equal(verdict.bundle, result.bundle);
  for (const text of [published.stdout, published.stderr, verified.stdout, verified.stderr]) {
    assert.ok(!text.includes(SECRET.split('\n')[1] ?? ''));
  }
});

test('sha256sum checks the list', { skip: built.skip || needsPrograms('sha256sum').skip }, async () => {
  await run('publish', 'b2', '--assessment', 'a.json');
  const check = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(folder, 'b2') });
  assert.equal(check.status, 0, String(check.stderr));
});

test('what was published stays: a filled folder is refused, and an erratum goes to a new one', built, async () => {
  const first = await run('publish', 'b3', '--assessment', 'a.json', '--format', 'json');
  const { bundle } = JSON.parse(first.stdout);
  const before = readFileSync(join(folder, 'b3/bundle.json'), 'utf8');
  const again = await run('publish', 'b3', '--assessment', 'a.json', '--supersedes', bundle, '--reason', 'wrong');
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is not empty/);
  const second = await run(
    'publish',
    'b4',
    '--assessment',
    'a.json',
    '--supersedes',
    bundle,
    '--reason',
    'an image was missing',
  );
  assert.equal(second.code, 0, second.stderr);
  assert.equal(readFileSync(join(folder, 'b3/bundle.json'), 'utf8'), before);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'b4/erratum.json'), 'utf8')).supersedes, bundle);
});

test('policies and reachability are counted on the page; who is meant is told inside alone', built, async () => {
  const cell = { check: 'seccomp', subject: 'Deployment/s/web', verdict: 'fail', reason: 'Seccomp profile: not set' };
  writeFileSync(join(folder, 'matrix.json'), JSON.stringify({ workloads: [{ cells: [cell] }], gaps: [] }));
  writeFileSync(join(folder, 'reach.json'), JSON.stringify({ reachable: [{ from: 'user/uai', to: 's/web' }] }));
  for (const audience of ['public', 'internal']) {
    const args = ['--policy', 'matrix.json', '--reach', 'reach.json', '--audience', audience];
    const outcome = await run('publish', `posture-${audience}`, '--assessment', 'a.json', ...args);
    assert.equal(outcome.code, 0, outcome.stderr);
    const page = readFileSync(join(folder, `posture-${audience}/index.html`), 'utf8');
    assert.match(page, /seccomp/);
    assert.match(page, /asked connection/);
    assert.equal(page.includes('user/uai'), audience === 'internal');
  }
});

test('bad input is named, and nothing is written', async () => {
  writeFileSync(join(folder, 'newer.json'), '{"schemaVersion": 99}');
  writeFileSync(join(folder, 'no-results.json'), '{}');
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[], 2, /--assessment/],
    [['--assessment', 'missing.json'], 3, /neither a file/],
    [['--assessment', 'newer.json'], 3, /schema version 99/],
    [['--assessment', 'a.json', '--key', 'a.json'], 2, /no private key/],
    [['--assessment', 'a.json', '--key', 'missing.pem'], 3, /cannot be read/],
    [['--assessment', 'a.json', '--supersedes', 'b1', '--reason', 'x'], 2, /sha256: and 64 digits/],
    [['--assessment', 'a.json', '--reason', 'x'], 2, /belong together/],
    [['--assessment', 'a.json', '--publisher', 'x'], 2, /belong together/],
    [['--assessment', 'a.json', '--url', 'http://x.example'], 2, /https/],
    [['--assessment', 'a.json', '--compare', 'a.json'], 3, /not a comparison/],
    [['--assessment', 'a.json', '--gate', 'no-results.json'], 3, /no results/],
    [['--assessment', 'a.json', '--policy', 'no-results.json'], 3, /no results/],
    [['--assessment', 'a.json', '--reach', 'no-results.json'], 3, /no results/],
    [['--assessment', 'a.json', '--audience', 'all'], 2, /public, customers, internal/],
  ];
  for (const [args, code, words] of cases) {
    const result = await run('publish', 'never', ...args);
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, words);
    assert.equal(existsSync(join(folder, 'never')), false);
  }
});

test('a bundle that cannot be written leaves nothing behind', () => {
  const place = join(folder, 'place');
  mkdirSync(place);
  const files = [
    { path: 'a', content: 'x', about: '' },
    { path: 'a/b', content: 'x', about: '' },
  ];
  assert.throws(() => writeBundle({ id: 'sha256:0', files }, join(place, 'bundle')), { code: 'usage' });
  assert.deepEqual(readdirSync(place), []);
});

test('an empty folder is taken, one that is no folder is not', () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  writeBundle({ id: 'sha256:0', files: [{ path: 'a/b', content: 'x', about: '' }] }, empty);
  assert.equal(readFileSync(join(empty, 'a/b'), 'utf8'), 'x');
  assert.throws(() => writeBundle({ id: 'sha256:0', files: [] }, join(folder, 'a.json')), { code: 'usage' });
});

test('verify: a changed byte, a link and a missing folder', built, async () => {
  await run('publish', 'b5', '--assessment', 'a.json');
  const file = join(folder, 'b5/report.md');
  chmodSync(file, 0o644);
  writeFileSync(file, readFileSync(file, 'utf8').replace('a', 'b'));
  const changed = await run('publish', 'verify', 'b5');
  assert.match(changed.stdout, /report\.md was changed/);
  symlinkSync('/etc/hostname', join(folder, 'b5/link'));
  assert.match((await run('publish', 'verify', 'b5')).stdout, /link is no plain file/);
  assert.equal((await run('publish', 'verify', 'nowhere')).code, 3);
});
