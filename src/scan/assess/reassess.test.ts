import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisory, advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Package } from '../inventory/package.ts';
import { assess } from './assess.ts';
import { reassess } from './reassess.ts';

const LINUX = 'linux/amd64';
const IMAGE = digestOf('image');
const EMPTY = digestOf('empty');
const ZLIB: Package = {
  purl: 'pkg:apk/alpine/zlib@1.2.11-r3',
  type: 'apk',
  name: 'zlib',
  version: '1.2.11-r3',
  scheme: 'apk',
  source: { name: 'zlib', version: '1.2.11-r3' },
  namespace: 'alpine:3.11',
  location: { layer: digestOf('layer'), path: 'lib/apk/db/installed' },
};
const ODD: Package = {
  ...ZLIB,
  purl: 'pkg:apk/alpine/odd@main',
  name: 'odd',
  version: 'main',
  source: { name: 'odd', version: 'main' },
};

const zlib = (id: string, fixed: string) =>
  advisory({ feed: 'alpine-secdb', id, namespace: 'alpine:3.11', package: 'zlib', ranges: [{ fixed }] });
const odd = advisory({
  feed: 'alpine-secdb',
  id: 'CVE-2020-1',
  namespace: 'alpine:3.11',
  package: 'odd',
  ranges: [{ fixed: '1' }],
});
const OLD = advisorySetOf([zlib('CVE-2016-9840', '1.2.11-r0'), odd], {
  updated: { 'alpine-secdb': '2020-06-08' },
  endOfLife: { 'alpine:3.11': '2021-11-01' },
});
const NEW = advisorySetOf([zlib('CVE-2018-25032', '1.2.11-r4')], {
  updated: { 'alpine-secdb': '2022-04-05' },
  endOfLife: { 'alpine:3.11': '2021-11-01' },
});

const unparsed: Gap = { kind: 'file-unparsed', target: IMAGE, location: 'l:p', reason: 'damaged' };
const ambiguous: Gap = { kind: 'undecidable', target: IMAGE, location: 'l:etc/os-release', reason: 'two of them' };
const member: Gap = { kind: 'not-scanned', target: 'rpm/index.yaml', reason: 'node packages' };
const unread: Gap = { kind: 'image-unreadable', target: 'x', reason: 'no such manifest' };
const asked: Gap = { kind: 'limit-reached', target: 'x', reason: 'too many entries' };

const before = assess({
  release: { name: 'harbour', version: '1', target: 'images:list', charts: [], lint: [], gaps: [member] },
  images: [
    {
      logical: 'quay.io/a:1',
      physical: 'p',
      digest: IMAGE,
      platform: LINUX,
      origin: 'own',
      charts: ['c'],
      gaps: [asked],
    },
    { logical: 'quay.io/empty:1', physical: 'p', digest: EMPTY, platform: LINUX, origin: 'own', charts: [], gaps: [] },
    { logical: 'quay.io/b:1', physical: 'p', platform: LINUX, origin: 'third-party', charts: [], gaps: [unread] },
  ],
  inventories: [
    { image: EMPTY, platform: LINUX, packages: [], gaps: [], cataloguers: ['apk@1'], config: {} },
    {
      image: IMAGE,
      platform: LINUX,
      os: { id: 'alpine', version: '3.11.5' },
      packages: [ODD, ZLIB],
      gaps: [unparsed, ambiguous],
      cataloguers: ['apk@1'],
      layers: [digestOf('lower'), digestOf('layer')],
      config: {
        created: '2020-07-01T00:00:00Z',
        labels: {
          'org.opencontainers.image.base.name': 'docker.io/library/alpine:3.11',
          'org.label-schema.name': 'a',
          'com.example.secret': 'not told',
        },
      },
    },
  ],
  set: OLD,
  severityPolicy: 'vendor-then-cvss-then-nvd',
  asOf: '2022-04-06',
});

describe('reassess', () => {
  const options = { set: OLD, asOf: '2022-04-06', severityPolicy: 'vendor-then-cvss-then-nvd' } as const;

  it('the sample has every kind of gap that must survive or be judged anew', () => {
    assert.deepEqual(
      [...new Set(before.gaps.map(({ kind }) => kind))],
      [
        'end-of-life',
        'file-unparsed',
        'image-unreadable',
        'limit-reached',
        'not-scanned',
        'set-older-than-image',
        'undecidable',
      ],
    );
  });

  it('the sample carries layers and the labels in which the image tells of its making, and no others', () => {
    const { layers, labels } = before.inventories.find(({ digest }) => digest === IMAGE) ?? {};
    assert.deepEqual(layers, [digestOf('lower'), digestOf('layer')]);
    assert.deepEqual(labels, {
      'org.label-schema.name': 'a',
      'org.opencontainers.image.base.name': 'docker.io/library/alpine:3.11',
    });
  });

  it('with the same set and date gives the same bytes', () => {
    assert.equal(canonicalJson(reassess(before, options)), canonicalJson(before));
  });

  it('survives the way through JSON', () => {
    assert.equal(canonicalJson(reassess(JSON.parse(JSON.stringify(before)), options)), canonicalJson(before));
  });

  it('with another set finds what is new, drops what was judged by the old one, and keeps the image side', () => {
    const after = reassess(before, { ...options, set: NEW });
    assert.deepEqual(
      after.findings.map(({ vulnerability }) => vulnerability),
      ['CVE-2018-25032'],
    );
    assert.deepEqual(
      after.gaps.map(({ kind, location = '' }) => `${kind} ${location}`.trim()),
      [
        'end-of-life',
        'file-unparsed l:p',
        'image-unreadable',
        'limit-reached',
        'not-scanned',
        'undecidable l:etc/os-release',
        'undecidable',
      ],
    );
    assert.deepEqual(after.packages, before.packages);
    assert.notEqual(after.id, before.id);
  });

  it('with another date judges end of life anew', () => {
    const kinds = reassess(before, { ...options, asOf: '2021-01-01' }).gaps.map(({ kind }) => kind);
    assert.ok(!kinds.includes('end-of-life'));
  });

  it('drops what was a gap of the old set', () => {
    const starter = advisorySetOf([], { starter: true, covers: { 'alpine-secdb': ['alpine:3.11'] } });
    const undated = advisorySetOf([], { covers: { 'alpine-secdb': ['alpine:3.11'] } });
    const ofSet = (set: typeof OLD) =>
      reassess(reassess(before, { ...options, set }), { ...options, set: NEW }).gaps.filter(
        ({ target }) => target === 'advisory set',
      );
    assert.deepEqual([ofSet(starter), ofSet(undated)], [[], []]);
  });

  it('to a new set and back is the way back', () => {
    const there = reassess(before, { ...options, set: NEW, asOf: '2026-01-01' });
    assert.equal(canonicalJson(reassess(there, options)), canonicalJson(before));
  });
});
