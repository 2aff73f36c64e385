import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { APPLICATION_IDS } from './database-file.ts';
import { PlimsollError } from './errors.ts';
import { type Migration, openExistingStore, openStore } from './store.ts';

const FIRST: Migration = { area: 'a', version: 1, sql: 'CREATE TABLE note (text TEXT NOT NULL) STRICT' };
const SECOND: Migration = { area: 'a', version: 2, sql: "ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT ''" };

const INDEX: Migration = { area: 'i', version: 1, derived: true, sql: 'CREATE TABLE word (text TEXT NOT NULL) STRICT' };
/** Of a user who owns none of the files: root may write everywhere. */
const NOBODY = 65_534;

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

  test('refuses a database that is no store, and leaves it as it was', async () => {
    const foreign = (name: string, sql: string): string => {
      const path = join(folder, name);
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
      return path;
    };
    const cases = [
      [foreign('set.db', `PRAGMA application_id = ${APPLICATION_IDS.advisorySet}`), /advisory set.*--advisories/],
      [foreign('other.db', 'CREATE TABLE contact (name TEXT)'), /another program/],
      [foreign('marked.db', 'PRAGMA application_id = 7'), /another program/],
    ] as const;
    for (const [path, message] of cases) {
      const before = readFileSync(path);
      for (const open of [openStore, openExistingStore]) {
        await assert.rejects(open(path, [FIRST]), (error) => {
          assert.ok(error instanceof PlimsollError);
          assert.match(error.message, message);
          return error.exitCode === 2;
        });
      }
      assert.deepEqual(readFileSync(path), before);
    }
    assert.deepEqual(readdirSync(folder).sort(), ['marked.db', 'other.db', 'set.db']);
  });

  test('a store is known by its application id, and opening it again writes nothing', async () => {
    const path = join(folder, 'store.db');
    await (await openStore(path, [FIRST])).close();
    const before = readFileSync(path);
    assert.equal(before.readUInt32BE(68), APPLICATION_IDS.store);
    await (await openStore(path, [FIRST])).close();
    assert.deepEqual(readFileSync(path), before);
  });

  test('where there is none, none is made to look into', async () => {
    assert.equal(await openExistingStore(join(folder, 'deep/store.db'), [FIRST]), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a store that may not be written is read; derived tables are made beside it', async (t) => {
    const path = join(folder, 'kept', 'store.db');
    const store = await openStore(path, [FIRST, INDEX]);
    await store.run('INSERT INTO note (text) VALUES (?)', 'kept');
    await store.run('INSERT INTO word (text) VALUES (?)', 'half an index');
    assert.equal(store.writable, true);
    await store.close();
    const script = `
      import { openExistingStore, openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
      const [path, ...migrations] = JSON.parse(process.argv[1]);
      const attempt = async (work) => { try { return await work() } catch (error) { return error.code } };
      const store = await openExistingStore(path, migrations);
      await store.run("INSERT INTO word (text) VALUES ('new')");
      console.log(JSON.stringify([
        store.writable,
        await store.all('SELECT text FROM note'),
        await store.all('SELECT text FROM word'),
        await attempt(() => store.run("INSERT INTO note (text) VALUES ('lost')")),
        await attempt(() => openStore(path, migrations)),
      ]));
      await store.close();
      console.log(await attempt(() => openExistingStore(path, [...migrations, { area: 'a', version: 2, sql: 'SELECT 1' }])));`;
    const before = readFileSync(path);
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'kept'), 0o555);
    chmodSync(path, 0o444);
    mkdirSync(join(folder, 'work'), { mode: 0o777 });
    try {
      const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
      const { error, stdout, stderr } = spawnSync(
        process.execPath,
        [
          '--input-type=module',
          '--disable-warning=ExperimentalWarning',
          '-e',
          script,
          JSON.stringify([path, FIRST, INDEX]),
        ],
        { encoding: 'utf8', cwd: join(folder, 'work'), ...asNobody },
      );
      if (error !== undefined && 'code' in error && error.code === 'EACCES') {
        t.diagnostic('not tried: a user other than root may not read this checkout');
        return;
      }
      assert.equal(stdout, '[false,[{"text":"kept"}],[{"text":"new"}],"store","store"]\nstore\n', stderr);
      assert.deepEqual(readFileSync(path), before);
      assert.deepEqual(readdirSync(join(folder, 'kept')), ['store.db']);
    } finally {
      chmodSync(join(folder, 'kept'), 0o755);
    }
  });
});
