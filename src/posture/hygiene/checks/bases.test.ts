import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentDigest, said, type TestImage, testInput } from '../test-release.ts';
import { baseDrift } from './base-drift.ts';
import { baseSpread } from './base-spread.ts';

const os = { id: 'alpine', version: '3.15.0' };

/** An image of an own layer on a base. */
function on(base: string, logical: string, packages: readonly string[] = [], more: Partial<TestImage> = {}): TestImage {
  return { logical, os, layers: [base, logical], packages, ...more };
}

test('an image is behind when another one has newer packages in the same base and none older', () => {
  const images = [
    on('old', 'q.io/a:1', ['old musl 1.2.2-r5', 'old zlib 1.2.11-r3', 'q.io/a:1 curl 7-r0']),
    on('new', 'q.io/b:1', ['new musl 1.2.2-r7', 'new zlib 1.2.11-r3', 'q.io/b:1 curl 6-r0']),
    // Mixed: nothing says which one is newer.
    on('odd', 'q.io/c:1', ['odd musl 1.2.2-r8', 'odd zlib 1.2.10-r9']),
  ];
  assert.deepEqual(said(baseDrift, {}, images), [
    'q.io/a:1 fail its build of alpine:3.15 is older than that of q.io/b:1: one package',
    'q.io/b:1 pass no newer build of alpine:3.15 is known',
    'q.io/c:1 pass no newer build of alpine:3.15 is known',
  ]);
  // Another branch is another base.
  const other = { ...on('new', 'q.io/b:1', ['new musl 1.2.3-r0']), os: { id: 'alpine', version: '3.16.0' } };
  assert.match(said(baseDrift, {}, [on('old', 'q.io/a:1', ['old musl 1.2.2-r5']), other])[0] ?? '', / no-evidence /);
});

test('an image that begins with what a base image was in the release before', () => {
  const before = [{ logical: 'q.io/base:1', os, layers: ['x', 'y'], content: 'before' }];
  const now = [
    { logical: 'q.io/base:1', os, layers: ['x', 'z'], content: 'now' },
    { logical: 'q.io/a:1', os, layers: ['x', 'y', 'own a'] },
    { logical: 'q.io/b:1', os, layers: ['x', 'z', 'own b'] },
  ];
  const drift = said(baseDrift, {}, now, before);
  assert.equal(drift[0], 'q.io/a:1 fail it stands on the q.io/base:1 of the release before, which was replaced since');
  assert.match(drift[1] ?? '', /^q.io\/b:1 pass/);
  // That an image is another one than before says nothing of what it stands on.
  const alone = { logical: 'q.io/c:1', os, layers: ['x', 'own c'] };
  assert.match(said(baseDrift, {}, [alone], [{ ...alone, layers: ['x', 'own before'] }])[0] ?? '', / no-evidence /);
});

test('a base for another platform is another image, not a replaced one', () => {
  const base = { logical: 'q.io/base:1', os };
  const before = { ...base, content: 'x86', layers: ['x86'] };
  const arm = { ...base, content: 'arm', layers: ['arm'], platform: 'linux/arm64' };
  const image = { logical: 'q.io/a:1', os, layers: ['x86', 'own'] };
  const [first = ''] = said(baseDrift, {}, [image, arm], [before]);
  assert.match(first, /^q.io\/a:1 no-evidence/);
});

test('base images that the user names say which build is the newest; without any other build nothing does', () => {
  const judge = baseDrift.withParameters({});
  const image = on('old', 'q.io/a:1', ['old musl 1.2.2-r5']);
  const shipped = (layer: string, musl: string): TestImage => ({
    logical: 'docker.io/library/alpine:3.15',
    os,
    layers: [layer],
    packages: [`${layer} musl ${musl}`],
  });
  const verdictBy = (layer: string, musl: string) => {
    const [judged] = judge({ ...testInput([image]), bases: [testInput([shipped(layer, musl)]).release] });
    return `${judged?.verdict} ${judged?.reason}`;
  };
  assert.equal(
    verdictBy('new', '1.2.2-r7'),
    'fail its build of alpine:3.15 is older than that of docker.io/library/alpine:3.15: one package',
  );
  assert.equal(verdictBy('old', '1.2.2-r5'), 'pass no newer build of alpine:3.15 is known');
  assert.match(said(baseDrift, {}, [image])[0] ?? '', /no-evidence no other build of alpine:3.15 is known/);
});

test('a label that names a base image of the release by another digest', () => {
  const base = { logical: 'docker.io/library/alpine:3.15', content: 'base', os, layers: ['x'] };
  const labelled = (logical: string, digest: string) => ({
    ...on('x', logical),
    labels: { 'org.opencontainers.image.base.name': 'alpine:3.15', 'org.opencontainers.image.base.digest': digest },
  });
  const drift = said(baseDrift, {}, [
    base,
    labelled('q.io/a:1', contentDigest('other')),
    labelled('q.io/b:1', contentDigest('base')),
  ]);
  assert.match(
    drift[1] ?? '',
    /^q.io\/a:1 fail it stands on another docker.io\/library\/alpine:3.15 than the release ships/,
  );
  assert.match(drift[2] ?? '', /^q.io\/b:1 pass/);
});

test('builds of one base are counted by branch; an image of one layer is a base only where others stand on it', () => {
  const images = [
    on('one', 'q.io/a:1'),
    on('one', 'q.io/b:1'),
    on('two', 'q.io/c:1'),
    on('three', 'q.io/d:1'),
    { logical: 'q.io/flat:1', os, layers: ['flat'] },
    { logical: 'q.io/base:1', os, layers: ['two'] },
    { ...on('four', 'q.io/e:1'), os: { id: 'debian', version: '12' } },
    { logical: 'q.io/scratch:1', layers: ['s', 't'] },
  ];
  assert.deepEqual(said(baseSpread, { most: 2 }, images), [
    'alpine:3.15 fail 5 images stand on 3 builds of it',
    'debian:12 pass one image stands on one build of it',
  ]);
});
