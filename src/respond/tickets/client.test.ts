// The client against servers that refuse, delay, fail, and answer what they should not; and that the token is in no message.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOT, startTicketServer, type TicketFault, TOKEN } from '../../../test/support/ticket-server.ts';
import { type ErrorCode, PlimsollError } from '../../platform/errors.ts';
import { allPages, type ClientOptions, openClient } from './client.ts';

const NOW = new Date('2022-04-07T00:00:00Z');

async function withClient(
  fault: TicketFault | undefined,
  work: (client: ReturnType<typeof openClient>, requests: readonly unknown[]) => Promise<void>,
  changes: Partial<ClientOptions> = {},
): Promise<void> {
  const server = await startTicketServer('github');
  server.fault = fault;
  for (let count = 0; count < 5; count++) server.open({ author: BOT });
  try {
    const options = { attempts: 3, backoffMs: 1, longestWaitMs: 1500, timeoutMs: 300, now: () => NOW };
    const headers = { authorization: `Bearer ${TOKEN}` };
    await work(openClient({ ...options, address: server.address, headers, ...changes }), server.requests);
  } finally {
    await server.close();
  }
}

/** What the first request meets; the others are served. */
function first(answer: ReturnType<TicketFault>): TicketFault {
  return (_request, number) => (number === 1 ? answer : undefined);
}

const reset = (seconds: number) => String(NOW.getTime() / 1000 + seconds);

describe('the client of trackers', () => {
  const passing: readonly (readonly [string, ReturnType<TicketFault>])[] = [
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
    [
      '403 with a used-up limit',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(0) } },
    ],
    ['500', { status: 500 }],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
    ['a broken connection', 'break-before'],
    ['a server that is slow once', { status: 200, delayMs: 900 }],
  ];
  for (const [what, answer] of passing) {
    it(`reads again after ${what}`, () =>
      withClient(first(answer), async (client) => {
        assert.deepEqual((await client.send('GET', '/user')).body, { login: BOT });
      }));
  }

  it('makes nothing twice: a POST is repeated only when it was refused', async () => {
    const send = (answer: ReturnType<TicketFault>, expected: number, fails: boolean) =>
      withClient(first(answer), async (client, requests) => {
        const sent = client.send('POST', '/repos/o/r/issues', { title: 't' });
        await (fails ? assert.rejects(sent) : sent);
        assert.equal(requests.length, expected);
      });
    await send({ status: 429, headers: { 'retry-after': '0' } }, 2, false);
    await send({ status: 502 }, 1, true);
    await send('break-after', 1, true);
  });

  const failing: readonly (readonly [string, ReturnType<TicketFault>, ErrorCode, RegExp])[] = [
    ['401', { status: 401 }, 'unauthorized', /PLIMSOLL_TICKETS_TOKEN/],
    ['403', { status: 403 }, 'unauthorized', /403/],
    ['404', { status: 404 }, 'not-found', /tickets\.project/],
    ['garbage', { status: 200, body: '<html>' }, 'tracker', /no JSON/],
    ['a redirect', { status: 301, headers: { location: 'https://elsewhere.example/' } }, 'tracker', /not followed/],
    ['a long wait', { status: 429, headers: { 'retry-after': '3600' } }, 'tracker', /come back in 60 min/],
    [
      'a next page elsewhere',
      { status: 200, body: '[]', headers: { link: '<https://elsewhere.example/x>; rel="next"' } },
      'tracker',
      /not below/,
    ],
  ];
  for (const [what, answer, code, message] of failing) {
    it(`says what is wrong at ${what}, never the token`, () =>
      withClient(
        () => answer,
        async (client) => {
          await assert.rejects(client.send('GET', '/user'), (error) => {
            assert.ok(error instanceof PlimsollError);
            assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
            assert.ok(!error.message.includes(TOKEN));
            return true;
          });
        },
      ));
  }

  it('follows pages, and asks with the ETag that it has', () =>
    withClient(undefined, async (client, requests) => {
      const path = `/repos/o/r/issues?creator=${BOT}`;
      const once = await allPages(client, path);
      assert.equal(once.length, 5);
      assert.equal(requests.length, 3);
      assert.deepEqual(await allPages(client, path), once);
      assert.ok(JSON.stringify(requests.at(-1)).includes('if-none-match'));
    }));

  it('speaks plain HTTP to loopback only, and takes no credentials in an address', () => {
    const options = { headers: {}, attempts: 1, backoffMs: 1, longestWaitMs: 1, timeoutMs: 1, now: () => NOW };
    for (const address of ['http://tracker.example', 'https://u:p@tracker.example', 'ftp://x', 'nonsense']) {
      assert.throws(() => openClient({ ...options, address }), { code: 'usage' });
    }
    openClient({ ...options, address: 'https://tracker.example/api' });
  });
});
