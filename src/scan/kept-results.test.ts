import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf } from '../platform/canonical.ts';
import { openStore, type Store } from '../platform/store.ts';
import { ASSESSMENT_MIGRATIONS } from './assess/assessment-store.ts';
import { keepResult, keptResult, RESULT_MIGRATIONS } from './kept-results.ts';

const ASSESSMENT = digestOf('assessment');
const RESULT = {
  assessment: ASSESSMENT,
  gaps: [{ kind: 'no-feed', target: 'a|linux/amd64', reason: 'none' }] as const,
  body: '{"é":1}\n',
};

async function opened(): Promise<Store> {
  const store = await openStore(':memory:', [...ASSESSMENT_MIGRATIONS, ...RESULT_MIGRATIONS]);
  await store.run(
    `INSERT INTO assessment (id, release_name, release_version, as_of, advisory_set, advisories_built_at, saved_at, figures, schema_version, document)
     VALUES (?, 'r', '1', '2022-01-01', 's', 't', 't', '{}', 1, x'00')`,
    ASSESSMENT,
  );
  return store;
}

describe('keptResult', () => {
  test('gives text and bytes back as they were', async () => {
    const store = await opened();
    const bytes = new Uint8Array([0, 255, 10]);
    await keepResult(store, digestOf('text'), RESULT);
    await keepResult(store, digestOf('bytes'), { ...RESULT, body: bytes });
    assert.deepEqual(await keptResult(store, digestOf('text')), RESULT);
    assert.deepEqual(Buffer.from((await keptResult(store, digestOf('bytes')))?.body ?? ''), Buffer.from(bytes));
    assert.equal(await keptResult(store, digestOf('other')), undefined);
    await store.close();
  });

  test('what is damaged, or whose assessment is gone, is as if it had never been kept', async () => {
    const store = await opened();
    const key = digestOf('text');
    await keepResult(store, key, RESULT);
    await store.run('UPDATE result SET body = ?', Buffer.from('damaged'));
    assert.equal(await keptResult(store, key), undefined);
    await keepResult(store, key, RESULT);
    assert.deepEqual(await keptResult(store, key), RESULT);
    await store.run('DELETE FROM assessment');
    assert.equal(await keptResult(store, key), undefined);
    await store.close();
  });

  test('only the newest stay', async () => {
    const store = await opened();
    for (let index = 0; index < 40; index++) await keepResult(store, digestOf(`${index}`), RESULT);
    assert.equal(await keptResult(store, digestOf('7')), undefined);
    assert.deepEqual(await keptResult(store, digestOf('8')), RESULT);
    assert.deepEqual(await keptResult(store, digestOf('39')), RESULT);
    await store.close();
  });
});
