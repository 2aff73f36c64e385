// The file of a set on the disk: what is none, is damaged, cannot be written, or only read.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { BUILT, fails, folder, INPUTS, osvRecord, path } from '../../../../test/support/set-inputs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { buildAdvisorySet } from './build.ts';
import { openAdvisorySet } from './open.ts';

test('files that are no sets, or not whole, are told apart', async () => {
  await buildAdvisorySet(INPUTS, path('good.db'), BUILT);
  const size = readFileSync(path('good.db')).length;
  const made = (name: string, change: (file: string) => void): string => {
    copyFileSync(path('good.db'), path(name));
    change(path(name));
    return path(name);
  };
  const message = async (file: string): Promise<string> => {
    const error = await fails(() => openAdvisorySet(file));
    assert.ok(error.code === 'advisories' || error.code === 'input-missing', error.code);
    return error.message;
  };
  assert.match(await message(path('no-such.db')), /no-such\.db does not exist$/);
  assert.match(await message(made('text.db', (file) => writeFileSync(file, 'hello'))), /not an advisory set/);
  assert.match(await message(made('cut.db', (file) => truncateSync(file, size - 4096))), /cut short/);
  const sql = (file: string, text: string): void => {
    const database = new DatabaseSync(file);
    database.exec(text);
    database.close();
  };
  assert.match(
    await message(made('foreign.db', (file) => sql(file, 'PRAGMA application_id = 7'))),
    /not an advisory set of this program/,
  );
  assert.match(await message(made('newer.db', (file) => sql(file, 'PRAGMA user_version = 99'))), /update plimsoll/);
  assert.match(await message(made('no-id.db', (file) => sql(file, "DELETE FROM meta WHERE key = 'id'"))), /damaged/);
  const empty = made('empty.db', (file) => sql(file, 'DROP TABLE package'));
  assert.match(await message(empty), /no such table/);

  const altered = openAdvisorySet(
    made('altered.db', (file) => sql(file, "UPDATE package SET records = replace(records, '1.2.3', '9.9.9')")),
  );
  assert.notEqual(altered.contentId(), altered.id, 'a changed record changes the id of the content');
  const broken = openAdvisorySet(made('row.db', (file) => sql(file, "UPDATE package SET records = x'00ff00ff'")));
  assert.match((await fails(() => broken.lookup('npm', 'left'))).message, /damaged/);
});

test('no byte that is changed makes a set fail in another way than as damaged', async () => {
  await buildAdvisorySet(INPUTS, path('fuzz-source.db'), BUILT);
  const good = readFileSync(path('fuzz-source.db'));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        writeFileSync(path('fuzz.db'), bytes);
        try {
          const set = openAdvisorySet(path('fuzz.db'));
          set.lookup('npm', 'left');
          set.enrichment('CVE-2021-44228');
          set.contentId();
          set.close();
        } catch (error) {
          assert.ok(error instanceof PlimsollError && error.code === 'advisories', String(error));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a set on a read-only medium is read', async () => {
  await buildAdvisorySet(INPUTS, path('ro.db'), BUILT);
  chmodSync(path('ro.db'), 0o444);
  const set = openAdvisorySet(path('ro.db'));
  assert.equal(set.lookup('npm', 'left').length, 1);
  assert.ok(!readdirSync(temporaryFolder()).some((name) => /^ro\.db-/.test(name)), 'no journal beside it');
});

test('a full disk is said, and leaves nothing', needsPrograms('sh'), () => {
  const many = folder('many', {
    'all.json': Array.from({ length: 4000 }, (_, index) => osvRecord(`GHSA-${index}`, `p${index}`)),
  });
  mkdirSync(path('full'), { recursive: true });
  const url = (file: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);
  const script = `
    const { buildAdvisorySet } = await import(${url('build.ts')});
    const { osv } = await import(${url('../osv/index.ts')});
    try { await buildAdvisorySet([{ feed: osv, path: ${JSON.stringify(many)} }], ${JSON.stringify(path('full/set.db'))}, { builtAt: 'x' }); }
    catch (error) { console.log(error.code, error.message); }`;
  // A limit on the size of files stands for the full disk: writes beyond it fail.
  const { stdout } = spawnSync(
    'sh',
    [
      '-c',
      'trap \'\' XFSZ; ulimit -f 200; exec "$@"',
      'sh',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ],
    { encoding: 'utf8' },
  );
  assert.match(stdout, /^advisories .*(disk is full|disk I\/O error)/);
  assert.deepEqual(readdirSync(path('full')), []);
});
