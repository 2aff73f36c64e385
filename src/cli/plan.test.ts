// The commands of planning and deciding, as a user runs them: plan, patch-set, gate, lines.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { digestOf } from '../platform/canonical.ts';
import { assessmentJson } from '../publish/json/write.ts';
import { releaseOf } from '../respond/plan/test-release.ts';
import type { Assessment } from '../scan/assess/assessment.ts';

let folder = '';

function run(...args: readonly string[]) {
  return runCommand(args, { folder });
}

function write(name: string, assessment: Assessment): void {
  writeFileSync(join(folder, name), assessmentJson(assessment, statisticsOf(assessment)));
}

const FOUND = ['os apk zlib CVE-2018-25032 high 1.2.12-r0', 'os apk ssl CVE-2022-0778 critical 1.1.1n-r0'];

describe('plan, patch-set, gate and lines', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-plan-'));
    const images = ['a', 'b', 'c'].map((repository) => ({ repository, layers: ['os', repository], found: FOUND }));
    const release = releaseOf([
      ...images,
      { repository: 'd', layers: ['x'], found: ['x npm left-pad CVE-2022-7 high 2'] },
    ]);
    write('before.json', release);
    write('after.json', {
      ...release,
      id: digestOf('after'),
      asOf: '2022-04-20',
      release: { ...release.release, version: '1.2.1' },
      images: release.images.map((image) => ({ ...image, digest: digestOf(`new ${image.slot}`) })),
      inventories: [],
      findings: release.findings.filter(({ vulnerability }) => vulnerability === 'CVE-2018-25032'),
    });
    writeFileSync(join(folder, 'lines.yaml'), 'lines:\n  - {name: "1.2", state: supported, end: 2022-04-30}\n');
    writeFileSync(join(folder, 'strict.yaml'), 'gate: {most: {critical: 0}, coverage: 95}\n');
    writeFileSync(join(folder, 'mild.yaml'), 'gate: {most: {critical: 9}, coverage: 95}\n');
    writeFileSync(join(folder, 'wrong.yaml'), 'gate: {most: {critcal: 9}}\n');
    writeFileSync(join(folder, 'empty.yaml'), 'gate:\n');
    writeFileSync(join(folder, 'images.tar'), 'abc');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('plans: the claim, the actions, the builds in waves', async () => {
    const { stdout, stderr, code } = await run('plan', 'before.json', '--budget', '1');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(
      stdout,
      /^Plan for harbour 1\.2\.0 \(2022-04-06, line 1\.2\)\nThis action removes 85\.7 % of the fixable critical and high: 6 of 7 instances\.\n/,
    );
    assert.match(stdout, /\n {2}1\. 6 \(85\.7 %\) {2}Rebuild the base 3d603099adf0 of 3 images with ssl/);
    assert.match(stdout, /\n {2}2 {2}image a \(1 image\), after 3d603099adf0\n/);
  });

  it('writes a queue of builds that its schema accepts, with what came of it', async () => {
    const validate = resultValidator('plan-1');
    for (const args of [
      [],
      ['--budget', '1'],
      ['--after', 'after.json'],
      ['--severity', 'low', '--rebuild-third-party'],
    ]) {
      const { stdout } = await run('plan', 'before.json', '--format', 'json', ...args);
      assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
      assert.equal((await run('plan', 'before.json', '--format', 'json', ...args)).stdout, stdout);
    }
    const { stdout } = await run('plan', 'before.json', '--after', 'after.json', '--format', 'markdown');
    assert.match(
      stdout,
      /## Predicted and actual\n\n- Of 7 predicted removals 4 of 7 in rebuilt images are gone \(57\.1 %\)\./,
    );
  });

  it('describes the update between two releases', async () => {
    const { stdout, stderr, code } = await run('patch-set', 'before.json', 'after.json', '--file', 'images.tar');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^# harbour 1\.2\.1: update from 1\.2\.0\n/);
    assert.match(stdout, /images\.tar \| 3 \| ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/);
    const half = await run('patch-set', 'before.json', 'after.json', '--format', 'csaf', '--publisher', 'Us');
    assert.deepEqual([half.code, /belong together/.test(half.stderr)], [2, true]);
    const same = await run('patch-set', 'before.json', 'before.json');
    assert.match(same.stderr, /nothing to apply/);
    assert.equal((await run('patch-set', 'before.json', 'after.json', '--file', '.')).code, 3);
  });

  it('judges by the criteria of plimsoll.yaml, and exits 1 below the line', async () => {
    const below = await run('gate', 'before.json', '--config', 'strict.yaml');
    assert.equal(below.code, 1);
    assert.match(below.stdout, /below the line: 1 of 2 criteria not met \(most-critical\)/);
    const above = await run('gate', 'before.json', '--config', 'mild.yaml');
    assert.equal(above.code, 0);
    assert.match(above.stdout, /above the line: all 2 criteria met/);
    const validate = resultValidator('gate-1');
    const { stdout } = await run('gate', 'before.json', '--config', 'strict.yaml', '--format', 'json');
    assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
    assert.match(
      (await run('gate', 'before.json', '--config', 'strict.yaml', '--format', 'markdown')).stdout,
      /\*\*fail\*\*/,
    );
  });

  it('gives no verdict without criteria, and names a misspelt one', async () => {
    for (const config of [[], ['--config', 'empty.yaml']]) {
      const none = await run('gate', 'before.json', ...config);
      assert.deepEqual([none.code, none.stdout, /no criteria/.test(none.stderr)], [2, '', true]);
    }
    const wrong = await run('gate', 'before.json', '--config', 'wrong.yaml');
    assert.deepEqual([wrong.code, /wrong\.yaml:1: .*critcal/.test(wrong.stderr)], [2, true]);
  });

  it('says where the release lines stand, and exits 1 when a state and its dates disagree', async () => {
    const fine = await run('lines', 'status', '--as-of', '2022-04-20');
    assert.equal(fine.code, 0);
    assert.match(fine.stdout, /1\.2 +supported +2022-04-30 \(10 days\)/);
    const late = await run('lines', 'status', '--format', 'json');
    assert.equal(late.code, 1);
    const validate = resultValidator('lines-1');
    assert.ok(validate(JSON.parse(late.stdout)), JSON.stringify(validate.errors));
    assert.equal((await run('lines', 'status', '--lines', 'none.yaml')).code, 3);
  });
});
