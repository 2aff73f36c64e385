import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore } from '../platform/store.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';
import type { CommandContext } from './command.ts';
import { historyCommand } from './history.ts';

let folder = '';
const storeFile = () => join(folder, 'store.db');

async function run(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  const context: CommandContext = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    environment: {},
    now: () => new Date('2022-05-01T00:00:00Z'),
    workingDirectory: folder,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    setExitCode: () => undefined,
  };
  await historyCommand(context).parseAsync(['--store', 'store.db', ...args], { from: 'user' });
  return { stdout, stderr };
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

  it('prints a line a version, numbers aligned, and lets no control through', async () => {
    const { stdout } = await run();
    assert.equal(
      stdout,
      [
        'as of       release                        images  unread  critical  high  medium  low  negligible  unknown  total  fixable  distinct  assessment',
        '2022-04-08  harbour 1.2.0-beta.7               11       1         7    13      21   17           4        4     66       38        17  3e23e8160039  incomplete',
        '2022-04-20  harbour 1.2.0-\\u{1b}[2Jbeta.8      11       1         7    13      21   17           4        4     66       38        17  2e7d2c03a950  incomplete',
        '',
      ].join('\n'),
    );
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
