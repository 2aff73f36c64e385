import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLoftsman } from './loftsman.ts';

test('charts, release names and the precache list are read with their lines', () => {
  const text = `apiVersion: manifests/v1beta1
metadata:
  name: platform
spec:
  charts:
  - name: cray-precache-images
    version: 0.5.0
    namespace: nexus
    values:
      cacheImages:
      - k8s.gcr.io/pause:3.10
      - NOT AN IMAGE
  - name: cray-hms-rts
    releaseName: cray-hms-rts-snmp
    version: 1.20
    namespace: services
  - name: incomplete
`;
  const manifest = parseLoftsman(text, 'manifests/p.yaml');
  assert.deepEqual(
    manifest.charts.map(({ values }) => values?.line),
    [10, undefined],
  );
  const entries = manifest.charts.map(({ values: _, ...entry }) => entry);
  assert.deepEqual(entries, [
    {
      manifest: 'platform',
      chart: 'cray-precache-images',
      version: '0.5.0',
      release: 'cray-precache-images',
      namespace: 'nexus',
      position: 'manifests/p.yaml:6',
    },
    {
      manifest: 'platform',
      chart: 'cray-hms-rts',
      version: '1.20',
      release: 'cray-hms-rts-snmp',
      namespace: 'services',
      position: 'manifests/p.yaml:13',
    },
  ]);
  assert.deepEqual(manifest.precache, [
    { logical: 'k8s.gcr.io/pause:3.10', source: 'manifests/p.yaml cacheImages', position: 'manifests/p.yaml:11' },
  ]);
  assert.equal(manifest.precacheEntries, 2);
  assert.deepEqual(
    manifest.gaps.map((gap) => `${gap.kind} ${gap.location}`),
    ['file-unparsed line 12', 'file-unparsed line 17'],
  );
});

test('a document that is no manifest is a gap; a manifest without a name is called as its file', () => {
  const text =
    'apiVersion: v1\nkind: List\n---\napiVersion: manifests/v1beta1\nspec: {charts: [{name: a, version: 1, namespace: n}]}\n';
  const manifest = parseLoftsman(text, 'manifests/site.yaml');
  assert.deepEqual(
    manifest.charts.map((chart) => chart.manifest),
    ['site'],
  );
  assert.deepEqual(
    manifest.gaps.map((gap) => `${gap.kind} ${gap.location}`),
    ['not-scanned line 1'],
  );
});
