// A small release for the tests of this folder: images as stacks of named layers, findings as the layer, package and fix that they have.
import { assessmentOf, finding, imageDigest } from '../../explain/test-assessment.ts';
import { digestOf } from '../../platform/canonical.ts';
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';

/** An image: repository, layers bottom first, and what is found in it. */
export interface TestImage {
  readonly repository: string;
  readonly layers: readonly string[];
  readonly origin?: AssessedImage['origin'];
  readonly tag?: string;
  readonly baseName?: string;
  readonly os?: AssessedImage['os'];
  /** `layer type package id severity fixedIn`; without a fixed version nothing fixes it. */
  readonly found?: readonly string[];
  readonly packages?: readonly string[];
}

/** Digest of a named layer. */
export function layerDigest(name: string) {
  return digestOf(`layer ${name}`);
}

/** Slot of an image. */
export function slotOf({ repository, tag }: Pick<TestImage, 'repository' | 'tag'>): string {
  return `${repository}|linux/amd64${tag === undefined ? '' : `#${tag}`}`;
}

/** The assessment of the images. */
export function releaseOf(images: readonly TestImage[], changes: Partial<Assessment> = {}): Assessment {
  const findings = images.flatMap((image) => (image.found ?? []).map((text) => findingOf(image, text)));
  const base = assessmentOf({ findings, slots: images.map(slotOf) });
  const bySlot = new Map(images.map((image) => [slotOf(image), image]));
  return {
    ...base,
    images: base.images.map((assessed) => {
      const image = bySlot.get(assessed.slot);
      return {
        ...assessed,
        logical: `${image?.repository}:${image?.tag ?? '1'}`,
        origin: image?.origin ?? 'own',
        ...(image?.os === undefined ? {} : { os: image.os }),
      };
    }),
    inventories: images.map((image) => ({
      digest: imageDigest(slotOf(image)),
      cataloguers: [],
      platform: 'linux/amd64',
      layers: image.layers.map(layerDigest),
      labels: image.baseName === undefined ? {} : { 'org.opencontainers.image.base.name': image.baseName },
      gaps: [],
    })),
    packages: [
      ...base.packages,
      ...images.flatMap((image) =>
        (image.packages ?? []).map((text) => {
          const [layer = '', name = '', namespace = 'alpine:3.15'] = text.split(' ');
          return {
            purl: `pkg:apk/alpine/${name}@1`,
            type: 'apk' as const,
            name,
            version: '1',
            scheme: 'apk' as const,
            namespace,
            location: { layer: layerDigest(layer), path: 'lib/apk/db/installed' },
            image: imageDigest(slotOf(image)),
          };
        }),
      ),
    ],
    ...changes,
  };
}

function findingOf(image: TestImage, text: string): Finding {
  const [layer = '', type = '', name = '', vulnerability = '', severity = 'high', fixedIn] = text.split(' ');
  return finding({
    slot: slotOf(image),
    vulnerability,
    severity: severity as Finding['severity'],
    package: name,
    purl: `pkg:${type}/${type === 'apk' ? 'alpine/' : ''}${name}@1`,
    layer: layerDigest(layer),
    location: type === 'apk' ? 'lib/apk/db/installed' : `srv/node_modules/${name}/package.json`,
    ...(fixedIn === undefined ? {} : { fixedIn }),
  });
}
