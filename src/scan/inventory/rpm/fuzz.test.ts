// Whatever the bytes are, only ParseError or LimitError comes out, soon: small databases made here and the real ones, with bytes and numbers changed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { located } from '../test-facts.ts';
import { readDatabase } from './database.ts';
import { rpm } from './index.ts';
import { bdbDatabase, headerBlob, ndbDatabase, sqliteDatabase, type TestHeader } from './test-databases.ts';

/** For one reading of a few MiB on a busy machine; what grows with the square of the input takes minutes. */
const MOST_MILLISECONDS = 10_000;

const HEADER: TestHeader = {
  name: 'npm',
  version: '1',
  release: '2',
  epoch: 3,
  arch: 'noarch',
  sourceRpm: 'npm-1-2.src.rpm',
  baseNames: ['package.json', 'a', 'package.json'],
  dirNames: ['/a/', '/b/'],
  dirIndexes: [0, 1, 1],
  modularityLabel: 'nodejs:12:1:x',
};
const BLOBS = [headerBlob(HEADER), headerBlob({ ...HEADER, dirNames: ['/', `/${'x'.repeat(9000)}/`] }), headerBlob({})];

const SMALL: readonly (readonly [string, Buffer])[] = [
  ['SQLite', sqliteDatabase(BLOBS, 'pragma page_size = 512')],
  ['ndb', ndbDatabase(BLOBS)],
  ['Berkeley DB', bdbDatabase(BLOBS, 'LE', 512)],
  ['Berkeley DB, big-endian', bdbDatabase(BLOBS, 'BE', 512)],
  ['manifest', Buffer.from('a\t1-2\t1\t1\tv\t(none)\t1\tx86_64\t0\ta-1-2.src.rpm\n'.repeat(20))],
];
const REAL: readonly (readonly [string, string])[] = [
  ['SQLite', 'data/rootfs/rpmdb/cbl-mariner-2.0.rpmdb.sqlite.gz'],
  ['ndb', 'data/rootfs/rpmdb/sle15-bci.Packages.db.gz'],
  ['Berkeley DB', 'data/rootfs/rpmdb/centos-bdb-libuuid.Packages.gz'],
];

/** Numbers that lengths, counts and pages like to trip over. */
const NUMBERS = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.nat(300),
  fc.nat(0xffffffff),
);
const CHANGES = fc.array(
  fc.record({ at: fc.nat(), value: NUMBERS, width: fc.constantFrom(1, 2, 4), order: fc.constantFrom('LE', 'BE') }),
  { minLength: 1, maxLength: 30 },
);
type Change = typeof CHANGES extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

for (const [name, bytes] of SMALL) {
  test(`${name}: numbers changed anywhere, cut anywhere`, () => {
    fc.assert(
      fc.property(CHANGES, fc.option(fc.nat(bytes.length)), (changes, length) => {
        survives(changed(bytes, changes, bytes.length).subarray(0, length ?? bytes.length));
      }),
      { numRuns: 1500 },
    );
  });

  test(`${name}: cut at every place, and each byte turned over`, () => {
    const dense = Math.min(bytes.length, 1500);
    for (let at = 0; at < dense; at += 1) {
      survives(bytes.subarray(0, at));
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      survives(copy);
    }
  });
}

for (const [name, archive] of REAL) {
  test(`the real ${name}: numbers changed, mostly where the structure is`, needsShared(archive), () => {
    const bytes = gunzipSync(readFileSync(sharedPath(archive)));
    const reach = fc.constantFrom(600, 8192, bytes.length);
    fc.assert(
      fc.property(CHANGES, reach, (changes, within) => survives(changed(bytes, changes, within))),
      { numRuns: 120 },
    );
  });
}

/** A copy with each change made somewhere in the first `within` bytes. */
function changed(bytes: Buffer, changes: readonly Change[], within: number): Buffer {
  const copy = Buffer.from(bytes);
  for (const { at, value, width, order } of changes) {
    const place = at % Math.max(1, Math.min(within, bytes.length) - width);
    const fitting = value % 2 ** (8 * width);
    if (order === 'LE') copy.writeUIntLE(fitting, place, width);
    else copy.writeUIntBE(fitting, place, width);
  }
  return copy;
}

function survives(bytes: Buffer): void {
  const start = performance.now();
  let data: unknown;
  try {
    data = readDatabase(bytes).data;
  } catch (error) {
    if (!(error instanceof ParseError) && !(error instanceof LimitError)) throw error;
  }
  if (data !== undefined) rpm.packages([located('var/lib/rpm/Packages', data)], { id: 'rhel', version: '8.6' });
  assert.ok(performance.now() - start < MOST_MILLISECONDS);
}
