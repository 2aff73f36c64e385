// A set that was altered must not answer: not with another answer, and not with silence.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Advisory } from '../advisory.ts';
import { exportLines } from './export-lines.ts';
import { importAdvisorySet } from './import.ts';
import { advisorySetFromRecords, writeSetOfRecords } from './memory.ts';
import { openAdvisorySet, type StoredAdvisorySet } from './open.ts';
import { writeLines } from './write-lines.ts';

const NAMES = Array.from({ length: 300 }, (_, index) => `package-${index}`);
const path = (name: string): string => join(temporaryFolder(), `altered-${name}`);

const BUILT = { builtAt: '2026-01-01T00:00:00Z' };

function advisory(name: string, index: number): Advisory {
  return {
    feed: 'osv',
    id: `CVE-2022-${1000 + index}`,
    aliases: [],
    related: [],
    namespace: 'npm',
    package: name,
    status: 'affected',
    ranges: [{ fixed: `1.${index}` }],
    fixState: 'fixed',
    severities: [],
  };
}

before(async () => {
  const set = advisorySetFromRecords(
    {
      advisories: NAMES.map(advisory),
      kev: { 'CVE-2022-1000': '2022-05-01' },
      epss: Object.fromEntries(NAMES.map((_, index) => [`CVE-2022-${1000 + index}`, index / 1000])),
      endOfLife: { 'alpine:3.15': { date: '2023-11-01', source: 's' } },
    },
    BUILT,
  );
  writeLines(path('good.jsonl'), exportLines(set));
  await importAdvisorySet(path('good.jsonl'), path('good.db'));
});

/** A copy of the set in which the statement changed something. */
function copyWith(sql: string): string {
  const file = path('copy.db');
  copyFileSync(path('good.db'), file);
  const database = new DatabaseSync(file);
  try {
    const changes = Number(database.prepare(sql).run().changes);
    assert.ok(changes > 0, sql);
  } finally {
    database.close();
  }
  return file;
}

function refuses(work: () => unknown, why: string): void {
  assert.throws(
    work,
    (error) => error instanceof PlimsollError && error.code === 'advisories' && /was altered/.test(error.message),
    why,
  );
}

function opened<T>(file: string, work: (set: StoredAdvisorySet) => T): T {
  const set = openAdvisorySet(file);
  try {
    return work(set);
  } finally {
    set.close();
  }
}

test('an untouched set answers for every package and vulnerability', () => {
  opened(path('good.db'), (set) => {
    for (const name of NAMES) assert.equal(set.lookup('npm', name).length, 1);
    for (let round = 0; round < 2; round++) {
      for (const [index] of NAMES.entries()) {
        assert.equal(set.enrichment(`CVE-2022-${1000 + index}`)?.epss, index / 1000);
      }
    }
    assert.deepEqual(set.lookup('npm', 'unknown'), []);
    assert.equal(set.enrichment('CVE-1999-0001'), undefined);
    assert.equal(set.contentId(), set.id);
  });
});

test('a row that was changed, removed, added or moved is refused at its look-up; others still answer', () => {
  const cases: readonly (readonly [sql: string, look: (set: StoredAdvisorySet) => unknown])[] = [
    ["UPDATE package SET records = replace(records, '1.7', '0.1') WHERE name = 'package-7'", look('package-7')],
    ["DELETE FROM package WHERE name = 'package-7'", look('package-7')],
    [
      "INSERT INTO package SELECT place, namespace, 'package-7', records FROM package WHERE name = 'package-8'",
      look('package-8'),
    ],
    ["UPDATE package SET place = place + 1 WHERE name = 'package-7'", look('package-7')],
    ["UPDATE package SET namespace = 'pypi' WHERE name = 'package-7'", look('package-7')],
    ['UPDATE enrichment SET kev = NULL WHERE kev IS NOT NULL', (set) => set.enrichment('CVE-2022-1000')],
    [
      "UPDATE enrichment SET epss = 0.9 WHERE vulnerability = 'CVE-2022-1004'",
      (set) => set.enrichment('CVE-2022-1004'),
    ],
    ["DELETE FROM enrichment WHERE vulnerability = 'CVE-2022-1004'", (set) => set.enrichment('CVE-2022-1004')],
  ];
  for (const [sql, lookUp] of cases) {
    opened(copyWith(sql), (set) => {
      refuses(() => lookUp(set), sql);
      const answers = NAMES.filter((name) => succeeds(() => set.lookup('npm', name)));
      assert.ok(answers.length > 290, `${answers.length} of 300 answer: ${sql}`);
    });
  }
});

function look(name: string): (set: StoredAdvisorySet) => unknown {
  return (set) => set.lookup('npm', name);
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

test('what concerns the whole set is refused at opening, and can still be inspected', () => {
  for (const sql of [
    "UPDATE end_of_life SET date = '2033-11-01'",
    "UPDATE feed SET record = replace(record, '\"records\":300', '\"records\":3000') WHERE id = 'osv'",
    `UPDATE feed SET record = json_set(record, '$.upstreamUpdatedAt', '2030-01-01') WHERE id = 'osv'`,
    "UPDATE meta SET value = 'true' WHERE key = 'starter'",
    `UPDATE meta SET value = 'sha256:${'0'.repeat(64)}' WHERE key = 'id'`,
    "UPDATE tree SET digests = zeroblob(length(digests)) WHERE of = 'packages'",
    'DELETE FROM feed',
  ]) {
    const file = copyWith(sql);
    refuses(() => openAdvisorySet(file), sql);
    const set = openAdvisorySet(file, 'inspect');
    // The tree that a set brings is not what its content is judged by.
    if (!sql.startsWith('UPDATE tree')) assert.notEqual(set.contentId(), set.id, sql);
    set.close();
  }
});

test('an index that was bent to lead past a row hides it from no look-up', () => {
  const file = path('bent.db');
  const names = NAMES.slice(0, 100);
  writeSetOfRecords(file, { advisories: names.map(advisory) }, BUILT);
  const database = new DatabaseSync(file, { readOnly: true });
  const places = database.prepare('SELECT place, name FROM package ORDER BY place').all();
  const digests = database.prepare("SELECT length(digests) / 32 AS count FROM tree WHERE of = 'packages'").get();
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'package_place'").get();
  database.close();
  const bucket = (index: number): number =>
    Math.floor(Number(places[index]?.['place']) / (2 ** 32 / Number(digests?.['count'])));
  // The leaf of the index is searched from its middle on: "Database File Format" 1.6, a page's header of 8 bytes, then the offsets of its cells.
  const middle = (names.length - 1) >> 1;
  const first = places.findIndex((_, index) => index + 1 < middle && bucket(index) === bucket(index + 1));
  assert.ok(first >= 0);
  const bytes = readFileSync(file);
  const page = (Number(root?.['rootpage']) - 1) * bytes.readUInt16BE(16);
  assert.deepEqual([bytes[page], bytes.readUInt16BE(page + 3)], [0x0a, names.length]);
  bytes.copyWithin(page + 8 + 2 * middle, page + 8 + 2 * first, page + 10 + 2 * first);
  writeFileSync(file, bytes);
  opened(file, (set) => {
    for (const index of [first, first + 1]) {
      assert.equal(set.lookup('npm', String(places[index]?.['name'])).length, 1, `row ${index}`);
    }
  });
});
