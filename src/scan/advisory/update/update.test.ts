import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { writeZip } from '../../../../test/support/write-zip.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { FeedRecord } from '../advisory.ts';
import { alpineSecdb } from '../alpine-secdb/index.ts';
import { eol } from '../eol/index.ts';
import type { Feed } from '../feed.ts';
import { kev } from '../kev/index.ts';
import { osv } from '../osv/index.ts';
import { openAdvisorySet, type StoredAdvisorySet } from '../set/open.ts';
import type { FetchOptions } from './fetch-feed.ts';
import { keptFeedIds, readKeptFeed } from './kept-feeds.ts';
import { cutAfter, serving, startTestServer, type TestServer } from './test-server.ts';
import { updateAdvisorySet, usualRequests } from './update.ts';
import { withUpdateLock } from './update-lock.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());
beforeEach(() => {
  server.answers.clear();
  server.asked.length = 0;
});

interface Run extends FetchOptions {
  readonly remarks: string[];
  readonly output: string;
}

function runIn(name: string): Run {
  const remarks: string[] = [];
  return {
    fetch,
    now: () => new Date('2026-01-02T03:04:05Z'),
    maxBytes: 1e6,
    idleMilliseconds: 2000,
    retry: { attempts: 1, backoffMs: 1, retryAfterMs: 1 },
    folder: join(temporaryFolder(), name),
    output: join(temporaryFolder(), `${name}.db`),
    cache: join(temporaryFolder(), 'cache'),
    keyrings: [],
    allowUnsigned: false,
    environment: {},
    remark: (text) => remarks.push(text),
    remarks,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof PlimsollError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return 'nothing';
}

function inspect<T>(path: string, look: (set: StoredAdvisorySet) => T): T {
  const set = openAdvisorySet(path);
  try {
    return look(set);
  } finally {
    set.close();
  }
}

function feedsOf(path: string): readonly FeedRecord[] {
  return inspect(path, (set) => set.feeds);
}

const KEV = (id: string): string =>
  JSON.stringify({ dateReleased: '2022-04-06', vulnerabilities: [{ cveID: id, dateAdded: '2022-04-04' }] });
const SECDB = JSON.stringify({
  distroversion: 'v3.15',
  packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }],
});

function osvZip(modified: string, name = 'x'): Buffer {
  const path = join(temporaryFolder(), 'osv.zip');
  const affected = [
    { package: { ecosystem: 'Go', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
  ];
  writeZip(path, [['GO-1.json', JSON.stringify({ id: 'GO-2022-1', modified, affected })]]);
  return readFileSync(path);
}

test('feeds are kept, one can be brought up to date alone, and only what changed is fetched', async () => {
  const run = runIn('feeds');
  const { answers, base, asked } = server;
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0001')), '"1"'));
  answers.set('/a/all.zip', serving(osvZip('2022-01-01T00:00:00Z'), '"a"'));
  const requests = [
    { feed: kev, urls: [`${base}/kev.json`] },
    { feed: osv, urls: [`${base}/a/all.zip`, `${base}/b/all.zip`] },
  ];
  assert.deepEqual(await updateAdvisorySet(requests, run.output, run), []);
  assert.deepEqual(run.remarks.length, 1);
  assert.match(run.remarks[0] ?? '', /b\/all\.zip is not there/);
  assert.deepEqual(
    feedsOf(run.output).map(({ id, source, records }) => [id, source, records]),
    [
      ['kev', `${base}/kev.json`, 1],
      ['osv', `${base}/a/all.zip`, 1],
    ],
  );
  assert.deepEqual(readdirSync(join(run.folder, 'osv')).sort(), ['000-all.zip', 'downloads.json']);
  const { id } = inspect(run.output, (set) => set);

  asked.length = 0;
  await updateAdvisorySet(usualRequests(run.folder), run.output, run);
  assert.deepEqual(asked, ['/kev.json "1"', '/a/all.zip "a"', '/b/all.zip'], 'what was fetched before, if it changed');
  assert.equal(
    inspect(run.output, (set) => set.id),
    id,
  );

  // A file that was damaged on this machine is not taken for current.
  writeFileSync(join(run.folder, 'kev/000-kev.json'), KEV('CVE-1999-0001'));
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0002')), '"1"'));
  await updateAdvisorySet([{ feed: kev, urls: [] }], run.output, run);
  assert.equal(
    inspect(run.output, (set) => set.enrichment('CVE-2022-0002')?.kev),
    '2022-04-04',
  );
  assert.equal(feedsOf(run.output).length, 2);

  // Another address takes the place of the old ones.
  answers.set('/mirror/known.json', serving(Buffer.from(KEV('CVE-2022-0003')), '"m"'));
  await updateAdvisorySet([{ feed: kev, urls: [`${base}/mirror/known.json`] }], run.output, run);
  assert.deepEqual(readdirSync(join(run.folder, 'kev')).sort(), ['000-known.json', 'downloads.json']);
});

test('one dead feed does not lose the others: its earlier download is used, and the set says so', async () => {
  const run = runIn('dead');
  const { answers, base } = server;
  const bad: readonly (readonly [string, Parameters<typeof answers.set>[1], RegExp])[] = [
    ['a failing server', (_, response) => response.writeHead(500).end(), /answered 500/],
    ['one that wants pauses', (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(), /answered 429/],
    ['one that stalls', (_, response) => response.write('{'), /sent nothing for 0.2 s/],
    ['one that cuts', cutAfter(Buffer.from(KEV('CVE-2022-0009')), '"x"', 20), /kev\.json: /],
    ['a login page', (_, response) => response.end('<html>please log in</html>'), /not JSON/],
    ['another document', (_, response) => response.end(SECDB), /nothing in .* can be read/],
    ['nothing any more', (_, response) => response.writeHead(404).end(), /none of the files/],
    ['a way to elsewhere', (_, r) => r.writeHead(302, { location: 'http://example.org/' }).end(), /not an https/],
  ];
  const urls = { kev: [`${base}/kev.json`], secdb: [`${base}/v3.15/main.json`] };
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0001')), '"1"'));
  answers.set('/v3.15/main.json', serving(Buffer.from(SECDB), '"s"'));
  const requests = [
    { feed: kev, urls: urls.kev },
    { feed: alpineSecdb, urls: urls.secdb },
  ];
  await updateAdvisorySet(requests, run.output, run);
  const { id } = inspect(run.output, (set) => set);
  for (const [name, answer, reason] of bad) {
    rmSync(run.output);
    answers.set('/kev.json', answer);
    const failures = await updateAdvisorySet(usualRequests(run.folder), run.output, { ...run, idleMilliseconds: 200 });
    assert.deepEqual(
      failures.map(({ feed, at, keptFrom }) => [feed.id, at, keptFrom]),
      [['kev', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z']],
      name,
    );
    assert.match(failures[0]?.error.message ?? '', reason, name);
    const [secdb, known] = feedsOf(run.output);
    assert.deepEqual(
      [secdb?.id, secdb?.failedUpdate, known?.id, known?.records],
      ['alpine-secdb', undefined, 'kev', 1],
    );
    assert.deepEqual(
      [known?.failedUpdate?.at, reason.test(known?.failedUpdate?.reason ?? '')],
      ['2026-01-02T03:04:05.000Z', true],
    );
    assert.equal(
      inspect(run.output, (set) => set.id),
      id,
      'the content is the same',
    );
  }
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0002')), '"2"'));
  assert.deepEqual(await updateAdvisorySet(usualRequests(run.folder), run.output, run), []);
  assert.deepEqual(
    feedsOf(run.output).map(({ failedUpdate }) => failedUpdate),
    [undefined, undefined],
  );
});

test('a feed that was never had is named in the set, and asked for again by the next update', async () => {
  const run = runIn('never');
  const { answers, base } = server;
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0001')), '"1"'));
  const requests = [
    { feed: eol, urls: [`${base}/eol.yaml`] },
    { feed: kev, urls: [`${base}/kev.json`] },
  ];
  const failures = await updateAdvisorySet(requests, run.output, run);
  assert.deepEqual(
    failures.map(({ feed, keptFrom }) => [feed.id, keptFrom]),
    [['eol', undefined]],
  );
  const [first] = feedsOf(run.output);
  assert.deepEqual([first?.id, first?.records, first?.namespaces], ['eol', 0, []]);
  assert.match(first?.failedUpdate?.reason ?? '', /none of the files/);
  assert.ok(
    inspect(run.output, (set) => set.endOfLife('debian:11')),
    'the dates that ship with the program hold',
  );
  const alone = `${run.output}.kev`;
  rmSync(join(run.folder, 'eol'), { recursive: true });
  await updateAdvisorySet([{ feed: kev, urls: [] }], alone, run);
  assert.equal(
    inspect(alone, (set) => set.id),
    inspect(run.output, (set) => set.id),
    'nothing had is nothing said',
  );

  await updateAdvisorySet(requests, run.output, run);
  assert.deepEqual(
    usualRequests(run.folder).map(({ feed, urls }) => [feed.id, urls.length]),
    [
      ['eol', 1],
      ['kev', 1],
    ],
  );
});

test('when nothing can be had and nothing is kept, there is no set', async () => {
  const run = runIn('nothing');
  const requests = [{ feed: kev, urls: [`${server.base}/kev.json`] }];
  assert.match(
    await codeOf(updateAdvisorySet(requests, run.output, run)),
    /^input-unreadable: kev: .*none of the files/,
  );
  assert.ok(!existsSync(run.output));
});

test('files that were whole when a later one failed are not fetched again', async () => {
  const run = runIn('half');
  const { answers, base, asked } = server;
  const [one, two] = [osvZip('2022-01-01T00:00:00Z'), osvZip('2022-01-02T00:00:00Z')];
  answers.set('/1.zip', serving(one, '"1"'));
  answers.set('/2.zip', cutAfter(two, '"2"', 100));
  const requests = [{ feed: osv, urls: [`${base}/1.zip`, `${base}/2.zip`] }];
  assert.match(await codeOf(updateAdvisorySet(requests, run.output, run)), /2\.zip/);
  asked.length = 0;
  answers.set('/2.zip', serving(two, '"2"'));
  assert.deepEqual(await updateAdvisorySet(usualRequests(run.folder), run.output, run), []);
  assert.deepEqual(asked, ['/1.zip "1"', '/2.zip bytes=0- "2"']);
  assert.deepEqual(readdirSync(join(run.folder, 'osv')).sort(), ['000-1.zip', '001-2.zip', 'downloads.json']);
});

test('what an update that failed had fetched does not take the place of another file with its name', async () => {
  const run = runIn('namesake');
  const { answers, base } = server;
  answers.set('/a/all.zip', serving(osvZip('2022-01-01T00:00:00Z', 'a'), '"a"'));
  answers.set('/b/all.zip', serving(osvZip('2022-01-01T00:00:00Z', 'b'), '"b"'));
  await updateAdvisorySet([{ feed: osv, urls: [`${base}/a/all.zip`] }], run.output, run);
  answers.set('/c/all.zip', (_, response) => response.writeHead(500).end());
  const failing = [{ feed: osv, urls: [`${base}/b/all.zip`, `${base}/c/all.zip`] }];
  assert.equal((await updateAdvisorySet(failing, run.output, run)).length, 1);
  assert.deepEqual(await updateAdvisorySet(usualRequests(run.folder), run.output, run), []);
  inspect(run.output, (set) => {
    assert.deepEqual([set.lookup('go', 'a').length, set.lookup('go', 'b').length], [1, 0]);
  });
});

test('a kept feed that cannot be read any more is told, whichever feed was asked for', async () => {
  const run = runIn('spoilt');
  const { answers, base } = server;
  answers.set('/kev.json', serving(Buffer.from(KEV('CVE-2022-0001')), '"1"'));
  answers.set('/all.zip', serving(osvZip('2022-01-01T00:00:00Z'), '"a"'));
  const requests = [
    { feed: kev, urls: [`${base}/kev.json`] },
    { feed: osv, urls: [`${base}/all.zip`] },
  ];
  await updateAdvisorySet(requests, run.output, run);
  writeFileSync(join(run.folder, 'kev/000-kev.json'), '{');
  const failures = await updateAdvisorySet([{ feed: osv, urls: [] }], run.output, run);
  assert.deepEqual(
    failures.map(({ feed, keptFrom }) => [feed.id, keptFrom]),
    [['kev', undefined]],
  );
  assert.equal(feedsOf(run.output)[0]?.records, 0);
});

test("a feed's date is that of its content; the server's counts where the content has none", async () => {
  const run = runIn('dates');
  const { answers, base } = server;
  const dated = { 'last-modified': 'Wed, 01 Jan 2025 10:00:00 GMT' };
  answers.set('/kev.json', (_, response) => response.writeHead(200, dated).end(KEV('CVE-2022-0001')));
  answers.set('/v3.15/main.json', (_, response) => response.writeHead(200, dated).end(SECDB));
  const requests = [
    { feed: kev, urls: [`${base}/kev.json`] },
    { feed: alpineSecdb, urls: [`${base}/v3.15/main.json`] },
  ];
  await updateAdvisorySet(requests, run.output, run);
  assert.deepEqual(
    feedsOf(run.output).map(({ id, upstreamUpdatedAt }) => [id, upstreamUpdatedAt]),
    [
      ['alpine-secdb', '2025-01-01T10:00:00Z'],
      ['kev', '2022-04-06'],
    ],
  );
});

test('two updates of one folder do not work at once', async () => {
  const run = runIn('locked');
  const requests = [{ feed: kev, urls: [`${server.base}/kev.json`] }];
  await withUpdateLock(run.folder, async () => {
    assert.match(
      await codeOf(updateAdvisorySet(requests, run.output, run)),
      /^advisories: .*another "advisories update"/,
    );
  });
  assert.match(await codeOf(updateAdvisorySet(requests, run.output, run)), /none of the files/);
});

test('without kept feeds all that have a publisher are meant, save those that are only fetched when named', () => {
  assert.deepEqual(
    usualRequests(join(temporaryFolder(), 'absent')).map(({ feed }) => feed.id),
    ['alpine-secdb', 'debian-tracker', 'epss', 'kev', 'osv', 'rustsec'],
  );
});

test('a refused address stops before anything is asked', async () => {
  const run = runIn('refused');
  const requests = [
    { feed: kev, urls: [`${server.base}/kev.json`] },
    { feed: osv, urls: ['http://example.org/all.zip'] },
  ];
  assert.match(await codeOf(updateAdvisorySet(requests, run.output, run)), /^usage: /);
  assert.deepEqual([server.asked, keptFeedIds(run.folder)], [[], []]);
});

test('a feed that gathers gets what the user named, and stays as it was when no target is named', async () => {
  const run = runIn('gathered');
  const given: unknown[] = [];
  const content = KEV('CVE-2022-0001');
  const feed: Feed = {
    ...kev,
    id: 'gathering',
    gather: {
      forTargets: true,
      run: async ({ urls, namespaces, inventories, home, cache }) => {
        given.push([urls, namespaces, inventories.length, cache]);
        writeFileSync(join(home, 'x.json'), content);
        return [{ name: 'x.json', source: 'somewhere', sha256: digestOf(content), bytes: content.length }];
      },
    },
  };
  assert.match(await codeOf(updateAdvisorySet([{ feed, urls: [] }], run.output, run)), /^usage: .*--for TARGET/);
  await updateAdvisorySet([{ feed, urls: ['any:address'] }], run.output, { ...run, inventories: [] });
  assert.deepEqual(given, [[['any:address'], {}, 0, join(run.cache, 'gathering')]]);
  const kept = readKeptFeed(run.folder, 'gathering');
  assert.deepEqual(
    [kept.urls, kept.files.map(({ url, name }) => [url, name])],
    [['any:address'], [['somewhere', 'x.json']]],
  );
  server.answers.set('/kev.json', serving(Buffer.from(content), '"1"'));
  const both = [
    { feed, urls: [] },
    { feed: kev, urls: [`${server.base}/kev.json`] },
  ];
  await updateAdvisorySet(both, run.output, run);
  assert.equal(given.length, 1);
  assert.match(run.remarks.join(), /gathering stays as it was gathered before/);
});

test('a damaged list of downloads is no more than a reason to fetch again', () => {
  const folder = join(temporaryFolder(), 'damaged');
  const good = {
    url: 'https://example.org/x',
    name: 'x.json',
    sha256: digestOf('x'),
    bytes: 1,
    fetchedAt: '2026-01-01',
  };
  const read = (text: string): unknown => {
    mkdirSync(join(folder, 'kev'), { recursive: true });
    writeFileSync(join(folder, 'kev/x.json'), 'x');
    writeFileSync(join(folder, 'kev/downloads.json'), text);
    const { urls, files } = readKeptFeed(folder, 'kev');
    rmSync(folder, { recursive: true });
    return [urls.length, files.length];
  };
  assert.deepEqual(read(JSON.stringify({ urls: ['https://example.org/x'], files: [good] })), [1, 1]);
  assert.deepEqual(
    read(
      JSON.stringify({
        urls: [7],
        files: [{ ...good, name: '../../etc/passwd' }, { ...good, sha256: 'x' }, { ...good, name: 'gone.json' }, 7],
      }),
    ),
    [0, 0],
  );
  assert.deepEqual(read('{'), [0, 0]);
  assert.deepEqual(read('[]'), [0, 0]);
});
