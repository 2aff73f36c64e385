import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { placeOf, slotsOf } from './slots.ts';

const LINUX = 'linux/amd64';
const DIGEST = `sha256:${'a'.repeat(64)}`;

function slots(...logical: readonly string[]): readonly string[] {
  return slotsOf(logical.map((name) => ({ logical: name, platform: LINUX })));
}

describe('slots', () => {
  it('are the repository without tag and the platform', () => {
    assert.deepEqual(slots('docker.io/library/alpine:3.16'), ['docker.io/library/alpine|linux/amd64']);
    assert.deepEqual(slots('localhost:5000/api'), ['localhost:5000/api|linux/amd64']);
    assert.deepEqual(slots(`k8s.gcr.io/pause@${DIGEST}`), ['k8s.gcr.io/pause|linux/amd64']);
  });

  it('carry the tag where a repository has several', () => {
    assert.deepEqual(slots('k8s.gcr.io/pause:3.1', 'quay.io/etcd:3', 'k8s.gcr.io/pause:3.2'), [
      'k8s.gcr.io/pause|linux/amd64#3.1',
      'quay.io/etcd|linux/amd64',
      'k8s.gcr.io/pause|linux/amd64#3.2',
    ]);
  });

  it('tell two digests under one tag apart', () => {
    const [first, second] = slots('quay.io/a:1', `quay.io/a:1@${DIGEST}`);
    assert.deepEqual([first, second], ['quay.io/a|linux/amd64#1', `quay.io/a|linux/amd64#1@${DIGEST}`]);
  });

  it('tell platforms apart without a tag', () => {
    const images = [LINUX, 'linux/arm64'].map((platform) => ({ logical: 'quay.io/a:1', platform }));
    assert.deepEqual(slotsOf(images), ['quay.io/a|linux/amd64', 'quay.io/a|linux/arm64']);
  });

  it('take a target on disk as a repository of its own', () => {
    assert.deepEqual(slots('oci:out/images:api', 'rootfs:/'), [
      'oci:out/images:api|linux/amd64',
      'rootfs:/|linux/amd64',
    ]);
  });

  it('keep their place when a second tag comes', () => {
    const [alone] = slots('k8s.gcr.io/pause:3.1');
    const [beside] = slots('k8s.gcr.io/pause:3.1', 'k8s.gcr.io/pause:3.2');
    assert.notEqual(alone, beside);
    assert.equal(placeOf(beside ?? ''), alone);
    assert.equal(placeOf(alone ?? ''), alone);
  });

  it('are never equal for different references', () => {
    const reference = fc
      .tuple(fc.constantFrom('a/b', 'a/c', 'h:5/b'), fc.constantFrom('', ':1', ':2', `@${DIGEST}`, `:1@${DIGEST}`))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(reference, { maxLength: 12 }), (references) => {
        assert.equal(new Set(slots(...references)).size, references.length);
      }),
    );
  });
});
