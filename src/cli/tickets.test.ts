// triage and tickets as a user runs them, with files and with a tracker on loopback.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { startTicketServer, TOKEN } from '../../test/support/ticket-server.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { assessmentJson } from '../publish/json/write.ts';
import { releaseOf } from '../respond/plan/test-release.ts';

let folder = '';

function run(...args: readonly string[]) {
  return runCommand(args, { folder, environment: { PLIMSOLL_TICKETS_TOKEN: TOKEN } });
}

const OWNERS = [
  'owners: [{owner: everybody}, {owner: platform, images: [a]}, {owner: tls, packages: ["pkg:apk/alpine/ssl"]}]',
  'clocks: [{days: 30}, {days: 7, severities: [critical], fixable: true}]',
].join('\n');

describe('triage and tickets', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-tickets-'));
    const release = releaseOf([
      {
        repository: 'a',
        layers: ['a'],
        found: ['a apk zlib CVE-2018-25032 high 1.2.12-r0', 'a apk ssl CVE-2022-0778 critical 1.1.1n-r0'],
      },
      { repository: 'b', layers: ['b'], found: ['b apk zlib CVE-2018-25032 high 1.2.12-r0'] },
      { repository: 'c', layers: ['c'], found: ['c apk xz CVE-2022-1271 high'] },
    ]);
    writeFileSync(join(folder, 'one.json'), assessmentJson(release, statisticsOf(release)));
    writeFileSync(join(folder, 'rules.yaml'), OWNERS);
    writeFileSync(join(folder, 'gate.yaml'), 'gate: {triaged: [critical]}\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('lists what nobody answers for, with owners and days', async () => {
    const { stdout, code } = await run('triage', 'one.json', '--config', 'rules.yaml');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^Triage of harbour 1\.2\.0 \(2022-04-06\): 4 of 4 critical and high instances in 3 images untriaged/,
    );
    assert.match(
      stdout,
      /a\|linux\/amd64 \(own, owner: platform\)\n {2}critical CVE-2022-0778: fixable; due 2022-04-13 \(seen since 2022-04-06 or before\); owner: tls/,
    );
    const json = await run('triage', 'one.json', '--config', 'rules.yaml', '--format', 'json');
    const validate = resultValidator('triage-1');
    assert.ok(validate(JSON.parse(json.stdout)), JSON.stringify(validate.errors));
    const bare = await run('triage', 'one.json');
    assert.match(bare.stdout, /Without an owner \(3\)/);
    assert.match(
      (await run('triage', 'one.json', '--format', 'markdown')).stdout,
      /\| all \| 3 \| 4 \| 0 \| 0 \| 4 \| 0 \|/,
    );
  });

  it('keeps tickets as files, which triage and the gate then know', async () => {
    const look = await run('tickets', 'sync', 'one.json', '--files', 'tickets', '--format', 'json');
    const validate = resultValidator('tickets-1');
    assert.ok(validate(JSON.parse(look.stdout)), JSON.stringify(validate.errors));
    assert.ok(!readdirSync(folder).includes('tickets'));
    assert.equal((await run('gate', 'one.json', '--config', 'gate.yaml')).code, 1);
    const made = await run('tickets', 'sync', 'one.json', '--files', 'tickets', '--apply');
    assert.equal(made.code, 0, made.stderr);
    const [file = ''] = readdirSync(join(folder, 'tickets')).filter((name) => name.endsWith('.md'));
    assert.match(readFileSync(join(folder, 'tickets', file), 'utf8'), /CVE-2022-0778/);
    const triage = JSON.parse((await run('triage', 'one.json', '--format', 'json')).stdout);
    assert.deepEqual([triage.counts.all.ticket, triage.counts.all.untriaged], [3, 1], 'nothing fixes xz');
    assert.match((await run('gate', 'one.json', '--config', 'gate.yaml')).stdout, /all critical triaged/);
  });

  it('names no embargoed vulnerability in a public tracker, and the token nowhere', async () => {
    const server = await startTicketServer('github');
    try {
      const settings = `tickets: {tracker: github, project: o/r, address: "${server.address}"}\n`;
      writeFileSync(join(folder, 'github.yaml'), `${settings}embargoes: [{vulnerability: cve-2022-0778}]\n`);
      server.visibility = 'public';
      const sync = ['tickets', 'sync', 'one.json', '--config', 'github.yaml', '--store', 'github.db'];
      const made = await run(...sync, '--apply');
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stderr, /1 embargoed instances are held back/);
      assert.ok(server.issues.length > 0);
      assert.doesNotMatch(JSON.stringify(server.issues), /0778|ssl/);
      assert.ok(!`${made.stdout}${made.stderr}`.includes(TOKEN));
      server.visibility = 'private';
      assert.match((await run(...sync)).stdout, /what it lists has changed|to create/);
      const adopted = await run(
        'tickets',
        'adopt',
        'one.json',
        '99',
        '0123456789abcdef',
        '--config',
        'github.yaml',
        '--store',
        'github.db',
      );
      assert.equal(adopted.code, 2);
    } finally {
      await server.close();
    }
  });

  it('refuses a tracker that a found file names, and a run without one', async () => {
    assert.match((await run('tickets', 'sync', 'one.json')).stderr, /no tracker is named/);
    writeFileSync(join(folder, 'plimsoll.yaml'), 'tickets: {tracker: github, project: o/r}\n');
    const found = await run('tickets', 'sync', 'one.json');
    rmSync(join(folder, 'plimsoll.yaml'));
    assert.deepEqual([found.code, /tickets.*trust/.test(found.stderr)], [2, true], found.stderr);
  });
});
