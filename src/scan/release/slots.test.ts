import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assignSlots, placeOf } from './slots.ts';

const AMD = 'linux/amd64';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

function slotsOf(...logicals: readonly string[]): readonly string[] {
  return assignSlots(logicals.map((logical) => ({ logical, platform: AMD })));
}

test('a repository with one tag is a slot without it; with several, the tag is behind it', () => {
  assert.deepEqual(slotsOf('docker.io/library/alpine:3.16', 'k8s.gcr.io/pause:3.4.1', 'k8s.gcr.io/pause:3.5'), [
    'docker.io/library/alpine|linux/amd64',
    'k8s.gcr.io/pause|linux/amd64#3.4.1',
    'k8s.gcr.io/pause|linux/amd64#3.5',
  ]);
});

test('references that the tag does not tell apart are told apart by digest', () => {
  assert.deepEqual(slotsOf(`r.io/a@${DIGEST}`), ['r.io/a|linux/amd64']);
  assert.deepEqual(slotsOf(`r.io/a:1@${DIGEST}`, `r.io/a:1@${OTHER}`, 'r.io/a:1', 'r.io/a:2', `r.io/a:2@${DIGEST}`), [
    `r.io/a|linux/amd64#1@${DIGEST}`,
    `r.io/a|linux/amd64#1@${OTHER}`,
    'r.io/a|linux/amd64#1',
    'r.io/a|linux/amd64#2',
    `r.io/a|linux/amd64#2@${DIGEST}`,
  ]);
  assert.deepEqual(slotsOf('r.io/a', 'r.io/a:latest', `r.io/a@${DIGEST}`), [
    'r.io/a|linux/amd64',
    'r.io/a|linux/amd64#latest',
    `r.io/a|linux/amd64#${DIGEST}`,
  ]);
});

test('the same reference on two platforms is two slots, and a tag counts on every platform', () => {
  assert.deepEqual(
    assignSlots([
      { logical: 'r.io/a:1', platform: AMD },
      { logical: 'r.io/a:1', platform: 'linux/arm64/v8' },
    ]),
    ['r.io/a|linux/amd64', 'r.io/a|linux/arm64/v8'],
  );
  assert.deepEqual(
    assignSlots([
      { logical: 'r.io/a:1', platform: AMD },
      { logical: 'r.io/a:2', platform: 'linux/arm64' },
    ]),
    ['r.io/a|linux/amd64#1', 'r.io/a|linux/arm64#2'],
  );
});

test('the place of an image on disk is its repository; the tag is a tag', () => {
  assert.deepEqual(slotsOf('rootfs:/'), ['rootfs:/|linux/amd64']);
  for (const place of ['oci:build/layout', 'oci-archive:a.tar', 'docker-archive:a:b/c.tar', 'dir:tree/quay.io/a/b']) {
    assert.deepEqual(slotsOf(`${place}:1.2`), [`${place}|linux/amd64`]);
    assert.deepEqual(slotsOf(place), [`${place}|linux/amd64`]);
  }
  assert.deepEqual(slotsOf('oci:layout:1', 'oci:layout:2'), ['oci:layout|linux/amd64#1', 'oci:layout|linux/amd64#2']);
  // Folders that a root file system lies in have no tags, and an archive's @0 is a position.
  assert.deepEqual(slotsOf('rootfs:/srv/a:1', 'docker-archive:a.tar:@0'), [
    'rootfs:/srv/a:1|linux/amd64',
    'docker-archive:a.tar:@0|linux/amd64',
  ]);
});

const logical = fc
  .tuple(
    fc.constantFrom('r.io/a', 'r.io/b', 'docker.io/library/c'),
    fc.constantFrom('', ':1', ':2', ':latest'),
    fc.constantFrom('', `@${DIGEST}`, `@${OTHER}`),
  )
  .map((parts) => parts.join(''));
const image = fc.record({ logical, platform: fc.constantFrom(AMD, 'linux/arm64') });

test('law: two images share a slot exactly when reference and platform are equal', () => {
  fc.assert(
    fc.property(fc.array(image, { maxLength: 20 }), (images) => {
      const slots = assignSlots(images);
      assert.equal(slots.length, images.length);
      for (const [i, a] of images.entries()) {
        for (const [j, b] of images.entries()) {
          const same = a.logical === b.logical && a.platform === b.platform;
          assert.equal(slots[i] === slots[j], same, `${a.logical} ${b.logical}`);
        }
      }
    }),
  );
});

test('law: slots do not depend on the order of the images', () => {
  const shuffled = fc
    .array(image, { maxLength: 20 })
    .chain((images) => fc.tuple(fc.constant(images), fc.shuffledSubarray(images, { minLength: images.length })));
  fc.assert(
    fc.property(shuffled, ([images, others]) => {
      const slotOf = new Map(
        images.map((each, index) => [`${each.logical} ${each.platform}`, assignSlots(images)[index]]),
      );
      assert.deepEqual(
        assignSlots(others),
        others.map((each) => slotOf.get(`${each.logical} ${each.platform}`)),
      );
    }),
  );
});

test('law: a slot starts with repository and platform, and a lone tag never shows', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(image, { maxLength: 10, selector: (each) => each.logical.split(/[:@]/)[0] }),
      (images) => {
        for (const slot of assignSlots(images)) assert.match(slot, /^[^|#]+\|linux\/(?:amd64|arm64)$/);
      },
    ),
  );
});

test('a slot keeps its place when a second tag comes', () => {
  const [alone] = slotsOf('k8s.gcr.io/pause:3.1');
  const [beside] = slotsOf('k8s.gcr.io/pause:3.1', 'k8s.gcr.io/pause:3.2');
  assert.notEqual(alone, beside);
  assert.equal(placeOf(beside ?? ''), alone);
  assert.equal(placeOf(alone ?? ''), alone);
});

test('a target on disk that would also parse as a reference is its own repository', () => {
  assert.deepEqual(slotsOf('dir:old', 'dir:new'), ['dir:old|linux/amd64', 'dir:new|linux/amd64']);
});
