import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { contentDigest, said, testInput } from '../test-release.ts';
import { digestNames } from './digest-names.ts';
import { digestReused } from './digest-reused.ts';
import { isVersionOfTag, wholeVersionOf, whyOpaque } from './forms.ts';
import { recordedDigest } from './recorded-digest.ts';
import { referenceDigest } from './reference-digest.ts';
import { repositoryTags } from './repository-tags.ts';
import { tagMoved } from './tag-moved.ts';
import { tagOpaque } from './tag-opaque.ts';

const PIN = `sha256:${'a'.repeat(64)}`;

test('a tag that names another image than before has moved; references with a digest, new ones and those that are gone cannot', () => {
  const before = [
    { logical: 'q.io/a:1', content: 'old' },
    { logical: 'q.io/b:1', content: 'same' },
    { logical: 'q.io/c:1' },
    { logical: 'q.io/gone:1' },
    { logical: `q.io/pinned:1@${PIN}`, content: 'old' },
    { logical: 'q.io/unread:1', read: false as const },
  ];
  const now = [
    { logical: 'q.io/a:1', content: 'new' },
    { logical: 'q.io/b:1', content: 'same' },
    { logical: 'q.io/c:1', read: false as const },
    { logical: 'q.io/new:1' },
    { logical: `q.io/pinned:1@${PIN}`, content: 'new' },
    { logical: 'q.io/unread:1' },
  ];
  assert.deepEqual(said(tagMoved, {}, now, before), [
    'q.io/a:1 fail the same tag names another image than in the release before',
    'q.io/b:1 pass it names the same image in both releases',
    'q.io/c:1 no-evidence the image was not read',
    'q.io/unread:1 no-evidence the image of the release before was not read',
  ]);
});

test('of images that were not read the recorded digests are compared', () => {
  const pinned = (name: string, digit: string) => ({
    logical: `q.io/${name}:1`,
    physical: `m.io/${name}@sha256:${digit.repeat(64)}`,
    read: false as const,
  });
  assert.deepEqual(said(tagMoved, {}, [pinned('a', '1'), pinned('b', '1')], [pinned('a', '2'), pinned('b', '1')]), [
    'q.io/a:1 fail the same tag names another image than in the release before',
    'q.io/b:1 pass it names the same image in both releases',
  ]);
  // One was read and the other is recorded by an index, perhaps.
  const read = { logical: 'q.io/a:1', physical: 'm.io/a:1' };
  assert.match(said(tagMoved, {}, [read], [pinned('a', '2')])[0] ?? '', / no-evidence /);
});

test("of what a bill of materials describes the digest is the document's: nothing follows from it", () => {
  const known = (content: string, name = 'q.io/a:1') => ({ logical: name, content, bill: true as const });
  assert.match(said(tagMoved, {}, [known('new')], [known('old')])[0] ?? '', / no-evidence /);
  assert.match(said(tagMoved, {}, [known('new')], [{ logical: 'q.io/a:1' }])[0] ?? '', / no-evidence /);
  assert.match(said(digestReused, {}, [known('old', 'q.io/a:2')], [known('old')])[0] ?? '', / no-evidence /);
  assert.deepEqual(
    said(digestNames, {}, [known('one'), known('one', 'q.io/b:1')]).map((text) => text.split(' ')[1]),
    ['no-evidence', 'no-evidence'],
  );
  const pinned = { ...known('one'), physical: `m.io/a@${PIN}` };
  assert.match(said(recordedDigest, {}, [pinned])[0] ?? '', / no-evidence /);
});

test('a new tag for the image that was shipped before is told', () => {
  const before = [{ logical: 'q.io/a:1.0.0', content: 'x' }, { logical: 'q.io/b:1.0.0' }];
  const now = [
    { logical: 'q.io/a:1.0.1', content: 'x' },
    { logical: 'q.io/b:1.0.1' },
    { logical: 'q.io/other:1', content: 'x' },
    { logical: 'q.io/b:1.0.0' },
  ];
  assert.deepEqual(
    said(digestReused, {}, now, before).map((text) => text.replace(/ .*? (?=for)/, ' ').slice(0, 40)),
    ['q.io/a:1.0.1 for the image that was ship', 'q.io/b:1.0.1 for new content'],
  );
});

const TAGS: readonly (readonly [tag: string, isOpaque: boolean])[] = [
  ['1.2.3', false],
  ['v1.21.1', false],
  ['1.2.3-r0', false],
  ['20220328.1.5-gabcdef', false],
  ['2.0.18+build.7', false],
  ['1.2.3.4', false],
  ['latest', true],
  ['3', true],
  ['v1', true],
  ['3.16', true],
  ['11-jre-slim', true],
  ['latest-v1.21.1-amd64', true],
  ['1.2.3-latest', true],
  ['master-21', true],
  ['bullseye-slim', true],
  ['0a1b2c3d4e5f', true],
  ['stable', true],
  ['1.2.3-stablehlo', false],
  ['', true],
];

for (const [tag, isOpaque] of TAGS) {
  test(`the tag "${tag}" ${isOpaque ? 'can name anything' : 'is a whole version'}`, () => {
    assert.equal(whyOpaque(tag, 3) !== undefined, isOpaque);
  });
}

test('a reference without a tag is latest, one with a digest needs none', () => {
  assert.deepEqual(
    said(tagOpaque, { numbers: 3 }, [{ logical: 'q.io/a' }, { logical: `q.io/b@${PIN}` }, { logical: 'q.io/c:3.16' }]),
    [
      'q.io/a fail there is no tag: it means latest',
      `q.io/b@${PIN} pass the reference has a digest`,
      'q.io/c:3.16 fail the tag 3.16 has 2 numbers where a whole version has 3: the next build can take its place',
    ],
  );
  assert.match(said(tagOpaque, { numbers: 2 }, [{ logical: 'q.io/c:3.16' }])[0] ?? '', / pass /);
});

test(
  '6 of the 55 tags that CSM listed in October 2024 are opaque',
  needsShared('data/csm/release/main-2024-10-24'),
  () => {
    const file = sharedPath('data/csm/release/main-2024-10-24/docker/index.yaml');
    const index: Readonly<Record<string, { readonly images?: Readonly<Record<string, readonly string[]>> }>> = parse(
      readFileSync(file, 'utf8'),
    );
    const tags = Object.values(index).flatMap(({ images = {} }) => Object.values(images).flat().map(String));
    const opaque = tags.filter((tag) => whyOpaque(tag, 3) !== undefined);
    assert.equal(tags.length, 55);
    assert.deepEqual(opaque.sort(), ['11-jre-slim', '3', '3.5', '3.7', 'latest-v1.21.1-amd64', 'v1']);
  },
);

test('the version of a tag, with and without what stands behind it', () => {
  assert.equal(wholeVersionOf('1.2.3'), '1.2.3');
  assert.equal(wholeVersionOf('1.2.3-0a1b2c3d4e5f'), '1.2.3');
  assert.equal(wholeVersionOf('1.2.3-r0'), '1.2.3-r0');
  assert.equal(wholeVersionOf('3.16'), undefined);
  for (const [version, tag, is] of [
    ['1.2.3', '1.2.3', true],
    ['1.2.3', 'v1.2.3', true],
    ['v1.2.3', '1.2.3-r1', true],
    ['1.2.3+b7', '1.2.3-b7', true],
    ['1.2.3', '1.2.30', false],
    ['8.5', '1.2.3', false],
    ['1.2.3-r1', '1.2.3', false],
  ] as const) {
    assert.equal(isVersionOfTag(version, tag), is, `${version} ${tag}`);
  }
});

test('charts that name a tag alone', () => {
  const images = [
    { logical: 'q.io/a:1', charts: ['platform/a:1'] },
    { logical: `q.io/b:1@${PIN}`, charts: ['platform/b:1'] },
    { logical: 'q.io/c:1' },
  ];
  assert.deepEqual(
    said(referenceDigest, {}, images).map((text) => text.split(' ').slice(0, 2).join(' ')),
    ['q.io/a:1 fail', `q.io/b:1@${PIN} pass`, 'q.io/c:1 not-applicable'],
  );
});

test('where nothing says which images the charts use, nothing can be told', () => {
  const { release } = testInput([{ logical: 'q.io/a:1' }]);
  const chart = { manifest: 'platform', chart: 'a', version: '1', release: 'a', namespace: 'services' };
  const judged = referenceDigest.withParameters({})({
    release: { ...release, assessment: { ...release.assessment, charts: [chart] } },
  });
  assert.deepEqual(
    judged.map(({ verdict }) => verdict),
    ['no-evidence'],
  );
});

test('several tags of one repository, one image under several names', () => {
  const images = [
    { logical: 'q.io/a:1', content: 'x' },
    { logical: 'q.io/a:2', content: 'x' },
    { logical: 'q.io/b:1', content: 'y' },
    { logical: 'q.io/c:1', content: 'y' },
    { logical: 'q.io/d:1', read: false as const },
  ];
  assert.deepEqual(
    said(repositoryTags, { most: 1 }, images).filter((text) => text.includes(' fail ')),
    ['q.io/a fail 2 versions of it are shipped'],
  );
  assert.deepEqual(said(digestNames, {}, images), [
    'q.io/a:1 pass the image has one name',
    'q.io/b:1 fail the image is shipped under 2 names',
    'q.io/d:1 no-evidence the image was not read',
  ]);
});

test('the recorded digest is that of the image, of its index, or of neither', () => {
  const index = digestOf('index');
  const physical = (digest: string) => `m.io/x@${digest}`;
  assert.deepEqual(
    said(recordedDigest, {}, [
      { logical: 'q.io/a:1', content: 'a', physical: physical(contentDigest('a')) },
      { logical: 'q.io/b:1', content: 'b', physical: physical(index), index },
      { logical: 'q.io/c:1', content: 'c', physical: physical(index) },
      { logical: 'q.io/d:1', physical: 'm.io/d:1' },
      { logical: 'q.io/e:1', physical: physical(index), read: false as const },
    ]).map((text) => text.split(' ').slice(0, 2).join(' ')),
    ['q.io/a:1 pass', 'q.io/b:1 pass', 'q.io/c:1 fail', 'q.io/d:1 not-applicable', 'q.io/e:1 no-evidence'],
  );
});
