// What runs: references and digests of pods as runtimes report them; against what was shipped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../kubernetes/api/resource.ts';
import { assembleRelease, listedParts } from '../assemble.ts';
import type { Mention } from '../mention.ts';
import type { Release } from '../release.ts';
import { shipRelease } from '../shipped.ts';
import { compareShipped } from './compare-shipped.ts';
import { runningImages } from './running.ts';

const [D1, D2] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`] as const;

function pod(
  name: string,
  containers: readonly (readonly [image: string, imageID?: string])[],
  more: object = {},
): KubernetesObject {
  return {
    metadata: { namespace: 'ns', name },
    spec: { containers: containers.map(([image], at) => ({ name: `c${at}`, image })) },
    status: {
      phase: 'Running',
      containerStatuses: containers.map(([, imageID], at) => ({ name: `c${at}`, imageID })),
      ...more,
    },
  };
}

function running(pods: readonly KubernetesObject[]): Release {
  const { mentions, gaps, lint } = runningImages(pods);
  return assembleRelease({ ...listedParts({ name: 'cluster', version: 'running' }, mentions, gaps), lint }, 'cluster:');
}

test('what a pod asks for is the reference, what the runtime took is the pin; init and ephemeral containers count', () => {
  const whole = pod('a', [
    ['alpine:3.16', `docker-pullable://alpine@${D1}`],
    ['quay.io/a/b', `quay.io/a/b@${D2}`],
    ['x:1', `docker://${D1}`],
  ]);
  const { mentions } = runningImages([
    {
      ...whole,
      spec: {
        ...Object(whole['spec']),
        initContainers: [{ name: 'i', image: 'init:1' }],
        ephemeralContainers: [{ name: 'e', image: 'debug:1' }],
      },
      status: { ...Object(whole['status']), initContainerStatuses: [{ name: 'i', imageID: `init@${D1}` }] },
    },
  ]);
  assert.deepEqual(
    mentions.map(({ logical, physical, position }) => [logical, physical, position]),
    [
      ['docker.io/library/alpine:3.16', `docker.io/library/alpine@${D1}`, 'ns/a c0'],
      ['quay.io/a/b', `quay.io/a/b@${D2}`, 'ns/a c1'],
      ['docker.io/library/x:1', undefined, 'ns/a c2'],
      ['docker.io/library/init:1', `docker.io/library/init@${D1}`, 'ns/a i'],
      ['docker.io/library/debug:1', undefined, 'ns/a e'],
    ],
  );
});

test('pods that ended run nothing; what is no reference is a gap; hostile objects harm nobody', () => {
  const { mentions, gaps } = runningImages([
    pod('done', [['a:1']], { phase: 'Succeeded' }),
    pod('bad', [['NOT A REFERENCE']]),
    { metadata: {} },
    { metadata: { name: 'x' }, spec: { containers: [null, 3, { image: { a: 1 } }] }, status: [] },
  ]);
  assert.deepEqual(mentions, []);
  assert.deepEqual(
    gaps.map(({ target }) => target),
    ['pod ns/bad', 'pod /x', 'pod /x', 'pod /x'],
  );
});

test('a tag that moved runs as two images, each of which is told', () => {
  const { images, lint } = running([
    pod('a', [['q.io/a:1', `q.io/a@${D1}`]]),
    pod('b', [['q.io/a:1', `q.io/a@${D2}`]]),
    pod('c', [['q.io/a:1']]),
  ]);
  assert.deepEqual(
    images.map(({ logical, digest }) => [logical, digest]),
    [
      ['q.io/a:1', undefined],
      [`q.io/a:1@${D1}`, D1],
      [`q.io/a:1@${D2}`, D2],
    ],
  );
  const found = lint.find(({ check }) => check === 'one-tag-runs-as-several-images');
  assert.deepEqual([found?.subject, found?.evidence], ['q.io/a:1', [`ns/a c0 ${D1}`, `ns/b c0 ${D2}`]]);
});

test('against a release: what it did not bring, what it left behind, what is the same under another name', () => {
  const mention = (logical: string, more: Partial<Mention> = {}): Mention => ({
    logical,
    source: 's',
    position: 'p',
    ...more,
  });
  const shipped = shipRelease(
    assembleRelease(
      listedParts(
        { name: 'csm', version: '1.2.0' },
        [
          mention('q.io/app:2'),
          mention('q.io/same:1', { physical: `q.io/same@${D1}`, digest: D1 }),
          mention('q.io/mirrored:1'),
        ],
        [],
      ),
      'csm:x',
    ),
    [{ match: 'q.io/mirrored', to: 'mirror.example/mirrored' }],
  );
  const found = compareShipped(
    running([
      pod('a', [
        ['q.io/app:2', `q.io/app@${D2}`],
        ['q.io/app:1'],
        ['elsewhere.example/same:latest', `elsewhere.example/same@${D1}`],
        ['mirror.example/mirrored:1'],
        ['mirror.example/mirrored:0'],
        ['stranger.example/x:1'],
        ['q.io/same:1', `q.io/same@${D2}`],
      ]),
    ]),
    shipped,
  );
  assert.deepEqual(
    found.map(({ check, subject, reason }) => [check, subject, reason]),
    [
      ['version-left-behind', 'mirror.example/mirrored:0', 'it runs, and csm 1.2.0 has 1 of this repository'],
      ['version-left-behind', 'q.io/app:1', 'it runs, and csm 1.2.0 has 2 of this repository'],
      [
        'runs-other-digest',
        'q.io/same:1',
        `it runs as ${D2}, and csm 1.2.0 has ${D1} under its name: other bytes, or the index of an image and one of its platforms`,
      ],
      ['runs-unshipped', 'stranger.example/x:1', 'it runs, and csm 1.2.0 has no image of this repository'],
    ],
  );
});
