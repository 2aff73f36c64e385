import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { advisory, advisorySetOf } from '../../test/support/synthetic-set.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore } from '../platform/store.ts';
import { assessmentJson } from '../publish/json/write.ts';
import { alpineSecdb } from '../scan/advisory/alpine-secdb/index.ts';
import { buildAdvisorySet } from '../scan/advisory/set/build.ts';
import { assess } from '../scan/assess/assess.ts';
import { ASSESSMENT_MIGRATIONS, listAssessments } from '../scan/assess/assessment-store.ts';

const IMAGE = digestOf('image');
const MARCH = assess({
  release: { name: 'harbour', version: '1.2.0', target: 'images:list', charts: [], lint: [], gaps: [] },
  images: [
    {
      logical: 'quay.io/a:1',
      physical: 'quay.io/a:1',
      digest: IMAGE,
      platform: 'linux/amd64',
      origin: 'own',
      charts: [],
      gaps: [],
    },
  ],
  inventories: [
    {
      image: IMAGE,
      platform: 'linux/amd64',
      os: { id: 'alpine', version: '3.15.4' },
      packages: [
        {
          purl: 'pkg:apk/alpine/zlib@1.2.11-r3',
          type: 'apk',
          name: 'zlib',
          version: '1.2.11-r3',
          scheme: 'apk',
          source: { name: 'zlib', version: '1.2.11-r3' },
          namespace: 'alpine:3.15',
          location: { layer: IMAGE, path: 'lib/apk/db/installed' },
        },
      ],
      gaps: [],
      cataloguers: ['apk@1'],
      config: {},
    },
  ],
  set: advisorySetOf([
    advisory({
      feed: 'alpine-secdb',
      id: 'CVE-2016-9840',
      namespace: 'alpine:3.15',
      package: 'zlib',
      ranges: [{ fixed: '1.2.11-r0' }],
    }),
  ]),
  severityPolicy: 'vendor-then-cvss-then-nvd',
  asOf: '2022-03-01',
});

let folder = '';
const inFolder = (name: string) => join(folder, name);

function run(...args: readonly string[]) {
  return runCommand(['reassess', ...args], { folder, now: '2022-04-06T12:00:00Z' });
}

describe('plimsoll reassess', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-reassess-'));
    writeFileSync(inFolder('march.json'), assessmentJson(MARCH, statisticsOf(MARCH)));
    const secdb = {
      distroversion: 'v3.15',
      packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }],
    };
    writeFileSync(inFolder('main.json'), JSON.stringify(secdb));
    await buildAdvisorySet(
      [{ feed: alpineSecdb, path: inFolder('main.json'), updated: '2022-04-05' }],
      inFolder('april.db'),
      {
        builtAt: '2022-04-05T00:00:00Z',
      },
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('finds what a newer set knows, in the packages of a file, and keeps the result', async () => {
    const { stdout, code } = await run('march.json', '--advisories', 'april.db', '--format', 'json');
    const result = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.deepEqual(
      result.findings.map(({ vulnerability }: { vulnerability: string }) => vulnerability),
      ['CVE-2018-25032'],
    );
    assert.equal(result.asOf, '2022-04-06');
    const store = await openStore(join(folder, 'plimsoll/store.db'), ASSESSMENT_MIGRATIONS);
    try {
      assert.deepEqual(
        (await listAssessments(store)).map(({ id }) => id),
        [result.id],
      );
    } finally {
      await store.close();
    }
  });

  it('takes a stored assessment by the start of its id, and another date', async () => {
    const first = JSON.parse((await run('march.json', '--advisories', 'april.db', '--format', 'json')).stdout);
    const { stdout, stderr, code } = await run(
      first.id.slice(7, 19),
      '--advisories',
      'april.db',
      '--as-of',
      '2026-01-01',
      '--format',
      'json',
    );
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(stdout).gaps.map(({ kind }: { kind: string }) => kind),
      ['end-of-life'],
    );
    assert.match(stderr, /^plimsoll: gap end-of-life: quay\.io\/a\|linux\/amd64: alpine:3\.15 is past its end of life/);
  });

  it('gives several results as one document, or as one text', async () => {
    const { stdout } = await run('march.json', 'march.json', '--advisories', 'april.db', '--format', 'json');
    const { schemaVersion, assessments } = JSON.parse(stdout);
    const one = JSON.parse((await run('march.json', '--advisories', 'april.db', '--format', 'json')).stdout);
    assert.equal(schemaVersion, 1);
    assert.deepEqual(assessments, [one, one]);
    writeFileSync(inFolder('several.json'), stdout);
    const again = await run('several.json', '--advisories', 'april.db');
    assert.deepEqual([again.code, /several assessments/.test(again.stderr)], [3, true]);
    const { code, stderr } = await run('march.json', 'march.json', '--advisories', 'april.db', '--format', 'html');
    assert.deepEqual([code, stderr.includes('one at a time')], [2, true]);
  });

  it('writes to a file', async () => {
    const { stdout, code } = await run(
      'march.json',
      '--advisories',
      'april.db',
      '--format',
      'json',
      '--output',
      inFolder('out.json'),
    );
    assert.deepEqual(
      [code, stdout, JSON.parse(readFileSync(inFolder('out.json'), 'utf8')).findings.length],
      [0, '', 1],
    );
  });

  it('without a set uses the starter set, and says so', async () => {
    const { stderr } = await run('march.json', '--format', 'json');
    assert.match(stderr, /gap starter-set/);
  });

  it('names the file that is no assessment', async () => {
    const { stderr } = await run('main.json', '--advisories', 'april.db');
    assert.match(stderr, /^plimsoll: main\.json: not an assessment: /);
  });

  const failures: readonly [string, readonly string[], number][] = [
    ['no such file or id', ['april.json', '--advisories', 'april.db'], 3],
    ['a file that is no assessment', ['main.json', '--advisories', 'april.db'], 3],
    ['a set that is none', ['march.json', '--advisories', 'main.json'], 3],
    ['a date that is none', ['march.json', '--advisories', 'april.db', '--as-of', 'yesterday'], 2],
    ['no assessment named', [], 2],
  ];
  for (const [name, args, code] of failures)
    it(`${name}: exit ${code}`, async () => assert.equal((await run(...args)).code, code));
});
