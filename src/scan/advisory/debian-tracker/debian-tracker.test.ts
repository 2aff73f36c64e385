import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { Advisory } from '../advisory.ts';
import { debianTracker } from './index.ts';
import { settleDebian } from './settle.ts';
import { severityOfUrgency } from './urgency.ts';

const DSA = 'data/vuln/debian/DSA-list-20230402.xz';
const DLA = 'data/vuln/debian/DLA-list-20230402.xz';
const SAMPLE = 'data/vuln/debian/tracker-json-sample-vunnel.json';

function stateOf(release: unknown): unknown {
  const { advisories, skipped } = readFeed(debianTracker, {
    zlib: { 'CVE-2018-25032': { releases: { bullseye: release } } },
  });
  const [advisory] = advisories;
  if (advisory === undefined) return skipped.map((text) => text.split(' @ ')[0]);
  return [
    advisory.status,
    advisory.ranges,
    advisory.fixState,
    ...advisory.severities.map(({ raw, level }) => `${raw}=${level}`),
  ];
}

test('states of a release', () => {
  assert.deepEqual(
    stateOf({ status: 'resolved', fixed_version: '1:1.2.11.dfsg-2+deb11u1', urgency: 'not yet assigned' }),
    ['affected', [{ fixed: '1:1.2.11.dfsg-2+deb11u1' }], 'fixed', 'not yet assigned=unknown'],
  );
  assert.deepEqual(stateOf({ status: 'resolved', fixed_version: '0', urgency: 'unimportant' }), [
    'not-affected',
    [],
    'unknown',
    'unimportant=negligible',
  ]);
  assert.deepEqual(stateOf({ status: 'open', urgency: 'high**' }), ['affected', [], 'not-fixed', 'high**=high']);
  assert.deepEqual(stateOf({ status: 'open', urgency: 'low', nodsa: 'Minor issue', nodsa_reason: '' }), [
    'affected',
    [],
    'not-fixed',
    'low=low',
  ]);
  assert.deepEqual(stateOf({ status: 'open', nodsa: 'Minor issue', nodsa_reason: 'postponed' }), [
    'affected',
    [],
    'deferred',
  ]);
  assert.deepEqual(stateOf({ status: 'open', nodsa: 'Minor issue', nodsa_reason: 'ignored' }), [
    'affected',
    [],
    'will-not-fix',
  ]);
  assert.deepEqual(stateOf({ status: 'open', urgency: 'end-of-life' }), [
    'affected',
    [],
    'will-not-fix',
    'end-of-life=unknown',
  ]);
  assert.deepEqual(stateOf({ status: 'undetermined' }), ['undetermined by Debian']);
  assert.deepEqual(stateOf({ status: 'resolved' }), ['resolved, but without a fixed version']);
  assert.deepEqual(stateOf({ status: 'resolved', fixed_version: 'a b' }), [
    'a fixed version that dpkg does not accept',
  ]);
  assert.deepEqual(stateOf({ status: 'new word' }), ['a status that is not known']);
  assert.deepEqual(stateOf(null), ['a status that is not known']);
});

test('urgencies keep the word, those that say nothing about severity too; other text gives none', () => {
  for (const urgency of ['constructor', 'urgent', '', undefined]) assert.deepEqual(severityOfUrgency(urgency), []);
  for (const [urgency, level] of [
    ['not yet assigned', 'unknown'],
    ['end-of-life', 'unknown'],
    ['unimportant', 'negligible'],
  ] as const)
    assert.deepEqual(severityOfUrgency(urgency), [{ kind: 'vendor', source: 'debian', raw: urgency, level }]);
  assert.deepEqual(
    severityOfUrgency('medium*').map(({ kind, source, level }) => [kind, source, level]),
    [['vendor', 'debian', 'medium']],
  );
});

test('codenames become the numbers of os-release, unknown ones are skipped', () => {
  const open = { status: 'open', urgency: 'low' };
  const { advisories, covered, skipped } = readFeed(debianTracker, {
    linux: {
      'CVE-2020-0001': { releases: { stretch: open, bookworm: open, trixie: open, sid: open, hasOwnProperty: open } },
      note: 'x',
    },
  });
  assert.deepEqual(
    advisories.map(({ namespace }) => namespace),
    ['debian:9', 'debian:12', 'debian:13', 'debian:sid'],
  );
  assert.deepEqual(Object.values(covered), ['whole', 'whole', 'whole', 'whole']);
  assert.deepEqual(skipped, [
    'a release that is not known @ input.json: linux CVE-2020-0001 hasOwnProperty',
    'not a vulnerability with releases @ input.json: linux note',
  ]);
});

test('an announcement expands to its CVEs and is named as evidence', () => {
  const list = [
    '[18 Apr 2022] DSA-5123-1 xz-utils - security update',
    '\t{CVE-2022-1271}',
    '\t[buster] - xz-utils 5.2.4-1+deb10u1',
    '\t[bullseye] - xz-utils 5.2.5-2.1~deb11u1',
    '\tNOTE: text',
    '[13 Mar 2022] DSA-5085-2 expat - regression update',
    '\t[bullseye] - expat 2.2.10-2+deb11u3',
    '[01 Sep 2010] DSA-2100-1 openoffice.org',
    '        {CVE-2010-0001 CVE-2010-0002}',
    '\t[lenny] - openoffice.org <not-affected> (Vulnerable code not present)',
    '\t[jessie] - virtualbox <end-of-life>',
    '\t[unheard] - x 1.0',
    '[09 Sep 2010] DSA-2107-1 couchdb  - arbitrary code execution',
    '',
  ].join('\n');
  const { advisories, covered, skipped, updated } = readFeed(debianTracker, list, 'data/DSA/list');
  assert.deepEqual(
    advisories.map(({ id, namespace, package: name, status, ranges, related, published, reference }) => [
      id,
      namespace,
      name,
      status,
      ranges[0]?.fixed,
      related,
      published,
      reference,
    ]),
    [
      [
        'CVE-2022-1271',
        'debian:10',
        'xz-utils',
        'affected',
        '5.2.4-1+deb10u1',
        ['DSA-5123-1'],
        '2022-04-18',
        'https://security-tracker.debian.org/tracker/DSA-5123-1',
      ],
      [
        'CVE-2022-1271',
        'debian:11',
        'xz-utils',
        'affected',
        '5.2.5-2.1~deb11u1',
        ['DSA-5123-1'],
        '2022-04-18',
        'https://security-tracker.debian.org/tracker/DSA-5123-1',
      ],
      [
        'CVE-2010-0001',
        'debian:5',
        'openoffice.org',
        'not-affected',
        undefined,
        ['DSA-2100-1'],
        '2010-09-01',
        'https://security-tracker.debian.org/tracker/DSA-2100-1',
      ],
      [
        'CVE-2010-0002',
        'debian:5',
        'openoffice.org',
        'not-affected',
        undefined,
        ['DSA-2100-1'],
        '2010-09-01',
        'https://security-tracker.debian.org/tracker/DSA-2100-1',
      ],
    ],
  );
  assert.deepEqual(
    skipped.map((text) => text.split(' @ ')[0]),
    ['an announcement that names no CVE', 'a release without a fixed version', 'a release that is not known'],
  );
  assert.deepEqual(new Set(Object.values(covered)), new Set(['part']));
  assert.equal(updated, '2022-04-18');
});

test('a file of another kind is refused as a whole', () => {
  for (const document of ['', 'hello', '[]', '{', '<html>'])
    assert.throws(() => readFeed(debianTracker, document), ParseError, document);
});

test('the tracker holds over announcements, a fix over none, the last of several fixes over the first', () => {
  const record = (fixed: string | undefined, related: readonly string[]): Advisory => ({
    feed: 'debian-tracker',
    id: 'CVE-2020-0001',
    aliases: [],
    related,
    namespace: 'debian:11',
    package: 'x',
    status: 'affected',
    ranges: fixed === undefined ? [] : [{ fixed }],
    fixState: fixed === undefined ? 'not-fixed' : 'fixed',
    severities: related.length === 0 ? severityOfUrgency('low') : [],
  });
  const held = (...records: readonly Advisory[]): unknown =>
    settleDebian(records).map(({ ranges, related, severities }) => [ranges[0]?.fixed, related, severities.length]);
  assert.deepEqual(held(record('1.0-2', []), record('1.0-9', ['DSA-1-1'])), [['1.0-2', ['DSA-1-1'], 1]]);
  assert.deepEqual(held(record(undefined, []), record('1.0-9', ['DSA-1-1'])), [['1.0-9', ['DSA-1-1'], 1]]);
  assert.deepEqual(held(record('1.0-10', ['DSA-2-1']), record('1.0-9', ['DSA-1-1'])), [
    ['1.0-10', ['DSA-2-1', 'DSA-1-1'], 0],
  ]);
});

test("the tracker's own sample", needsShared(SAMPLE), () => {
  const { advisories } = readFeed(debianTracker, readFileSync(sharedPath(SAMPLE)));
  const prototype = advisories.filter(
    ({ package: name, namespace }) => name === 'prototypejs' && namespace === 'debian:10',
  );
  assert.deepEqual(
    prototype.map(({ id, status, ranges, severities }) => [
      id,
      status,
      ranges[0]?.fixed,
      severities[0]?.raw,
      severities[0]?.level,
    ]),
    [
      ['CVE-2008-7220', 'affected', '1.6.0.2-1', 'high**', 'high'],
      ['CVE-2007-2383', 'not-affected', undefined, 'unimportant', 'negligible'],
    ],
  );
});

test('the whole lists of announcements until April 2023', needsUnpacked(DSA, DLA), () => {
  const dsa = readFeed(debianTracker, unpackedFile(DSA), 'DSA-list-20230402');
  const zlib = dsa.advisories.filter(({ related }) => related.includes('DSA-5111-1'));
  assert.deepEqual(
    zlib.map(({ id, namespace, ranges }) => [id, namespace, ranges[0]?.fixed]),
    [
      ['CVE-2018-25032', 'debian:10', '1:1.2.11.dfsg-1+deb10u1'],
      ['CVE-2018-25032', 'debian:11', '1:1.2.11.dfsg-2+deb11u1'],
    ],
  );
  assert.equal(dsa.updated, '2023-03-29');
  assert.ok(new Set(dsa.advisories.flatMap(({ related }) => related)).size > 4900);
  const dla = readFeed(debianTracker, unpackedFile(DLA), 'DLA-list-20230402');
  assert.deepEqual(
    dla.advisories
      .filter(({ related, id }) => related.includes('DLA-2968-1') && id === 'CVE-2018-25032')
      .map(({ namespace }) => namespace),
    ['debian:9'],
  );
});
