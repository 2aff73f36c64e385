import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { expandRelease } from '../expand.ts';
import type { Release } from '../release.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-csm-'));
after(() => rmSync(root, { recursive: true }));
const DIGEST = `sha256:${'1'.repeat(64)}`;
const STABLE = 'registry.example/stable';

/** Writes a release's files and gives its folder. */
function write(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
}

function manifest(name: string, ...charts: readonly string[]): string {
  return `apiVersion: manifests/v1beta1\nmetadata: {name: ${name}}\nspec:\n  charts:\n${charts.map((chart) => `  - ${chart}\n`).join('')}`;
}

const APP = '{name: app, version: 2.0.0, namespace: services}';
const INDEX = `${STABLE}:\n  images:\n    docker.io/library/alpine: ["3.16"]\n    tool: ["1"]\n`;

function lintOf(release: Release): readonly string[] {
  return release.lint.map((verdict) => `${verdict.verdict} ${verdict.check} ${verdict.subject}`);
}

test('images are the union of index, precache, chart map, pins and tree, each with its sources', async () => {
  const folder = write('example-1.4.0', {
    'docker/index.yaml': INDEX,
    'helm/index.yaml': '# only comments\n',
    'manifests/platform.yaml': manifest(
      'platform',
      `{name: pre, version: 1.0.0, namespace: nexus, values: {cacheImages: ["${STABLE}/app:2.0.0"]}}`,
      APP,
    ),
    'build/images/chartmap.csv': `manifest,chart,image\nplatform,repo/app:2.0.0,${STABLE}/app:2.0.0\nplatform,repo/app:2.0.0,alpine:3.16\n`,
    'build/images/index.txt': `${STABLE}/app:2.0.0\t${STABLE}/app@${DIGEST}\n${STABLE}/docker.io/library/alpine:3.16\t${STABLE}/docker.io/library/alpine@${DIGEST.replaceAll('1', '2')}\ndocker.io/library/alpine:3.16\t${STABLE}/docker.io/library/alpine@${DIGEST.replaceAll('1', '2')}\n${STABLE}/tool:1\t${STABLE}/tool@${DIGEST.replaceAll('1', '3')}\n`,
    [`docker/${STABLE}/app:2.0.0/manifest.json`]: '{}',
    'docker/quay.io/only/here:1/manifest.json': '{"x":1}',
  });
  const release = await expandRelease(`csm:${folder}`, { own: [STABLE] });
  assert.deepEqual([release.name, release.version], ['example', '1.4.0']);
  assert.deepEqual(release.images, [
    {
      logical: 'docker.io/library/alpine:3.16',
      physical: `${STABLE}/docker.io/library/alpine@${DIGEST.replaceAll('1', '2')}`,
      digest: DIGEST.replaceAll('1', '2'),
      origin: 'third-party',
      charts: ['platform/app:2.0.0'],
      sources: ['build/images/chartmap.csv', 'build/images/index.txt'],
    },
    {
      logical: 'quay.io/only/here:1',
      local: `dir:${folder}/docker/quay.io/only/here:1`,
      origin: 'third-party',
      charts: [],
      sources: ['docker/'],
    },
    {
      logical: `${STABLE}/app:2.0.0`,
      physical: `${STABLE}/app@${DIGEST}`,
      digest: DIGEST,
      local: `dir:${folder}/docker/${STABLE}/app:2.0.0`,
      origin: 'own',
      charts: ['platform/app:2.0.0'],
      sources: [
        'build/images/chartmap.csv',
        'build/images/index.txt',
        'docker/',
        'manifests/platform.yaml cacheImages',
      ],
    },
    {
      logical: `${STABLE}/docker.io/library/alpine:3.16`,
      physical: `${STABLE}/docker.io/library/alpine@${DIGEST.replaceAll('1', '2')}`,
      digest: DIGEST.replaceAll('1', '2'),
      origin: 'third-party',
      charts: [],
      sources: ['build/images/index.txt', 'docker/index.yaml'],
    },
    {
      logical: `${STABLE}/tool:1`,
      physical: `${STABLE}/tool@${DIGEST.replaceAll('1', '3')}`,
      digest: DIGEST.replaceAll('1', '3'),
      origin: 'own',
      charts: [],
      sources: ['build/images/index.txt', 'docker/index.yaml'],
    },
  ]);
  assert.deepEqual(lintOf(release), [
    `warn same-digest-two-names ${DIGEST.replaceAll('1', '2')}`,
    'warn same-tag-two-names alpine:3.16',
  ]);
  assert.deepEqual(release.gaps, []);
});

test('an unpacked release needs no index: name, version, images and members come from what is there', async () => {
  const folder = write('unpacked', {
    'lib/version.sh': `: "\${RELEASE:="\${RELEASE_NAME:="csm"}-\${RELEASE_VERSION:="1.3.0-rc.2"}"}"\n`,
    'manifests/p.yaml': manifest('p', APP),
    'docker/quay.io/a/b:1/manifest.json': '{}',
    'rpm/cray/csm/sle-15sp2/x86_64/a.rpm': '',
    'rpm/cray/csm/sle-15sp2/x86_64/b.rpm': '',
    'images/kubernetes/kubernetes-0.2.69.squashfs': '',
    'toolkit.iso': '',
    'vendor/skopeo.tar': '',
  });
  const release = await expandRelease(`csm:${folder}`);
  assert.deepEqual([release.name, release.version, release.counts.explicitReferences], ['csm', '1.3.0-rc.2', 0]);
  assert.deepEqual(
    release.images.map((image) => image.logical),
    ['quay.io/a/b:1'],
  );
  assert.deepEqual(
    release.gaps.map((gap) => `${gap.kind} ${gap.target}: ${gap.reason}`),
    [
      'not-scanned ./: 1 iso file not read (installer media)',
      'not-scanned images/kubernetes/: 1 squashfs file not read (root file systems of the nodes; squashfs:FILE reads one)',
      'not-scanned rpm/cray/csm/sle-15sp2/x86_64/: 2 rpm files not read (packages for the nodes)',
      'not-scanned vendor/: 1 tar file not read (images of the installer; docker-archive:FILE reads one)',
    ],
  );
});

test('lint compares precache list, charts, index and chart map, and names lines', async () => {
  const precache = `["${STABLE}/app:1.9.0", "${STABLE}/tool:0", "${STABLE}/other:1"]`;
  const folder = write('lint', {
    'docker/index.yaml': INDEX,
    'manifests/a.yaml': manifest(
      'a',
      APP,
      `{name: pre, version: 1.0.0, namespace: nexus, values: {cacheImages: ${precache}}}`,
    ),
    'manifests/b.yaml': manifest(
      'b',
      '{name: app, version: 2.1.0, namespace: services}',
      '{name: app, version: 2.0.0, namespace: services, releaseName: app-two}',
    ),
    'chartmap.csv': `a,r/app:2.0.0,${STABLE}/tool:1\na,r/app:1.0.0,${STABLE}/gone:1\na,r/ghost:1.0.0,${STABLE}/tool:1\n`,
  });
  const release = await expandRelease(`csm:${folder}`);
  assert.deepEqual(lintOf(release), [
    `warn chart-image-not-in-index ${STABLE}/gone:1`,
    'warn chart-map-unknown-chart app:1.0.0',
    'warn chart-map-unknown-chart ghost:1.0.0',
    `fail precache-differs-from-chart ${STABLE}/app:1.9.0`,
    `fail precache-differs-from-index ${STABLE}/tool:0`,
    'warn release-at-two-versions services/app',
  ]);
  assert.deepEqual(release.lint.find((verdict) => verdict.check === 'release-at-two-versions')?.evidence, [
    'manifests/a.yaml:5 a/app:2.0.0',
    'manifests/b.yaml:5 b/app:2.1.0',
  ]);
  assert.deepEqual(release.lint.find((verdict) => verdict.subject === 'app:1.0.0')?.evidence, [
    `chartmap.csv:2 ${STABLE}/gone:1`,
    'manifests/a.yaml:5 a/app:2.0.0',
    'manifests/b.yaml:5 b/app:2.1.0',
    'manifests/b.yaml:6 b/app:2.0.0',
  ]);
  assert.deepEqual(
    [release.counts.chartEntries, release.counts.chartReleases, release.counts.charts, release.counts.precacheEntries],
    [4, 3, 2, 3],
  );
  assert.deepEqual(
    release.gaps.map((gap) => gap.reason),
    ['the images of 2 of 4 chart entries are not known, as far as they have any: chartmap.csv has no row for them'],
  );
});

test('with the full list at hand, an image or precache entry that it lacks is a failure', async () => {
  const folder = write('full', {
    'manifests/a.yaml': manifest(
      'a',
      APP,
      '{name: pre, version: 1.0.0, namespace: nexus, values: {cacheImages: ["r.io/lost:1"]}}',
    ),
    'index.txt': 'r.io/app:1\n',
    'chartmap.csv': 'a,r/app:2.0.0,r.io/gone:1\n',
  });
  assert.deepEqual(lintOf(await expandRelease(`csm:${folder}`)), [
    'fail chart-image-not-in-index r.io/gone:1',
    'fail precache-differs-from-index r.io/lost:1',
  ]);
});

test('an unreadable file is a gap, the rest counts; nothing readable is an error', async () => {
  const folder = write('broken', {
    'docker/index.yaml': 'a: [\n',
    'manifests/a.yaml': manifest('a', APP),
    'manifests/b.yaml': '{{ template }}: [',
    'rpm/index.yaml': 'x: [',
  });
  symlinkSync('/etc/hostname', join(folder, 'chartmap.csv'));
  const release = await expandRelease(`csm:${folder}`);
  assert.deepEqual(
    release.gaps.filter((gap) => gap.kind === 'file-unparsed').map((gap) => gap.target),
    ['chartmap.csv', 'docker/index.yaml', 'manifests/b.yaml', 'rpm/index.yaml'],
  );
  assert.equal(release.counts.chartEntries, 1);
  await assert.rejects(expandRelease(`csm:${write('bad', { 'docker/index.yaml': 'a: [' })}`), {
    code: 'input-missing',
    exitCode: 3,
    message: /docker\/index\.yaml:1/,
  });
  await assert.rejects(expandRelease(`csm:${write('nothing', { README: '' })}`), { code: 'input-missing' });
  await assert.rejects(expandRelease(`csm:${join(root, 'absent')}`), { code: 'input-missing' });
  await assert.rejects(expandRelease('csm:'), { code: 'usage' });
});

test('assets.sh is read for its addresses', async () => {
  const folder = write('assets', {
    'docker/index.yaml': INDEX,
    'assets.sh': 'A=(\n  https://e.example/a.squashfs\n  "https://e.example/b.iso"\n)\nB=https://e.example/key.asc\n',
  });
  assert.deepEqual((await expandRelease(`csm:${folder}`)).gaps, [
    {
      kind: 'not-scanned',
      target: 'assets.sh',
      reason: '3 artefacts not read, of them 2 node images or installer media',
    },
  ]);
});

/** Columns: explicit references, names, entries, releases, charts, namespaces, precache entries. */
const REAL: Readonly<Record<string, readonly number[]>> = {
  'v1.2.0-alpha.21': [172, 161, 83, 83, 83, 18, 18],
  'v1.2.0-alpha.71': [39, 31, 84, 84, 84, 19, 24],
  'v1.2.0-beta.81': [38, 30, 84, 84, 84, 19, 24],
  'v1.2.0-beta.85': [37, 29, 84, 84, 84, 19, 24],
  'v1.2.0-beta.90': [37, 29, 84, 84, 84, 19, 24],
  'v1.2.0-beta.97': [37, 29, 84, 84, 84, 19, 24],
  'v1.2.0-beta.101': [37, 29, 84, 84, 84, 19, 24],
  'v1.2.0-beta.106': [35, 27, 84, 84, 84, 19, 24],
  'v1.2.0-rc.1': [36, 28, 84, 84, 84, 19, 24],
  'v1.2.0-beta.120': [36, 28, 84, 84, 84, 19, 24],
  'v1.2.0': [36, 28, 84, 84, 84, 19, 24],
  'v1.3.0': [40, 32, 90, 90, 90, 23, 28],
  'v1.4.0': [53, 40, 90, 89, 89, 22, 28],
  'v1.5.0': [66, 52, 94, 93, 92, 21, 29],
  'main-2024-10-24': [55, 52, 92, 91, 90, 21, 32],
};

for (const [point, expected] of Object.entries(REAL)) {
  test(`CSM ${point} has the counts of its files`, needsShared(`data/csm/release/${point}`), async () => {
    const release = await expandRelease(`csm:${sharedPath(`data/csm/release/${point}`)}`);
    assert.deepEqual(Object.values(release.counts), expected);
    assert.deepEqual([release.name, release.version], ['csm', point.replace(/^v/, '')]);
    assert.equal(release.charts.length, release.counts.chartEntries);
    assert.deepEqual(
      release.gaps.filter((gap) => gap.kind !== 'not-scanned'),
      [],
    );
    assert.equal(new Set(release.images.map((image) => image.logical)).size, release.images.length);
  });
}

test('CSM v1.5.0: what its files say against each other', needsShared('data/csm/release/v1.5.0'), async () => {
  const release = await expandRelease(`csm:${sharedPath('data/csm/release/v1.5.0')}`);
  const stable = 'artifactory.algol60.net/csm-docker/stable';
  assert.deepEqual(
    release.lint.map((verdict) => [verdict.check, verdict.evidence]),
    [
      [
        'precache-differs-from-index',
        [
          `manifests/platform.yaml:85 ${stable}/cray-nexus-setup:0.7.1`,
          `docker/index.yaml:210 ${stable}/cray-nexus-setup:0.10.1`,
        ],
      ],
      [
        'release-at-two-versions',
        [
          'manifests/platform.yaml:102 platform/cray-velero:1.6.3-2',
          'manifests/velero-1.7-upgrade.yaml:34 velero-double-jump/cray-velero:1.7.1-1',
        ],
      ],
      [
        'same-tag-two-names',
        [
          `docker/index.yaml:138 ${stable}/k8s.gcr.io/coredns:v1.8.0`,
          `docker/index.yaml:143 ${stable}/k8s.gcr.io/coredns/coredns:v1.8.0`,
        ],
      ],
    ],
  );
  assert.ok(release.charts.some((chart) => chart.chart === 'cray-hms-rts' && chart.release === 'cray-hms-rts-snmp'));
  const gap = release.gaps.find((each) => each.target === 'helm/index.yaml');
  assert.match(gap?.reason ?? '', /cray-dhcp-kea:0\.10\.25, cray-hms-capmc:3\.0\.8$/);
});

test('CSM beta.97: origins and unscanned members', needsShared('data/csm/release/v1.2.0-beta.97'), async () => {
  const release = await expandRelease(`csm:${sharedPath('data/csm/release/v1.2.0-beta.97')}`);
  const origin = (name: string): string | undefined =>
    release.images.find((image) => image.logical.endsWith(name))?.origin;
  assert.equal(origin('/cray-ims-load-artifacts:1.3.59'), 'own');
  assert.equal(origin('/k8s.gcr.io/pause:3.2'), 'third-party');
  assert.equal(origin('quay.io/skopeo/stable:latest'), 'third-party');
  assert.deepEqual(
    release.gaps.map((gap) => `${gap.target}: ${gap.reason}`).filter((text) => !text.startsWith('manifests')),
    [
      'assets.txt: 10 artefacts not read, of them 3 node images or installer media',
      'rpm/sle-15sp2-compute.yaml: 5 RPM packages of this index not read',
      'rpm/sle-15sp2.yaml: 45 RPM packages of this index not read',
      'rpm/sle-15sp3-compute.yaml: 2 RPM packages of this index not read',
      'rpm/sle-15sp3.yaml: 7 RPM packages of this index not read',
    ],
  );
});

test(
  'CSM beta.106 with a chart map from an older state: its rows are told as such',
  needsShared('data/csm/release/v1.2.0-beta.106', 'data/csm/core-services.chartmap.csv'),
  async () => {
    const folder = join(root, 'csm-1.2.0-beta.106');
    cpSync(sharedPath('data/csm/release/v1.2.0-beta.106'), folder, { recursive: true });
    cpSync(sharedPath('data/csm/core-services.chartmap.csv'), join(folder, 'chartmap.csv'));
    const release = await expandRelease(folder);
    const unknown = release.lint.filter((verdict) => verdict.check === 'chart-map-unknown-chart');
    const known = release.charts.filter((chart) =>
      release.images.some((image) => image.charts.includes(`${chart.manifest}/${chart.chart}:${chart.version}`)),
    );
    assert.equal(unknown.length + known.length, 9);
    assert.ok(unknown.some((verdict) => verdict.subject === 'cray-dhcp-kea:0.10.0'));
    const kubectl = release.images.find((image) => image.logical.endsWith('/docker-kubectl:1.19.15'));
    assert.equal(kubectl?.charts.length, 5);
  },
);
