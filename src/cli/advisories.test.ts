import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { temporaryFolder } from '../../test/support/unpacked.ts';
import { openAdvisorySet } from '../scan/advisory/set/open.ts';

const validate = resultValidator('advisories-status-1');
const WORK = join(temporaryFolder(), 'cli');
const DATA = join(temporaryFolder(), 'data');

function run(...args: readonly string[]) {
  return runCommand(['advisories', ...args], {
    folder: WORK,
    environment: { XDG_DATA_HOME: DATA },
    now: '2026-01-02T03:04:05Z',
  });
}

function secdb(fixed: string): string {
  return JSON.stringify({
    distroversion: 'v3.15',
    packages: [{ pkg: { name: 'zlib', secfixes: { [fixed]: ['CVE-2018-25032'], '1.\u001b[31m': ['CVE-2020-0001'] } } }],
  });
}

before(() => {
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, 'main.json'), secdb('1.2.12-r0'));
  writeFileSync(join(WORK, 'next.json'), secdb('1.2.12-r9'));
  writeFileSync(
    join(WORK, 'kev.json'),
    JSON.stringify({
      dateReleased: '2022-04-06',
      vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }],
    }),
  );
});

test('build, status, export, import and diff work on files', async () => {
  const built = await run(
    'build',
    '--feed',
    'alpine-secdb=main.json',
    '--feed-date',
    'alpine-secdb=2022-03-30',
    '--feed',
    'kev=kev.json',
    '--output',
    'set.db',
  );
  assert.equal(built.code, 0, built.stderr);
  assert.match(built.stdout, /alpine-secdb +1 +1 +2022-03-30 +alpine:3\.15/);
  assert.match(
    built.stdout,
    /skipped {2}1 x a fixed version that apk does not accept, first: main\.json: zlib 1\.\\u\{1b\}\[31m/,
  );
  assert.ok(!built.stdout.includes('\u001b'), 'nothing of a feed reaches the terminal unescaped');

  const status = await run('status', 'set.db', '--format', 'json');
  assert.ok(validate(JSON.parse(status.stdout)), JSON.stringify(validate.errors));
  const { content, feeds, builtAt } = JSON.parse(status.stdout);
  assert.deepEqual(
    [content, builtAt, feeds.length, feeds[0].source],
    ['verified', '2026-01-02T03:04:05.000Z', 2, 'main.json'],
  );

  assert.equal((await run('export', 'set.db', '--output', 'set.jsonl.gz')).code, 0);
  assert.match((await run('export', 'set.db', '--output', '.')).stderr, /wrote .*advisories-[0-9a-f]{12}\.jsonl\.gz/);
  const lines = (await run('export', 'set.db')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => Object.keys(JSON.parse(line))[0]);
  assert.deepEqual(lines, ['builtAt', 'feed', 'feed', 'advisory', 'enrichment']);
  assert.equal((await run('import', 'set.jsonl.gz', '--output', 'back.db')).code, 0);
  assert.match((await run('diff', 'set.db', 'back.db')).stdout, /The two sets say the same/);

  await run('build', '--feed', 'alpine-secdb=next.json', '--output', 'next.db');
  const diff = await run('diff', 'set.db', 'next.db');
  assert.match(diff.stdout, /feeds only in the first set: kev/);
  assert.match(diff.stdout, /alpine-secdb +1 range-changed/);
  assert.match(
    diff.stdout,
    /~ alpine:3\.15 zlib CVE-2018-25032 \[alpine-secdb\] {2}range-changed \(1\.2\.12-r0 -> 1\.2\.12-r9\)/,
  );
  const json = JSON.parse((await run('diff', 'set.db', 'next.db', '--format', 'json')).stdout);
  assert.deepEqual(
    [json.feeds, json.changes.length, json.changes[0].parts, json.entries],
    [
      { added: [], removed: ['kev'] },
      1,
      ['range-changed'],
      [{ table: 'kev', key: 'CVE-2021-44228', before: '2021-12-10' }],
    ],
  );
});

test('what files of a feed are for can be stated where they do not say it', async () => {
  const update = `<update type="security"><id>1</id><references><reference id="CVE-2024-0001"/></references>
    <pkglist><collection><package name="a" version="1" release="2"/></collection></pkglist></update>`;
  writeFileSync(join(WORK, 'updateinfo.xml'), `<updates>${update}</updates>`);
  const untold = await run('build', '--feed', 'rpm-updateinfo=updateinfo.xml', '--output', 'untold.db');
  assert.match(untold.stdout, /skipped {2}1 x a distribution release that cannot be told/);
  const told = await run('build', '--feed', 'rpm-updateinfo@sles:15.3=updateinfo.xml', '--output', 'told.db');
  assert.match(told.stdout, /rpm-updateinfo +1 +0 +not stated +sles:15\.3\n +from +updateinfo\.xml \(sles:15\.3\)/);
  const set = openAdvisorySet(join(WORK, 'told.db'));
  assert.deepEqual(set.lookup('sles:15.3', 'a')[0]?.ranges, [{ fixed: '1-2' }]);
  set.close();
});

test('the same command gives the same bytes', async () => {
  const status = async (): Promise<string> => {
    await run('build', '--feed', 'kev=kev.json', '--output', 'same.db');
    return (await run('status', 'same.db', '--format', 'json')).stdout;
  };
  assert.equal(await status(), await status());
});

test('without --output the set that scan uses is made', async () => {
  assert.match((await run('status')).stderr, /there is no advisory set yet/);
  assert.equal((await run('build', '--feed', 'kev=kev.json')).code, 0);
  assert.ok(existsSync(join(DATA, 'plimsoll/advisories.db')));
  assert.match((await run('status')).stdout, /^kev/m);
});

test('an altered set is told with exit code 1', async () => {
  await run('build', '--feed', 'kev=kev.json', '--output', 'altered.db');
  const database = new DatabaseSync(join(WORK, 'altered.db'));
  database.exec("UPDATE enrichment SET kev = '1999-01-01'");
  database.close();
  const { code, stdout } = await run('status', 'altered.db');
  assert.equal(code, 1);
  assert.match(stdout, /ALTERED/);
  for (const args of [
    ['export', 'altered.db', '--output', 'altered.jsonl'],
    ['diff', 'altered.db', 'set.db'],
    ['diff', 'set.db', 'altered.db'],
  ]) {
    const refused = await run(...args);
    assert.deepEqual([refused.code, refused.stdout], [3, ''], args.join(' '));
    assert.match(refused.stderr, /altered\.db was altered: /);
  }
  assert.ok(!existsSync(join(WORK, 'altered.jsonl')));
});

test('mistakes of the user are named', async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['build', '--feed', 'nonsense=x'], 2, /no such feed; the feeds are alpine-secdb, debian-mirror, debian-tracker/],
    [['build', '--feed', 'kev'], 2, /expected --feed ID=PATH/],
    [['build', '--feed', 'kev@rocky:9=kev.json'], 2, /kev says itself what it is for/],
    [['build', '--feed', 'rpm-updateinfo@rocky 9=x'], 2, /no release of a distribution/],
    [['build', '--feed', 'nonsense@rocky:9=x'], 2, /no such feed/],
    [['build', '--feed', 'rpm-updateinfo@rocky:9='], 2, /expected --feed ID=PATH or --feed ID@NAMESPACE=PATH/],
    [['build', '--feed', 'kev=kev.json', '--feed-date', 'kev=yesterday'], 2, /expected --feed-date/],
    [['build', '--feed', 'kev=absent.json'], 3, /absent\.json/],
    [['build', '--feed', 'kev=main.json'], 3, /nothing in .*main\.json can be read/],
    [['status', 'main.json'], 3, /not an advisory set/],
    [['import', 'main.json', '--output', 'x.db'], 3, /not an export/],
    [['update', '--feed', 'eol'], 2, /no publisher's address/],
    [['update', '--feed', 'kev=http://example.org/kev.json'], 2, /not an https address/],
    [['update', '--feed', 'debian-mirror'], 2, /looks for what concerns a target: name it with --for TARGET/],
    [['update', '--feed', 'kev', '--for', 'rootfs:/'], 2, /--for is for feeds that look for what concerns a target/],
    [['update', '--feed', 'debian-mirror', '--for', 'oci:absent'], 3, /oci:absent: nothing can be read/],
  ];
  for (const [args, code, message] of cases) {
    const result = await run(...args);
    assert.equal(result.code, code, args.join(' '));
    assert.match(result.stderr, message);
  }
});

let server: Server;
let base: string;

before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/kev.json')
      response
        .writeHead(200, { 'last-modified': 'Wed, 06 Apr 2022 10:00:00 GMT' })
        .end(readFileSync(join(WORK, 'kev.json')));
    else if (request.url === '/v3.15/main.json')
      response.writeHead(200, { 'last-modified': 'Thu, 31 Mar 2022 00:00:00 GMT' }).end(secdb('1.2.12-r0'));
    else if (request.url === '/login') response.end('<html>please log in</html>');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test('update downloads, builds, and leaves the set alone when it cannot', async () => {
  const secdbUrls = [
    '--feed',
    `alpine-secdb=${base}/v3.15/main.json`,
    '--feed',
    `alpine-secdb=${base}/v3.16/main.json`,
  ];
  const updated = await run('update', '--feed', `kev=${base}/kev.json`, ...secdbUrls);
  assert.equal(updated.code, 0, updated.stderr);
  assert.match(updated.stderr, /v3\.16\/main\.json is not there/);
  assert.match(updated.stdout, /alpine-secdb +1 +1 +2022-03-31T00:00:00Z +alpine:3\.15/);
  const path = join(DATA, 'plimsoll/advisories.db');
  const { id } = openAdvisorySet(path);

  assert.equal((await run('update', '--output', 'elsewhere.db')).code, 0, 'again, from what was asked before');
  assert.equal(openAdvisorySet(join(WORK, 'elsewhere.db')).id, id);

  const failed = await run('update', '--feed', `kev=${base}/login`);
  assert.deepEqual([failed.code, openAdvisorySet(path).id], [1, id]);
  assert.match(
    failed.stderr,
    /^plimsoll: kev could not be brought up to date, the download of 2026-01-02 is used again: .*not JSON/m,
  );
  assert.match(failed.stdout, /^ {2}FAILED {3}the update of 2026-01-02T03:04:05\.000Z: kev: nothing in .*not JSON/m);
  const status = JSON.parse((await run('status', '--format', 'json')).stdout);
  assert.ok(validate(status), JSON.stringify(validate.errors));

  const nothing = await run('update', '--feed', `epss=${base}/absent.csv`, '--output', 'partly.db');
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /epss could not be brought up to date, the set holds nothing of it/);
});
