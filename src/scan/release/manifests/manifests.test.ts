import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { normalizeReference } from '../../image/reference.ts';
import { expandRelease } from '../expand.ts';
import { parseManifestFile } from './parse.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-manifests-'));
after(() => rmSync(root, { recursive: true }));

/** What a file's text gives: `image position chart`, and its gaps as `kind location`. */
function read(text: string): { readonly images: readonly string[]; readonly gaps: readonly string[] } {
  const file = parseManifestFile(text, 'f.yaml');
  return {
    images: file.mentions.map((mention) => `${mention.logical.replace('docker.io/library/', '')} ${mention.position}`),
    gaps: file.gaps.map((gap) => `${gap.kind} ${gap.location ?? ''}`.trim()),
  };
}

const POD_SPEC = {
  containers: [{ name: 'a', image: 'c:1' }],
  initContainers: [{ name: 'b', image: 'i:1' }],
  ephemeralContainers: [{ name: 'c', image: 'e:1' }],
  volumes: [
    { name: 'v', image: { reference: 'v:1', pullPolicy: 'Always' } },
    { name: 'w', emptyDir: {} },
  ],
};
const ALL = ['c:1', 'i:1', 'e:1', 'v:1'].map((image) => `${image} f.yaml:1`);
const TEMPLATE = { template: { spec: POD_SPEC } };

const KINDS: readonly (readonly [apiVersion: string, kind: string, body: object])[] = [
  ['v1', 'Pod', { spec: POD_SPEC }],
  ['v1', 'PodTemplate', TEMPLATE],
  ['v1', 'ReplicationController', { spec: TEMPLATE }],
  ['apps/v1', 'Deployment', { spec: TEMPLATE }],
  ['apps/v1', 'DaemonSet', { spec: TEMPLATE }],
  ['apps/v1', 'StatefulSet', { spec: TEMPLATE }],
  ['apps/v1', 'ReplicaSet', { spec: TEMPLATE }],
  ['batch/v1', 'Job', { spec: TEMPLATE }],
  ['batch/v1', 'CronJob', { spec: { jobTemplate: { spec: TEMPLATE } } }],
  ['v1', 'List', { items: [{ apiVersion: 'v1', kind: 'Pod', spec: POD_SPEC }] }],
  ['v1', 'PodList', { items: [{ metadata: { name: 'x' }, spec: POD_SPEC }] }],
  ['argoproj.io/v1alpha1', 'Rollout', { spec: { nested: [{ deep: TEMPLATE }] } }],
];
for (const [apiVersion, kind, body] of KINDS) {
  test(`every image of a ${kind} is found`, () => {
    const object = { apiVersion, kind, metadata: { name: 'x' }, ...body };
    assert.deepEqual(read(JSON.stringify(object)), { images: ALL, gaps: [] });
    assert.deepEqual(read(JSON.stringify(object, null, '\t')).images.length, 4);
  });
}

test('schemas of custom resources and plain data are not images', () => {
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec: { ...TEMPLATE } };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', data: { image: 'a/b:1', containers: 'x' } };
  assert.deepEqual(read(`---\n${JSON.stringify(crd)}\n---\n${JSON.stringify(map)}\n`), { images: [], gaps: [] });
});

test('an image field of a custom resource outside container lists is told, not counted', () => {
  const text = `apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
spec:
  kafka:
    image: quay.io/strimzi/kafka:3.5
  sidecarImage: busybox:1
  tool:
    image:
      repository: quay.io/org/tool
      tag: "1"
  showImage: "yes"
`;
  assert.deepEqual(read(text), {
    images: [],
    gaps: ['undecidable line 5', 'undecidable line 6', 'undecidable line 8'],
  });
});

test('positions are the lines of the images, across documents', () => {
  const pod = (image: string): string =>
    `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: ${image}\n`;
  assert.deepEqual(read(`# head\n---\n${pod('a:3.10')}---\n${pod('"b:1"')}`).images, [
    'a:3.10 f.yaml:8',
    'b:1 f.yaml:15',
  ]);
});

test('what cannot be read is a gap, the other documents count', () => {
  const good = 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: a:1}]}\n';
  assert.deepEqual(read(`a: [\n---\n${good}---\nvalues: 1\n---\n{{- if .Values.on }}\nkind: Pod\n{{- end }}\n`), {
    images: ['a:1 f.yaml:5'],
    gaps: ['file-unparsed document at line 1', 'file-unparsed document at line 8', 'not-scanned'],
  });
  const spec = (container: string): string => `apiVersion: v1\nkind: Pod\nspec: {containers: [${container}]}\n`;
  assert.deepEqual(read(spec('{name: a}')), { images: [], gaps: ['undecidable line 3'] });
  assert.deepEqual(read(spec('{name: a, image: auto}')), { images: [], gaps: ['undecidable line 3'] });
  assert.deepEqual(read(spec('{name: a, image: ""}')), { images: [], gaps: ['file-unparsed line 3'] });
  assert.deepEqual(read(spec('{name: a, image: {{ .Values.image }}}')).gaps, ['file-unparsed document at line 1']);
  assert.deepEqual(read(`a: ${'['.repeat(5000)}`).gaps, ['limit-reached document at line 1']);
});

test('charts come from labels: helm.sh/chart, else the application’s name, else the workload', () => {
  const object = (labels: object, namespace?: string): string =>
    `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels, ...(namespace && { namespace }) }, spec: { containers: [{ image: 'a:1' }] } })}\n`;
  const file = parseManifestFile(
    object({ 'helm.sh/chart': 'cray-etcd-3-base-1.2.3_build.1', 'app.kubernetes.io/instance': 'two' }, 'services') +
      object({ 'helm.sh/chart': 'plain-v0.1.0-rc.1' }) +
      object({ 'app.kubernetes.io/name': 'named' }) +
      object({ 'helm.sh/chart': 'no-version' }),
    'f.yaml',
  );
  assert.deepEqual(
    file.mentions.map((mention) => mention.chart),
    ['f.yaml/cray-etcd-3-base:1.2.3+build.1', 'f.yaml/plain:v0.1.0-rc.1', 'f.yaml/named', 'f.yaml/Pod/web'],
  );
  assert.deepEqual(
    file.charts.map(({ chart, version, release, namespace }) => [chart, version, release, namespace]),
    [
      ['cray-etcd-3-base', '1.2.3+build.1', 'two', 'services'],
      ['plain', 'v0.1.0-rc.1', 'plain', 'default'],
    ],
  );
});

test('a folder is read with its links to files inside; others are gaps', async () => {
  const folder = join(root, 'app-1.2');
  mkdirSync(join(folder, '..data-1'), { recursive: true });
  mkdirSync(join(folder, 'sub'));
  const pod = (image: string): string => `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "${image}"}]}\n`;
  writeFileSync(join(folder, '..data-1/mounted.yaml'), pod('mounted:1'));
  writeFileSync(
    join(folder, 'sub/a.json'),
    '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "json:1"}]}}',
  );
  writeFileSync(join(folder, 'b.yml'), pod('yml:1'));
  writeFileSync(join(folder, 'README.md'), 'kind: x');
  writeFileSync(join(root, 'outside.yaml'), pod('outside:1'));
  symlinkSync('..data-1/mounted.yaml', join(folder, 'mounted.yaml'));
  symlinkSync('../outside.yaml', join(folder, 'out.yaml'));
  symlinkSync('..', join(folder, 'up'));
  const release = await expandRelease(`manifests:${folder}`);
  assert.deepEqual([release.name, release.version], ['app', '1.2']);
  assert.deepEqual(
    release.images.map((image) => [image.logical, image.sources]),
    [
      ['docker.io/library/json:1', ['sub/a.json Pod/unnamed']],
      ['docker.io/library/mounted:1', ['mounted.yaml Pod/unnamed']],
      ['docker.io/library/yml:1', ['b.yml Pod/unnamed']],
    ],
  );
  assert.deepEqual(
    release.gaps.map((gap) => `${gap.kind} ${gap.target}`),
    ['not-scanned out.yaml', 'not-scanned up'],
  );
});

test('nothing readable is an error that says why', async () => {
  writeFileSync(join(root, 'values.yaml'), 'image: a\n');
  await assert.rejects(expandRelease(`manifests:${root}/values.yaml`), {
    code: 'input-missing',
    message: /no Kubernetes object/,
  });
  await assert.rejects(expandRelease(`manifests:${root}/none.yaml`), {
    code: 'input-missing',
    message: `${root}/none.yaml does not exist`,
  });
  await assert.rejects(expandRelease(`manifests:${root}/none`), { code: 'input-missing' });
});

test('a rendered CSM chart', needsShared('data/csm/k8s/cray-powerdns-manager-0.5.2.rendered.yaml'), async () => {
  const release = await expandRelease(
    `manifests:${sharedPath('data/csm/k8s/cray-powerdns-manager-0.5.2.rendered.yaml')}`,
  );
  assert.deepEqual(
    release.images.map((image) => [image.logical, image.charts]),
    [
      [
        'artifactory.algol60.net/csm-docker/stable/cray-powerdns-manager:0.5.2',
        ['cray-powerdns-manager-0.5.2.rendered.yaml/cray-powerdns-manager:9.9.9'],
      ],
    ],
  );
  assert.deepEqual(release.gaps, []);
});

test('on plain workloads a search for lines with "image:" finds the same', needsShared('data/k8s/netpol/tests'), () => {
  const folder = sharedPath('data/k8s/netpol/tests');
  let images = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const text = /\.(?:ya?ml|json)$/.test(file) ? readFileSync(join(folder, file), 'utf8') : '';
    // The status of a live pod names images too, as the node calls them.
    if (text === '' || text.includes('containerStatuses')) continue;
    const lines = [...text.matchAll(/^[\s-]*"?image"?:\s*"?([^"'\s,]+)/gm)].map((match) =>
      normalizeReference(match[1] ?? ''),
    );
    const found = parseManifestFile(text, file).mentions.map((mention) => mention.logical);
    assert.deepEqual(found.sort(), lines.sort(), file);
    images += found.length;
  }
  assert.ok(images > 20, String(images));
});
