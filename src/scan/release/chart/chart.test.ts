// Charts written here, rendered by the real helm; what needs no helm is tested without it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { helmProgram, needsHelm } from '../../../../test/support/reference-programs.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { ChartOptions } from '../adapter.ts';
import { expandRelease } from '../expand.ts';
import type { Release } from '../release.ts';
import { parseChartMetadata } from './metadata.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-chart-'));
after(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

write(
  'web/Chart.yaml',
  `apiVersion: v2
name: web
version: 1.2.3+build.4
dependencies: [{name: cache, version: 0.1.0, repository: "https://charts.example"}]
annotations:
  artifacthub.io/images: |
    - name: operator
      image: quay.io/org/operator:v2
    - name: again
      image: nginx:1.25
    - name: broken
      image: "Not An Image"
`,
);
write('web/values.yaml', 'image: nginx\ntag: "1.25"\ndebug: false\n');
write(
  'web/templates/deployment.yaml',
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-front, namespace: {{ .Release.Namespace }}}
spec:
  template:
    spec:
      initContainers: [{name: wait, image: busybox:1.36}]
      containers: [{name: front, image: "{{ .Values.image }}:{{ .Values.tag }}"}]
{{- if .Values.debug }}
      # Only with debug
      ephemeralContainers: [{name: shell, image: debug-shell:1}]
{{- end }}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: sweep}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: sweep, image: registry.example/tools/sweep:7}]}}}}}
`,
);
write(
  'web/templates/tests/smoke.yaml',
  `apiVersion: v1
kind: Pod
metadata: {name: smoke, annotations: {"helm.sh/hook": test}}
spec: {containers: [{name: curl, image: curlimages/curl:8.1.0}]}
`,
);
write('web/charts/cache/Chart.yaml', 'apiVersion: v2\nname: cache\nversion: 0.1.0\n');
write(
  'web/charts/cache/templates/set.yaml',
  'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: cache}\nspec: {template: {spec: {containers: [{name: redis, image: redis:7}]}}}\n',
);

function show(target: string, chart?: ChartOptions): Promise<Release> {
  const environment = { PATH: process.env['PATH'], HELM_BIN: helmProgram() };
  return expandRelease(target, { environment, ...(chart === undefined ? {} : { chart }) });
}

function imagesOf({ images }: Release): readonly string[] {
  return images.map(({ logical }) => logical);
}

const IMAGES = [
  'docker.io/curlimages/curl:8.1.0',
  'docker.io/library/busybox:1.36',
  'docker.io/library/nginx:1.25',
  'docker.io/library/redis:7',
  'quay.io/org/operator:v2',
  'registry.example/tools/sweep:7',
];

test('a chart has the images of all templates, subcharts, tests and its annotation', needsHelm(), async () => {
  const release = await show(`chart:${root}/web`);
  assert.deepEqual(imagesOf(release), IMAGES);
  assert.deepEqual([release.name, release.version, release.target], ['web', '1.2.3+build.4', `chart:${root}/web`]);
  assert.deepEqual(release.charts, [
    { manifest: 'web', chart: 'web', version: '1.2.3+build.4', release: 'web', namespace: 'default' },
  ]);
  assert.ok(release.images.every(({ charts }) => charts.join() === 'web:1.2.3+build.4'));
  const nginx = release.images.find(({ logical }) => logical.endsWith('nginx:1.25'));
  assert.deepEqual(nginx?.sources, [
    'Chart.yaml artifacthub.io/images',
    'web/templates/deployment.yaml (rendered) Deployment/web-front',
  ]);
  assert.deepEqual(
    release.gaps.map(({ kind, target, location }) => [kind, target, location]),
    [['file-unparsed', 'Chart.yaml', 'artifacthub.io/images']],
  );
});

test('its archive is the same release', needsHelm(), async () => {
  const archive = join(root, 'web-1.2.3.tgz');
  execFileSync('tar', ['-C', root, '-czf', archive, 'web']);
  const release = await show(`chart:${archive}`);
  assert.deepEqual(imagesOf(release), IMAGES);
  assert.equal(release.charts[0]?.manifest, 'web-1.2.3.tgz');
});

test('a folder with a Chart.yaml is recognised, and not taken for manifests', needsHelm(), async () => {
  const remarks: string[] = [];
  const environment = { HELM_BIN: helmProgram() };
  const release = await expandRelease(join(root, 'web'), { environment, remark: (line) => remarks.push(line) });
  assert.deepEqual(imagesOf(release), IMAGES);
  assert.match(remarks[0] ?? '', / is read as chart:/);
});

test('values, single settings and the namespace reach the templates', needsHelm(), async () => {
  const values = write('a, b.yaml', 'tag: "1.26"\ndebug: true\n');
  const options = { values: [values], set: ['image=registry.example/nginx', 'unused={a,b}'], namespace: 'shop' };
  const release = await show(`chart:${root}/web`, options);
  const images = imagesOf(release);
  assert.ok(images.includes('registry.example/nginx:1.26'), images.join());
  assert.ok(images.includes('docker.io/library/debug-shell:1'), images.join());
  assert.equal(release.charts[0]?.namespace, 'shop');
  await assert.rejects(show(`chart:${root}/web`, { values: ['http://127.0.0.1/v.yaml'] }), { code: 'input-missing' });
});

test('what cannot be rendered says why, and asks no network', needsHelm(), async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    write(
      'unvendored/Chart.yaml',
      `apiVersion: v2\nname: unvendored\nversion: 1.0.0\ndependencies: [{name: far, version: 1.0.0, repository: "${repository}"}]\n`,
    );
    await assert.rejects(show(`chart:${root}/unvendored`), {
      code: 'input-unreadable',
      message: /helm dependency build/,
    });
    write('broken/Chart.yaml', 'apiVersion: v2\nname: broken\nversion: 1.0.0\n');
    write('broken/templates/a.yaml', '{{ fail "no such setting" }}\n');
    await assert.rejects(show(`chart:${root}/broken`), { code: 'input-unreadable', message: /no such setting/ });
    write('nameless/Chart.yaml', 'apiVersion: v2\n');
    await assert.rejects(show(`chart:${root}/nameless`), { exitCode: 3 });
    await assert.rejects(show(`chart:${root}/none`), { code: 'input-missing' });
    assert.equal(requests, 0);
  } finally {
    server.close();
  }
});

test('without helm it says what to do', async () => {
  for (const environment of [{}, { PATH: root }, { HELM_BIN: join(root, 'none') }, { HELM_BIN: root, PATH: root }]) {
    await assert.rejects(expandRelease(`chart:${root}/web`, { environment }), {
      code: 'unsupported',
      exitCode: 3,
      message: /install helm 3 or newer, or name it in HELM_BIN/,
    });
  }
});

test('a helm that prints without end is stopped', needsPrograms('yes'), async () => {
  const program = write('endless/helm', '#!/bin/sh\nexec yes image\n');
  chmodSync(program, 0o755);
  const environment = { PATH: `${dirname(program)}:${process.env['PATH']}` };
  await assert.rejects(expandRelease(`chart:${root}/web`, { environment }), { code: 'limit' });
});

test('helm sees none of the user’s settings', needsPrograms('env'), async () => {
  const program = write('spy/helm', '#!/bin/sh\nenv >"$0.seen"\nexit 1\n');
  chmodSync(program, 0o755);
  const environment = { HELM_BIN: program, PATH: process.env['PATH'], KUBECONFIG: '/etc/kubeconfig', SECRET: 'x' };
  await assert.rejects(expandRelease(`chart:${root}/web`, { environment }), { code: 'input-unreadable' });
  const seen = execFileSync('cat', [`${program}.seen`], { encoding: 'utf8' });
  assert.doesNotMatch(seen, /SECRET|\/etc\/kubeconfig/);
  assert.match(seen, /^HELM_CONFIG_HOME=\/nonexistent$/m);
});

test('the annotation is read as YAML in text', () => {
  const chart = (annotation: string): string =>
    `name: a\nversion: 1.0.0\nannotations:\n  artifacthub.io/images: ${annotation}\n`;
  const cases: readonly (readonly [text: string, images: readonly string[], gaps: number])[] = [
    ['"- {name: a, image: alpine:3.10}"', ['docker.io/library/alpine:3.10'], 0],
    ['"- {name: a}"', [], 1],
    ['"- [unclosed"', [], 1],
    ['"image: alpine"', [], 1],
    ['""', [], 1],
  ];
  for (const [text, images, gaps] of cases) {
    const read = parseChartMetadata(chart(text));
    assert.deepEqual([read.images, read.gaps.length], [images, gaps], text);
  }
  assert.deepEqual(parseChartMetadata('name: a\nversion: 1.10\n'), {
    name: 'a',
    version: '1.10',
    images: [],
    gaps: [],
  });
  for (const text of ['', 'name: a\n', '- a\n']) assert.throws(() => parseChartMetadata(text), ParseError, text);
});
