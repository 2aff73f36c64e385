import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { advisory } from '../../../test/support/synthetic-set.ts';
import type { Advisory } from '../advisory/advisory.ts';
import { resolveIdentities } from './identity.ts';
import { type Judgement, matchSubject, type Subject } from './match.ts';

const ZLIB: Subject = { namespace: 'alpine:3.15', name: 'zlib', version: '1.2.11-r3', scheme: 'apk' };
const LOG: Subject = { namespace: 'npm', name: 'log', version: '2.14.0', scheme: 'npm' };

function secdb(id: string, fields: Partial<Advisory>): Advisory {
  return advisory({ feed: 'alpine-secdb', id, namespace: 'alpine:3.15', package: 'zlib', ...fields });
}

function language(feed: string, fields: Partial<Advisory>): Advisory {
  return advisory({ feed, id: 'CVE-2021-44228', namespace: 'npm', package: 'log', ...fields });
}

function judge(subject: Subject, advisories: readonly Advisory[]): Judgement {
  return matchSubject(subject, advisories, resolveIdentities(advisories), 'vendor-then-cvss-then-nvd');
}

/** `vulnerability fix-state fixed-version` of every match. */
function summary(subject: Subject, advisories: readonly Advisory[]): readonly string[] {
  return judge(subject, advisories).matches.map(
    ({ vulnerability, fixState, fixedIn = '-' }) => `${vulnerability} ${fixState} ${fixedIn}`,
  );
}

const NOT_AFFECTED = { status: 'not-affected' } as const;

describe('one feed', () => {
  it('fixed in a later version', () => {
    const records = [secdb('CVE-2018-25032', { ranges: [{ fixed: '1.2.12-r0' }] })];
    assert.deepEqual(summary(ZLIB, records), ['CVE-2018-25032 fixed 1.2.12-r0']);
    assert.deepEqual(judge(ZLIB, records).matches[0]?.advisories, ['alpine-secdb/CVE-2018-25032']);
  });

  it('fixed in the installed version', () => {
    assert.deepEqual(summary(ZLIB, [secdb('CVE-2016-9840', { ranges: [{ fixed: '1.2.11-r0' }] })]), []);
  });

  it('"0" cancels the vulnerability under any of its ids, whatever another feed says', () => {
    const records = [
      secdb('CVE-2023-45853', NOT_AFFECTED),
      advisory({
        feed: 'osv',
        id: 'GHSA-mq29-j5xf-cjwr',
        aliases: ['CVE-2023-45853'],
        namespace: 'alpine:3.15',
        package: 'zlib',
      }),
    ];
    assert.deepEqual(judge(ZLIB, records), { matches: [], undecided: [] });
  });

  it('"0" cancels what the same feed says under another id', () => {
    const records = [
      secdb('CVE-2023-45853', NOT_AFFECTED),
      secdb('XSA-1', { aliases: ['CVE-2023-45853'], ranges: [{ fixed: '1.3.2-r0' }] }),
    ];
    assert.deepEqual(summary(ZLIB, records), []);
  });

  it('of one id in "0" and in a version the version holds', () => {
    const records = [
      secdb('CVE-2026-22184', NOT_AFFECTED),
      secdb('CVE-2026-22184', { ranges: [{ fixed: '1.3.2-r0' }] }),
    ];
    assert.deepEqual(summary(ZLIB, records), ['CVE-2026-22184 fixed 1.3.2-r0']);
    assert.deepEqual(summary({ ...ZLIB, version: '1.3.2-r0' }, records), []);
  });

  it('not affected in some versions only does not cancel in others', () => {
    const denial = secdb('CVE-2022-1111', { ...NOT_AFFECTED, versions: ['1.2.11-r9'] });
    assert.deepEqual(summary(ZLIB, [denial, secdb('CVE-2022-1111', {})]), ['CVE-2022-1111 not-fixed -']);
  });

  it('two records of one vulnerability: fixed where neither holds the version any more', () => {
    const records = [
      secdb('CVE-2022-1111', { ranges: [{ fixed: '1.2.11-r4' }] }),
      secdb('CVE-2022-1111', { ranges: [{ fixed: '1.2.12-r0' }] }),
    ];
    assert.deepEqual(summary(ZLIB, records), ['CVE-2022-1111 fixed 1.2.12-r0']);
  });

  it('disjoint intervals: the lowest fix above the installed version', () => {
    const ranges = [
      { introduced: '2.13.0', fixed: '2.15.0' },
      { introduced: '2.4.0', fixed: '2.12.2' },
      { introduced: '2.0.0', fixed: '2.3.1' },
    ];
    assert.deepEqual(summary(LOG, [language('ghsa', { ranges })]), ['CVE-2021-44228 fixed 2.15.0']);
    assert.deepEqual(summary({ ...LOG, version: '2.12.1' }, [language('ghsa', { ranges })]), [
      'CVE-2021-44228 fixed 2.12.2',
    ]);
  });

  const states: readonly [string, Partial<Advisory>, string][] = [
    ['last affected without a fix', { ranges: [{ lastAffected: '2.20.0' }], fixState: 'unknown' }, 'unknown -'],
    ['will not fix', { fixState: 'will-not-fix' }, 'will-not-fix -'],
    ['deferred', { fixState: 'deferred' }, 'deferred -'],
    ['said to be fixed, but not in which version', { fixState: 'fixed' }, 'unknown -'],
    ['a fix behind a subscription', { fixState: 'subscription' }, 'subscription -'],
    [
      'the state is for versions that no fix covers',
      { ranges: [{ fixed: '2.15.0' }, { introduced: '3.0.0' }], fixState: 'subscription' },
      'fixed 2.15.0',
    ],
    ['a limit claims no fix', { ranges: [{ limit: '2.15.0' }], fixState: 'unknown' }, 'unknown -'],
    [
      'a fixed version below the installed one in another branch',
      { ranges: [{ fixed: '1.0.0' }, { introduced: '2.0.0' }] },
      'not-fixed -',
    ],
  ];
  for (const [name, fields, expected] of states) {
    it(name, () => assert.deepEqual(summary(LOG, [language('osv', fields)]), [`CVE-2021-44228 ${expected}`]));
  }

  it('an advisory on several CVEs is a match each', () => {
    const records = [
      language('osv', { id: 'GO-1', related: ['CVE-2022-2222', 'CVE-2022-1111'], ranges: [{ fixed: '3.0.0' }] }),
    ];
    assert.deepEqual(summary(LOG, records), ['CVE-2022-1111 fixed 3.0.0', 'CVE-2022-2222 fixed 3.0.0']);
  });
});

describe('feeds that disagree', () => {
  const osvAlpine = (fields: Partial<Advisory>) => secdb('CVE-2022-1111', { feed: 'osv', ...fields });
  const own = (fields: Partial<Advisory>) => secdb('CVE-2022-1111', fields);

  it("the distribution's own word outranks: fixed", () => {
    const records = [own({ ranges: [{ fixed: '1.2.11-r3' }] }), osvAlpine({ ranges: [{ fixed: '1.2.12-r0' }] })];
    assert.deepEqual(summary(ZLIB, records), []);
  });

  it("the distribution's own word outranks: affected, with its fix", () => {
    const records = [own({ ranges: [{ fixed: '1.2.12-r0' }] }), osvAlpine({ ranges: [{ fixed: '1.2.11-r9' }] })];
    assert.deepEqual(summary(ZLIB, records), ['CVE-2022-1111 fixed 1.2.12-r0']);
    assert.deepEqual(judge(ZLIB, records).matches[0]?.fixes, { 'alpine-secdb': '1.2.12-r0', osv: '1.2.11-r9' });
  });

  it('where the distribution is silent another feed is heard', () => {
    assert.deepEqual(summary(ZLIB, [osvAlpine({ ranges: [{ fixed: '1.2.12-r0' }] })]), [
      'CVE-2022-1111 fixed 1.2.12-r0',
    ]);
  });

  it('a feed that is not a main one is heard only where main feeds are silent', () => {
    const other = language('gitlab', { ranges: [{ fixed: '3.0.0' }] });
    assert.deepEqual(summary(LOG, [other]), ['CVE-2021-44228 fixed 3.0.0']);
    for (const main of ['ghsa', 'osv']) {
      assert.deepEqual(summary(LOG, [other, language(main, { ranges: [{ fixed: '2.0.0' }] })]), []);
    }
  });

  it('main feeds are equals: one that says affected is enough', () => {
    const records = [
      language('osv', { ranges: [{ fixed: '2.0.0' }] }),
      language('ghsa', { ranges: [{ fixed: '2.15.0' }] }),
    ];
    assert.deepEqual(summary(LOG, records), ['CVE-2021-44228 fixed 2.15.0']);
    assert.deepEqual(judge(LOG, records).matches[0]?.advisories, ['ghsa/CVE-2021-44228']);
  });

  it('the fix is one that no deciding feed calls affected; each feed keeps its own', () => {
    const records = [
      language('osv', { ranges: [{ fixed: '2.15.0' }] }),
      language('ghsa', { ranges: [{ fixed: '2.17.1' }] }),
    ];
    assert.deepEqual(summary(LOG, records), ['CVE-2021-44228 fixed 2.17.1']);
    assert.deepEqual(judge(LOG, records).matches[0]?.fixes, { ghsa: '2.17.1', osv: '2.15.0' });
  });

  it('a fix that one feed names counts though another knows none', () => {
    const records = [language('osv', { ranges: [{ fixed: '2.15.0' }] }), language('ghsa', {})];
    assert.deepEqual(summary(LOG, records), ['CVE-2021-44228 fixed 2.15.0']);
    assert.deepEqual(judge(LOG, records).matches[0]?.fixes, { osv: '2.15.0' });
  });
});

describe('a fix that the deciding feed does not know', () => {
  const FOO: Subject = { namespace: 'debian:12', name: 'foo', version: '1.0-1', scheme: 'deb' };
  const says = (feed: string, fields: Partial<Advisory>) =>
    advisory({ feed, id: 'CVE-2024-0001', namespace: 'debian:12', package: 'foo', ...fields });
  const open = (fixState: Advisory['fixState'] = 'not-fixed') => says('debian-tracker', { fixState });
  const fixed = (feed: string, version: string) => says(feed, { ranges: [{ fixed: version }], fixState: 'fixed' });
  const rows: readonly [string, readonly Advisory[], string, Readonly<Record<string, string>> | undefined][] = [
    ['nobody knows one', [open()], 'not-fixed -', undefined],
    ['a weaker feed names one', [open(), fixed('debian-mirror', '1.0-2')], 'fixed 1.0-2', { 'debian-mirror': '1.0-2' }],
    ['though no fix was planned', [open('will-not-fix'), fixed('osv', '1.0-3')], 'fixed 1.0-3', { osv: '1.0-3' }],
    ['though it needs a subscription', [open('subscription'), fixed('osv', '1.0-3')], 'fixed 1.0-3', { osv: '1.0-3' }],
    [
      'the lowest that any of the weaker names',
      [open(), fixed('osv', '1.0-3'), fixed('debian-mirror', '1.0-2')],
      'fixed 1.0-2',
      { 'debian-mirror': '1.0-2', osv: '1.0-3' },
    ],
    [
      'that of the deciding feed holds where it names one',
      [fixed('debian-tracker', '1.0-9'), fixed('debian-mirror', '1.0-2')],
      'fixed 1.0-9',
      { 'debian-mirror': '1.0-2', 'debian-tracker': '1.0-9' },
    ],
    ['one below the installed version is none', [open(), fixed('osv', '0.9-1')], 'not-fixed -', undefined],
    [
      'one that its own feed takes back is none',
      [open('deferred'), says('osv', { ranges: [{ fixed: '1.0-2' }, { introduced: '1.0-2' }] })],
      'deferred -',
      {},
    ],
  ];
  for (const [name, records, expected, fixes] of rows) {
    it(name, () => {
      const [match] = judge(FOO, records).matches;
      assert.deepEqual([`${match?.fixState} ${match?.fixedIn ?? '-'}`, match?.fixes], [expected, fixes]);
      assert.deepEqual(judge(FOO, records.toReversed()).matches[0], match);
    });
  }

  it('leaves the finding where the deciding feed still calls the fixed version affected', () => {
    const records = [open(), fixed('debian-mirror', '1.0-2')];
    assert.deepEqual(summary({ ...FOO, version: '1.0-2' }, records), ['CVE-2024-0001 not-fixed -']);
  });
});

describe('advisories on builds for some platforms', () => {
  const GO: Subject = { namespace: 'go', name: 'stdlib', version: 'v1.20.0', scheme: 'go', platform: 'linux/arm64' };
  const says = (id: string, platforms?: readonly string[]) =>
    advisory({
      feed: 'osv',
      id,
      aliases: ['CVE-2023-1234'],
      namespace: 'go',
      package: 'stdlib',
      ranges: [{ fixed: '1.20.1' }],
      fixState: 'fixed',
      ...(platforms === undefined ? {} : { platforms }),
    });
  const rows: readonly [string, readonly Advisory[], readonly string[]][] = [
    ['of another system concern nobody here', [says('GO-1', ['windows/*'])], []],
    ['of another architecture neither', [says('GO-1', ['*/amd64', 'linux/386'])], []],
    ['of this system do', [says('GO-1', ['windows/*', 'linux/*'])], ['CVE-2023-1234']],
    ['of this architecture do', [says('GO-1', ['*/arm64'])], ['CVE-2023-1234']],
    ['of all do', [says('GO-1')], ['CVE-2023-1234']],
    ['hold against a record that names none', [says('GO-1', ['windows/*']), says('GHSA-aaaa-bbbb-cccc')], []],
    ['do not hold against the very same record', [says('GO-1', ['windows/*']), says('GO-1')], ['CVE-2023-1234']],
  ];
  for (const [name, records, expected] of rows) {
    it(name, () => {
      for (const given of [records, records.toReversed()]) {
        assert.deepEqual(
          judge(GO, given).matches.map(({ vulnerability }) => vulnerability),
          expected,
        );
      }
    });
  }

  it('concern an image for that platform, and one whose platform is not known', () => {
    const { platform: _, ...unknown } = GO;
    const platforms = ['windows/amd64', 'unknown/amd64', 'unknown/unknown', 'windows/unknown'];
    for (const subject of [unknown, ...platforms.map((platform) => ({ ...GO, platform }))]) {
      assert.equal(judge(subject, [says('GO-1', ['windows/amd64'])]).matches.length, 1, JSON.stringify(subject));
    }
    assert.equal(judge({ ...GO, platform: 'linux/unknown' }, [says('GO-1', ['windows/amd64'])]).matches.length, 0);
  });

  it('say nothing about versions that they do not hold', () => {
    const elsewhere = { ...says('GO-1', ['windows/*']), ranges: [{ introduced: '1.21.0' }] };
    assert.equal(judge(GO, [elsewhere, says('GHSA-aaaa-bbbb-cccc')]).matches.length, 1);
  });
});

describe('what cannot be told', () => {
  const devel: Subject = { ...LOG, version: '(devel)' };
  const ranged = (feed: string) => language(feed, { ranges: [{ fixed: '2.15.0' }] });

  it('is recorded and is no match', () => {
    const undecided = [{ vulnerability: 'CVE-2021-44228', feed: 'osv' }];
    assert.deepEqual(judge(devel, [ranged('osv')]), { matches: [], undecided });
  });

  it('is not recorded where a feed of the same or higher rank can tell that it is affected', () => {
    const { matches, undecided } = judge(devel, [ranged('osv'), language('ghsa', {})]);
    assert.deepEqual([matches.length, undecided], [1, []]);
  });

  it('is recorded where only an equal or lower feed can tell that it is free', () => {
    const free = language('ghsa', { versions: ['1.0.0'] });
    const { matches, undecided } = judge({ ...LOG, version: '2.14.0' }, [
      language('osv', { ranges: [{ fixed: 'x' }] }),
      free,
    ]);
    assert.deepEqual([matches, undecided.map(({ feed }) => feed)], [[], ['osv']]);
  });

  it('is not recorded where a stronger feed says free', () => {
    const records = [
      secdb('CVE-2022-1111', NOT_AFFECTED),
      secdb('CVE-2022-1111', { feed: 'osv', ranges: [{ fixed: 'x' }] }),
    ];
    assert.deepEqual(judge(ZLIB, records), { matches: [], undecided: [] });
  });
});

describe('laws of matching', () => {
  const version = fc.integer({ min: 1, max: 9 }).map((major) => `${major}.0.0`);
  const range = fc.record({ introduced: version, fixed: version, lastAffected: version }, { requiredKeys: [] });
  const cve = fc.constantFrom('CVE-2022-1111', 'CVE-2022-2222');
  const record = fc
    .record({
      feed: fc.constantFrom('osv', 'ghsa', 'gitlab'),
      id: fc.oneof(cve, fc.constantFrom('A-1', 'A-2')),
      aliases: fc.array(fc.oneof(cve, fc.constantFrom('A-1', 'A-2')), { maxLength: 2 }),
      status: fc.constantFrom('affected', 'affected', 'affected', 'not-affected'),
      ranges: fc.array(range, { maxLength: 3 }),
      fixState: fc.constantFrom('not-fixed', 'will-not-fix', 'subscription'),
    })
    .map((fields) =>
      advisory({
        ...fields,
        status: fields.status === 'affected' ? 'affected' : 'not-affected',
        namespace: 'npm',
        package: 'log',
      }),
    );
  const records = fc.array(record, { maxLength: 6 });
  const subject = version.map((text): Subject => ({ ...LOG, version: text }));

  it('the order of advisories does not matter', () => {
    fc.assert(
      fc.property(subject, records, (s, given) => assert.deepEqual(judge(s, given.toReversed()), judge(s, given))),
    );
  });

  it('one more "not affected" in all versions never adds a match', () => {
    fc.assert(
      fc.property(subject, records, fc.constantFrom('osv', 'ghsa'), cve, (s, given, feed, id) => {
        const before = new Set(judge(s, given).matches.map(({ vulnerability }) => vulnerability));
        const denial = advisory({ feed, id, namespace: 'npm', package: 'log', status: 'not-affected' });
        for (const { vulnerability } of judge(s, [...given, denial]).matches) assert.ok(before.has(vulnerability));
      }),
    );
  });

  it('in the fixed version of one feed the vulnerability is gone', () => {
    const ofOneFeed = records.map((given) =>
      given.map((entry) => ({ ...entry, feed: 'osv', ranges: entry.status === 'affected' ? entry.ranges : [] })),
    );
    fc.assert(
      fc.property(subject, ofOneFeed, (s, given) => {
        for (const { vulnerability, fixedIn } of judge(s, given).matches) {
          if (fixedIn === undefined) continue;
          const left = judge({ ...s, version: fixedIn }, given).matches.map((match) => match.vulnerability);
          assert.ok(!left.includes(vulnerability), `${vulnerability} is still there in ${fixedIn}`);
        }
      }),
    );
  });

  it('a match has at least one advisory, is named once, and a fixed one has a version', () => {
    fc.assert(
      fc.property(subject, records, (s, given) => {
        const { matches } = judge(s, given);
        assert.equal(new Set(matches.map(({ vulnerability }) => vulnerability)).size, matches.length);
        for (const match of matches) {
          assert.ok(match.advisories.length > 0);
          if (match.fixState === 'fixed') assert.notEqual(match.fixedIn, undefined);
        }
      }),
    );
  });
});
