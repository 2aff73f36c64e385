// The demo as a newcomer runs it: quick, without a network, and what it writes is valid and says what the facts say.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readFacts } from '../../demo/facts.ts';
import { resultValidator } from '../support/schemas.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
/** Ends any Node.js that opens a connection. */
const NETWORK_GUARD = `
  import { Socket } from 'node:net';
  Socket.prototype.connect = () => process.exit(97);
`;
const OUT = `${ROOT}/demo/out/1.2.0-demo.1`;

test('npm run demo', async (t) => {
  t.after(() => place.remove());
  const started = performance.now();
  const outcome = await place.run('npm', ['run', 'demo'], {}, ROOT);
  const seconds = (performance.now() - started) / 1000;
  assert.equal(outcome.status, 0, outcome.stderr);

  await t.test('takes less than 15 seconds', () => assert.ok(seconds < 15, `${seconds.toFixed(1)} s`));

  await t.test('says where the results are, and shows the table', () => {
    for (const name of ['assessment.json', 'report.html']) {
      assert.ok(outcome.stdout.includes(`demo/out/1.2.0-demo.1/${name}`), name);
      assert.ok(existsSync(`${OUT}/${name}`), name);
    }
    for (const name of ['comparison.html', 'review.html']) assert.ok(existsSync(`${ROOT}/demo/out/${name}`), name);
    assert.match(outcome.stdout, /critical/i);
  });

  await t.test('tells the story of the two pre-releases: the causes, the plan, the verdict', () => {
    const told = outcome.stdout.slice(outcome.stdout.indexOf('what changed, and why')).replace(/\s+/g, ' ');
    assert.match(
      told,
      /Declared: 2 of 6 charts changed, 1 image removed, 1 image retagged\. Real: 6 of 11 unchanged references rebuilt\./,
    );
    assert.match(told, /CVE-2018-25032 in 6 images \(id of 2018, public 2022-03-25, in our feeds by 2022-03-31\)/);
    assert.match(told, /Vulnerabilities published, .* in our feeds after 2022-03-31/);
    assert.match(told, /Statements added/);
    assert.match(told, /These 5 actions remove [\d.]+ % of the fixable critical and high/);
    assert.match(told, /below the line: 2 of 4 criteria not met/);
    assert.doesNotMatch(told, /improv/i);
  });

  await t.test('the assessment follows its schema', () => {
    const validate = resultValidator('assessment-1');
    assert.ok(validate(readAssessment()), JSON.stringify(validate.errors, undefined, 1));
  });

  await t.test('every image of the facts is there, and the figures are fit to be quoted', () => {
    const release = readFacts().releases[0];
    const uses = [
      ...(release?.index ?? []),
      ...Object.values(release?.manifests ?? {}).flatMap((charts) => charts.flatMap((chart) => chart.images)),
    ];
    const assessment = readAssessment();
    assert.deepEqual(
      assessment.images.map((image) => image.logical).sort(),
      [...new Set(uses.map((use) => use.reference))].sort(),
    );
    assert.equal(assessment.statistics.headline, true, assessment.statistics.headlineReason);
    assert.deepEqual(
      assessment.gaps.map((gap) => `${gap.kind} ${gap.target}`),
      ['not-scanned rpm/index.yaml'],
    );
  });

  await t.test('the zlib of every image that has the old one is found, and no other', () => {
    const { packages, findings, images } = readAssessment();
    const slots = new Set(findings.filter((row) => row.vulnerability === 'CVE-2018-25032').map((row) => row.slot));
    const old = new Set(
      packages
        .filter((item) => ['zlib', 'zlib1g'].includes(item.name) && item.version !== '1.2.12-r0')
        .map((item) => item.image),
    );
    assert.deepEqual(
      [...slots].sort(),
      images
        .filter((image) => old.has(image.digest))
        .map((image) => image.slot)
        .sort(),
    );
    assert.equal(slots.size, images.length - 1, 'all but the rebuilt config-store');
  });

  await t.test('a second run gives the same bytes', async () => {
    const result = () => readFileSync(`${OUT}/assessment.json`, 'utf8');
    const before = result();
    assert.equal((await place.run('npm', ['run', 'demo'], {}, ROOT)).status, 0);
    assert.equal(result(), before);
  });

  await t.test('opens no connection', async () => {
    const guard = place.path('guard.mjs');
    writeFileSync(guard, NETWORK_GUARD);
    const guarded = { NODE_OPTIONS: `--import=${pathToFileURL(guard).href}` };
    const refused = await place.run(process.execPath, ['-e', 'fetch("http://127.0.0.1:65000")'], guarded);
    assert.equal(refused.status, 97, 'the guard works');
    assert.equal((await place.run('npm', ['run', 'demo'], guarded, ROOT)).status, 0);
  });
});

interface Assessment {
  readonly images: readonly { readonly logical: string; readonly slot: string; readonly digest: string }[];
  readonly packages: readonly { readonly name: string; readonly version: string; readonly image: string }[];
  readonly findings: readonly { readonly slot: string; readonly vulnerability: string }[];
  readonly gaps: readonly { readonly kind: string; readonly target: string }[];
  readonly statistics: { readonly headline: boolean; readonly headlineReason?: string };
}

function readAssessment(): Assessment {
  return JSON.parse(readFileSync(`${OUT}/assessment.json`, 'utf8'));
}
