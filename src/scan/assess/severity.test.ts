import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisory } from '../../../test/support/synthetic-set.ts';
import type { Severity } from '../advisory/advisory.ts';
import { chooseSeverity, severityOrElse } from './severity.ts';

function says(feed: string, ...severities: readonly Severity[]) {
  return advisory({ feed, id: 'CVE-2018-25032', namespace: 'debian:12', package: 'zlib', severities });
}

const VENDOR_LOW: Severity = { kind: 'vendor', source: 'debian-tracker', raw: 'low', level: 'low' };
const UNASSIGNED: Severity = { kind: 'vendor', source: 'debian-tracker', raw: 'not yet assigned', level: 'unknown' };
const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
const CVSS_HIGH: Severity = { kind: 'cvss', source: 'osv', raw: VECTOR, level: 'high', score: 7.5 };
const CVSS_MEDIUM: Severity = { kind: 'cvss', source: 'osv', raw: 'CVSS:2.0/x', level: 'medium', score: 5 };
const NVD_HIGH: Severity = { kind: 'nvd', source: 'nvd', raw: VECTOR, level: 'high', score: 7.5 };
const NVD_CRITICAL: Severity = { kind: 'nvd', source: 'nvd', raw: VECTOR, level: 'critical', score: 9.8 };
const OTHER_VENDOR: Severity = { kind: 'vendor', source: 'ghsa', raw: 'CRITICAL', level: 'critical' };

describe('the policy vendor-then-cvss-then-nvd', () => {
  const rows: readonly [string, Parameters<typeof chooseSeverity>[1], string, string][] = [
    [
      'vendor before CVSS before NVD, though lower',
      [says('debian-tracker', NVD_CRITICAL, CVSS_HIGH, VENDOR_LOW)],
      'low',
      'debian-tracker:vendor',
    ],
    ['CVSS before NVD', [says('osv', NVD_CRITICAL, CVSS_HIGH)], 'high', 'osv:cvss'],
    ['NVD where nothing else is', [says('osv', NVD_HIGH)], 'high', 'nvd:nvd'],
    [
      'a vendor that assigned nothing does not hide a score',
      [says('debian-tracker', UNASSIGNED), says('osv', NVD_HIGH)],
      'high',
      'nvd:nvd',
    ],
    [
      'a vendor that assigned nothing is named where nothing else is',
      [says('debian-tracker', UNASSIGNED)],
      'unknown',
      'debian-tracker:vendor',
    ],
    ['nothing at all', [says('alpine-secdb')], 'unknown', 'none'],
    [
      "the distribution's own word before that of another feed",
      [says('ghsa', OTHER_VENDOR), says('debian-tracker', VENDOR_LOW)],
      'low',
      'debian-tracker:vendor',
    ],
    ['the higher of equals', [says('osv', CVSS_MEDIUM, CVSS_HIGH)], 'high', 'osv:cvss'],
  ];
  for (const [name, advisories, level, source] of rows) {
    it(name, () => {
      const chosen = chooseSeverity('debian:12', advisories, 'vendor-then-cvss-then-nvd');
      assert.deepEqual([chosen.level, chosen.source], [level, source]);
      assert.deepEqual(chooseSeverity('debian:12', advisories.toReversed(), 'vendor-then-cvss-then-nvd'), chosen);
    });
  }

  it("takes a language's scores before the words of its databases", () => {
    const word: Severity = { kind: 'vendor', source: 'ghsa', raw: 'MODERATE', level: 'medium' };
    const record = (...severities: readonly Severity[]) =>
      advisory({ feed: 'osv', id: 'GHSA-crp2-qrr5-8pq7', namespace: 'go', package: 'x', severities });
    const chosen = (...severities: readonly Severity[]) => {
      const { level, source } = chooseSeverity('go', [record(...severities)], 'vendor-then-cvss-then-nvd');
      return [level, source];
    };
    assert.deepEqual(chosen(word, CVSS_HIGH, NVD_CRITICAL), ['high', 'osv:cvss']);
    assert.deepEqual(chosen(word, NVD_CRITICAL), ['medium', 'ghsa:vendor']);
    assert.deepEqual(chosen(NVD_CRITICAL), ['critical', 'nvd:nvd']);
  });

  it('falls back to a score of the CVE itself, NVD before others', () => {
    const nothing = chooseSeverity('debian:12', [says('debian-tracker', UNASSIGNED)], 'vendor-then-cvss-then-nvd');
    const low = chooseSeverity('debian:12', [says('debian-tracker', VENDOR_LOW)], 'vendor-then-cvss-then-nvd');
    const nvd: Severity = { kind: 'nvd', source: 'nvd', raw: 'CVSS:3.1/…', level: 'medium', score: 5.5 };
    const cisa: Severity = { kind: 'cvss', source: 'cisa-adp', raw: 'CVSS:3.1/…', level: 'critical', score: 9.8 };
    const silent: Severity = { ...nvd, level: 'unknown' };
    assert.equal(severityOrElse(low, [nvd, cisa]), low);
    assert.deepEqual(severityOrElse(nothing, [cisa, nvd]), { level: 'medium', source: 'nvd:nvd', raw: 'CVSS:3.1/…' });
    assert.equal(severityOrElse(nothing, [cisa, silent]).source, 'cisa-adp:cvss');
    assert.equal(severityOrElse(nothing, [silent]), nothing);
    assert.equal(severityOrElse(nothing), nothing);
  });

  it("keeps the source's own word", () => {
    assert.equal(
      chooseSeverity('debian:12', [says('debian-tracker', UNASSIGNED)], 'vendor-then-cvss-then-nvd').raw,
      'not yet assigned',
    );
  });
});
