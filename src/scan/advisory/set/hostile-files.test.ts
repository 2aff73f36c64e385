// Sets and exports that somebody made to do harm: each is refused with one of the program's own errors, soon.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { findFeed } from '../registry.ts';
import { buildAdvisorySet } from './build.ts';
import { exportLines } from './export-lines.ts';
import { importAdvisorySet } from './import.ts';
import { openAdvisorySet } from './open.ts';

const KEV = { dateReleased: '2022-04-06', vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }] };

/** Runs with a folder that holds a sound set, `set`. */
async function withSet(run: (folder: string, set: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-set-'));
  try {
    writeFileSync(join(folder, 'kev.json'), JSON.stringify(KEV));
    const set = join(folder, 'set');
    const feed = findFeed('kev') ?? assert.fail();
    await buildAdvisorySet([{ feed, path: join(folder, 'kev.json') }], set, { builtAt: '2026-01-01T00:00:00Z' });
    await run(folder, set);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function alter(set: string, statements: string): void {
  const database = new DatabaseSync(set);
  database.exec(statements);
  database.close();
}

const ENDLESS = 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS key, n AS value FROM r';

test('a set with a view that never ends in place of a table is refused', async () => {
  await withSet((_folder, set) => {
    openAdvisorySet(set).close();
    alter(set, `DROP TABLE meta; CREATE VIEW meta AS ${ENDLESS}`);
    assert.throws(() => openAdvisorySet(set), hasCode('advisories', /tables are not those of a set/));
  });
});

test('so is one with a column that computes more than memory holds, and one with a table more', async () => {
  await withSet((_folder, set) => {
    alter(set, 'ALTER TABLE end_of_life ADD COLUMN more TEXT AS (hex(zeroblob(400000000)))');
    assert.throws(() => openAdvisorySet(set), hasCode('advisories', /tables are not those of a set/));
  });
  await withSet((_folder, set) => {
    alter(set, 'CREATE TABLE more (a TEXT)');
    assert.throws(() => openAdvisorySet(set), hasCode('advisories', /tables are not those of a set/));
  });
});

test('an export that names a feed twice is refused with the line', async () => {
  await withSet(async (folder, set) => {
    const opened = openAdvisorySet(set);
    const [header = '', feed = '', ...rest] = exportLines(opened);
    opened.close();
    const [good, twice] = [join(folder, 'good'), join(folder, 'twice')];
    writeFileSync(good, [header, feed, ...rest].join(''));
    assert.equal(await importAdvisorySet(good, join(folder, 'copy')), JSON.parse(header).id);
    assert.ok(readFileSync(join(folder, 'copy')).length > 0);
    writeFileSync(twice, [header, feed, feed, ...rest].join(''));
    await assert.rejects(importAdvisorySet(twice, join(folder, 'no')), (error) => {
      return error instanceof ParseError && /twice:3: the feed kev for the second time/.test(error.message);
    });
  });
});

function hasCode(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof PlimsollError && error.code === code && message.test(error.message);
}
