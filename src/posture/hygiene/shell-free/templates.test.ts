import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerNeed } from '../../../scan/release/manifests/container-needs.ts';
import type { ReleaseContainer } from '../../../scan/release/release.ts';
import type { Judgement } from '../check.ts';
import { hygieneRelease } from '../release-view.ts';
import { type TestImage, testAssessment } from '../test-release.ts';
import { SHELL_FREE_TEMPLATES } from './templates.ts';

const SHELL = { shell: { count: 1, first: [{ path: 'bin/sh', layer: 0, mode: 0o755, uid: 0, gid: 0 }] } };
const WITH: TestImage = { logical: 'a/with:1', charts: ['c:1'], traits: { files: SHELL } };
const WITHOUT: TestImage = { logical: 'a/without:1', charts: ['c:1'], traits: { files: {} } };
const UNREAD: TestImage = { logical: 'a/unread:1', charts: ['c:1'], read: false };
const SCRIPTED: TestImage = {
  logical: 'a/scripted:1',
  charts: ['c:1'],
  traits: {
    files: SHELL,
    entry: {
      program: '/docker-entrypoint.sh',
      shellForm: false,
      need: { kind: 'script', program: '/docker-entrypoint.sh' },
    },
  },
};

const PROBE: ContainerNeed = { place: 'livenessProbe', kind: 'shell', program: 'sh' };
const SLEEP: ContainerNeed = { place: 'preStop', kind: 'tool', program: 'sleep' };

function container(
  image: TestImage,
  needs: readonly ContainerNeed[],
  more: Partial<ReleaseContainer> = {},
): ReleaseContainer {
  return { chart: 'c:1', workload: 'f Deployment/d', container: 'main', image: image.logical, needs, ...more };
}

function judged(
  name: string,
  images: readonly TestImage[],
  containers: readonly ReleaseContainer[],
): readonly Judgement[] {
  const template = SHELL_FREE_TEMPLATES.find((one) => one.name === name);
  const release = hygieneRelease({ ...testAssessment(images), ...(containers.length === 0 ? {} : { containers }) });
  return template?.withParameters({})({ release }) ?? [];
}

const CASES: readonly (readonly [
  images: readonly TestImage[],
  containers: readonly ReleaseContainer[],
  free: string,
  missing: string,
])[] = [
  [
    [WITHOUT],
    [container(WITHOUT, [])],
    'pass ready: none of 1 containers needs a shell',
    'pass no container asks for a shell',
  ],
  [
    [WITH],
    [container(WITH, [PROBE, SLEEP])],
    'fail blocked by 2: sh in 1, sleep in 1',
    'pass each image that is asked for a shell has one',
  ],
  [
    [WITHOUT],
    [container(WITHOUT, [PROBE])],
    'fail blocked by 1: sh in 1',
    'fail 1 containers ask for a shell that their image does not have',
  ],
  [[WITHOUT], [container(WITHOUT, [SLEEP])], 'fail blocked by 1: sleep in 1', 'pass no container asks for a shell'],
  [
    [UNREAD],
    [container(UNREAD, [PROBE])],
    'fail blocked by 1: sh in 1',
    'no-evidence 1 containers ask for a shell of images that were not read',
  ],
  [
    [UNREAD],
    [container(UNREAD, [])],
    'pass ready: none of 1 containers needs a shell',
    'pass no container asks for a shell',
  ],
  [
    [UNREAD],
    [container(UNREAD, [], { imageEntry: true })],
    'no-evidence what 1 of its images start is not known',
    'pass no container asks for a shell',
  ],
  [
    [SCRIPTED],
    [container(SCRIPTED, [], { imageEntry: true })],
    'fail blocked by 1: scripts in 1',
    'pass no container asks for a shell',
  ],
  [
    [SCRIPTED],
    [container(SCRIPTED, [])],
    'pass ready: none of 1 containers needs a shell',
    'pass no container asks for a shell',
  ],
];

for (const [index, [images, containers, free, missing]] of CASES.entries()) {
  test(`case ${index + 1}: ${free}; ${missing}`, () => {
    const textOf = (name: string) =>
      judged(name, images, containers).map((one) => `${one.subject} ${one.verdict} ${one.reason}`);
    assert.deepEqual(textOf('shell-free'), [`c:1 ${free}`]);
    assert.deepEqual(textOf('shell-missing'), [`c:1 ${missing}`]);
  });
}

test('a chart whose manifests were not read is not called ready', () => {
  for (const name of ['shell-free', 'shell-missing']) {
    assert.deepEqual(
      judged(name, [WITHOUT], []).map(({ subject, verdict }) => [subject, verdict]),
      [['c:1', 'no-evidence']],
    );
  }
});

test('the evidence says where, in which container, and what the image lacks', () => {
  const [result] = judged('shell-free', [WITHOUT], [container(WITHOUT, [PROBE], { init: true })]);
  assert.deepEqual(result?.evidence, [
    'f Deployment/d, init container main: livenessProbe starts the shell sh; the image has no shell',
  ]);
});
