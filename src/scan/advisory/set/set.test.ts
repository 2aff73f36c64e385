import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BUILT,
  EOL,
  fails,
  folder,
  INPUTS,
  KEV,
  KEV_LATER,
  osvRecord,
  path,
  RECORDS,
} from '../../../../test/support/set-inputs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { makeZip } from '../../../platform/test-zip.ts';
import type { Advisory, Severity } from '../advisory.ts';
import { eol } from '../eol/index.ts';
import { kev } from '../kev/index.ts';
import { osv } from '../osv/index.ts';
import { buildAdvisorySet } from './build.ts';
import { exportLines } from './export-lines.ts';
import { importAdvisorySet } from './import.ts';
import { compareUtf8 } from './key-order.ts';
import { advisorySetFromRecords } from './memory.ts';
import { openAdvisorySet } from './open.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import { writeLines } from './write-lines.ts';

const SCORE: Severity = { kind: 'nvd', source: 'nvd', raw: 'CVSS:3.1/AV:N', level: 'high', score: 7.5 };

test('a set answers what its feeds say, and tells where that came from', async () => {
  const id = await buildAdvisorySet(INPUTS, path('set.db'), BUILT);
  const set = openAdvisorySet(path('set.db'));
  assert.deepEqual([set.id, set.builtAt, set.starter], [id, '2026-01-01T00:00:00Z', false]);
  assert.deepEqual(
    set.lookup('npm', 'left').map((advisory) => [advisory.id, advisory.ranges]),
    [['GHSA-a', [{ fixed: '1.2.3' }]]],
  );
  assert.equal(set.lookup('npm', 'left'), set.lookup('npm', 'left'), 'the answer is remembered');
  assert.deepEqual(set.lookup('npm', 'right'), [], 'withdrawn');
  assert.deepEqual(set.lookup('pypi', 'left'), []);
  assert.deepEqual(set.enrichment('CVE-2021-44228'), { kev: '2021-12-10' });
  assert.equal(set.enrichment('CVE-2021-1'), undefined);
  assert.equal(set.endOfLife('alpine:3.11')?.date, '2021-11-01', 'the table that ships with the program');
  const [first, second] = set.feeds;
  assert.deepEqual(
    [first?.id, first?.records, first?.skipped, first?.upstreamUpdatedAt, first?.source],
    ['kev', 1, 0, '2024-01-01', KEV],
  );
  assert.deepEqual(
    [second?.id, second?.records, second?.namespaces, second?.skippedReasons],
    ['osv', 2, ['npm'], [{ reason: 'not an OSV record (no id, or nothing affected)', count: 1, example: 'c.json' }]],
  );
  assert.equal(set.contentId(), id);
  const all = [...set.packages()].flatMap((row) => set.advisoriesOf(row));
  assert.deepEqual(
    all.map((advisory) => advisory.id),
    ['GHSA-a', 'GHSA-b'],
    'withdrawn records are kept',
  );
  set.close();
});

test('with the feed eol its dates hold, and nothing else', async () => {
  await buildAdvisorySet([{ feed: eol, path: EOL }], path('eol.db'), BUILT);
  const set = openAdvisorySet(path('eol.db'));
  assert.deepEqual(set.endOfLife('alpine:3.15'), { date: '2030-01-01', source: 'https://example.org/' });
  assert.equal(set.endOfLife('alpine:3.11'), undefined);
});

test('the id depends on the content alone: not on the order, the packing, the place or the time', async () => {
  const id = await buildAdvisorySet(INPUTS, path('one.db'), BUILT);
  const split = [
    { feed: kev, path: join(KEV, 'kev.json'), updated: '2025-05-05', source: 'elsewhere' },
    { feed: osv, path: join(RECORDS, 'b.json') },
    { feed: osv, path: join(RECORDS, 'a.json') },
    { feed: osv, path: RECORDS },
  ];
  assert.equal(await buildAdvisorySet(split, path('two.db'), { builtAt: '2027-01-01T00:00:00Z' }), id);
  assert.notEqual(await buildAdvisorySet(INPUTS.slice(0, 1), path('three.db'), BUILT), id);
  assert.notEqual(
    await buildAdvisorySet(
      [
        { feed: osv, path: RECORDS },
        { feed: kev, path: KEV_LATER },
      ],
      path('four.db'),
      BUILT,
    ),
    id,
    'the date of a feed counts',
  );
});

const advisories = fc.array(
  fc.record(
    {
      feed: fc.constantFrom('alpine-secdb', 'osv'),
      id: fc.constantFrom('CVE-2020-0001', 'CVE-2020-0002', 'GHSA-x'),
      aliases: fc.uniqueArray(fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3')),
      related: fc.uniqueArray(fc.constantFrom('DSA-1', 'DSA-2')),
      namespace: fc.constantFrom('npm', 'alpine:3.15', 'z\u{10000}', 'z\uffee'),
      package: fc.constantFrom('zlib', 'left-pad', '\u{1f600}', '\ufb01'),
      binary: fc.constant(true),
      module: fc.constantFrom('none', 'nodejs:18'),
      architectures: fc
        .uniqueArray(fc.constantFrom('aarch64', 's390x', 'x86_64'), { minLength: 1 })
        .map((list) => list.sort()),
      status: fc.constantFrom('affected', 'not-affected'),
      ranges: fc.array(
        fc.record(
          {
            introduced: fc.constantFrom('1', '2'),
            fixed: fc.constantFrom('3', '4'),
            lastAffected: fc.constant('5'),
            limit: fc.constant('6'),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      fixState: fc.constantFrom('fixed', 'not-fixed', 'will-not-fix', 'unknown'),
      severities: fc.array(
        fc.record(
          {
            kind: fc.constantFrom('vendor', 'nvd'),
            source: fc.constant('s'),
            raw: fc.string({ maxLength: 9 }),
            level: fc.constantFrom('high', 'low'),
            score: fc.constantFrom(1, 9.8),
          },
          { requiredKeys: ['kind', 'source', 'raw', 'level'] },
        ),
        { maxLength: 2 },
      ),
      modified: fc.constantFrom('2020-01-01', '2021-01-01'),
      withdrawn: fc.constant('2022-01-01'),
      reference: fc.webUrl(),
    },
    {
      requiredKeys: [
        'feed',
        'id',
        'aliases',
        'related',
        'namespace',
        'package',
        'status',
        'ranges',
        'fixState',
        'severities',
      ],
    },
  ) as fc.Arbitrary<Advisory>,
  { maxLength: 25 },
);

test('law: any order of the same records gives the same set', () => {
  fc.assert(
    fc.property(
      advisories.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const [a, b] = [list, shuffled].map((records) => advisorySetFromRecords({ advisories: records }, BUILT));
        assert.equal(a?.id, b?.id);
        assert.equal(a?.contentId(), a?.id);
        const keys = [...(a?.packages() ?? [])].map((row) => [row.namespace, row.name] as const);
        for (const [index, [namespace, name]] of keys.entries()) {
          const [before, previous] = keys[index - 1] ?? ['', ''];
          assert.ok(
            index === 0 || (compareUtf8(before, namespace) || compareUtf8(previous, name)) < 0,
            'rows come in key order',
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('law: what is stored reads back as what was said', () => {
  fc.assert(
    fc.property(advisories, (list) => {
      for (const advisory of list) {
        const { feed, namespace, package: name } = advisory;
        const back = decodeRecord(JSON.parse(encodeRecord(advisory)), feed, namespace, name);
        assert.equal(encodeRecord(back), encodeRecord(advisory));
        assert.deepEqual(new Set(back.aliases), new Set(advisory.aliases));
        assert.deepEqual(
          new Set(back.ranges.map((range) => JSON.stringify(Object.entries(range).sort()))),
          new Set(advisory.ranges.map((range) => JSON.stringify(Object.entries(range).sort()))),
        );
        assert.deepEqual(
          { ...back, aliases: [], related: [], ranges: [], severities: [] },
          { ...advisory, aliases: [], related: [], ranges: [], severities: [] },
        );
      }
    }),
  );
});

test('law: an export gives the same set back', async () => {
  await fc.assert(
    fc.asyncProperty(advisories, fc.boolean(), async (list, starter) => {
      const set = advisorySetFromRecords(
        {
          advisories: list,
          kev: { 'CVE-2020-0001': '2022-01-01' },
          epss: { 'CVE-2020-0001': 0.5 },
          severities: {
            'CVE-2020-0001': [SCORE, { ...SCORE, kind: 'cvss', source: 'cisa-adp' }],
            'CVE-2020-0003': [SCORE],
          },
          ssvc: { 'CVE-2020-0002': { exploitation: 'poc', automatable: 'no', technicalImpact: 'total' } },
          endOfLife: { 'alpine:3.15': { date: '2023-11-01', source: 's' } },
        },
        { ...BUILT, starter },
      );
      writeLines(path('law.jsonl.gz'), exportLines(set));
      assert.equal(await importAdvisorySet(path('law.jsonl.gz'), path('law.db')), set.id);
      const back = openAdvisorySet(path('law.db'));
      assert.deepEqual([...exportLines(back)], [...exportLines(set)]);
      back.close();
    }),
    { numRuns: 20 },
  );
});

test('of several copies of a record the newest holds; without dates all do', () => {
  const base = advisorySetFromRecords({ advisories: [] }, BUILT);
  assert.equal(base.feeds.length, 0);
  const copy = (fixed: string, modified?: string): Advisory => ({
    feed: 'osv',
    id: 'X-1',
    aliases: [],
    related: [],
    namespace: 'npm',
    package: 'x',
    status: 'affected',
    ranges: [{ fixed }],
    fixState: 'fixed',
    severities: [],
    ...(modified === undefined ? {} : { modified }),
  });
  const fixes = (...list: readonly Advisory[]): unknown => {
    const set = advisorySetFromRecords({ advisories: list }, BUILT);
    return [set.feeds[0]?.records, set.lookup('npm', 'x').map((advisory) => advisory.ranges[0]?.fixed)];
  };
  assert.deepEqual(fixes(copy('1', '2020-01-01'), copy('2', '2021-01-01')), [1, ['2']]);
  assert.deepEqual(fixes(copy('1'), copy('2')), [2, ['1', '2']]);
  assert.deepEqual(fixes(copy('1'), copy('1')), [1, ['1']]);
});

test('an input in which nothing can be read is an error, and the set before it stays', async () => {
  await buildAdvisorySet(INPUTS, path('kept.db'), BUILT);
  const before = readFileSync(path('kept.db'));
  const html = folder('html', { 'page.json': '<html>' });
  assert.equal(
    (await fails(() => buildAdvisorySet([{ feed: osv, path: html }], path('kept.db'), BUILT))).code,
    'parse',
  );
  assert.equal(
    (
      await fails(() =>
        buildAdvisorySet([{ feed: osv, path: folder('none', { 'x.txt': '' }) }], path('kept.db'), BUILT),
      )
    ).code,
    'input-unreadable',
  );
  const closed = path('closed.zip');
  writeFileSync(closed, makeZip([{ path: 'GHSA-1.json', content: '{}', flags: 1 }]));
  const refused = await fails(() => buildAdvisorySet([{ feed: osv, path: closed }], path('kept.db'), BUILT));
  assert.match(refused.message, /nothing in .*closed\.zip can be read: GHSA-1\.json: .*encrypted/);
  assert.equal(
    (await fails(() => buildAdvisorySet([{ feed: osv, path: path('absent') }], path('kept.db'), BUILT))).code,
    'input-missing',
  );
  assert.equal((await fails(() => buildAdvisorySet(INPUTS, temporaryFolder(), BUILT))).code, 'usage');
  assert.deepEqual(readFileSync(path('kept.db')), before);
  assert.deepEqual(
    readdirSync(temporaryFolder()).filter((name) => name.startsWith('.plimsoll')),
    [],
    'no temporary files are left',
  );
});

test('records out of bounds are skipped with a reason, not stored', async () => {
  const hostile = folder('hostile', {
    'a.json': osvRecord('GHSA-a', 'x\u001b[31m'),
    'b.json': osvRecord('GHSA-'.padEnd(5000, 'a'), 'x'),
    'c.json': osvRecord('GHSA-c', 'x', {
      affected: [
        {
          package: { ecosystem: 'npm', name: 'x' },
          versions: Array.from({ length: 60_000 }, (_, index) => `1.${index}`),
        },
      ],
    }),
    'd.json': osvRecord('GHSA-d', 'x', { aliases: ['CVE-1\n'], upstream: ['a\u0000b'] }),
    'e.json': osvRecord('GHSA-e', 'x', {
      affected: [{ package: { ecosystem: 'npm', name: 'x' }, versions: ['1'.repeat(5000)] }],
    }),
    'f.json': osvRecord('GHSA-f', 'x'),
  });
  await buildAdvisorySet([{ feed: osv, path: hostile }], path('hostile.db'), BUILT);
  const set = openAdvisorySet(path('hostile.db'));
  assert.deepEqual(
    [...set.packages()].flatMap((row) => set.advisoriesOf(row).map((advisory) => advisory.id)),
    ['GHSA-f'],
  );
  assert.deepEqual([set.feeds[0]?.records, set.feeds[0]?.skipped, set.feeds[0]?.skippedReasons.length], [1, 5, 4]);
});

test('an export that was altered or cut is refused', async () => {
  const set = advisorySetFromRecords(
    { advisories: [], kev: { 'CVE-2021-44228': '2021-12-10', 'CVE-2021-4034': '2022-06-27' } },
    BUILT,
  );
  const lines = [...exportLines(set)];
  const imported = async (text: string): Promise<string> => {
    writeFileSync(path('altered.jsonl'), text);
    return (await fails(() => importAdvisorySet(path('altered.jsonl'), path('imported.db')))).code;
  };
  assert.equal(await imported(lines.join('').replace('2021-12-10', '2021-12-11')), 'digest-mismatch');
  assert.equal(await imported(lines.slice(0, -1).join('')), 'digest-mismatch');
  assert.equal(await imported(lines.slice(1).join('')), 'parse');
  assert.equal(await imported(`${lines[0]}{"advisory": {"id": 7}}\n`), 'parse');
  assert.equal(await imported(`${lines[0]}hello\n`), 'parse');
  assert.equal(await imported(''), 'parse');
  const control = {
    feed: 'osv',
    id: 'X\u0007',
    aliases: [],
    related: [],
    namespace: 'npm',
    package: 'x',
    status: 'affected',
    ranges: [],
    fixState: 'fixed',
    severities: [],
  };
  assert.equal(await imported(`${lines[0]}${JSON.stringify({ advisory: control })}\n`), 'parse');
});
