// Putting an object back against a server that refuses in every way, and the small parts beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubernetesObject, SECRETS } from '../../../kubernetes/api/resource.ts';
import { ServerError, type ServerErrorKind } from '../../../kubernetes/transport/server-error.ts';
import { changedFields } from './changed-fields.ts';
import { canaryOf } from './names.ts';
import { paceOf } from './pace.ts';
import { putBack, type ReadAndReplace } from './put-back.ts';

const NAME = { namespace: 'demo', name: 's1' };

function secret(version: string, value = 'a'): KubernetesObject {
  return { metadata: { ...NAME, resourceVersion: version }, data: { value } };
}

/** A server that answers with these failures, one after another, and then as it should; `kept` is what it keeps. */
function serverWith(failures: readonly ServerErrorKind[], kept?: KubernetesObject): ReadAndReplace & { asked: number } {
  const waiting = [...failures];
  const server = {
    asked: 0,
    find: () => Promise.resolve(secret(String(server.asked))),
    replace: (_: unknown, object: KubernetesObject) => {
      server.asked += 1;
      const failure = waiting.shift();
      if (failure !== undefined) return Promise.reject(new ServerError(failure, failure));
      return Promise.resolve(kept ?? { ...object, metadata: { ...object.metadata, resourceVersion: '999' } });
    },
  };
  return server;
}

test('what somebody else wrote meanwhile is read again; an object that is written all the time is left for later', async () => {
  const once = await putBack(serverWith(['conflict', 'conflict']), SECRETS, NAME);
  assert.deepEqual([once.kind, once.conflicts], ['written', 2]);
  const always = await putBack(serverWith(Array(99).fill('conflict')), SECRETS, NAME);
  assert.deepEqual([always.kind, always.conflicts], ['contended', 25]);
});

test('a failure that passes is waited for, one that does not is an error at once', async () => {
  assert.equal((await putBack(serverWith(['broken', 'unreachable']), SECRETS, NAME)).kind, 'written');
  const forbidden = serverWith(['forbidden']);
  await assert.rejects(putBack(forbidden, SECRETS, NAME), (error) => error instanceof ServerError);
  assert.equal(forbidden.asked, 1);
});

test('gone, refused, current and changed are told apart', async () => {
  assert.equal((await putBack(serverWith(['not-found']), SECRETS, NAME)).kind, 'gone');
  assert.equal((await putBack(serverWith(['invalid']), SECRETS, NAME)).kind, 'refused');
  assert.equal((await putBack(serverWith([], secret('0')), SECRETS, NAME)).kind, 'current');
  const changed = await putBack(serverWith([], secret('7', 'b')), SECRETS, NAME);
  assert.deepEqual([changed.kind, changed.fields], ['changed', ['data.value']]);
});

test('a difference is told by its path and without its value; the fields of the server itself do not count', () => {
  const before = { metadata: { name: 'a', labels: { x: '1' } }, data: { password: 'old' }, list: [1] };
  const after = { metadata: { name: 'a', labels: { x: '1', y: '2' } }, data: { password: 'new' }, list: [2] };
  assert.deepEqual(changedFields(before, after), ['data.password', 'list', 'metadata.labels.y']);
  const moved = { ...before, metadata: { ...before.metadata, resourceVersion: '9', managedFields: [{}] } };
  assert.deepEqual(changedFields(before, moved), []);
});

test('the canary namespace is the smallest that is not of the system', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `s${index}` }));
  const all = new Map([
    ['big', names(9)],
    ['kube-system', names(1)],
    ['small-b', names(2)],
    ['small-a', names(2)],
  ]);
  assert.equal(canaryOf(all), 'small-a');
  assert.equal(canaryOf(new Map([['kube-system', names(1)]])), 'kube-system');
  assert.equal(canaryOf(new Map()), undefined);
});

test('writes keep to the rate, and what was not written costs nothing', async () => {
  const pace = paceOf(100);
  const begin = performance.now();
  for (let write = 0; write < 11; write += 1) {
    await pace.turn();
    pace.spent();
  }
  // Timers may be a little early.
  assert.ok(performance.now() - begin >= 95);
  const idle = paceOf(1);
  const quick = performance.now();
  for (let turn = 0; turn < 100; turn += 1) await idle.turn();
  assert.ok(performance.now() - quick < 500);
});
