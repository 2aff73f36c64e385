// Writes a pre-release to disk in CSM's form: docker/index.yaml, two loftsman manifests, index.txt, chartmap.csv, an RPM index,
// and the images as skopeo `dir:` folders under docker/, named by their logical references.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DemoFacts, DemoRelease } from './facts.ts';
import { writeDirImage } from './image/layout.ts';
import { recipeOf } from './images.ts';

/** Writes the release into the folder. */
export function writeRelease(folder: string, facts: DemoFacts, release: DemoRelease): void {
  const charts = Object.values(release.manifests).flat();
  const uses = new Map(
    [...release.index, ...charts.flatMap((chart) => chart.images)].map((use) => [use.reference, use]),
  );
  const physical = [...uses.values()].map(({ reference, build }) => {
    const { manifest } = writeDirImage(join(folder, 'docker', reference), recipeOf(facts, build));
    return `${reference}\t${reference.slice(0, reference.lastIndexOf(':'))}@${manifest}\n`;
  });
  writeFileSync(join(folder, 'index.txt'), physical.sort().join(''));
  writeFileSync(join(folder, 'docker', 'index.yaml'), stringify(dockerIndex(release)));
  mkdirSync(join(folder, 'helm'), { recursive: true });
  writeFileSync(join(folder, 'helm', 'index.yaml'), '# Charts that no manifest names: none in this release.\n');
  mkdirSync(join(folder, 'manifests'), { recursive: true });
  for (const [name, entries] of Object.entries(release.manifests)) {
    writeFileSync(join(folder, 'manifests', `${name}.yaml`), stringify(loftsmanManifest(name, entries)));
  }
  writeFileSync(join(folder, 'chartmap.csv'), chartMap(release));
  mkdirSync(join(folder, 'rpm'), { recursive: true });
  writeFileSync(
    join(folder, 'rpm', 'index.yaml'),
    stringify({ 'https://rpms.quayside.example/': { rpms: release.rpms } }),
  );
}

/** `<registry and prefix>: {images: {<name>: [<tag>]}}`. */
function dockerIndex(release: DemoRelease): unknown {
  const index: Record<string, { images: Record<string, string[]> }> = {};
  for (const { reference } of release.index) {
    const [, prefix = '', name = '', tag = ''] = /^(.*)\/([^/]+):([^:]+)$/.exec(reference) ?? [];
    index[prefix] ??= { images: {} };
    const images = index[prefix].images;
    images[name] = [...(images[name] ?? []), tag];
  }
  return index;
}

function loftsmanManifest(name: string, charts: DemoRelease['manifests'][string]): unknown {
  return {
    apiVersion: 'manifests/v1beta1',
    metadata: { name },
    spec: {
      sources: { charts: [{ name: 'quayside', type: 'repo', location: 'https://charts.quayside.example/' }] },
      charts: charts.map(({ chart, version, namespace }) => ({ name: chart, source: 'quayside', version, namespace })),
    },
  };
}

function chartMap(release: DemoRelease): string {
  const rows = Object.entries(release.manifests).flatMap(([manifest, charts]) =>
    charts.flatMap(({ chart, version, images }) =>
      images.map(({ reference }) => `${manifest},quayside/${chart}:${version},${reference}\n`),
    ),
  );
  return `manifest,chart,image\n${rows.sort().join('')}`;
}
