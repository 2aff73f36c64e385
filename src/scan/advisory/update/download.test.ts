import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { checkAddress, type DownloadOptions, download } from './download.ts';
import { cutAfter, serving, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());
beforeEach(() => {
  server.answers.clear();
  server.asked.length = 0;
});

const ONCE: DownloadOptions = {
  fetch,
  now: () => new Date('2026-01-02T03:04:05Z'),
  maxBytes: 1000,
  idleMilliseconds: 2000,
  retry: { attempts: 1, backoffMs: 1, retryAfterMs: 50 },
};
const LARGE: DownloadOptions = { ...ONCE, maxBytes: 1e7 };
const PATIENT: DownloadOptions = { ...LARGE, retry: { attempts: 4, backoffMs: 1, retryAfterMs: 50 } };
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));

let files = 0;
function newFile(): string {
  files += 1;
  return join(temporaryFolder(), `download-${files}`);
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
  const file = newFile();
  server.answers.set('/kev.json', (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v1"', 'last-modified': 'Wed, 06 Apr 2022 10:00:00 GMT' }).end('hello');
  });
  const first = await download(`${server.base}/kev.json`, file, undefined, ONCE);
  assert.deepEqual(first, {
    url: `${server.base}/kev.json`,
    sha256: digestOf('hello'),
    bytes: 5,
    fetchedAt: '2026-01-02T03:04:05.000Z',
    etag: '"v1"',
    lastModified: '2022-04-06T10:00:00Z',
  });
  assert.equal(readFileSync(file, 'utf8'), 'hello');
  const later = { ...ONCE, now: () => new Date('2026-02-02T00:00:00Z') };
  const second = await download(`${server.base}/kev.json`, file, first, later);
  assert.deepEqual(second, { ...first, fetchedAt: '2026-02-02T00:00:00.000Z' });
  assert.deepEqual(server.asked, ['/kev.json', '/kev.json "v1"']);
});

test('without an ETag the date is the condition', async () => {
  const date = 'Wed, 06 Apr 2022 10:00:00 GMT';
  server.answers.set('/x', (request, response) => {
    if (request.headers['if-modified-since'] === date) response.writeHead(304).end();
    else response.writeHead(200, { 'last-modified': date }).end('hello');
  });
  const file = newFile();
  const first = await download(`${server.base}/x`, file, undefined, ONCE);
  assert.equal((await download(`${server.base}/x`, file, first, ONCE))?.sha256, digestOf('hello'));
  assert.deepEqual(server.asked, ['/x', `/x ${date}`]);
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
  const { answers, base } = server;
  answers.set('/away', (_, response) => response.writeHead(302, { location: 'http://example.org/x' }).end());
  answers.set('/near', (_, response) => response.writeHead(307, { location: '/there' }).end());
  answers.set('/there', (_, response) => response.end('found'));
  answers.set('/round', (_, response) => response.writeHead(301, { location: '/round' }).end());
  answers.set('/odd', (_, response) => response.writeHead(301, { location: 'http://[' }).end());
  assert.match(await codeOf(download(`${base}/away`, newFile(), undefined, ONCE)), /^usage: .*not an https/);
  assert.equal((await download(`${base}/near`, newFile(), undefined, ONCE))?.bytes, 5);
  assert.match(await codeOf(download(`${base}/round`, newFile(), undefined, ONCE)), /more than 5 redirects/);
  assert.match(await codeOf(download(`${base}/odd`, newFile(), undefined, ONCE)), /no address/);
});

test('servers that fail leave no file, and nothing that could not be continued', async () => {
  const { answers, base } = server;
  const file = newFile();
  answers.set('/error', (_, response) => response.writeHead(503).end());
  answers.set('/forbidden', (_, response) => response.writeHead(403).end());
  answers.set('/part', (_, response) => response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789'));
  answers.set('/large', (_, response) => response.writeHead(200, { etag: '"l"' }).end('x'.repeat(2000)));
  answers.set('/chunks', (_, response) => {
    response.writeHead(200, { etag: '"c"' });
    for (let i = 0; i < 30; i++) response.write('y'.repeat(100));
    response.end();
  });
  answers.set('/short', (_, response) => {
    response.writeHead(200, { 'content-length': 500 });
    response.write('abc', () => response.socket?.destroy());
  });
  answers.set('/silent', (_, response) => response.write('a'));
  const reason = (path: string, options = ONCE): Promise<string> =>
    codeOf(download(`${base}${path}`, file, undefined, options));
  assert.match(await reason('/error'), /^input-unreadable: .*503/);
  assert.match(await reason('/forbidden'), /^input-unreadable: .*403/);
  assert.match(await reason('/part'), /^input-unreadable: .*206/, 'a part that nobody asked for');
  assert.match(await reason('/large'), /^limit: .*larger than 1000 bytes/);
  assert.match(await reason('/chunks'), /^limit: /);
  assert.match(await reason('/short'), /^input-unreadable: /);
  assert.match(await reason('/silent', { ...ONCE, idleMilliseconds: 100 }), /sent nothing for 0.1 s/);
  assert.match(await codeOf(download('http://127.0.0.1:1/x', file, undefined, ONCE)), /^input-unreadable: /);
  assert.equal(await download(`${base}/nothing`, file, undefined, ONCE), undefined);
  assert.deepEqual(
    readdirSync(temporaryFolder()).filter((name) => name.startsWith(file.split('/').at(-1) ?? '')),
    [],
  );
});

test('a connection that breaks is taken up where it broke, within a run and by a later one', async () => {
  const { answers, base, asked } = server;
  const url = `${base}/all.zip`;
  const file = newFile();
  let cuts = 0;
  answers.set('/all.zip', (request, response) => {
    cuts += 1;
    const answer = cuts === 1 ? cutAfter(CONTENT, '"v1"', 200_000) : serving(CONTENT, '"v1"');
    answer(request, response);
  });
  const got = await download(url, file, undefined, PATIENT);
  assert.deepEqual([got?.sha256, got?.bytes], [digestOf(CONTENT), CONTENT.length]);
  assert.deepEqual(readFileSync(file), CONTENT);
  const [, from] = /^\/all\.zip bytes=(\d+)- "v1"$/.exec(asked[1] ?? '') ?? [];
  assert.ok(Number(from) > 0 && Number(from) < 200_000, `asked for the rest with some overlap: ${asked}`);

  const other = newFile();
  answers.set('/all.zip', cutAfter(CONTENT, '"v1"', 150_000));
  assert.match(await codeOf(download(url, other, undefined, LARGE)), /^input-unreadable: /);
  assert.ok(existsSync(`${other}.part`) && !existsSync(other));
  asked.length = 0;
  answers.set('/all.zip', serving(CONTENT, '"v1"'));
  assert.equal((await download(url, other, undefined, LARGE))?.sha256, digestOf(CONTENT));
  assert.match(asked.join(), /^\/all\.zip bytes=\d+- "v1"$/);
  assert.deepEqual(
    readdirSync(temporaryFolder()).filter((name) => name.includes('.part')),
    [],
  );
});

test('what was begun is begun anew when the file is another one by now, however the server says or hides it', async () => {
  const { answers, base, asked } = server;
  const young = Buffer.from(CONTENT).fill(1, 190_000);
  const url = `${base}/x`;
  const rest = (fields: Record<string, string | number>, body: (from: number) => Buffer) => {
    return (
      request: { headers: { range?: string } },
      response: { writeHead: (...args: unknown[]) => { end: (b: Buffer) => void } },
    ) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (from === 0) response.writeHead(200, { etag: '"v2"', 'content-length': young.length }).end(young);
      else
        response
          .writeHead(206, { 'content-range': `bytes ${from}-${young.length - 1}/${young.length}`, ...fields })
          .end(body(from));
    };
  };
  const cases: readonly (readonly [string, Parameters<typeof answers.set>[1]])[] = [
    ['an honest server sends the whole', serving(young, '"v2"')],
    [
      '416',
      (request, response) => {
        if (request.headers.range !== undefined) response.writeHead(416, { 'content-range': 'bytes */10' }).end();
        else response.end(young);
      },
    ],
    ['another ETag', rest({ etag: '"v2"' }, (from) => young.subarray(from)) as never],
    ['another length', rest({ 'content-range': `bytes 1-2/3` }, () => young.subarray(1, 3)) as never],
    ['no range told', rest({ 'content-range': 'lines 1-2' }, (from) => young.subarray(from)) as never],
    ['other bytes where they overlap', rest({ etag: '"v1"' }, (from) => young.subarray(from)) as never],
  ];
  for (const [name, answer] of cases) {
    const file = newFile();
    answers.set('/x', cutAfter(CONTENT, '"v1"', 200_000));
    await codeOf(download(url, file, undefined, LARGE));
    assert.ok(existsSync(`${file}.part`), name);
    asked.length = 0;
    answers.set('/x', answer);
    const got = await download(url, file, undefined, PATIENT);
    assert.deepEqual([got?.sha256, readFileSync(file).equals(young)], [digestOf(young), true], name);
    assert.match(asked[0] ?? '', /bytes=/, name);
  }
});

test('a rest that is cut again is continued again; a part that this machine damaged is not trusted', async () => {
  const { answers, base } = server;
  const file = newFile();
  let requests = 0;
  answers.set('/x', (request, response) => {
    requests += 1;
    if (requests === 1) {
      cutAfter(CONTENT, '"v1"', 100_000)(request, response);
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': CONTENT.length - from });
    response.write(CONTENT.subarray(from, from + 120_000), () => {
      if (from + 120_000 >= CONTENT.length) response.end();
      else response.socket?.destroy();
    });
  });
  const many = { ...LARGE, retry: { attempts: 9, backoffMs: 1, retryAfterMs: 1 } };
  assert.equal((await download(`${base}/x`, file, undefined, many))?.sha256, digestOf(CONTENT));
  assert.ok(requests > 3);

  const damaged = newFile();
  answers.set('/x', cutAfter(CONTENT, '"v1"', 200_000));
  await codeOf(download(`${base}/x`, damaged, undefined, LARGE));
  truncateSync(`${damaged}.part`, 150_000);
  truncateSync(`${damaged}.part`, 200_000);
  answers.set('/x', serving(CONTENT, '"v1"'));
  assert.equal((await download(`${base}/x`, damaged, undefined, PATIENT))?.sha256, digestOf(CONTENT));

  writeFileSync(`${damaged}.part`, 'x'.repeat(500));
  writeFileSync(`${damaged}.part.json`, '{"url": "https://elsewhere.example.org/", "validator": "\\"v1\\""}');
  assert.equal((await download(`${base}/x`, damaged, undefined, LARGE))?.sha256, digestOf(CONTENT));
});

test('only what has a strong validator is continued, and nothing that was packed on its way', async () => {
  const { answers, base, asked } = server;
  for (const headers of [{ etag: 'W/"v1"' }, {}, { etag: '"v1"', 'content-encoding': 'gzip' }]) {
    const file = newFile();
    const body = 'content-encoding' in headers ? gzipSync(CONTENT) : CONTENT;
    answers.set('/x', (_, response) => {
      response.writeHead(200, { ...headers, 'content-length': body.length });
      response.write(body.subarray(0, 200), () => response.socket?.destroy());
    });
    await codeOf(download(`${base}/x`, file, undefined, LARGE));
    assert.ok(!existsSync(`${file}.part`), JSON.stringify(headers));
    asked.length = 0;
    answers.set('/x', (_, response) => response.writeHead(200, headers).end(body));
    assert.equal((await download(`${base}/x`, file, undefined, LARGE))?.sha256, digestOf(CONTENT));
    assert.deepEqual(asked, ['/x']);
  }
});

test('a busy or failing server is asked again, when it says; one that refuses is not', async () => {
  const { answers, base, asked } = server;
  let requests = 0;
  answers.set('/busy', (_, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(429, { 'retry-after': '3600' }).end();
    else if (requests === 2) response.writeHead(500).end('oops');
    else response.end('hello');
  });
  const started = performance.now();
  assert.equal((await download(`${base}/busy`, newFile(), undefined, PATIENT))?.bytes, 5);
  assert.ok(performance.now() - started > 40, 'the wait that the server asks for, up to a bound');
  asked.length = 0;
  answers.set('/gone', (_, response) => response.writeHead(403).end());
  await codeOf(download(`${base}/gone`, newFile(), undefined, PATIENT));
  assert.equal(asked.length, 1);
});

test('a stalled rest keeps what came', async () => {
  const { answers, base } = server;
  const file = newFile();
  answers.set('/x', (_, response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 180_000));
  });
  assert.match(
    await codeOf(download(`${base}/x`, file, undefined, { ...LARGE, idleMilliseconds: 150 })),
    /sent nothing/,
  );
  assert.equal(readFileSync(`${file}.part`).length, 180_000);
});
