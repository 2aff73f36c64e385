// The client against servers that are busy, slow, broken or no API servers at all. Real ones: client.cluster.test.ts.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { ServerError, type ServerErrorKind } from '../transport/server-error.ts';
import { ApiClient } from './client.ts';
import type { ApiClientOptions } from './options.ts';
import { type KubernetesObject, NODES, SECRETS } from './resource.ts';
import type { WatchEvent } from './watch.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

const SECRET: KubernetesObject = {
  metadata: { namespace: 'demo', name: 'a', resourceVersion: '1' },
  data: { key: 'VE9QLVNFQ1JFVA==' },
};
const PLACE = { namespace: 'demo', name: 'a' };

test('says who it is and sends its token, and printing it shows no token', async () => {
  const seen: IncomingMessage[] = [];
  const client = await clientOf((request, response) => {
    seen.push(request);
    response.end(JSON.stringify(SECRET));
  });
  await client.get(SECRETS, PLACE);
  assert.match(seen[0]?.headers['user-agent'] ?? '', /^plimsoll\/\d/);
  assert.equal(seen[0]?.headers.authorization, 'Bearer TOKEN');
  assert.equal(seen[0]?.url, '/api/v1/namespaces/demo/secrets/a');
  assert.doesNotMatch(inspect(client, { depth: 9, showHidden: true }), /TOKEN/);
});

test('a busy server is asked again after the time that it says, for reads and changes', async () => {
  for (const ask of [
    (client: ApiClient) => client.get(SECRETS, PLACE),
    (client: ApiClient) => client.replace(SECRETS, SECRET),
  ]) {
    const times: number[] = [];
    const client = await clientOf((_request, response, count) => {
      times.push(performance.now());
      if (count === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end(JSON.stringify(SECRET));
    });
    await ask(client);
    assert.equal(times.length, 2);
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990);
  }
});

test('a failing server is asked again by reads alone', async () => {
  for (const [status, unknown] of [
    [500, true],
    [503, true],
    [429, false],
  ] as const) {
    let asked = 0;
    const client = await clientOf(
      (_request, response, count) => {
        asked = count;
        response.writeHead(status).end();
      },
      { retries: 2 },
    );
    const kind = status === 429 ? 'too-many-requests' : 'failed';
    await rejects(client.get(SECRETS, PLACE), kind);
    assert.equal(asked, 3);
    const error = await rejects(client.replace(SECRETS, SECRET), kind);
    assert.equal(asked, status === 429 ? 6 : 4);
    assert.equal(error.outcomeUnknown, unknown);
  }
});

test('a connection that breaks within the answer is asked again by reads; a change has an unknown outcome', async () => {
  let asked = 0;
  const client = await clientOf((_request, response, count) => {
    asked = count;
    if (count === 2) response.end(JSON.stringify(SECRET));
    else {
      response.writeHead(200, { 'content-length': '1000' }).write('{"metadata"');
      setImmediate(() => response.destroy());
    }
  });
  await client.get(SECRETS, PLACE);
  assert.equal(asked, 2);
  const error = await rejects(client.delete(SECRETS, PLACE), 'broken', /the connection was broken off/);
  assert.equal(error.outcomeUnknown, true);
  assert.equal(asked, 3);
});

test('a server that is connected and silent, one that stops within its answer, and none at all are told apart', async () => {
  const silent = await clientOf(() => {}, { timeoutMs: 100, retries: 0 });
  const quiet = await rejects(silent.get(SECRETS, PLACE), 'no-answer', /is connected but does not answer for 0\.1 s/);
  assert.equal(quiet.outcomeUnknown, false);
  assert.equal((await rejects(silent.create(SECRETS, SECRET), 'no-answer')).outcomeUnknown, true);

  const halfway = await clientOf((_request, response) => response.write('{'), { timeoutMs: 100, retries: 0 });
  await rejects(halfway.get(SECRETS, PLACE), 'no-answer', /stopped answering for 0\.1 s/);

  const gone = await clientOf(() => {}, { retries: 0 }, 'closed');
  const error = await rejects(gone.replace(SECRETS, SECRET), 'unreachable', /nothing listens there/);
  assert.equal(error.outcomeUnknown, false);
  assert.equal(error.exitCode, 3);
});

test('a TLS handshake that never ends is no connection', async () => {
  const server = createTcpServer(() => {});
  const port = await listen(server);
  const { makeEndpoint } = await import('../transport/endpoint.ts');
  const endpoint = makeEndpoint({ server: `https://127.0.0.1:${port}` }, {}, 'test');
  const client = new ApiClient({ endpoint, origin: 'test' }, { timeoutMs: 100 });
  closing.push(() => client.close());
  await rejects(client.raw('/readyz'), 'unreachable', /no connection within 0\.1 s/);
});

test('plain HTTP behind https is named', async () => {
  const client = await clientOf((_request, response) => response.end());
  const { makeEndpoint } = await import('../transport/endpoint.ts');
  const endpoint = makeEndpoint({ server: client.server.replace('http:', 'https:') }, {}, 'test');
  const secure = new ApiClient({ endpoint, origin: 'test' });
  closing.push(() => secure.close());
  await rejects(secure.raw('/'), 'unreachable', /does not speak TLS/);
});

test('what is no API server is said to be none', async () => {
  for (const body of ['<html>', '[]', '{}', '{"metadata":{"name":1}}']) {
    const client = await clientOf((_request, response) => response.end(body));
    await rejects(client.get(SECRETS, PLACE), 'not-understood', /is this an API server\?/);
  }
  for (const items of ['{}', '[1]']) {
    const client = await clientOf((_request, response) => response.end(`{"metadata":{},"items":${items}}`));
    await rejects(client.listPage(SECRETS), 'not-understood');
  }
  const empty = await clientOf((_request, response) =>
    response.end('{"metadata":{"resourceVersion":"3"},"items":null}'),
  );
  assert.deepEqual(await empty.listPage(SECRETS), { items: [], resourceVersion: '3' });
});

test('a 404 of a proxy is not the absence of an object', async () => {
  const client = await clientOf((_request, response) => response.writeHead(404).end('no such page'));
  await rejects(client.find(SECRETS, PLACE), 'not-found', /does not know this kind/);
});

test('names that would lead elsewhere are refused before anything is sent', async () => {
  let asked = 0;
  const client = await clientOf((_request, response, count) => {
    asked = count;
    response.end('{}');
  });
  for (const name of ['', '.', '..', 'a/b', '%2e%2e', '../../nodes']) {
    await assert.rejects(client.get(SECRETS, { namespace: 'demo', name }), { code: 'usage' });
    await assert.rejects(client.get(SECRETS, { namespace: name, name: 'a' }), { code: 'usage' });
  }
  await assert.rejects(client.get(SECRETS, { name: 'a' }), { code: 'usage' });
  await assert.rejects(client.get(NODES, { namespace: 'demo', name: 'a' }), { code: 'usage' });
  assert.equal(asked, 0);
});

test('events come over the ends of pieces, and an error in the stream is an error', async () => {
  const event = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'ä' } } });
  const bytes = Buffer.from(`${event}\n${event}\n`);
  const client = await clientOf((_request, response, count) => {
    const cut = count * 7;
    response.write(bytes.subarray(0, cut));
    setTimeout(() => response.end(bytes.subarray(cut)), 5);
  });
  for (let round = 0; round < 10; round += 1) {
    const events: WatchEvent[] = [];
    for await (const seen of client.watch(SECRETS, { resourceVersion: '1' })) events.push(seen);
    assert.deepEqual(
      events.map(({ object }) => object.metadata.name),
      ['ä', 'ä'],
    );
  }
  const failing = await clientOf((_request, response) => {
    response.end(
      '{"type":"ERROR","object":{"kind":"Status","metadata":{},"code":410,"reason":"Expired","message":"too old"}}\n',
    );
  });
  await rejects(drain(failing.watch(SECRETS, { resourceVersion: '1' })), 'gone');
  const strange = await clientOf((_request, response) => response.end('{"type":"OTHER","object":{"metadata":{}}}\n'));
  await rejects(drain(strange.watch(SECRETS, { resourceVersion: '1' })), 'not-understood');
});

test('a signal ends a request, a pause before a repetition and a watch', async () => {
  for (const handler of [() => {}, (_: unknown, response: ServerResponse) => response.writeHead(503).end()] as const) {
    const client = await clientOf(handler, { signal: AbortSignal.timeout(60), retries: 50 });
    await assert.rejects(client.get(SECRETS, PLACE), ({ name }: Error) => /^(TimeoutError|AbortError)$/.test(name));
  }
  const client = await clientOf((_request, response) => response.write('\n'));
  await assert.rejects(drain(client.watch(SECRETS, { resourceVersion: '1', signal: AbortSignal.timeout(60) })), {
    name: 'TimeoutError',
  });
});

test('a client of another server keeps who asks', async () => {
  const first = await clientOf((_request, response) => response.end(JSON.stringify(SECRET)));
  const tokens: (string | undefined)[] = [];
  const second = await clientOf((request, response) => {
    tokens.push(request.headers.authorization);
    response.end(JSON.stringify(SECRET));
  });
  const other = first.at(second.server);
  closing.push(() => other.close());
  await other.get(SECRETS, PLACE);
  assert.deepEqual(tokens, ['Bearer TOKEN']);
  assert.throws(() => first.at('https://127.0.0.1:1'), { code: 'cluster' });
  assert.throws(() => first.at('http://example.com'), { code: 'cluster' });
});

async function clientOf(handler: Handler, options: ApiClientOptions = {}, state?: 'closed'): Promise<ApiClient> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    count += 1;
    handler(request, response, count);
  });
  const port = await listen(server);
  if (state === 'closed') await new Promise<void>((resolve) => server.close(() => resolve()));
  closing.push(() => server.closeAllConnections());
  const access = { endpoint: { server: `http://127.0.0.1:${port}` }, origin: 'test', token: async () => 'TOKEN' };
  const client = new ApiClient(access, options);
  closing.push(() => client.close());
  return client;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  server.unref();
  return (server.address() as AddressInfo).port;
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

async function rejects(asked: Promise<unknown>, kind: ServerErrorKind, message = /./): Promise<ServerError> {
  try {
    await asked;
  } catch (error) {
    assert.ok(error instanceof ServerError, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /TOKEN|VE9QLVNF/);
    return error;
  }
  return assert.fail(`not refused as ${kind}`);
}
