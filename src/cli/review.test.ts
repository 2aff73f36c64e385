import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { digestOf } from '../platform/canonical.ts';
import { assessmentJson } from '../publish/json/write.ts';

const schema = resultValidator('review-1');
let folder = '';

function run(...args: readonly string[]) {
  return runCommand(['review', ...args], { folder, now: '2022-04-13T12:00:00Z' });
}

/** What a command line that succeeds prints. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('plimsoll review', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-review-'));
    const now = sampleAssessment();
    const earlier = {
      ...now,
      id: digestOf('earlier'),
      asOf: '2022-04-01',
      findings: now.findings.filter(({ vulnerability }) => vulnerability !== 'CVE-2022-90001'),
    };
    writeFileSync(join(folder, 'now.json'), assessmentJson(now, statisticsOf(now)));
    writeFileSync(join(folder, 'earlier.json'), assessmentJson(earlier, statisticsOf(earlier)));
    writeFileSync(
      join(folder, 'programme.yaml'),
      'initiatives:\n  - {name: "Rebuild <b>automation</b>", state: planned, owner: platform, target: "1.2.5"}\n',
    );
    writeFileSync(
      join(folder, 'watch.yaml'),
      'watch:\n  - {vulnerability: CVE-2022-23648, title: containerd, state: responding, statement: no image has it, owner: platform, date: 2022-04-06}\n',
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps decisions and action items in a file that only grows', async () => {
    const ledger = join(folder, 'review.jsonl');
    assert.equal(
      await printed(
        'action',
        'ticket\nfor it',
        '--by',
        'chair',
        '--owner',
        'platform',
        '--due',
        '2022-04-06',
        '--date',
        '2022-03-30',
      ),
      'A1 action in review.jsonl\n',
    );
    const first = readFileSync(ledger, 'utf8');
    await printed('decide', 'zlib first', '--by', 'chair');
    await printed('action', 'second', '--by', 'chair', '--owner', 'base');
    await printed('done', 'A2', 'rebuilt', '--by', 'base');
    const text = readFileSync(ledger, 'utf8');
    assert.ok(text.startsWith(first));
    assert.equal(text.split('\n').length, 5);
    const closed = await run('done', 'A2', '--by', 'base');
    assert.equal(closed.code, 3);
    assert.match(closed.stderr, /A2 is no open action item/);
    assert.equal(readFileSync(ledger, 'utf8'), text, 'nothing is written when it does not fit');
    assert.equal((await run('action', 'x', '--by', 'y', '--owner', 'z', '--due', 'soon')).code, 2);
    assert.equal(readFileSync(ledger, 'utf8'), text);
  });

  it('makes the pack without the name of a part, and as JSON that its schema accepts', async () => {
    const args = ['now.json', '--since', 'earlier.json', '--watch', 'watch.yaml'];
    const json = await printed(...args, '--format', 'json');
    assert.ok(schema(JSON.parse(json)), JSON.stringify(schema.errors));
    const { newSevere, ledger, initiatives, watch, missing, since } = JSON.parse(json);
    assert.deepEqual(
      newSevere.map(({ vulnerability }: { vulnerability: string }) => vulnerability),
      ['CVE-2022-90001'],
    );
    assert.deepEqual(
      ledger.open.map(({ id, overdue }: { id: string; overdue: boolean }) => [id, overdue]),
      [['A1', true]],
    );
    assert.deepEqual([ledger.closed.length, initiatives.length, watch.length, since.asOf], [1, 1, 1, '2022-04-01']);
    assert.deepEqual(missing, ['late items: the configuration has no clocks']);
    assert.equal(await printed(...args, '--format', 'json'), json);
  });

  it('tells what is late by the clocks of the configuration, by owner, without what is decided', async () => {
    const config =
      'owners: [{owner: harbour team, images: [registry.example/harbour/*]}]\nclocks: [{severities: [critical, high], fixable: true, days: 7}]\n';
    writeFileSync(join(folder, 'plimsoll.yaml'), config);
    const json = await printed('now.json', '--since', 'earlier.json', '--config', 'plimsoll.yaml', '--format', 'json');
    assert.ok(schema(JSON.parse(json)), JSON.stringify(schema.errors));
    const { late, missing } = JSON.parse(json);
    assert.ok(!missing.some((line: string) => line.startsWith('late')));
    assert.ok(late.length > 0);
    for (const { vulnerability, due, daysLate, fixable } of late) {
      assert.deepEqual([due, daysLate, fixable], ['2022-04-08', 5, true], vulnerability);
    }
    assert.ok(
      !late.some(({ vulnerability }: { vulnerability: string }) => vulnerability === 'CVE-2022-90001'),
      'new since',
    );
    assert.deepEqual([...new Set(late.map(({ owner }: { owner: string }) => owner))].sort(), [
      'harbour team',
      'nobody',
    ]);
  });

  it('escapes what others wrote, in Markdown and HTML', async () => {
    const markdown = await printed('pack', 'now.json');
    assert.match(markdown, /Rebuild \\<b\\>automation/);
    assert.match(markdown, /\n- what moved: there is no earlier assessment to compare with \(--since\)\n/);
    assert.doesNotMatch(markdown, /improv/i);
    const html = await printed('pack', 'now.json', '--format', 'html');
    assert.match(html, /Rebuild &lt;b&gt;automation/);
    assert.doesNotMatch(html, /<script>window\.breach|<img|<b>/);
  });

  it('says which file is not there', async () => {
    for (const [missing, ...args] of [
      ['none.yaml', 'now.json', '--watch', 'none.yaml'],
      ['none.json', 'none.json'],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 3);
      assert.ok(stderr.includes(missing), stderr);
    }
  });
});
