import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { assessmentOf, finding } from '../explain/test-assessment.ts';
import { assessmentJson } from '../publish/json/write.ts';
import { openAdvisorySet } from '../scan/advisory/set/open.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { reassess } from '../scan/assess/reassess.ts';

const SLOT = 'quay.io/app|linux/amd64';
const schema = resultValidator('comparison-1');
let folder = '';

function run(...args: readonly string[]) {
  return runCommand(['compare', ...args], { folder });
}

function write(name: string, assessment: Assessment): void {
  writeFileSync(join(folder, name), assessmentJson(assessment, statisticsOf(assessment)));
}

describe('plimsoll compare', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-compare-'));
    const known = finding({ slot: SLOT, vulnerability: 'CVE-2021-0001', severity: 'medium' });
    const zlib = finding({ slot: SLOT, vulnerability: 'CVE-2018-25032', severity: 'high', fixedIn: '2' });
    const a = assessmentOf({ findings: [known] });
    const b = assessmentOf({ findings: [known, zlib] });
    write('a.json', a);
    write('b.json', {
      ...b,
      release: { ...b.release, version: '1.3.0' },
      asOf: '2022-04-20',
      advisorySet: { ...b.advisorySet, id: `sha256:${'7'.repeat(64)}` },
    });
    write('other.json', assessmentOf({ slots: ['quay.io/elsewhere|linux/amd64'] }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints figures, causes that add up, and the narrative', async () => {
    const { stdout, stderr, code } = await run('a.json', 'b.json');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ *harbour 1\.2\.0 \(2022-04-06\) → harbour 1\.3\.0 \(2022-04-20\)\n/);
    assert.match(stdout, /\n {2}difference +\+1 +\+1 +±0 +\+1\n/);
    assert.match(stdout, /\n {2}advisories: published +\+1 +\+1 +· +\+1\n/);
    assert.match(stdout, /Vulnerabilities published, 100\.0 % of the changes: \+1 high in 1 image\./);
  });

  it('writes JSON that its schema accepts, the same each time', async () => {
    const { stdout } = await run('a.json', 'b.json', '--format', 'json');
    assert.ok(schema(JSON.parse(stdout)), JSON.stringify(schema.errors));
    assert.equal((await run('a.json', 'b.json', '--format', 'json')).stdout, stdout);
  });

  it('writes Markdown', async () => {
    const { stdout } = await run('a.json', 'b.json', '--format', 'markdown');
    assert.match(stdout, /^# harbour 1\.2\.0 as of 2022-04-06 to harbour 1\.3\.0 as of 2022-04-20\n/);
    assert.match(stdout, /\n\| advisories \| published \| \+1 \|/);
  });

  it('says so when the two have nothing in common', async () => {
    const { stdout, stderr, code } = await run('b.json', 'other.json');
    assert.deepEqual(
      [code, stderr],
      [0, 'plimsoll: the two have no image in common: everything was removed and added\n'],
    );
    assert.match(stdout, /\n {2}membership: image-removed +−2 /);
    assert.equal((await run('b.json', 'other.json', '--quiet')).stderr, '');
  });

  it('asks the kept advisory set where it is the one of an assessment', async () => {
    const record = { pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } };
    writeFileSync(join(folder, 'main.json'), JSON.stringify({ distroversion: 'v3.15', packages: [record] }));
    const kept = join(folder, 'plimsoll/advisories.db');
    mkdirSync(dirname(kept));
    const built = ['advisories', 'build', '--feed', 'alpine-secdb=main.json', '--output', kept];
    assert.equal((await runCommand(built, { folder })).code, 0);
    const set = openAdvisorySet(kept);
    const read = assessmentOf({ slots: [SLOT] });
    const inventories = read.images.flatMap(({ digest, platform }) =>
      digest === undefined ? [] : [{ digest, platform, cataloguers: ['apk@1'], gaps: [] }],
    );
    const options = { set, asOf: '2022-04-06', severityPolicy: 'vendor-then-cvss-then-nvd' } as const;
    const whole = reassess({ ...read, inventories }, options);
    set.close();
    write('whole.json', whole);
    // What another program had judged: with the set at hand today's program judges it again.
    write('less.json', { ...whole, findings: [] });
    const totals = async () => {
      const { difference, method } = JSON.parse((await run('less.json', 'whole.json', '--format', 'json')).stdout);
      return [difference.instances.total, method.from.instances.total];
    };
    assert.deepEqual(await totals(), [0, 1]);
    writeFileSync(kept, 'no database');
    assert.deepEqual(await totals(), [1, 0], 'a kept set that cannot be opened is none');
    rmSync(kept);
    assert.deepEqual(await totals(), [1, 0]);
  });

  it('refuses what it cannot use, with the reason', async () => {
    const missing = await run('a.json', 'nowhere.json');
    assert.deepEqual([missing.code, missing.stderr.includes('nowhere.json is neither a file nor the id')], [3, true]);
    const rename = await run('a.json', 'b.json', '--rename', 'x');
    assert.deepEqual([rename.code, rename.stderr.includes('--rename "x": write it as OLD=NEW')], [2, true]);
    writeFileSync(join(folder, 'newer.json'), '{"schemaVersion": 99}');
    const newer = await run('a.json', 'newer.json');
    assert.equal(newer.code, 3);
    assert.match(newer.stderr, /schema version 99; this program reads version 1/);
  });
});
