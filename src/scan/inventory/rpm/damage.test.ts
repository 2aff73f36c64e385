// Damaged and hostile databases: what is refused, what costs one package alone, and what must not cost time or memory.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { type RpmDatabase, readDatabase } from './database.ts';
import { bdbDatabase, headerBlob, ndbDatabase, sqliteDatabase } from './test-databases.ts';
import { committedFrames } from './write-ahead-log.ts';

const PAGE = 4096;

/** A package whose header takes about `size` bytes. */
function blob(name: string, size = 0): Buffer {
  const baseNames = size === 0 ? {} : { baseNames: ['x'.repeat(size)], dirNames: ['/'], dirIndexes: [0] };
  return headerBlob({ name, version: '1', release: '2', ...baseNames });
}

const BLOBS = ['a', 'b', 'c'].map((name) => blob(name, 10_000));

function namesIn(bytes: Buffer): readonly string[] {
  return (readDatabase(bytes).data as RpmDatabase).entries.map(({ name }) => name);
}

function refused(bytes: Buffer, reason: RegExp): void {
  assert.throws(
    () => readDatabase(bytes),
    (error) => error instanceof ParseError && reason.test(error.message),
  );
}

/** A copy with four bytes changed. */
function changed(bytes: Buffer, at: number, value: number, order: 'LE' | 'BE'): Buffer {
  const copy = Buffer.from(bytes);
  if (order === 'LE') copy.writeUInt32LE(value, at);
  else copy.writeUInt32BE(value, at);
  return copy;
}

/** Pragmas, and from which length on records reach the edges of a page of that size. */
const SQLITE_KINDS: readonly (readonly [string, string, number, number])[] = [
  ['pages of 512 bytes', 'pragma page_size = 512', 0, 1200],
  ['pages of 4096 bytes', '', 3880, 4010],
  ['pages of 65536 bytes', 'pragma page_size = 65536', 65_330, 65_430],
  ['pages of 1024 bytes, vacuumed as it goes', 'pragma page_size = 1024; pragma auto_vacuum = full', 800, 950],
];

for (const [name, statements, from, to] of SQLITE_KINDS) {
  test(`SQLite with ${name}: records of every length around the edges, and a tree of several levels`, () => {
    const edges = Array.from({ length: to - from }, (_nothing, place) => blob(`s${from + place}`, from + place));
    const many = Array.from({ length: 3000 }, (_nothing, place) => blob(`p${place}`));
    const names = namesIn(sqliteDatabase([...edges, ...many, blob('large', 300_000)], statements));
    assert.equal(names.length, to - from + 3001);
    assert.equal(names[0], `s${from}`);
    assert.equal(names[to - from], 'p0');
    assert.equal(names.at(-1), 'large');
  });
}

test('SQLite: rows that were deleted are not read', () => {
  assert.deepEqual(namesIn(sqliteDatabase(BLOBS, '', 'delete from Packages where hnum = 2')), ['a', 'c']);
});

test('SQLite: damage to one record costs that package, damage to the tree costs all', () => {
  const bytes = sqliteDatabase(BLOBS);
  // The chain of the first package leads back to its own page, out of the file, or to the root.
  const chain = chainPages(bytes);
  for (const target of [chain[0] ?? 0, 1_000_000, 1, 0]) {
    const broken = changed(bytes, ((chain[0] ?? 0) - 1) * PAGE, target, 'BE');
    const { data, problems = [] } = readDatabase(broken);
    assert.deepEqual(
      (data as RpmDatabase).entries.map(({ name }) => name),
      ['b', 'c'],
    );
    assert.match(problems.join(), /^row 1: it points to page/);
  }
  refused(sqliteDatabase([]).subarray(0, PAGE), /does not have/);
  refused(bytes.subarray(0, 90), /shorter than its header/);
  refused(changed(bytes, 16, 0x03e80101, 'BE'), /page size/);
  refused(changed(bytes, 56, 2, 'BE'), /UTF-16/);
  const renamed = Buffer.from(bytes);
  for (let at = renamed.indexOf('Packages'); at !== -1; at = renamed.indexOf('Packages')) renamed.write('Baggages', at);
  refused(renamed, /without a table Packages/);
});

/** Overflow pages of the first row, in order: the pages whose content is all x, as far as they follow each other. */
function chainPages(bytes: Buffer): readonly number[] {
  const pages: number[] = [];
  for (let page = 1; page * PAGE <= bytes.length; page += 1) {
    const content = bytes.subarray((page - 1) * PAGE + 4, page * PAGE);
    if (content.every((byte) => byte === 0x78)) pages.push(page);
  }
  return pages;
}

test('SQLite: a tree that closes a circle, and cells that lie over each other', () => {
  const many = sqliteDatabase(Array.from({ length: 500 }, (_nothing, place) => blob(`p${place}`)));
  const interior = Array.from({ length: many.length / PAGE }, (_nothing, place) => place * PAGE).find(
    (at) => many[at] === 0x05,
  );
  assert.ok(interior !== undefined);
  refused(changed(many, interior + 8, interior / PAGE + 1, 'BE'), /in use already/);
  refused(changed(many, interior + 8, 0x7fffffff, 'BE'), /does not have/);

  const one = sqliteDatabase([blob('a', 3000)]);
  const leaf = Array.from({ length: one.length / PAGE }, (_nothing, place) => place * PAGE).findLast(
    (at) => one[at] === 0x0d && one.readUInt16BE(at + 3) === 1 && one.subarray(at, at + PAGE).includes('xxx'),
  );
  assert.ok(leaf !== undefined);
  const crowded = Buffer.from(one);
  crowded.writeUInt16BE(100, leaf + 3);
  for (let nth = 1; nth < 100; nth += 1) crowded.copy(crowded, leaf + 8 + 2 * nth, leaf + 8, leaf + 10);
  refused(crowded, /over each other/);
});

test('ndb: damage to one blob costs that package, damage to the slots costs all', () => {
  const bytes = ndbDatabase(BLOBS);
  assert.deepEqual(namesIn(bytes), ['a', 'b', 'c']);
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(0x79, flipped.indexOf('xxxx'));
  const { data, problems = [] } = readDatabase(flipped);
  assert.deepEqual(
    (data as RpmDatabase).entries.map(({ name }) => name),
    ['b', 'c'],
  );
  assert.deepEqual(problems, ['slot of package 1: its checksum does not fit']);
  assert.deepEqual(namesIn(changed(bytes, 48 + 8, 3, 'LE')), ['b', 'c'], 'a slot that points to the slots');
  assert.deepEqual(namesIn(changed(bytes, 48 + 4, 9, 'LE')), ['b', 'c'], 'a slot of another package');
  assert.deepEqual(namesIn(changed(bytes, PAGE + 12, 0xfffffff0, 'LE')), ['b', 'c'], 'an absurd length');
  refused(changed(bytes, 4, 1, 'LE'), /ndb version 1/);
  refused(changed(bytes, 12, 0xffffffff, 'LE'), /ends within its table/);
  refused(changed(bytes, 64, 0, 'LE'), /no ndb slot at byte 64/);
  refused(changed(bytes, 48 + 12, 0x0fffffff, 'LE'), /more bytes than the file has/);
  refused(bytes.subarray(0, 20), /shorter than its header/);
});

test('ndb: a table of slots that all name one blob is refused before it costs its square', () => {
  const bytes = ndbDatabase([blob('a', 100_000)]);
  for (let at = 64; at < PAGE; at += 16) {
    bytes.copy(bytes, at, 48, 64);
  }
  refused(bytes, /more bytes than the file has/);
});

for (const order of ['LE', 'BE'] as const) {
  test(`Berkeley DB of byte order ${order}: damage to one chain costs that package`, () => {
    const bytes = bdbDatabase([...BLOBS, blob('d').subarray(0, 40)], order);
    const chain = bytes.indexOf('xxxx') - (bytes.indexOf('xxxx') % PAGE);
    const { data, problems = [] } = readDatabase(bytes);
    assert.deepEqual(
      (data as RpmDatabase).entries.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.match(problems.join(), /^value on page 1: its header claims/, 'the short one lies on the page');
    for (const next of [chain / PAGE, 1, 0x7fffffff, 0]) {
      const names = namesIn(changed(bytes, chain + 16, next, order));
      assert.deepEqual(names, ['b', 'c'], `the second page is ${next}`);
    }
    // From the end of page 1: key and value of the counter, the key of the first package, its item.
    const item = 2 * PAGE - 5 - 5 - 5 - 12;
    assert.equal(bytes[item], 3);
    assert.deepEqual(namesIn(changed(bytes, item + 8, 7, order)), ['a', 'b', 'c'], 'a wrong length is not believed');
    assert.deepEqual(namesIn(changed(bytes, item + 4, 0, order)), ['b', 'c'], 'an item without a chain');
    assert.deepEqual(namesIn(changed(bytes, item, 0, order)), ['b', 'c'], 'an item of an unknown kind');
  });
}

test('Berkeley DB: other kinds of database and absurd first pages are refused, cut files keep what is there', () => {
  const bytes = bdbDatabase(BLOBS);
  refused(changed(bytes, 16, 7, 'LE'), /hash version 7/);
  refused(changed(bytes, 20, 1000, 'LE'), /page size 1000/);
  refused(changed(bytes, 24, 0x00000801, 'LE'), /encrypted/);
  refused(bytes.subarray(0, 300), /shorter than its first page/);
  const { data, problems = [] } = readDatabase(bytes.subarray(0, bytes.length - PAGE));
  assert.deepEqual(
    (data as RpmDatabase).entries.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.match(problems.join(), /the file ends before page/);
  assert.deepEqual((readDatabase(bdbDatabase([])).data as RpmDatabase).entries, []);
});

test('what is none of the formats is refused; an empty file is nothing', () => {
  refused(Buffer.from('<html>\n'), /neither one of rpm's database formats/);
  refused(Buffer.alloc(PAGE), /neither one of rpm's database formats/);
  assert.deepEqual(readDatabase(Buffer.alloc(0)), {});
});

test('a write-ahead log counts when it has finished transactions, as SQLite itself judges', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'));
  try {
    const [path, copy] = [join(folder, 'db'), join(folder, 'copy')];
    const database = new DatabaseSync(path);
    database.exec('pragma journal_mode = wal; create table Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)');
    database.prepare('insert into Packages (blob) values (?)').run(BLOBS[0] ?? '');
    const log = readFileSync(`${path}-wal`);
    copyFileSync(path, copy);
    assert.throws(() => readDatabase(readFileSync(copy)), ParseError, 'the table is only in the log');
    assert.ok(committedFrames(log) > 3);
    assert.match(readDatabase(log).problems?.join() ?? '', /^\d+ pages of finished transactions/);
    assert.equal(committedFrames(log.subarray(0, 32 + 24 + PAGE)), 0, 'the first transaction is not finished');
    assert.equal(committedFrames(changed(log, 16, 1, 'BE')), 0, 'frames of an earlier use');
    assert.deepEqual(readDatabase(log.subarray(0, 32)), { problems: [] });
    database.close();
    assert.ok(!existsSync(`${path}-wal`));
    assert.deepEqual(namesIn(readFileSync(path)), ['a']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
