import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError } from '../../../platform/errors.ts';
import { itemsOf } from './items.ts';
import { mentionsOf } from './mentions.ts';
import type { MentionKind } from './phrases.ts';

/** Lines of an entry of version 1.2-3, and what they say of each id. */
const CASES: readonly (readonly [lines: string, expected: Readonly<Record<string, MentionKind>>])[] = [
  ['  * [SECURITY] CVE-2023-31484: CPAN.pm now verifies TLS certificates.', { 'CVE-2023-31484': 'fixed' }],
  [
    '  * CVE-2024-9143 (Low-level invalid parameters lead to\n    OOB memory access) (Closes: #1085378).',
    { 'CVE-2024-9143': 'fixed' },
  ],
  [
    '  * Addresses CVE-2025-30698, CVE-2025-30691,\n    CVE-2025-21587.',
    { 'CVE-2025-30698': 'fixed', 'CVE-2025-30691': 'fixed', 'CVE-2025-21587': 'fixed' },
  ],
  ['    + CVE-2024-21011, 8319851: Improve exception logging.', { 'CVE-2024-21011': 'fixed' }],
  ['  * d/p/CVE-2024-34397/name.patch: Add patch.', { 'CVE-2024-34397': 'fixed' }],
  ['  * d/p/Drop-legacy-queries.patch: Add patch from upstream (CVE-2017-6519)', { 'CVE-2017-6519': 'fixed' }],
  ['  * Security: CAN-2005-0758, cve_2010-4708', { 'CVE-2005-0758': 'fixed', 'CVE-2010-4708': 'fixed' }],
  ['  * HSTS is not applied to all requests (CVE-2023-23914)', { 'CVE-2023-23914': 'fixed' }],
  ['  * CVE-2019-2228: the function did not validate the value', { 'CVE-2019-2228': 'fixed' }],
  ['  * epoll: Revert "epoll: use refcount" (CVE-2025-38349)', { 'CVE-2025-38349': 'fixed' }],
  ['  * Revert "zram: convert remaining" (CVE-2020-10781)', { 'CVE-2020-10781': 'fixed' }],
  ['  * New upstream release with fixes of several regressions and CVE-2024-1234.', { 'CVE-2024-1234': 'fixed' }],
  [
    '  * New upstream release. Fixes a DTLS regression, which broke\n    the handshake. CVE-2020-11501',
    { 'CVE-2020-11501': 'fixed' },
  ],
  ['  * CVE-2024-1234 is fixed in 1.2', { 'CVE-2024-1234': 'fixed' }],
  ['  * net: drop in-flight packets on close (CVE-2026-72017)', { 'CVE-2026-72017': 'fixed' }],
  // Not affected.
  [
    '  * Not affected by CVE-2022-1234, CVE-2022-1235 and CVE-2022-1236.',
    { 'CVE-2022-1234': 'not-affected', 'CVE-2022-1235': 'not-affected', 'CVE-2022-1236': 'not-affected' },
  ],
  [
    '  * CVE-2022-1234 does not affect this version; fix CVE-2022-9999.',
    { 'CVE-2022-1234': 'not-affected', 'CVE-2022-9999': 'fixed' },
  ],
  ["  * Debian isn't vulnerable to CVE-2022-1234", { 'CVE-2022-1234': 'not-affected' }],
  ['  * CVE-2022-1234 (not applicable, no such option here)', { 'CVE-2022-1234': 'not-affected' }],
  [
    '  * Not affecting stable:\n    - CVE-2022-1234\n    - CVE-2022-1235\n  * Fix CVE-2022-7777',
    { 'CVE-2022-1234': 'not-affected', 'CVE-2022-1235': 'not-affected', 'CVE-2022-7777': 'fixed' },
  ],
  // Fixed in another version.
  ['  * Security issues already fixed in 5.1.2: CVE-2016-3977. Closes: #820594', { 'CVE-2016-3977': 'elsewhere' }],
  ['  * CVE-2024-21094, 8317507: Already fixed in November 2023', { 'CVE-2024-21094': 'elsewhere' }],
  [
    '  * CVE-2006-4262 was fixed with 15.5+cvs20060902-1 but I forgot\n    to mention it',
    { 'CVE-2006-4262': 'elsewhere' },
  ],
  ['  * CVE-2006-4262 was fixed in 1.1-2', { 'CVE-2006-4262': 'elsewhere' }],
  [
    '  * Fix references for CVE-2021-40528 and CVE-2021-33560 in previous\n    changelogs.',
    { 'CVE-2021-40528': 'elsewhere', 'CVE-2021-33560': 'elsewhere' },
  ],
  ['  * mention closing of CVE-2022-32743 by the 4.17.0 upload', { 'CVE-2022-32743': 'elsewhere' }],
  ['  * The fix for CVE-2026-2006 was too aggressive.', { 'CVE-2026-2006': 'elsewhere' }],
  [
    '  * Fix DoS, as a follow-up of CVE-2024-12133 in libtasn1. [CVE-2024-12243]',
    { 'CVE-2024-12133': 'elsewhere', 'CVE-2024-12243': 'fixed' },
  ],
  [
    '  * CVE-2026-8328: Apply CVE-2021-4189 PASV fix to ftplib.ftpcp()',
    { 'CVE-2026-8328': 'fixed', 'CVE-2021-4189': 'elsewhere' },
  ],
  [
    '  * CVE-2023-0614: Fix of LDAP filters for CVE-2018-10919. Closes: CVE-2023-0225 CVE-2023-0922',
    { 'CVE-2023-0614': 'fixed', 'CVE-2018-10919': 'elsewhere', 'CVE-2023-0225': 'fixed', 'CVE-2023-0922': 'fixed' },
  ],
  ['  * CVE-2023-0001, CVE-2023-0002: overflows', { 'CVE-2023-0001': 'fixed', 'CVE-2023-0002': 'fixed' }],
  // What a fix broke, and fixes that were not enough.
  ['  * Fix CVE-2018-1000156 regression, temporary file leak', { 'CVE-2018-1000156': 'regression' }],
  [
    '  * Fixes y2038 regression in nscd following CVE-2024-33601 and\n    CVE-2024-33602 fix.',
    { 'CVE-2024-33601': 'regression', 'CVE-2024-33602': 'regression' },
  ],
  ['  * d/p/fix-CVE-2023-27534-regression-{1,2}.patch: add patches', { 'CVE-2023-27534': 'regression' }],
  ['  * p/CVE-2008-1420.patch: fix a regression', { 'CVE-2008-1420': 'regression' }],
  ['  * The previous fix for CVE-2022-1234 was incomplete.', { 'CVE-2022-1234': 'completed' }],
  ['  * CVE-2022-1234 was not fully fixed', { 'CVE-2022-1234': 'completed' }],
  ['  * Revert the fix for CVE-2022-1234, it breaks mounts', { 'CVE-2022-1234': 'reverted' }],
  ['  * Revert CVE-2022-1234.patch', { 'CVE-2022-1234': 'reverted' }],
  // Patches.
  ['  * Drop CVE-2016-3977.patch, included upstream.', { 'CVE-2016-3977': 'housekeeping' }],
  [
    '  * d/patches:\n    - CVE-2026-1861.patch: drop, merged upstream.\n    - CVE-2026-1899.patch: new.',
    { 'CVE-2026-1861': 'housekeeping', 'CVE-2026-1899': 'fixed' },
  ],
  [
    '  * Remove following patches, applied upstream:\n    - CVE-2017-17480.patch\n      + CVE-2018-14423.patch',
    { 'CVE-2017-17480': 'housekeeping', 'CVE-2018-14423': 'housekeeping' },
  ],
  ['  * debian/patches/00list: Remove 82_CVE-2009-1563.', { 'CVE-2009-1563': 'housekeeping' }],
  ['  - debian/patches/any/local-CVE-2024-33601-33602-nscd.diff: upstreamed.', { 'CVE-2024-33601': 'housekeeping' }],
  // GitHub's ids beside a CVE are names of it or of others; alone they are ids.
  ['  * Includes security fix for GHSA-5QPQ-xqfv-j9pg (Closes: #1147318)', { 'GHSA-5qpq-xqfv-j9pg': 'fixed' }],
  ['  * CVE-2024-1234 (GHSA-5qpq-xqfv-j9pg)', { 'CVE-2024-1234': 'fixed' }],
  // No ids.
  [
    '  * pipe: Fix missing lock (ZDI-CAN-17291), CVE-2017-922[4-9], CVE-2024-2728[0-2], CVE-2015-119, CVE-2024-XXXX',
    {},
  ],
  ['  [ A. CVE-2020-1111 Person ]\n\n  * Nothing.', {}],
];

test('what a changelog says of each id', () => {
  for (const [lines, expected] of CASES) {
    const said = itemsOf(lines.split('\n')).flatMap((item) => mentionsOf(item, '1.2-3'));
    assert.deepEqual(Object.fromEntries(said.map(({ id, kind }) => [id, kind])), expected, lines);
  }
});

test('a GHSA id beside a CVE is kept as another name', () => {
  const [item] = itemsOf(['  * CVE-2024-1234 (GHSA-5qpq-xqfv-j9pg)']);
  assert.deepEqual(mentionsOf(item ?? assert.fail(), '1')[0]?.related, ['GHSA-5qpq-xqfv-j9pg']);
});

test('points are the bullets with their continuation, and know what they stand below', () => {
  const items = itemsOf([
    '  * New upstream release:',
    '    - one, in debian/',
    '      rules',
    '      + deeper',
    '',
    '    - two',
    '  [ Somebody ]',
    '    - three',
    '  text without a bullet',
    '  * https://example.org/a/',
    '    b',
  ]);
  assert.deepEqual(
    items.map(({ text, under }) => [text, under.length]),
    [
      ['New upstream release:', 0],
      ['one, in debian/rules', 1],
      ['deeper', 1],
      ['two', 1],
      ['three text without a bullet', 0],
      ['https://example.org/a/b', 0],
    ],
  );
});

test('any text is read in time that grows with its length', () => {
  const words = fc.constantFrom(
    'CVE-2022-1234',
    ' ',
    '\n',
    '  * ',
    '    - ',
    'not affected by ',
    'drop ',
    '.patch',
    'regression ',
    ', ',
    'and ',
    '. ',
    ':',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 200 }), (parts) => {
      for (const item of itemsOf(parts.join('').split('\n'))) mentionsOf(item, '1');
    }),
    { numRuns: 300 },
  );
  const many = itemsOf([`  * ${'CVE-2022-12345, '.repeat(3000)}`])[0] ?? assert.fail();
  assert.equal(mentionsOf(many, '1').length, 3000);
  const long = itemsOf([`  * ${'not affected by CVE-2022-12345 regression '.repeat(2000)}`])[0] ?? assert.fail();
  assert.throws(() => mentionsOf(long, '1'), LimitError);
});
