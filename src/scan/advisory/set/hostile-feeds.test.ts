// Feeds that are wrong on purpose: every record that cannot be used is counted with a reason, and the rest of the feed is there.
import assert from 'node:assert/strict';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { writeZip } from '../../../../test/support/write-zip.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { alpineSecdb } from '../alpine-secdb/index.ts';
import { debianTracker } from '../debian-tracker/index.ts';
import { epss } from '../epss/index.ts';
import type { Feed } from '../feed.ts';
import { osv } from '../osv/index.ts';
import { redhatCsaf } from '../redhat-csaf/index.ts';
import { rpmUpdateinfo } from '../rpm-updateinfo/index.ts';
import { buildAdvisorySet } from './build.ts';
import { openAdvisorySet, type StoredAdvisorySet } from './open.ts';

let builds = 0;

/** The set of a folder with these files. */
async function setOf(feed: Feed, files: Readonly<Record<string, string | Uint8Array>>): Promise<StoredAdvisorySet> {
  builds += 1;
  const folder = join(temporaryFolder(), `hostile-${builds}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return setOfFolder(feed, folder);
}

async function setOfFolder(feed: Feed, folder: string): Promise<StoredAdvisorySet> {
  await buildAdvisorySet([{ feed, path: folder }], `${folder}.db`, { builtAt: '2026-01-01T00:00:00Z' });
  return openAdvisorySet(`${folder}.db`);
}

function reasonsOf(set: StoredAdvisorySet): readonly string[] {
  return set.feeds[0]?.skippedReasons.map(({ reason, count }) => `${count} x ${reason}`) ?? [];
}

function osvRecord(id: string, fields: Record<string, unknown>): string {
  const { events = [{ introduced: '0' }, { fixed: '2.0.0' }], name = 'good', ...rest } = fields;
  const affected = [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }];
  return JSON.stringify({ id, modified: '2024-01-01T00:00:00Z', affected, ...rest });
}

const GOOD = osvRecord('GHSA-good-good-good', {});

test('a record with a million events is skipped with the reason, in seconds', async () => {
  const events = Array.from({ length: 1_000_000 }, (_, index) =>
    index % 2 === 0 ? { introduced: `${1_000_000 - index}.0.0` } : { fixed: `${1_000_000 - index}.5.0` },
  );
  const started = performance.now();
  const limits = Array.from({ length: 10_000 }, (_, index) => [
    { introduced: `${index}.0.0` },
    { limit: `${index}.1.0` },
  ]);
  const set = await setOf(osv, {
    'bad.json': osvRecord('X-1', { events, name: 'bad' }),
    'square.json': osvRecord('X-2', { events: limits.flat(), name: 'bad' }),
    'good.json': GOOD,
  });
  assert.ok(performance.now() - started < 20_000, `${performance.now() - started} ms`);
  assert.deepEqual(reasonsOf(set), [`2 x more than ${LIMITS.advisoryVersions} versions`]);
  assert.equal(set.lookup('npm', 'good').length, 1);
  assert.equal(set.lookup('npm', 'bad').length, 0);
  set.close();
});

test('versions, ids and names that are made to be slow or to break out are bounded and kept as text', async () => {
  const nasty = `${'a'.repeat(900)}!`;
  const long = 'v'.repeat(LIMITS.versionLength + 1);
  const set = await setOf(osv, {
    'regex.json': osvRecord('X-1', {
      events: [{ introduced: '0' }, { fixed: nasty }, { introduced: '((((a+)+)+)+)$' }],
    }),
    'long.json': osvRecord('X-2', { events: [{ introduced: '0' }, { fixed: long }] }),
    'control.json': osvRecord('X-3\u001b[31m', {}),
    'proto.json': osvRecord('X-4', { name: '__proto__', aliases: ['constructor', '__proto__'] }),
    'aliases.json': osvRecord('X-5', { aliases: Array.from({ length: LIMITS.advisoryIds + 1 }, (_, i) => `A-${i}`) }),
    'good.json': GOOD,
  });
  assert.deepEqual(reasonsOf(set), [
    '1 x a version that is too long or has control characters',
    '1 x an alias that is too long or has control characters, or too many of them',
    '1 x an id or name that is empty, too long or has control characters',
  ]);
  assert.deepEqual(
    set.lookup('npm', '__proto__').map(({ aliases }) => aliases),
    [['__proto__', 'constructor']],
  );
  assert.deepEqual(
    set.lookup('npm', 'good').map(({ id }) => id),
    ['GHSA-good-good-good', 'X-1'],
  );
  set.close();
});

test('of records that contradict each other the newest holds; equal copies count once', async () => {
  const copy = (modified: string, fixed: string) =>
    osvRecord('X-1', { modified, events: [{ introduced: '0' }, { fixed }] });
  const set = await setOf(osv, {
    '1.json': copy('2024-01-01T00:00:00Z', '1.0.0'),
    '2.json': copy('2024-03-01T00:00:00Z', '3.0.0'),
    '3.json': copy('2024-02-01T00:00:00Z', '2.0.0'),
    '4.json': copy('2024-03-01T00:00:00Z', '3.0.0'),
  });
  assert.deepEqual(
    set.lookup('npm', 'good').map(({ ranges }) => ranges),
    [[{ fixed: '3.0.0' }]],
  );
  assert.equal(set.feeds[0]?.records, 1);
  set.close();
});

test('documents nested without end are a bad file each, whatever the format', async () => {
  const deep = 300_000;
  const json = `${'['.repeat(deep)}${']'.repeat(deep)}`;
  const set = await setOf(osv, {
    'deep.json': osvRecord('X-1', {}).replace('"modified"', `"deep": ${json}, "modified"`),
    'deeper.json': json,
    'deep.yaml': `id: X-2\naffected: ${'['.repeat(5000)}${']'.repeat(5000)}\n`,
    'good.json': GOOD,
  });
  assert.equal(
    set.lookup('npm', 'good').some(({ id }) => id === 'GHSA-good-good-good'),
    true,
  );
  assert.equal(reasonsOf(set).length >= 2, true, reasonsOf(set).join('; '));
  set.close();

  const branches = `${'{"branches": ['.repeat(5000)}${']}'.repeat(5000)}`;
  const csaf = `{"document": {"category": "csaf_vex"}, "product_tree": ${branches}, "vulnerabilities": [{"cve": "CVE-2024-0001"}]}`;
  const vex = await setOf(redhatCsaf, { 'cve-2024-0001.json': csaf });
  assert.deepEqual(reasonsOf(vex), ['1 x nothing about packages of Red Hat Enterprise Linux']);
  vex.close();

  const xml = `<updates>${'<update>'.repeat(5000)}`;
  const good = `<updates><update type="security"><id>RLSA-1</id><pkglist><collection><package name="a" version="1" release="1.el9"/></collection></pkglist></update></updates>`;
  const rpm = await setOf(rpmUpdateinfo, { 'bad-updateinfo.xml': xml, 'good-updateinfo.xml': good });
  assert.equal(rpm.lookup('rocky:9', 'a').length, 1);
  assert.match(reasonsOf(rpm).join(), /nest|deep/);
  rpm.close();
});

test('a packed file without end is one file less, with bounded memory', async () => {
  builds += 1;
  const folder = join(temporaryFolder(), `hostile-${builds}`);
  mkdirSync(folder);
  // One line of 600 MB: a JSON string that never ends.
  await pipeline(endless(600), createGzip({ level: 1 }), createWriteStream(join(folder, 'bomb.json.gz')));
  writeFileSync(join(folder, 'cut.json.gz'), gzipSync(GOOD.repeat(1000)).subarray(0, 100));
  writeFileSync(join(folder, 'good.json'), GOOD);
  const set = await setOfFolder(osv, folder);
  assert.equal(set.lookup('npm', 'good').length, 1);
  assert.match(reasonsOf(set).join('\n'), new RegExp(`larger than ${LIMITS.fileBytes} bytes unpacked`));
  assert.equal(set.feeds[0]?.skipped, 2, reasonsOf(set).join('\n'));
  assert.ok(process.resourceUsage().maxRSS < 1_600_000, `${process.resourceUsage().maxRSS} kB`);
  set.close();
});

function* endless(megabytes: number): Generator<Buffer> {
  yield Buffer.from('{"id": "');
  const piece = Buffer.alloc(1_000_000, 'x');
  for (let count = 0; count < megabytes; count += 1) yield piece;
}

test('a zip whose members share their bytes, or claim more than they are, is refused or loses these', async () => {
  const path = join(temporaryFolder(), 'lies.zip');
  writeZip(path, [
    ['good.json', GOOD],
    ['zeros.json', Buffer.alloc(5_000_000)],
  ]);
  const set = await setOfFolder(osv, path);
  assert.equal(set.lookup('npm', 'good').length, 1);
  assert.equal(set.feeds[0]?.skipped, 1);
  set.close();
});

test('Debian and Alpine records that contradict themselves are counted, and the careful reading holds', async () => {
  const release = (fields: object) => ({ releases: { bookworm: fields } });
  const debian = await setOf(debianTracker, {
    'tracker.json': JSON.stringify({
      zlib: {
        'CVE-2024-0001': release({ status: 'resolved', fixed_version: '(a+)+$' }),
        'CVE-2024-0002': release({ status: 'resolved', fixed_version: '1', urgency: 'constructor' }),
        'CVE-2024-0003': release({ status: { toString: 'open' } }),
        'CVE-2024-0004': { releases: [] },
        __proto__: release({ status: 'open' }),
        'CVE-2024-0005': { releases: { bookworm: null, toString: { status: 'open' } } },
      },
      ['x'.repeat(LIMITS.advisoryName + 1)]: { 'CVE-2024-0006': release({ status: 'open' }) },
    }),
  });
  assert.deepEqual(
    debian.lookup('debian:12', 'zlib').map(({ id, severities }) => [id, severities]),
    [['CVE-2024-0002', []]],
  );
  assert.equal(debian.feeds[0]?.skipped, 6, reasonsOf(debian).join('; '));
  debian.close();

  const secfixes = {
    '0': ['CVE-2024-0001'],
    '1.0-r0': ['CVE-2024-0001', 'CVE-2024-0002'],
    '2.0-r0': ['CVE-2024-0002'],
  };
  const alpine = await setOf(alpineSecdb, {
    'main.json': JSON.stringify({ distroversion: 'v3.15', packages: [{ pkg: { name: 'zlib', secfixes } }] }),
  });
  assert.deepEqual(
    alpine.lookup('alpine:3.15', 'zlib').map(({ id, ranges }) => [id, ranges]),
    [
      ['CVE-2024-0001', [{ fixed: '1.0-r0' }]],
      ['CVE-2024-0002', [{ fixed: '2.0-r0' }]],
    ],
  );
  alpine.close();
});

test('a hundred thousand records on one package are kept, and found', async () => {
  const records = Array.from({ length: 100_000 }, (_, index) => osvRecord(`X-${index}`, {}));
  const started = performance.now();
  const set = await setOf(osv, { 'all.json': `[${records.join(',')}]` });
  assert.equal(set.lookup('npm', 'good').length, 100_000);
  assert.ok(performance.now() - started < 30_000, `${performance.now() - started} ms`);
  set.close();
});

test('a feed in which nothing can be read says why', async () => {
  for (const [feed, name, content, reason] of [
    [osv, 'x.json', '{"id": 1}', /not an OSV record/],
    [epss, 'x.csv', '\u0000\u0001', /x\.csv/],
    [osv, 'x.json.gz', gzipSync(GOOD).subarray(0, 40), /x\.json/],
  ] as const) {
    await assert.rejects(setOf(feed, { [name]: content }), (error) => {
      assert.ok(error instanceof PlimsollError, String(error));
      assert.match(error.message, reason);
      return error.exitCode === 3;
    });
  }
});
