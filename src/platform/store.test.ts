import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { PlimsollError } from './errors.ts';
import { type Migration, openStore } from './store.ts';

const FIRST: Migration = { area: 'a', version: 1, sql: 'CREATE TABLE note (text TEXT NOT NULL) STRICT' };
const SECOND: Migration = { area: 'a', version: 2, sql: "ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT ''" };

describe('openStore', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('creates missing folders, applies each migration once, in order', async () => {
    const path = join(folder, 'deep/er/store.db');
    const first = await openStore(path, [FIRST]);
    await first.run('INSERT INTO note (text) VALUES (?)', 'kept');
    await first.close();
    const second = await openStore(path, [SECOND, FIRST]);
    assert.deepEqual({ ...(await second.get('SELECT text, author FROM note')) }, { text: 'kept', author: '' });
    await second.close();
  });

  test('refuses a store that a newer program wrote', async () => {
    const path = join(folder, 'store.db');
    await (await openStore(path, [FIRST, SECOND])).close();
    await assert.rejects(
      openStore(path, [FIRST]),
      (error) => error instanceof PlimsollError && /newer program/.test(error.message),
    );
  });

  test('a failed migration leaves the store as it was', async () => {
    const path = join(folder, 'store.db');
    await (await openStore(path, [FIRST])).close();
    const broken: Migration = { area: 'a', version: 2, sql: 'CREATE TABLE extra (x) ; THIS IS NOT SQL' };
    await assert.rejects(openStore(path, [FIRST, broken]), PlimsollError);
    const store = await openStore(path, [FIRST]);
    assert.equal(await store.get("SELECT 1 FROM sqlite_schema WHERE name = 'extra'"), undefined);
    await store.close();
  });

  test('says what to do about a file that is no database', async () => {
    const path = join(folder, 'store.db');
    writeFileSync(path, 'not a database, but a text of some length'.repeat(100));
    await assert.rejects(openStore(path, [FIRST]), (error) => {
      assert.ok(error instanceof PlimsollError);
      assert.equal(error.code, 'store');
      assert.match(error.message, /--store/);
      return true;
    });
  });

  test('a transaction is all or nothing', async () => {
    const store = await openStore(':memory:', [FIRST]);
    await assert.rejects(
      store.transact(async () => {
        await store.run('INSERT INTO note (text) VALUES (?)', 'lost');
        throw new Error('stop');
      }),
      /stop/,
    );
    assert.equal(await store.transact(async () => 7), 7);
    assert.deepEqual(await store.all('SELECT * FROM note'), []);
    await store.close();
  });

  test('a full disk is an error of the store, and what was there stays', async () => {
    const store = await openStore(join(folder, 'store.db'), [FIRST]);
    await store.run('INSERT INTO note (text) VALUES (?)', 'kept');
    await store.get('PRAGMA max_page_count = 10');
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await store.run('INSERT INTO note (text) VALUES (?)', 'x'.repeat(4000));
    };
    await assert.rejects(store.transact(fill), (error) => {
      assert.ok(error instanceof PlimsollError);
      assert.match(error.message, /full/);
      return error.code === 'store';
    });
    assert.deepEqual(
      (await store.all('SELECT text FROM note')).map((row) => row['text']),
      ['kept'],
    );
    await store.close();
  });

  test('two open stores on one file see each other', async () => {
    const path = join(folder, 'store.db');
    const one = await openStore(path, [FIRST]);
    const two = await openStore(path, [FIRST]);
    await one.run('INSERT INTO note (text) VALUES (?)', 'from one');
    await two.run('INSERT INTO note (text) VALUES (?)', 'from two');
    assert.equal((await one.all('SELECT * FROM note')).length, 2);
    await one.close();
    await two.close();
  });
});
