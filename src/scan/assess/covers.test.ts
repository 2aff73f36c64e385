import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisory } from '../../../test/support/synthetic-set.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import type { Advisory } from '../advisory/advisory.ts';
import { type Answer, covers } from './covers.ts';

function about(fields: Pick<Partial<Advisory>, 'ranges' | 'versions'>): Advisory {
  return advisory({ feed: 'osv', id: 'CVE-2022-1111', namespace: 'npm', package: 'p', ...fields });
}

describe('whether an advisory covers a version', () => {
  const rows: readonly [string, Pick<Partial<Advisory>, 'ranges' | 'versions'>, VersionScheme, string, Answer][] = [
    ['no interval and no version: all', {}, 'npm', '1.0.0', 'yes'],
    ['no interval and no version: even one that cannot be ordered', {}, 'go', '(devel)', 'yes'],
    ['below the fixed version', { ranges: [{ fixed: '1.2.12-r0' }] }, 'apk', '1.2.11-r3', 'yes'],
    ['the fixed version itself is free', { ranges: [{ fixed: '1.2.12-r0' }] }, 'apk', '1.2.12-r0', 'no'],
    ['the introduced version itself is affected', { ranges: [{ introduced: '2.0.0' }] }, 'npm', '2.0.0', 'yes'],
    ['before the introduced version', { ranges: [{ introduced: '2.0.0', fixed: '2.1.0' }] }, 'npm', '1.9.9', 'no'],
    [
      'introduced "0" is before all, though it is no version of npm',
      { ranges: [{ introduced: '0' }] },
      'npm',
      '0.0.1',
      'yes',
    ],
    ['the last affected version is affected', { ranges: [{ lastAffected: '2.1.0' }] }, 'npm', '2.1.0', 'yes'],
    ['behind the last affected version', { ranges: [{ lastAffected: '2.1.0' }] }, 'npm', '2.1.1', 'no'],
    [
      'second of two intervals',
      { ranges: [{ fixed: '1.1.0' }, { introduced: '2.0.0', fixed: '2.1.0' }] },
      'npm',
      '2.0.5',
      'yes',
    ],
    [
      'between two intervals',
      { ranges: [{ fixed: '1.1.0' }, { introduced: '2.0.0', fixed: '2.1.0' }] },
      'npm',
      '1.5.0',
      'no',
    ],
    ['a listed version', { versions: ['1.0.0', '1.0.1'] }, 'npm', '1.0.1', 'yes'],
    ['a version that is not listed', { versions: ['1.0.0'] }, 'npm', '1.0.1', 'no'],
    ['listed outside the intervals', { ranges: [{ introduced: '3.0.0' }], versions: ['1.0.0'] }, 'npm', '1.0.0', 'yes'],
    ['Debian epochs count', { ranges: [{ fixed: '1:1.2.11.dfsg-2+deb11u1' }] }, 'deb', '1.2.13', 'yes'],
    ['an installed version that is none', { ranges: [{ fixed: '1.0.0' }] }, 'npm', 'main', 'unknown'],
    ['Go (devel)', { ranges: [{ introduced: '0', fixed: '1.5.10' }] }, 'go', '(devel)', 'unknown'],
    ['Go (devel) against listed versions', { versions: ['1.0.0'] }, 'go', '(devel)', 'unknown'],
    ['a fixed version that is none', { ranges: [{ fixed: '1.9.5p2-r0 or so' }] }, 'apk', '1.9.5-r0', 'unknown'],
    ['a bad bound does not hide a good one', { ranges: [{ introduced: '2.0.0', fixed: 'x' }] }, 'npm', '1.0.0', 'no'],
    [
      'a bad interval does not hide a good one',
      { ranges: [{ fixed: 'x' }, { fixed: '2.0.0' }] },
      'npm',
      '1.0.0',
      'yes',
    ],
  ];
  for (const [name, fields, scheme, version, expected] of rows) {
    it(name, () => assert.equal(covers(about(fields), { version, scheme }), expected));
  }
});
