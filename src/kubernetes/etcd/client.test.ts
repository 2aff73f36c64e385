// The etcd client against members that answer something else, and snapshots that end early or are changed. Real members: client.cluster.test.ts.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { EtcdClient, prefixEnd } from './client.ts';
import { memberIdText } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-etcd-'));
const closing: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
after(() => {
  for (const close of closing) close();
});

async function clientOf(answer: (response: ServerResponse) => void): Promise<EtcdClient> {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new EtcdClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  closing.push(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

/** Lines of a streamed snapshot; the pieces have odd lengths, so that the trailer lies in several. */
function lines(bytes: Buffer): readonly string[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += 13) pieces.push(bytes.subarray(from, from + 13));
  return pieces.map((piece) => `${JSON.stringify({ result: { blob: piece.toString('base64') } })}\n`);
}

function snapshotBytes(): Buffer {
  const content = randomBytes(1024);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

test('a snapshot that is whole takes its place; one that ended early, was changed or failed leaves what was there', async () => {
  const whole = snapshotBytes();
  const file = join(folder, 'saved.db');
  const changed = Buffer.from(whole);
  changed[100] = (changed[100] ?? 0) ^ 1;
  const good = await clientOf((response) => response.end(lines(whole).join('')));
  assert.equal((await good.saveSnapshot(file)).sha256, createHash('sha256').update(whole).digest('hex'));
  assert.deepEqual(readFileSync(file), whole);

  writeFileSync(file, 'before');
  for (const [what, answer, kind] of [
    ['ended early', (response: ServerResponse) => response.end(lines(whole).slice(0, -1).join('')), 'broken'],
    [
      'without a trailer',
      (response: ServerResponse) => response.end(lines(whole.subarray(0, 1024)).join('')),
      'broken',
    ],
    ['empty', (response: ServerResponse) => response.end(), 'broken'],
    ['changed', (response: ServerResponse) => response.end(lines(changed).join('')), 'broken'],
    [
      'an error within',
      (response: ServerResponse) => response.end(`${lines(whole)[0]}{"error":{"grpc_code":14,"message":"stopped"}}\n`),
      'failed',
    ],
    ['no JSON', (response: ServerResponse) => response.end('<html>'), 'not-understood'],
    [
      'a status',
      (response: ServerResponse) => response.writeHead(503).end('{"code":14,"message":"no leader"}'),
      'failed',
    ],
    [
      'broken off',
      (response: ServerResponse) => {
        response.write(lines(whole)[0]);
        setTimeout(() => response.destroy(), 10);
      },
      'broken',
    ],
  ] as const) {
    const client = await clientOf(answer);
    await assert.rejects(client.saveSnapshot(file), { kind }, what);
    assert.equal(readFileSync(file, 'utf8'), 'before');
    assert.ok(!existsSync(`${file}.part`));
  }
});

test('answers of another form are said to be so', async () => {
  for (const text of [
    '',
    '[]',
    '<html>',
    '{"kvs":{}}',
    '{"kvs":[{"mod_revision":"x"}]}',
    '{"count":"9007199254740993"}',
  ]) {
    const client = await clientOf((response) => response.end(text));
    await assert.rejects(client.range('a'), { kind: 'not-understood' }, text);
  }
  const none = await clientOf((response) => response.end('{}'));
  assert.deepEqual(await none.range('a'), { revision: 0, values: [], more: false, count: 0 });
});

test("etcd's own words and codes become kinds", async () => {
  for (const [status, body, kind, words] of [
    [400, '{"code":11,"message":"etcdserver: mvcc: required revision has been compacted"}', 'gone', /compacted/],
    [404, '404 page not found', 'not-found', /HTTP status 404/],
    [503, '{"code":14,"message":"etcdserver: no leader"}', 'failed', /no leader/],
    [401, '{"code":16,"message":"etcdserver: invalid auth token"}', 'unauthorized', /invalid auth token/],
  ] as const) {
    const client = await clientOf((response) => response.writeHead(status).end(body));
    await assert.rejects(client.status(), { kind, message: words, outcomeUnknown: false });
    await assert.rejects(client.compact(1), { kind, message: words, outcomeUnknown: status === 503 });
  }
});

test('exactly the keys that begin with a prefix lie before its end: a law', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.uint8Array({ maxLength: 6 }), (prefix, key) => {
      const [from, end, one] = [Buffer.from(prefix), prefixEnd(Buffer.from(prefix)), Buffer.from(key)];
      // To etcd an end of one zero byte means that there is none.
      const within = one.compare(from) >= 0 && (end.equals(Buffer.of(0)) || one.compare(end) < 0);
      assert.equal(within, one.subarray(0, from.length).equals(from));
    }),
  );
});

test('an id is written as etcdctl writes it', () => {
  assert.equal(memberIdText('10501334649042878790'), '91bc3c398fb3c146');
});
