import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { LimitError, PlimsollError } from './errors.ts';
import { createPool } from './pool.ts';

const WORKER = `
import { parentPort, threadId, workerData } from 'node:worker_threads';
parentPort.on('message', async (job) => {
  if (job === 'die') process.exit(3);
  if (job === 'throw') throw new Error('unforeseen');
  if (job === 'limit') return parentPort.postMessage({ ok: false, code: 'limit', message: 'too much' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  parentPort.postMessage({ ok: true, result: { job, thread: threadId, setting: workerData } });
});`;

interface Reply {
  readonly job: string;
  readonly thread: number;
  readonly setting: unknown;
}

describe('createPool', () => {
  let folder = '';
  let entry = new URL('file:///');
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-pool-'));
    writeFileSync(join(folder, 'worker.mjs'), WORKER);
    entry = pathToFileURL(join(folder, 'worker.mjs'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('runs all jobs on at most `size` workers, with the setting', async () => {
    const pool = createPool<string, Reply>(entry, 2, { a: 1 });
    const replies = await Promise.all(['1', '2', '3', '4', '5'].map((job) => pool.run(job)));
    assert.deepEqual(
      replies.map((reply) => reply.job),
      ['1', '2', '3', '4', '5'],
    );
    assert.equal(new Set(replies.map((reply) => reply.thread)).size, 2);
    assert.deepEqual(replies[0]?.setting, { a: 1 });
    await pool.close();
  });

  test('gives errors back by their kind, and goes on', async () => {
    const pool = createPool<string, Reply>(entry, 1, undefined);
    await assert.rejects(pool.run('limit'), LimitError);
    assert.equal((await pool.run('next')).job, 'next');
    await pool.close();
  });

  for (const job of ['die', 'throw']) {
    test(`a worker that ends by "${job}" costs its job alone`, async () => {
      const pool = createPool<string, Reply>(entry, 1, undefined);
      const [lost, kept] = await Promise.allSettled([pool.run(job), pool.run('after')]);
      assert.ok(lost.status === 'rejected' && lost.reason instanceof PlimsollError);
      assert.equal(kept.status === 'fulfilled' && kept.value.job, 'after');
      await pool.close();
    });
  }

  test('a closed pool takes no job, and rejects those that were not done', async () => {
    const pool = createPool<string, Reply>(entry, 1, undefined);
    const given = Promise.allSettled([pool.run('running'), pool.run('waiting')]);
    await pool.close();
    for (const { status } of await given) assert.equal(status, 'rejected');
    await assert.rejects(pool.run('late'), PlimsollError);
  });

  test('starts no worker without work', async () => {
    const pool = createPool<string, Reply>(new URL('file:///nowhere.mjs'), 4, undefined);
    await pool.close();
  });
});
