import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { BASES } from '../../words.ts';
import { formatHash, parseHash } from './address.ts';
import { SORT_KEYS } from './findings.ts';
import { CVE_SORT_KEYS, IMAGE_SORT_KEYS, PACKAGE_SORT_KEYS, START, VIEWS, type ViewState } from './view-state.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'quay.io/a/b:1|linux/amd64#x',
    'pkg:npm/%40scope/name@1.0?a=b&c=%2F',
    'CVE-2022-0778',
    '?',
    '/',
    '#',
    '%',
  ),
);
const list = <Key extends string>(keys: readonly Key[]) => ({
  query: text,
  sort: fc.constantFrom(...keys),
  descending: fc.boolean(),
  shown: text,
});
const risk = { levels: fc.subarray([...SEVERITY_LEVELS]), fixable: fc.boolean(), kev: fc.boolean() };
const plain = { noNullPrototype: true };
const states = fc.record<ViewState>(
  {
    view: fc.constantFrom(...VIEWS),
    basis: fc.constantFrom(...BASES),
    images: fc.record(list(IMAGE_SORT_KEYS), plain),
    packages: fc.record(
      {
        ...list(PACKAGE_SORT_KEYS),
        types: fc.subarray(['apk', 'deb', 'npm', 'rpm']),
        vulnerable: fc.boolean(),
        image: text,
      },
      plain,
    ),
    cves: fc.record({ ...list(CVE_SORT_KEYS), ...risk }, plain),
    findings: fc.record({ ...list(SORT_KEYS), ...risk, image: text }, plain),
  },
  plain,
);

test('law: an address reads back to the state that it was made of', () => {
  fc.assert(fc.property(states, (state) => assert.deepEqual(parseHash(formatHash(state), state), state)));
});

test('law: an address says all of its own view, whatever was there before', () => {
  fc.assert(
    fc.property(states, states, (state, before) => {
      const read = parseHash(formatHash(state), before);
      assert.equal(formatHash(read), formatHash(state));
    }),
  );
});

test('addresses are short and readable', () => {
  const findings = { ...START.findings, levels: ['critical', 'high'] as const, fixable: true };
  const cases: readonly (readonly [Partial<ViewState>, string])[] = [
    [{}, '#/summary'],
    [{ view: 'findings', findings }, '#/findings?severity=critical,high&fixable=1'],
    [{ view: 'findings', findings: { ...START.findings, shown: '73' } }, '#/finding/73'],
    [{ view: 'images', images: { ...START.images, sort: 'total', descending: true } }, '#/images?sort=total.desc'],
    [
      { view: 'images', images: { ...START.images, shown: 'quay.io/etcd|linux/amd64' } },
      '#/image/quay.io/etcd%7Clinux/amd64',
    ],
    [{ view: 'cves', cves: { ...START.cves, shown: 'CVE-2022-0778', query: 'ssl' } }, '#/cve/CVE-2022-0778?q=ssl'],
    [
      { view: 'packages', packages: { ...START.packages, shown: 'pkg:npm/minimist@1.2.5' } },
      '#/package/pkg:npm/minimist@1.2.5',
    ],
    [{ view: 'packages', packages: { ...START.packages, types: ['apk', 'npm'] } }, '#/packages?type=apk,npm'],
  ];
  for (const [change, address] of cases) assert.equal(formatHash({ ...START, ...change }), address);
});

test('an address may lack its slash, and its row may be written plainly', () => {
  assert.deepEqual(parseHash('#findings?q=zlib').findings, { ...START.findings, query: 'zlib' });
  assert.equal(parseHash('#/image/quay.io/etcd:3.5').images.shown, 'quay.io/etcd:3.5');
  assert.equal(parseHash('#/cve/CVE-2022-0778').view, 'cves');
});

test('law: any address is read without an error, and what is not understood is left out', () => {
  assert.deepEqual(parseHash('#nonsense?sort=drop&severity=fatal&basis=x'), START);
  assert.deepEqual(parseHash('#/cve/%E0%A4%A').cves, START.cves);
  assert.deepEqual(parseHash('#/findings?severity=low,critical,fatal').findings.levels, ['critical', 'low']);
  assert.deepEqual(parseHash('#/packages?type=npm,<b>,apk,npm').packages.types, ['apk', 'npm']);
  fc.assert(fc.property(fc.string(), (hash) => assert.ok(VIEWS.includes(parseHash(hash).view))));
});
