// A whole release out of a real registry: real Alpine trees, a real Debian with an npm application, one image missing, one damaged.
// The judges are dpkg-query, `npm ls` and the registry's access log.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { writeOciLayout } from '../../demo/image/layout.ts';
import { needsPrograms, needsShared, sharedPath } from '../support/needs.ts';
import { type Bookworm, makeBookworm } from './bookworm.ts';
import { must, type Outcome, Workplace } from './program.ts';
import { Registry } from './registry.ts';

const ALPINE = {
  '3.11.5': 'alpine-3.11.5',
  '3.12.12': 'alpine-minirootfs-3.12.12-x86_64',
  '3.15.11': 'alpine-minirootfs-3.15.11-x86_64',
  '3.20.3': 'alpine-minirootfs-3.20.3-x86_64',
} as const;
/** The Alpine image whose layer is damaged in the registry's storage. */
const DAMAGED = 'alpine:3.12.12';
const MISSING = 'gone:1.0';
const PUSHED = [...Object.keys(ALPINE).map((tag) => `alpine:${tag}`), 'debian:12', 'web:1.0'];

const programs = needsPrograms('docker-registry', 'skopeo', 'umoci', 'debootstrap', 'dpkg-query', 'npm', 'apt-get');
const inputs = needsShared(...Object.values(ALPINE).map((name) => `data/rootfs/${name}.metadata-only.tar.gz`));
const needs = programs.skip === false ? inputs : programs;

interface Assessed {
  readonly id: string;
  readonly images: readonly {
    readonly logical: string;
    readonly slot: string;
    readonly digest?: string;
    readonly packages: number;
  }[];
  readonly packages: readonly {
    readonly type: string;
    readonly name: string;
    readonly version: string;
    readonly image: string;
    readonly source?: { readonly name: string; readonly version: string };
  }[];
  readonly gaps: readonly { readonly kind: string; readonly target: string; readonly reason: string }[];
}

/** One scan, and the layers that the registry served for it. */
interface Run {
  readonly outcome: Outcome;
  readonly result: Assessed;
  readonly layersServed: readonly string[];
}

test('a release in a registry', { ...needs, timeout: 600_000 }, async (t) => {
  const place = new Workplace();
  const registry = await Registry.start(place.folder);
  t.after(() => registry.stop());
  t.after(() => place.remove());
  const bookworm = await makeBookworm();
  await pushAlpine(place, registry);
  await pushBookworm(place, registry, bookworm);
  const layers = new Map<string, readonly string[]>();
  for (const name of PUSHED) {
    const reference = `docker://${registry.host}/stable/${name}`;
    layers.set(name, JSON.parse(await must('skopeo', ['inspect', '--tls-verify=false', reference])).Layers);
  }
  registry.flipBit(layers.get(DAMAGED)?.[0] ?? '');
  writeRelease(place.path('platform-1.0.0'), registry.host);
  const first = await scan();
  const second = await scan();

  async function scan(): Promise<Run> {
    const mark = registry.mark();
    const outcome = await place.plimsoll(['scan', `csm:${place.path('platform-1.0.0')}`, '--format', 'json']);
    assert.equal(outcome.status, 0, outcome.stderr);
    const known = new Set([...layers.values()].flat());
    const layersServed = registry.blobsServed(mark).filter((digest) => known.has(digest));
    return { outcome, result: JSON.parse(outcome.stdout), layersServed };
  }

  await t.test('names every image, and both that it could not read', () => {
    const { outcome, result } = first;
    const host = registry.host;
    assert.deepEqual(
      result.images.map((image) => image.logical).sort(),
      [...PUSHED, MISSING].sort().map((name) => `${host}/stable/${name}`),
    );
    const unreadable = result.gaps.filter((gap) => gap.kind === 'image-unreadable');
    for (const name of [DAMAGED, MISSING]) {
      const image = result.images.find((candidate) => candidate.logical === `${host}/stable/${name}`);
      assert.equal(unreadable.filter((gap) => gap.target === image?.slot).length, 1, name);
      assert.equal(image?.packages, 0, name);
    }
    assert.equal(unreadable.length, 2);
    assert.equal(outcome.stderr.match(/gap image-unreadable: /g)?.length, 2);
  });

  await t.test('agrees with dpkg-query', async () => {
    const { result } = first;
    const format = '$' + '{Package} $' + '{Version} $' + '{source:Package} $' + '{source:Version}\\n';
    const admin = join(bookworm.root, 'var/lib/dpkg');
    const listed = await must('dpkg-query', [`--admindir=${admin}`, '-W', `-f=${format}`]);
    for (const name of ['debian:12', 'web:1.0']) {
      const scanned = packagesOf(result, name, 'deb').map(
        (item) =>
          `${item.name} ${item.version} ${item.source?.name ?? item.name} ${item.source?.version ?? item.version}`,
      );
      assert.deepEqual(scanned.sort(), listed.trimEnd().split('\n').sort(), name);
    }
  });

  await t.test('agrees with npm ls', async () => {
    const { result } = first;
    const tree = JSON.parse(await must('npm', ['ls', '--all', '--json', '--prefix', bookworm.application]));
    const scanned = packagesOf(result, 'web:1.0', 'npm').map((item) => `${item.name}@${item.version}`);
    assert.deepEqual([...new Set(scanned)].sort(), [...installedIn(tree)].sort());
    assert.deepEqual(packagesOf(result, 'debian:12', 'npm'), []);
  });

  await t.test('reads the Alpine databases', () => {
    const { result } = first;
    for (const name of ['alpine:3.11.5', 'alpine:3.15.11', 'alpine:3.20.3']) {
      assert.equal(packagesOf(result, name, 'apk').length, 14, name);
    }
    const openssl = packagesOf(result, 'alpine:3.11.5', 'apk').find((item) => item.name === 'libcrypto1.1');
    assert.deepEqual([openssl?.version, openssl?.source?.name], ['1.1.1d-r3', 'openssl']);
  });

  await t.test('reads each layer once, and none again', () => {
    const damaged = layers.get(DAMAGED) ?? [];
    const whole = (served: readonly string[] = []) => served.filter((digest) => !damaged.includes(digest)).sort();
    const expected = new Set([...layers.values()].flat().filter((digest) => !damaged.includes(digest)));
    assert.deepEqual(whole(first.layersServed), [...expected].sort());
    assert.deepEqual(whole(second.layersServed), []);
    assert.match(first.outcome.stderr, new RegExp(`layers read ${expected.size}, from store 0`));
    assert.match(second.outcome.stderr, /layers read 0, /);
  });

  await t.test('gives the same bytes twice', () => {
    assert.equal(first.outcome.stdout, second.outcome.stdout);
  });

  function packagesOf(result: Assessed, name: string, type: string): Assessed['packages'] {
    const image = result.images.find((candidate) => candidate.logical === `${registry.host}/stable/${name}`);
    return result.packages.filter((item) => item.image === image?.digest && item.type === type);
  }
});

async function pushAlpine(place: Workplace, registry: Registry): Promise<void> {
  const layout = place.path('alpine');
  const images = Object.entries(ALPINE).map(([tag, name]) => ({
    tag,
    layers: [gunzipSync(readFileSync(sharedPath(`data/rootfs/${name}.metadata-only.tar.gz`)))],
    config: { created: '2022-03-31T00:00:00Z' },
  }));
  writeOciLayout(layout, images);
  for (const { tag } of images) await registry.push(`oci:${layout}:${tag}`, `stable/alpine:${tag}`);
}

/** Debian alone, and the same layer with the application on top. */
async function pushBookworm(place: Workplace, registry: Registry, bookworm: Bookworm): Promise<void> {
  const layout = place.path('debian');
  await must('umoci', ['init', '--layout', layout]);
  await must('umoci', ['new', '--image', `${layout}:base`]);
  await must('umoci', ['insert', '--image', `${layout}:base`, bookworm.root, '/']);
  await must('umoci', ['tag', '--image', `${layout}:base`, 'web']);
  await must('umoci', ['insert', '--image', `${layout}:web`, bookworm.application, '/srv/application']);
  await registry.push(`oci:${layout}:base`, 'stable/debian:12');
  await registry.push(`oci:${layout}:web`, 'stable/web:1.0');
}

/** A release as CSM describes one; `gone:1.0` was never pushed. */
function writeRelease(folder: string, host: string): void {
  mkdirSync(join(folder, 'docker'), { recursive: true });
  mkdirSync(join(folder, 'helm'));
  mkdirSync(join(folder, 'manifests'));
  const tags = Object.keys(ALPINE).map((tag) => `      - ${tag}\n`);
  writeFileSync(
    join(folder, 'docker', 'index.yaml'),
    `${host}/stable:\n  images:\n    alpine:\n${tags.join('')}    debian:\n      - '12'\n    gone:\n      - '1.0'\n`,
  );
  writeFileSync(join(folder, 'helm', 'index.yaml'), '# no charts beside those of the manifests\n');
  writeFileSync(
    join(folder, 'manifests', 'platform.yaml'),
    'apiVersion: manifests/v1beta1\nmetadata:\n  name: platform\nspec:\n  charts:\n    - name: web\n      source: charts\n      version: 1.0.0\n      namespace: services\n',
  );
  writeFileSync(
    join(folder, 'chartmap.csv'),
    `manifest,chart,image\nplatform,charts/web:1.0.0,${host}/stable/web:1.0\n`,
  );
}

interface NpmTree {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, NpmTree>>;
}

/** `name@version` of everything below the root of an `npm ls --all --json` tree. */
function installedIn(tree: NpmTree): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: NpmTree): void => {
    for (const [name, child] of Object.entries(node.dependencies ?? {})) {
      if (child.version !== undefined) found.add(`${name}@${child.version}`);
      visit(child);
    }
  };
  visit(tree);
  return found;
}
