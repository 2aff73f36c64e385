import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { HOSTILE_PACKAGE, sampleAssessment } from '../../test/support/sample-assessment.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore } from '../platform/store.ts';
import { appendEvents, TICKET_MIGRATIONS } from '../respond/tickets/ledger.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';

let folder = '';
const schema = resultValidator('where-1');

function run(args: readonly string[], columns?: number) {
  const terminal = columns === undefined ? {} : { columns, environment: { NO_COLOR: '1' } };
  return runCommand(['where', ...args], { folder, ...terminal });
}

describe('plimsoll where', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-where-'));
    const store = await openStore(join(folder, 'plimsoll/store.db'), ASSESSMENT_MIGRATIONS);
    const sample = sampleAssessment();
    await saveAssessment(store, sample, listedFigures(sample, statisticsOf(sample)), new Date(0));
    await store.close();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints release, images, packages, fix and statement', async () => {
    const { stdout, stderr, code } = await run(['GHSA-aaaa-bbbb-cccc']);
    assert.deepEqual([code, stderr], [0, 'plimsoll: indexing 1 stored assessment, once\n']);
    assert.equal(
      stdout,
      [
        'GHSA-aaaa-bbbb-cccc (CVE-2021-90030): 2 images in 1 of 1 stored assessment',
        '',
        'harbour 1.2.0-beta.7: 2 of 11 images',
        '  as of 2022-04-06, advisories of 2022-04-05; figures incomplete; 1 image not read',
        '  registry.example/harbour/api:1.4.0      minimist  1.2.5  critical  fixed in 1.2.6  not_affected:vulnerable_code_not_in_execute_path',
        '  registry.example/harbour/console:2.1.0  minimist  1.2.5  critical  fixed in 1.2.6  not_affected:vulnerable_code_not_in_execute_path',
        '',
      ].join('\n'),
    );
  });

  it('fits the terminal, and lets no control through', async () => {
    for (const columns of [60, 100, 140]) {
      for (const what of ['openssl', HOSTILE_PACKAGE, 'zlib@<1.2.12', 'minimist@<x', 'ssl']) {
        const { stdout } = await run([what], columns);
        for (const line of stdout.split('\n')) assert.ok(line.length <= columns, `${columns} ${line}`);
        assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
      }
    }
  });

  it('gives JSON that follows its schema', async () => {
    for (const what of ['CVE-2022-90002', 'zlib@<1.2.12', 'minimist@<x', 'ssl', 'pkg:deb/debian/libssl1.1@>=1.1']) {
      const { stdout, code } = await run([what, '--format', 'json']);
      assert.equal(code, 0);
      const result: { query: { text: string }; searched: unknown[] } = JSON.parse(stdout);
      assert.ok(schema(result), JSON.stringify(schema.errors));
      assert.equal(result.query.text, what);
      assert.equal(result.searched.length, 1);
    }
    assert.ok(!schema({ schemaVersion: 1, query: { text: '', kind: 'name' } }));
  });

  it('says when there is nothing to search, and when nothing was found', async () => {
    const nowhere = await run(['zlib', '--store', 'no/such.db']);
    assert.equal(nowhere.code, 3);
    assert.match(nowhere.stderr, /there is no store .*such\.db/);
    await (await openStore(join(folder, 'empty.db'), ASSESSMENT_MIGRATIONS)).close();
    const empty = await run(['zlib', '--store', 'empty.db']);
    assert.match(empty.stderr, /the store has no assessment yet/);
    const none = await run(['left-pad', '--quiet']);
    assert.deepEqual([none.code, none.stderr], [0, '']);
    assert.match(none.stdout, /^left-pad: found in none of 1 stored assessment\n\nFound in no image\n {2}harbour/);
  });

  it('tells open tickets and active mitigations with what they are for, also where no image has it', async () => {
    const cve = 'CVE-2021-90030';
    const sample = sampleAssessment();
    const { slot } = sample.findings.find(({ vulnerability }) => vulnerability === cve) ?? {};
    assert.ok(slot !== undefined);
    const store = await openStore(join(folder, 'plimsoll/store.db'), TICKET_MIGRATIONS);
    const item = {
      slot,
      vulnerability: cve,
      aliases: [],
      severity: 'critical',
      feeds: [],
      namespaces: [],
      rows: [],
    } as const;
    const seen = { assessment: sample.id, asOf: sample.asOf, feeds: [] };
    const content = { action: 'a', kind: 'rebuild-image', title: 't', items: [item], seen } as const;
    const event = { key: '0123456789abcdef', ticket: '77', reason: 'r' } as const;
    await appendEvents(store, { tracker: 'github:o/r', scope: 'harbour' }, new Date(0), [
      { ...event, kind: 'linked' },
      { ...event, kind: 'listed', content },
    ]);
    await store.close();
    const world = { now: () => new Date('2022-05-01'), who: 'o', randomBytes };
    const sites = join(folder, 'plimsoll/mitigations');
    const ledger = new Ledger(join(sites, 'alps'), 'alps', world);
    const common = {
      version: 1,
      bundle: digestOf('b'),
      title: 'No prototypes',
      phase: 'audit',
      nodes: [],
      supersedes: [],
    } as const;
    ledger.append({
      event: 'apply',
      mitigation: 'frozen',
      cves: [cve],
      expires: '2023-01-01',
      audits: true,
      ...common,
    });
    ledger.append({ event: 'applied', mitigation: 'frozen' });
    ledger.append({
      event: 'apply',
      mitigation: 'userns-off',
      cves: ['CVE-2022-0185'],
      expires: '2022-04-01',
      ...common,
    });
    ledger.append({ event: 'applied', mitigation: 'userns-off' });
    ledger.close();
    const { stdout } = await run(['GHSA-aaaa-bbbb-cccc']);
    assert.match(stdout, /not_affected:\w+, ticket 77\n/);
    assert.match(
      stdout,
      /Active mitigations\n {2}frozen 1 +applied, reports only +site alps +until 2023-01-01 +CVE-2021-90030\n/,
    );
    assert.doesNotMatch(stdout, /userns-off/);
    const json = JSON.parse((await run(['minimist', '--format', 'json'])).stdout);
    assert.equal(json.mitigations[0].mitigation, 'frozen');
    assert.ok(schema(json), JSON.stringify(schema.errors));
    const nowhere = await run(['CVE-2022-0185']);
    assert.match(nowhere.stdout, /found in none[\s\S]*userns-off 1 +expired +site alps/);
    rmSync(join(sites, 'alps', 'seal.json'));
    const fault = await run(['CVE-2022-0185', '--format', 'json']);
    assert.match(fault.stderr, /mitigations of alps: the seal beside the ledger is missing/);
    assert.ok(schema(JSON.parse(fault.stdout)), JSON.stringify(schema.errors));
    rmSync(sites, { recursive: true });
  });

  it('refuses what is no question with exit code 2', async () => {
    for (const args of [['zlib@<'], ['pkg:x'], [], ['a', 'b']]) assert.equal((await run(args)).code, 2, args.join(' '));
  });
});
