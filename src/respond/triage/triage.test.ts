// The rules that decide whose an instance is, where it stands, and by when it is to be gone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageOf } from '../../explain/test-assessment.ts';
import type { ClockRule, OwnerRule } from '../../platform/settings.ts';
import { clockOf } from '../clocks/clocks.ts';
import { agesOf } from '../gate/ages.ts';
import { ownerOf } from '../owners/owners.ts';
import { releaseOf } from '../plan/test-release.ts';
import { comparePriority, instancesOf, type Priority } from '../priority/instance.ts';
import { urgencyReason } from '../priority/urgency.ts';
import { triageOf } from './triage.ts';

const RULES: readonly OwnerRule[] = [
  { owner: 'suppliers', origin: 'third-party' },
  { owner: 'platform', images: ['quay.io/hms/*'] },
  { owner: 'network', charts: ['cray-dns-*'], origin: 'own' },
  { owner: 'web', packages: ['pkg:npm/*'] },
];

describe('owners', () => {
  const image = { ...imageOf('x'), logical: 'quay.io/hms/bss:1', charts: ['cray-hms-bss'] };
  const rows: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['of an image', ownerOf(RULES, image), 'platform'],
    ['the last rule', ownerOf(RULES, { ...image, charts: ['cray-dns-unbound'] }), 'network'],
    ['all conditions', ownerOf(RULES, { ...image, charts: ['cray-dns-unbound'], origin: 'third-party' }), 'platform'],
    ['of a package', ownerOf(RULES, image, 'pkg:npm/left-pad@1'), 'web'],
    ['of another package', ownerOf(RULES, image, 'pkg:apk/alpine/zlib@1'), 'platform'],
    ['nobody', ownerOf(RULES, { ...image, logical: 'docker.io/library/alpine:3' }), undefined],
  ];
  for (const [what, owner, expected] of rows) it(what, () => assert.equal(owner, expected));
});

describe('the order', () => {
  const one = (fields: Partial<Priority>): Priority => ({
    slot: 's',
    vulnerability: 'CVE-2022-1',
    severity: 'high',
    fixable: false,
    kev: false,
    ...fields,
  });
  const inOrder: readonly Priority[] = [
    one({ severity: 'critical', fixable: true, epss: 0.1 }),
    one({ severity: 'critical', kev: true, epss: 0.9 }),
    one({ fixable: true, kev: true }),
    one({ fixable: true, ssvc: { exploitation: 'active', automatable: 'no', technicalImpact: 'partial' } }),
    one({ fixable: true, ssvc: { exploitation: 'poc', automatable: 'yes', technicalImpact: 'total' } }),
    one({ fixable: true, epss: 0.97 }),
    one({ fixable: true }),
    one({ kev: true }),
    one({ severity: 'medium', fixable: true, kev: true }),
  ];
  it('is severity, then fixable; what is known of use reorders only inside these', () => {
    assert.deepEqual(inOrder.toReversed().sort(comparePriority), inOrder);
  });
  it('tells its reason', () => {
    assert.deepEqual(inOrder.slice(1, 6).map(urgencyReason), [
      'no fix, known exploited, EPSS 0.90',
      'fixable, known exploited',
      'fixable, SSVC active',
      'fixable, SSVC poc, automatable',
      'fixable, EPSS 0.97',
    ]);
  });
});

describe('clocks', () => {
  const found = (digest: string) =>
    releaseOf([{ repository: 'a', layers: [digest], found: [`${digest} apk zlib CVE-2018-25032 high 1.2.12-r0`] }]);
  const clean = releaseOf([{ repository: 'a', layers: ['x'] }], { asOf: '2022-03-01' });
  const rules: readonly ClockRule[] = [
    { days: 90 },
    { days: 10, severities: ['high'], fixable: true },
    { days: 3, exploited: true },
  ];

  it('run from the first assessment that had it, through rebuilds', () => {
    const now = { ...found('new'), asOf: '2022-04-20' };
    const ages = agesOf([clean, found('old'), now], now.asOf);
    const [instance] = instancesOf(now);
    assert.ok(instance);
    assert.deepEqual(clockOf(rules, instance, ages, now.asOf), {
      firstSeen: '2022-04-06',
      exact: true,
      days: 10,
      due: '2022-04-16',
      late: true,
    });
    assert.equal(clockOf([], instance, ages, now.asOf).due, undefined);
  });
});

describe('triage', () => {
  it('counts an instance once, as stated, ticketed or neither', () => {
    const release = releaseOf([
      {
        repository: 'a',
        layers: ['a'],
        found: ['a apk zlib CVE-1 high', 'a apk ssl CVE-2 critical 2', 'a apk xz CVE-3 low'],
      },
      { repository: 'b', layers: ['b'], origin: 'third-party', found: ['b apk zlib CVE-1 high'] },
    ]);
    const stated = release.findings.map((row) =>
      row.vulnerability === 'CVE-2' ? { ...row, statement: 'affected:next-release' } : row,
    );
    const { counts, images } = triageOf(
      { ...release, findings: stated },
      { owners: [], clocks: [], ageOf: () => ({}), ticketOf: (slot) => (slot.startsWith('b') ? '7' : undefined) },
    );
    assert.deepEqual(counts.all, { images: 2, instances: 3, statement: 1, ticket: 1, untriaged: 1, late: 0 });
    assert.deepEqual([counts.own.untriaged, counts['third-party'].ticket], [1, 1]);
    assert.deepEqual(
      images.map(({ untriaged }) => untriaged),
      [1, 0],
    );
  });
});
