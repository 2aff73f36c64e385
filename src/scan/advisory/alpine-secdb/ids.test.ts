import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEntry } from './ids.ts';

test('entries as they stand in the databases of 2020 to 2026', () => {
  // entry, [id, aliases, related], not affected
  const cases: readonly (readonly [
    string,
    readonly (readonly [string, readonly string[], readonly string[]])[],
    boolean?,
  ])[] = [
    ['CVE-2018-25032', [['CVE-2018-25032', [], []]]],
    ['cve-2019-11474', [['CVE-2019-11474', [], []]]],
    ['CVE_2019-2426', [['CVE-2019-2426', [], []]]],
    ['CVE 2018-16859', [['CVE-2018-16859', [], []]]],
    ['CVE-2019-19451.patch', [['CVE-2019-19451', [], []]]],
    ['CVE-2017-17434-1', [['CVE-2017-17434', [], []]]],
    ['CVE-2017-2616 (+ regression fix)', [['CVE-2017-2616', [], []]]],
    ['CVE-2021-27219 GHSL-2021-045', [['CVE-2021-27219', [], ['GHSL-2021-045']]]],
    ['GNUTLS-SA-2020-03-31 CVE-2020-11501', [['CVE-2020-11501', [], ['GNUTLS-SA-2020-03-31']]]],
    ['CVE-2018-3620   XSA-273', [['CVE-2018-3620', [], ['XSA-273']]]],
    ['CVE-2026-45076, GHSA-6qf2-7x63-mm6v', [['CVE-2026-45076', ['GHSA-6qf2-7x63-mm6v'], []]]],
    ['CVE-2026-47215 / GHSA-wqcr-7rf3-f64m', [['CVE-2026-47215', ['GHSA-wqcr-7rf3-f64m'], []]]],
    ['CVE-2022-45059 VSV00010', [['CVE-2022-45059', [], ['VSV00010']]]],
    // Several CVEs are several vulnerabilities; what stands beside them belongs to all.
    [
      'CVE-2019-17349 CVE-2019-17350 XSA-295',
      [
        ['CVE-2019-17349', [], ['XSA-295']],
        ['CVE-2019-17350', [], ['XSA-295']],
      ],
    ],
    [
      'CVE-2017-5753 CVE-2017-5715 CVE-2017-5754 XSA-254 XPTI',
      [
        ['CVE-2017-5753', [], ['XSA-254']],
        ['CVE-2017-5715', [], ['XSA-254']],
        ['CVE-2017-5754', [], ['XSA-254']],
      ],
    ],
    // No CVE: the publisher's own id.
    ['XSA-284', [['XSA-284', [], []]]],
    ['CVE-????-?????  XSA-295', [['XSA-295', [], []]]],
    ['CVE-2020-????? XSA-312', [['XSA-312', [], []]]],
    ['CVE N/A ZBX-11023', [['ZBX-11023', [], []]]],
    ['ELEMENTSEC-2024-1520, GHSA-rgv2-84w7-5j9p', [['GHSA-rgv2-84w7-5j9p', [], ['ELEMENTSEC-2024-1520']]]],
    ['ALPINE-13661', [['ALPINE-13661', [], []]]],
    ['wnpa-sec-2017-18', [['wnpa-sec-2017-18', [], []]]],
    ['TS-2023-002', [['TS-2023-002', [], []]]],
    // Notes.
    ['CVE-2020-14342 (Not affected, requires --with-systemd)', [['CVE-2020-14342', [], []]], true],
    ['CVE-2020-14342 (not actually applicable)', [['CVE-2020-14342', [], []]], true],
    ['CVE-2018-16301 (was fixed in libpcap)', [['CVE-2018-16301', [], []]]],
    // Nothing that could be an id.
    ['CVE-46838', []],
    ['', []],
    ['no id here', []],
    ['CVE-????-?????', []],
  ];
  for (const [entry, ids, notAffected = false] of cases) {
    const expected = ids.map(([id, aliases, related]) => ({ id, aliases, related, notAffected }));
    assert.deepEqual(readEntry(entry), expected, entry);
  }
});

test('a hostile entry costs no time', () => {
  const before = process.cpuUsage();
  for (const entry of ['('.repeat(100_000), 'A-'.repeat(50_000), 'CVE-2020-'.repeat(10_000), 'x'.repeat(1_000_000)])
    readEntry(entry);
  assert.ok(process.cpuUsage(before).user < 500_000);
});
