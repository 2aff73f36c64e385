import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore } from '../platform/store.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';

const schema = resultValidator('history-1');
let folder = '';
const storeFile = () => join(folder, 'store.db');

function run(...args: readonly string[]) {
  const series = args[0]?.endsWith('.csv') === true;
  return runCommand(['history', ...(series ? [] : ['--store', 'store.db']), ...args], { folder });
}

describe('plimsoll history', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-history-'));
    const store = await openStore(storeFile(), ASSESSMENT_MIGRATIONS);
    const sample = sampleAssessment();
    for (const [seed, version, asOf] of [
      ['a', '1.2.0-beta.7', '2022-04-06'],
      ['b', '1.2.0-beta.7', '2022-04-08'],
      ['c', '1.2.0-\u001b[2Jbeta.8', '2022-04-20'],
    ] as const) {
      const assessment = { ...sample, id: digestOf(seed), asOf, release: { ...sample.release, version } };
      await saveAssessment(
        store,
        assessment,
        listedFigures(assessment, statisticsOf(assessment)),
        new Date('2022-05-01T00:00:00Z'),
      );
    }
    await store.close();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('draws bars, prints a line a version, numbers aligned, and lets no control through', async () => {
    const { stdout } = await run();
    const [title = '', critical = '', ...rest] = stdout.split('\n');
    assert.equal(title, 'harbour, as published, basis instances: 2 lines from 2022-04-06 to 2022-04-20');
    assert.equal(critical, '  critical    7 → 7              most 7       ██');
    assert.deepEqual(
      rest.slice(rest.indexOf('harbour, judged again, basis instances: 2 lines from 2022-04-06 to 2022-04-20') + 9),
      [
        '',
        'as of       release                        images  unread  critical  high  medium  low  negligible  unknown  total  fixable  distinct  assessment',
        '2022-04-08  harbour 1.2.0-beta.7               11       1         7    13      21   17           4        4     66       38        17  3e23e8160039  incomplete',
        '2022-04-20  harbour 1.2.0-\\u{1b}[2Jbeta.8      11       1         7    13      21   17           4        4     66       38        17  2e7d2c03a950  incomplete',
        '',
      ],
    );
  });

  it('counts on the basis that is asked for', async () => {
    const { stdout } = await run('--basis', 'images');
    assert.match(stdout, /basis images: 2 lines/);
    assert.match(stdout, /\n {2}total +10 → 10 /);
  });

  it('draws a series that others published, without the store, and says what is wrong with its lines', async () => {
    writeFileSync(
      join(folder, 'minutes.csv'),
      'date,release,critical_pct,high_pct,medium_pct,low_pct\n2022-03-30,a,.3,5.5,41.3,52.9\n2022-04-06,b,3,5.5,41.2,52.9\n',
    );
    const { stdout, stderr } = await run('minutes.csv');
    assert.equal(stderr, '');
    assert.match(
      stdout,
      /^minutes\.csv, as printed: 2 lines from 2022-03-30 to 2022-04-06\n {2}critical +0\.3 → 3 % +most 3 % +▁█\n/,
    );
    assert.match(stdout, /\nDoes not add up: minutes\.csv 2022-04-06 b: the shares add to 102\.6, 2\.6 off 100/);
    assert.equal((await run('none.csv')).code, 3);
  });

  it('judges each version again with a set that is named, and reads the findings when asked', async () => {
    const { stdout } = await run('--findings', '--format', 'json');
    const result = JSON.parse(stdout);
    assert.ok(schema(JSON.parse(stdout)), JSON.stringify(schema.errors));
    assert.equal(result.series.length, 6);
    const [{ assessments, ages, flaps }] = result.findings;
    assert.deepEqual([assessments, flaps], [3, []]);
    assert.deepEqual([...new Set(ages.map(({ owner }: { owner: string }) => owner))], ['own', 'third-party']);
    assert.equal(
      ages.reduce((sum: number, { open }: { open: number }) => sum + open, 0),
      66,
    );
  });

  it('writes a page that holds every chart and needs no script to be read', async () => {
    const { stdout } = await run('--format', 'html', '--findings');
    assert.match(stdout, /Content-Security-Policy/);
    assert.equal(stdout.match(/<svg class="chart /g)?.length, 24);
    assert.ok(!stdout.includes('\u001b'));
  });

  it('gives all assessments as JSON when asked', async () => {
    const { stdout } = await run('--all', '--format', 'json');
    const { schemaVersion, assessments } = JSON.parse(stdout);
    assert.equal(schemaVersion, 1);
    assert.deepEqual(
      assessments.map(({ asOf }: { asOf: string }) => asOf),
      ['2022-04-06', '2022-04-08', '2022-04-20'],
    );
    assert.equal(assessments[0].figures.total, 66);
  });

  it('says on stderr that there is nothing', async () => {
    const { stdout, stderr } = await run('--release', 'other');
    assert.equal(stdout.trim(), '');
    assert.match(stderr, /no assessment/);
  });
});
