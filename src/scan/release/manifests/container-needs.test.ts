import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { needOf } from '../../image/program-need.ts';
import { expandTargets } from '../expand.ts';
import { parseYaml } from '../yaml.ts';
import { findPodImages } from './pod-images.ts';

const LINES: readonly (readonly [line: string, need: string | undefined])[] = [
  ['sh -c true', 'shell sh'],
  ['/bin/bash -ec run', 'shell bash'],
  ['/busybox/sh', 'shell sh'],
  ['busybox wget', 'shell busybox'],
  ['tini -- sh -c run', 'shell sh'],
  ['/usr/bin/dumb-init /app/server', undefined],
  ['gosu 1000 /entry.sh', 'script /entry.sh'],
  ['/docker-entrypoint.sh', 'script /docker-entrypoint.sh'],
  ['/scripts/wait', 'script /scripts/wait'],
  ['/scripted/wait', undefined],
  ['cat /tmp/healthy', 'tool cat'],
  ['/usr/bin/curl -f localhost', 'tool curl'],
  ['/opt/cni/bin/install', undefined],
  ['/app/server --port 80', undefined],
  ['pg_isready -U postgres', undefined],
  ['python3 app.py', undefined],
  ['', undefined],
];

for (const [line, expected] of LINES) {
  test(`"${line}" needs ${expected ?? 'nothing'}`, () => {
    const need = needOf(line.split(' '), ['/scripts']);
    assert.equal(need === undefined ? undefined : `${need.kind} ${need.program}`, expected);
  });
}

const POD = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  template:
    spec:
      initContainers:
      - {name: wait, image: b:1, args: [sh, -c, wait]}
      - {name: copy, image: b:1, args: [--from, sh]}
      containers:
      - name: main
        image: a:1
        command: [/hooks/start]
        args: [sh]
        volumeMounts: [{name: hooks, mountPath: /hooks/}, {name: data, mountPath: /data}]
        startupProbe: {httpGet: {port: 80}}
        livenessProbe: {exec: {command: [/bin/sh, -c, "curl -u u:sesame-open localhost"]}}
        readinessProbe: {exec: {command: [/data/ready]}}
        lifecycle: {preStop: {exec: {command: [sleep, "5"]}}, postStart: {httpGet: {port: 80}}}
      - {name: plain, image: c:1}
      volumes:
      - {name: hooks, projected: {sources: [{configMap: {name: hooks}}]}}
      - {name: data, emptyDir: {}}
`;

test('command, args, probes, hooks and init containers of a pod, without what the commands do', () => {
  const { images } = findPodImages(parseYaml(POD, 'a.yaml'), 'a.yaml');
  const starts = images.map(({ start }) => start);
  assert.deepEqual(starts, [
    {
      container: 'wait',
      init: true,
      imageEntry: true,
      needs: [{ place: 'args', kind: 'shell', program: 'sh' }],
    },
    { container: 'copy', init: true, imageEntry: true, needs: [] },
    {
      container: 'main',
      needs: [
        { place: 'command', kind: 'script', program: '/hooks/start' },
        { place: 'livenessProbe', kind: 'shell', program: 'sh' },
        { place: 'preStop', kind: 'tool', program: 'sleep' },
      ],
    },
    { container: 'plain', imageEntry: true, needs: [] },
  ]);
  assert.ok(!JSON.stringify(starts).includes('sesame'));
});

test(
  'real manifests: the shells of the online boutique and of real clusters',
  needsShared('data/k8s/netpol/tests'),
  async () => {
    const release = await expandTargets([`manifests:${sharedPath('data/k8s/netpol/tests/onlineboutique')}`]);
    const asking = (release.containers ?? []).filter(({ needs }) => needs.length > 0);
    assert.ok((release.containers ?? []).length > 10);
    assert.deepEqual(
      asking.map(({ container, init, needs }) => [
        container,
        init,
        needs.map(({ place, program }) => `${place} ${program}`),
      ]),
      [['frontend-check', true, ['command sh']]],
    );
  },
);
