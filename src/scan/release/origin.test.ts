import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originOf } from './origin.ts';

const CASES: readonly (readonly [logical: string, prefix: string, origin: 'own' | 'third-party'])[] = [
  ['artifactory.algol60.net/csm-docker/stable/cray-sls:1.13.0', 'artifactory.algol60.net/csm-docker/stable', 'own'],
  [
    'artifactory.algol60.net/csm-docker/stable/istio/proxyv2:1.8.6-cray2',
    'artifactory.algol60.net/csm-docker/stable/',
    'own',
  ],
  [
    'artifactory.algol60.net/csm-docker/stable/docker.io/ceph/ceph:v15',
    'artifactory.algol60.net/csm-docker/stable',
    'third-party',
  ],
  [
    'artifactory.algol60.net/csm-docker/stable/localhost/a:1',
    'artifactory.algol60.net/csm-docker/stable',
    'third-party',
  ],
  ['artifactory.algol60.net/csm-docker/stable-2/app:1', 'artifactory.algol60.net/csm-docker/stable', 'third-party'],
  [
    'artifactory.algol60.net/csm-docker/stable/docker.io/ours/app:1',
    'artifactory.algol60.net/csm-docker/stable/docker.io',
    'own',
  ],
  ['quay.io/org/app:1', 'quay.io/org/app', 'own'],
  ['quay.io/org/app@sha256:0', 'quay.io/org/app', 'own'],
  ['quay.io/org/app.two:1', 'quay.io/org', 'own'],
  ['quay.io/org/app:1', 'quay.io', 'own'],
];

test('an image is own below a prefix unless another registry stands in its path', () => {
  for (const [logical, prefix, origin] of CASES)
    assert.equal(originOf(logical, [prefix]), origin, `${logical} ${prefix}`);
  assert.equal(originOf('quay.io/a:1', []), 'third-party');
});
