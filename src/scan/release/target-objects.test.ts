// Targets whose objects are judged before anything is installed; charts are rendered by the real helm where it is there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { helmProgram, needsHelm } from '../../../test/support/reference-programs.ts';
import { valueAt } from '../../platform/json.ts';
import { targetObjects } from './target-objects.ts';
import { nodeAt } from './yaml.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-objects-'));
after(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

write('web/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.2.3\n');
write('web/values.yaml', 'host: on\n');
write('web/crds/thing.yaml', CRD('Thing', 'Cluster'));
write(
  'web/templates/all.yaml',
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec: {template: {spec: {hostNetwork: {{ .Values.host }}}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: space}}
---
{apiVersion: example.org/v1, kind: Thing, metadata: {name: t}}
---
{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: p}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other}}
`,
);
const plain = write('plain.yaml', '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: yes}}\n');

function CRD(kind: string, scope: string): string {
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ${kind}}\nspec: {scope: ${scope}, names: {kind: ${kind}}}\n`;
}

const environment = { HELM_BIN: helmProgram() };

test('what a chart installs, in the namespace of its release where it says none', needsHelm(), async () => {
  const { objects, gaps } = await targetObjects([`chart:${root}/web`], { environment, chart: { namespace: 'shop' } });
  const places = objects.map(({ kind, name, namespace }) => `${kind}/${namespace ?? ''}/${name}`).sort();
  assert.deepEqual(places, [
    'ClusterPolicy//p',
    'ConfigMap/other/c',
    'CustomResourceDefinition//Thing',
    'Deployment/shop/web',
    'Namespace//space',
    'Thing//t',
  ]);
  assert.deepEqual(gaps, []);
  const web = objects.find(({ kind }) => kind === 'Deployment');
  assert.equal(valueAt(web?.value, 'spec', 'template', 'spec', 'hostNetwork'), true);
  assert.equal(valueAt(web?.value, 'metadata', 'namespace'), 'shop');
  const written = nodeAt(web?.node, 'metadata', 'namespace');
  assert.equal(written?.kind === 'scalar' && written.text, 'shop');
});

test('a CSM release is rendered chart by chart, with the values of its manifest', needsHelm(), async () => {
  write(
    'csm-1.0/manifests/p.yaml',
    `apiVersion: manifests/v1beta1
metadata: {name: p}
spec:
  charts:
  - {name: web, version: 1.2.3, namespace: services, releaseName: front, values: {host: no}}
  - {name: web, version: 9.9.9, namespace: services}
`,
  );
  mkdirSync(join(root, 'csm-1.0/helm/repository'), { recursive: true });
  execFileSync(helmProgram() ?? '', ['package', join(root, 'web'), '-d', join(root, 'csm-1.0/helm/repository')]);
  const { objects, gaps, warnings } = await targetObjects([`csm:${root}/csm-1.0`, plain], { environment });
  const web = objects.find(({ kind }) => kind === 'Deployment');
  assert.deepEqual([web?.name, web?.namespace, objects.at(-1)?.kind], ['front', 'services', 'Pod']);
  assert.match(web?.position ?? '', /^services\/front web\/templates\/all.yaml \(rendered\):\d+$/);
  assert.equal(valueAt(web?.value, 'spec', 'template', 'spec', 'hostNetwork'), false);
  assert.deepEqual(
    gaps.map(({ kind, target }) => [kind, target]),
    [['not-scanned', 'p/web:9.9.9']],
  );
  assert.deepEqual(warnings, [
    'manifests/p.yaml:5: Kubernetes reads no as false; quote it if text is meant',
    'plain.yaml:1: Kubernetes reads yes as true; quote it if text is meant',
  ]);
});

test('without helm a chart is a gap, and what stands beside it counts', async () => {
  const { objects, gaps } = await targetObjects([`chart:${root}/web`, plain], { environment: { PATH: '' } });
  assert.deepEqual([objects.length, gaps[0]?.kind, gaps[0]?.target], [1, 'not-scanned', `chart:${root}/web`]);
  assert.match(gaps[0]?.reason ?? '', /no helm on PATH/);
});

test('targets without objects, without a path and values without a chart are mistakes', async () => {
  await assert.rejects(targetObjects(['sbom:a.json']), { code: 'usage' });
  await assert.rejects(targetObjects(['chart:']), { code: 'usage' });
  await assert.rejects(targetObjects([plain], { chart: { set: ['a=b'] } }), { code: 'usage' });
  await assert.rejects(targetObjects(['absent.yaml']), { code: 'input-missing' });
});
