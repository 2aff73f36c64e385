import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Feed } from '../feed.ts';
import { kev } from '../kev/index.ts';
import { osv } from '../osv/index.ts';
import { checkAddress, type DownloadOptions, download } from './download.ts';
import { keptFeedIds, readKeptFeed } from './kept-feeds.ts';
import { type UpdateOptions, updateFeeds, usualRequests } from './update.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const answers = new Map<string, Answer>();
const asked: string[] = [];
let server: Server;
let base: string;

before(async () => {
  server = createServer((request, response) => {
    asked.push(
      `${request.url} ${request.headers['if-none-match'] ?? request.headers['if-modified-since'] ?? ''}`.trim(),
    );
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers.clear();
  asked.length = 0;
});

const OPTIONS: DownloadOptions = {
  fetch,
  now: () => new Date('2026-01-02T03:04:05Z'),
  maxBytes: 1000,
  idleMilliseconds: 2000,
};

function file(name: string): string {
  return join(temporaryFolder(), name);
}

function updateOptions(name: string): UpdateOptions & { readonly remarks: string[] } {
  const remarks: string[] = [];
  return {
    ...OPTIONS,
    maxBytes: 1e6,
    folder: file(name),
    cache: file('cache'),
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

test('a file is downloaded with its digest and date, and found current the next time', async () => {
  answers.set('/kev.json', (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v1"', 'last-modified': 'Wed, 06 Apr 2022 10:00:00 GMT' }).end('hello');
  });
  const first = await download(`${base}/kev.json`, file('got.json'), undefined, OPTIONS);
  assert.deepEqual(first, {
    url: `${base}/kev.json`,
    sha256: digestOf('hello'),
    bytes: 5,
    fetchedAt: '2026-01-02T03:04:05.000Z',
    etag: '"v1"',
    lastModified: '2022-04-06T10:00:00Z',
  });
  assert.equal(readFileSync(file('got.json'), 'utf8'), 'hello');
  const second = await download(`${base}/kev.json`, file('got.json'), first, {
    ...OPTIONS,
    now: () => new Date('2026-02-02T00:00:00Z'),
  });
  assert.deepEqual(second, { ...first, fetchedAt: '2026-02-02T00:00:00.000Z' });
  assert.deepEqual(asked, ['/kev.json', '/kev.json "v1"']);
});

test('only https is asked, except on this machine; redirects are held to the same', async () => {
  for (const url of [
    'http://example.org/x',
    'ftp://example.org/x',
    'file:///etc/passwd',
    'kev.json',
    'http://127.0.0.1.example.org/',
    'http://[::2]/',
  ]) {
    assert.throws(() => checkAddress(url), /not an https address/, url);
  }
  for (const url of ['https://example.org/x', 'http://localhost:80/', 'http://127.0.0.1/', 'http://[::1]:8/'])
    checkAddress(url);
  answers.set('/away', (_, response) => response.writeHead(302, { location: 'http://example.org/x' }).end());
  answers.set('/near', (_, response) => response.writeHead(307, { location: '/there' }).end());
  answers.set('/there', (_, response) => response.end('found'));
  answers.set('/round', (_, response) => response.writeHead(301, { location: '/round' }).end());
  assert.match(await codeOf(download(`${base}/away`, file('away'), undefined, OPTIONS)), /^usage: .*not an https/);
  assert.equal((await download(`${base}/near`, file('near'), undefined, OPTIONS))?.bytes, 5);
  assert.match(await codeOf(download(`${base}/round`, file('round'), undefined, OPTIONS)), /more than 5 redirects/);
});

test('servers that fail leave no file', async () => {
  answers.set('/error', (_, response) => response.writeHead(503).end());
  answers.set('/large', (_, response) => response.end('x'.repeat(2000)));
  answers.set('/chunks', (_, response) => {
    for (let i = 0; i < 30; i++) response.write('y'.repeat(100));
    response.end();
  });
  answers.set('/short', (_, response) => {
    response.writeHead(200, { 'content-length': 500 });
    response.write('abc', () => response.socket?.destroy());
  });
  answers.set('/silent', (_, response) => response.write('a'));
  const reason = (path: string, options = OPTIONS): Promise<string> =>
    codeOf(download(`${base}${path}`, file('failed'), undefined, options));
  assert.match(await reason('/error'), /^input-unreadable: .*503/);
  assert.match(await reason('/large'), /^limit: .*larger than 1000 bytes/);
  assert.match(await reason('/chunks'), /^limit: /);
  assert.match(await reason('/short'), /^input-unreadable: /);
  assert.match(await reason('/silent', { ...OPTIONS, idleMilliseconds: 100 }), /sent nothing for 0.1 s/);
  assert.match(
    await codeOf(download('http://127.0.0.1:1/x', file('failed'), undefined, OPTIONS)),
    /^input-unreadable: /,
  );
  assert.equal(await download(`${base}/nothing`, file('failed'), undefined, OPTIONS), undefined);
  assert.ok(!existsSync(file('failed')) && !readdirSync(temporaryFolder()).some((name) => name.endsWith('.part')));
});

test('feeds are kept, and one can be brought up to date alone', async () => {
  const options = updateOptions('feeds');
  let version = 1;
  answers.set('/kev.json', (_, response) => response.end(JSON.stringify({ version })));
  answers.set('/a/all.zip', (_, response) => response.end(`zip ${version}`));
  const requests = [
    { feed: kev, urls: [`${base}/kev.json`] },
    { feed: osv, urls: [`${base}/a/all.zip`, `${base}/b/all.zip`] },
  ];
  const inputs = await updateFeeds(requests, options);
  assert.deepEqual(
    inputs.map(({ feed, path, source }) => [feed.id, path.replace(options.folder, ''), source]),
    [
      ['kev', '/kev/000-kev.json', `${base}/kev.json`],
      ['osv', '/osv/000-all.zip', `${base}/a/all.zip`],
    ],
  );
  assert.equal(options.remarks.length, 1);
  assert.match(options.remarks[0] ?? '', /b\/all\.zip is not there/);

  version = 2;
  await updateFeeds([{ feed: kev, urls: [] }], options);
  assert.equal(readFileSync(join(options.folder, 'kev/000-kev.json'), 'utf8'), '{"version":2}');
  assert.equal(readFileSync(join(options.folder, 'osv/000-all.zip'), 'utf8'), 'zip 1');
  assert.deepEqual(
    usualRequests(options.folder).map(({ feed }) => feed.id),
    ['kev', 'osv'],
    'what was fetched before',
  );

  // A feed that fails keeps what there was.
  answers.set('/kev.json', (_, response) => response.writeHead(500).end());
  assert.match(await codeOf(updateFeeds([{ feed: kev, urls: [] }], options)), /500/);
  assert.equal(readFileSync(join(options.folder, 'kev/000-kev.json'), 'utf8'), '{"version":2}');
  answers.delete('/kev.json');
  assert.match(await codeOf(updateFeeds([{ feed: kev, urls: [] }], options)), /none of the files/);

  // Another address takes the place of the old ones.
  answers.set('/mirror/known.json', (_, response) => response.end('{}'));
  await updateFeeds([{ feed: kev, urls: [`${base}/mirror/known.json`] }], options);
  assert.deepEqual(readdirSync(join(options.folder, 'kev')).sort(), ['000-known.json', 'downloads.json']);
});

test('without kept feeds all that have a publisher are meant, save those that are only fetched when named', () => {
  assert.deepEqual(
    usualRequests(file('never')).map(({ feed }) => feed.id),
    ['alpine-secdb', 'debian-tracker', 'epss', 'kev', 'osv', 'rustsec'],
  );
});

test('a refused address stops before anything is asked', async () => {
  const options = updateOptions('refused');
  const requests = [
    { feed: kev, urls: [`${base}/kev.json`] },
    { feed: osv, urls: ['http://example.org/all.zip'] },
  ];
  assert.match(await codeOf(updateFeeds(requests, options)), /^usage: /);
  assert.deepEqual([asked, keptFeedIds(options.folder)], [[], []]);
});

test('a feed that gathers gets what the user named, and stays as it was when no target is named', async () => {
  const options = updateOptions('gathered');
  const given: unknown[] = [];
  const feed: Feed = {
    ...kev,
    id: 'gathering',
    gather: {
      forTargets: true,
      run: async ({ urls, inventories, home, cache }) => {
        given.push([urls, inventories.length, cache]);
        writeFileSync(join(home, 'x.json'), 'x');
        return [{ name: 'x.json', source: 'somewhere', sha256: digestOf('x'), bytes: 1 }];
      },
    },
  };
  assert.match(await codeOf(updateFeeds([{ feed, urls: [] }], options)), /^usage: .*--for TARGET/);
  await updateFeeds([{ feed, urls: ['any:address'] }], { ...options, inventories: [] });
  assert.deepEqual(given, [[['any:address'], 0, join(options.cache, 'gathering')]]);
  const kept = readKeptFeed(options.folder, 'gathering');
  assert.deepEqual(
    [kept.urls, kept.files.map(({ url, name }) => [url, name])],
    [['any:address'], [['somewhere', 'x.json']]],
  );
  await updateFeeds([{ feed, urls: [] }], options);
  assert.equal(given.length, 1);
  assert.match(options.remarks.join(), /gathering stays as it was gathered before/);
});

test('a damaged list of downloads is no more than a reason to fetch again', () => {
  const folder = file('damaged');
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
