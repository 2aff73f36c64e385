import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { statisticsOf } from '../explain/statistics.ts';
import { assessmentOf, finding } from '../explain/test-assessment.ts';
import { assessmentJson } from '../publish/json/write.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import type { CommandContext } from './command.ts';
import { runProgram } from './program.ts';

const SLOT = 'quay.io/app|linux/amd64';
const schema = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/comparison-1.json'), 'utf8')),
);
let folder = '';

async function run(...args: readonly string[]) {
  const output = { stdout: '', stderr: '', code: 0 };
  const context: CommandContext = {
    stdout: (text) => {
      output.stdout += text;
    },
    stderr: (text) => {
      output.stderr += text;
    },
    environment: { XDG_DATA_HOME: folder, NO_COLOR: '1' },
    now: () => new Date('2022-05-01T00:00:00Z'),
    workingDirectory: folder,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 100,
    setExitCode: () => undefined,
  };
  output.code = await runProgram(['compare', ...args], context);
  return output;
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
