import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { alpineSecdb } from '../scan/advisory/alpine-secdb/index.ts';
import { buildAdvisorySet } from '../scan/advisory/set/build.ts';

const STATEMENTS = `statements:
  - id: zlib-not-reached
    scope: {vulnerability: CVE-2018-25032, packages: [pkg:apk/alpine/zlib]}
    status: not_affected
    justification: vulnerable_code_not_in_execute_path
    owner: hms
    author: A
    approver: B
    date: 2022-04-01
    expires: 2022-04-30
`;
const WATCH = `watch:
  - vulnerability: CVE-2022-23648
    title: containerd on the nodes
    state: responding
    statement: No image has it; the nodes are updated.
    owner: platform
    date: 2022-03-09
    scores: [{source: SUSE, score: 5.3}, {source: NVD, score: 7.5}]
  - {vulnerability: CVE-2018-25032, title: zlib, state: not-vulnerable, statement: Not reached., owner: hms, date: 2022-04-01}
`;

let folder = '';
const inFolder = (name: string) => join(folder, name);

function run(...args: readonly string[]) {
  return runCommand(args, { folder, now: '2022-04-06T12:00:00Z' });
}

/** The statements of the findings in JSON. */
function stated(json: string): readonly (string | undefined)[] {
  return JSON.parse(json).findings.map((finding: { readonly statement?: string }) => finding.statement);
}

describe('plimsoll statements', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-statements-'));
    mkdirSync(inFolder('root/lib/apk/db'), { recursive: true });
    mkdirSync(inFolder('root/etc'), { recursive: true });
    mkdirSync(inFolder('decisions'));
    writeFileSync(inFolder('root/lib/apk/db/installed'), 'P:zlib\nV:1.2.11-r3\nA:x86_64\no:zlib\n\n');
    writeFileSync(inFolder('root/etc/os-release'), 'ID=alpine\nVERSION_ID=3.15.4\n');
    writeFileSync(inFolder('decisions/zlib.yaml'), STATEMENTS);
    writeFileSync(inFolder('decisions/watch.yaml'), WATCH);
    const pkg = { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } };
    writeFileSync(inFolder('main.json'), JSON.stringify({ distroversion: 'v3.15', packages: [{ pkg }] }));
    await buildAdvisorySet(
      [{ feed: alpineSecdb, path: inFolder('main.json'), updated: '2022-04-05' }],
      inFolder('april.db'),
      {
        builtAt: '2022-04-05T00:00:00Z',
      },
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const scan = (...more: readonly string[]) =>
    run('scan', `rootfs:${inFolder('root')}`, '--advisories', 'april.db', '--format', 'json', '--jobs', '1', ...more);

  it('apply in a scan until they end, and in a reassessment with the assessment or with others', async () => {
    const first = await scan('--statements', 'decisions', '--output', 'april.json');
    assert.equal(first.code, 0);
    assert.match(first.stderr, /statements: 1 in force\n/);
    const april = readFileSync(inFolder('april.json'), 'utf8');
    assert.deepEqual(stated(april), ['not_affected:vulnerable_code_not_in_execute_path']);
    assert.ok(resultValidator('assessment-1')(JSON.parse(april)));
    assert.equal(JSON.parse(april).statistics.net.instances.total, 0);
    assert.deepEqual(stated((await scan()).stdout), [undefined]);
    const late = await scan('--statements', 'decisions', '--as-of', '2022-05-01');
    assert.deepEqual(stated(late.stdout), [undefined]);
    assert.match(late.stderr, /statements: 0 in force, 1 expired\n/);
    const again = ['reassess', 'april.json', '--advisories', 'april.db', '--format', 'json'];
    assert.deepEqual(stated((await run(...again)).stdout), ['not_affected:vulnerable_code_not_in_execute_path']);
    assert.deepEqual(stated((await run(...again, '--as-of', '2022-05-01')).stdout), [undefined]);
    writeFileSync(inFolder('none.yaml'), 'statements: []\n');
    assert.deepEqual(stated((await run(...again, '--statements', 'none.yaml')).stdout), [undefined]);
  });

  it('are checked: exit code 1 when something is wrong', async () => {
    const good = await run('statements', 'check', 'decisions', '--assessment', 'april.json', '--format', 'json');
    const validate = resultValidator('statements-check-1');
    assert.ok(validate(JSON.parse(good.stdout)), JSON.stringify(validate.errors));
    assert.deepEqual([good.code, JSON.parse(good.stdout).problems.length], [0, 1], 'ends within 30 days');
    const late = await run('statements', 'check', 'decisions', '--as-of', '2022-05-01');
    assert.match(late.stdout, /zlib\.yaml:2: zlib-not-reached: expired: it applied until 2022-04-30/);
    const list = await run('statements', 'list', 'decisions', '--as-of', '2022-05-01');
    assert.deepEqual([late.code, list.code], [1, 0]);
  });

  it('are listed with their state and the findings that they apply to', async () => {
    const { stdout } = await run('statements', 'list', 'decisions', '--assessment', 'april.json', '--format', 'json');
    const validate = resultValidator('statements-1');
    assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
    const [only] = JSON.parse(stdout).statements;
    assert.deepEqual([only.state, only.findings, only.origin.line], ['in-force', 1, 2]);
    assert.match(
      (await run('statements', 'list', 'decisions')).stdout,
      /zlib-not-reached: CVE-2018-25032 not_affected:vuln.*\n {2}in force until 2022-04-30; hms; all images; pkg:apk/,
    );
  });

  for (const format of ['openvex', 'csaf', 'cyclonedx']) {
    it(`go to another site as ${format}, and apply there when it trusts the issuer`, async () => {
      const issuer = ['--issuer', 'Example Security', '--namespace', 'https://example.org'];
      const args = [
        'decisions',
        '--assessment',
        'april.json',
        '--format',
        format,
        ...issuer,
        '--output',
        `${format}.json`,
      ];
      assert.equal((await run('statements', 'export', ...args)).code, 0);
      const foreign = await scan('--statements', `${format}.json`);
      assert.deepEqual(stated(foreign.stdout), [undefined]);
      assert.match(foreign.stderr, /0 in force, 1 of issuers that are not trusted/);
      const trusted = format === 'csaf' ? 'https://example.org' : 'Example Security';
      writeFileSync(inFolder('site.yaml'), `statements: {trusted: [${JSON.stringify(trusted)}]}\n`);
      const believed = await scan('--statements', `${format}.json`, '--config', 'site.yaml');
      assert.deepEqual(stated(believed.stdout), ['not_affected:vulnerable_code_not_in_execute_path']);
    });
  }

  it('a file that merely lies in the working directory may not say whose statements apply', async () => {
    writeFileSync(inFolder('plimsoll.yaml'), 'statements: {trusted: [Anybody]}\n');
    const { code, stderr } = await scan('--statements', 'decisions');
    rmSync(inFolder('plimsoll.yaml'));
    assert.equal(code, 2);
    assert.match(stderr, /statements\.trusted: a file that was found in the working directory/);
  });

  it('are taken over from documents as statements of the site that wait for an approver', async () => {
    const { stdout, stderr, code } = await run('statements', 'import', 'openvex.json', '--owner', 'security');
    assert.equal(code, 0);
    assert.match(stderr, /1 statement; those that lower figures wait/);
    const late = await run('statements', 'import', 'openvex.json', '--owner', 'security', '--as-of', '2022-05-01');
    assert.deepEqual([late.stdout, late.code], ['statements: []\n', 0]);
    assert.match(late.stderr, /1 statement ended already, and is left out/);
    writeFileSync(inFolder('taken.yaml'), stdout);
    const list = await run('statements', 'list', 'taken.yaml', '--format', 'json');
    const [only] = JSON.parse(list.stdout).statements;
    assert.deepEqual(
      [only.state, only.owner, only.author, only.expires],
      ['unapproved', 'security', 'Example Security', '2022-04-30'],
    );
  });

  it('are added whole or not at all', async () => {
    const rest = [
      '--vulnerability',
      'CVE-2022-0778',
      '--image',
      'quay.io/x',
      '--owner',
      'o',
      '--author',
      'A',
      '--status',
      'affected',
    ];
    const added = await run('statements', 'add', 'new.yaml', '--id', 'a', ...rest, '--reason', 'next-release');
    assert.equal(added.code, 0);
    const text = readFileSync(inFolder('new.yaml'), 'utf8');
    assert.match(text, /expires: 2022-10-03\n/);
    const wrong = await run(
      'statements',
      'add',
      'new.yaml',
      '--id',
      'b',
      ...rest,
      '--approver',
      'a',
      '--reason',
      'next-release',
    );
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /new\.yaml:\d+:\d+: statements\.1\.approver: must not be the author/);
    assert.equal(readFileSync(inFolder('new.yaml'), 'utf8'), text);
  });

  it('are renewed, and the renewals counted; a renewal that is not allowed leaves the file', async () => {
    writeFileSync(inFolder('renewed.yaml'), `# kept\n${STATEMENTS}`);
    const args = ['statements', 'renew', 'renewed.yaml', 'zlib-not-reached', '--author', 'A'];
    const { stdout, code } = await run(...args, '--approver', 'C', '--expires', '2022-06-30');
    assert.equal(code, 0);
    assert.match(stdout, /approver: C\n {4}date: 2022-04-06\n {4}expires: 2022-06-30\n {4}renewals: 1\n/);
    const text = readFileSync(inFolder('renewed.yaml'), 'utf8');
    assert.match(text, /^# kept\n[\s\S]*renewals: 1/);
    for (const wrong of [
      ['--expires', '2023-06-30'],
      ['--approver', 'A'],
    ]) {
      assert.equal((await run(...args, ...wrong)).code, 3);
    }
    assert.equal(readFileSync(inFolder('renewed.yaml'), 'utf8'), text);
    assert.match((await run(...args)).stdout, /renewals: 2/);
    assert.match(
      (await run('statements', 'list', 'renewed.yaml')).stdout,
      /unapproved until 2022-10-03; renewed 2 times/,
    );
    assert.equal((await run('statements', 'renew', 'renewed.yaml', 'none', '--author', 'A')).code, 3);
  });

  it('errors name file, line and column, and nothing is scanned', async () => {
    writeFileSync(inFolder('broken.yaml'), STATEMENTS.replace('owner', 'onwer'));
    const { code, stdout, stderr } = await scan('--statements', 'broken.yaml');
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /broken\.yaml:6:5: there is no key "statements\.0\.onwer"/);
    assert.equal((await scan('--statements', 'nowhere')).code, 3);
    const needs = await run('statements', 'export', 'decisions', '--format', 'csaf');
    assert.deepEqual([needs.code, /needs --assessment and --issuer/.test(needs.stderr)], [2, true]);
  });

  it('the watch list shows scores side by side, also of what no image has', async () => {
    const args = [
      'statements',
      'watch',
      'decisions/watch.yaml',
      '--assessment',
      'april.json',
      '--advisories',
      'april.db',
    ];
    const { stdout } = await run(...args);
    assert.match(stdout, /^responding: CVE-2022-23648 containerd on the nodes\n/);
    assert.match(stdout, /SUSE 5\.3, NVD 7\.5; in no image; platform, 2022-03-09/);
    const json = JSON.parse((await run(...args, '--format', 'json')).stdout);
    assert.ok(resultValidator('watch-1')(JSON.parse((await run(...args, '--format', 'json')).stdout)));
    assert.deepEqual(json.watch[1].stated, ['not_affected:vulnerable_code_not_in_execute_path']);
    assert.equal(json.watch[1].images.length, 1);
  });
});
