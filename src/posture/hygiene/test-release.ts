// Small releases for the tests of this folder: images as what a check asks of them, everything else quiet.
import { assessmentOf, imageOf } from '../../explain/test-assessment.ts';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import type { ImageTraits } from '../../scan/inventory/image-traits.ts';
import type { CheckTemplate, HygieneInput, Judgement } from './check.ts';
import { hygieneRelease } from './release-view.ts';

/** An image: its logical reference, and what differs from a quiet one. */
export interface TestImage {
  readonly logical: string;
  /** What its digest is made of; the reference unless given. Undefined in `read: false` only. */
  readonly content?: string;
  readonly read?: false;
  /** Known from a bill of materials of that content. */
  readonly bill?: true;
  readonly platform?: string;
  readonly gaps?: readonly Gap[];
  readonly physical?: string;
  readonly index?: Digest;
  readonly charts?: readonly string[];
  readonly os?: AssessedImage['os'];
  readonly created?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Names of layers, lowest first. */
  readonly layers?: readonly string[];
  /** Undefined where the image itself was not looked at. */
  readonly traits?: Partial<ImageTraits> | undefined;
  /** `LAYER NAME VERSION`, of apk. */
  readonly packages?: readonly string[];
  readonly origin?: AssessedImage['origin'];
}

/** Digest of a named layer. */
export function layerDigest(name: string): Digest {
  return digestOf(`layer ${name}`);
}

/** Digest of the image with that content. */
export function contentDigest(content: string): Digest {
  return digestOf(`image ${content}`);
}

/** The assessment of the images, as of 2022-04-06. */
export function testAssessment(images: readonly TestImage[]): Assessment {
  const read = images.filter((image) => image.read !== false);
  return {
    ...assessmentOf({}),
    images: images.map((image): AssessedImage => {
      const { digest: _, ...quiet } = imageOf(`${image.logical}|linux/amd64`);
      return {
        ...quiet,
        logical: image.logical,
        platform: image.platform ?? quiet.platform,
        physical: image.physical ?? image.logical,
        charts: image.charts ?? [],
        origin: image.origin ?? 'own',
        ...(image.read === false ? {} : { digest: digestFor(image) }),
        ...(image.index === undefined ? {} : { index: image.index }),
        ...(image.os === undefined ? {} : { os: image.os }),
      };
    }),
    inventories: [...new Map(read.map((image) => [digestFor(image), image])).entries()].map(([digest, image]) => ({
      digest,
      cataloguers: [],
      platform: image.platform ?? 'linux/amd64',
      ...(image.created === undefined ? {} : { created: image.created }),
      layers: image.bill === true ? [digest] : (image.layers ?? ['only']).map(layerDigest),
      labels: image.labels ?? {},
      ...('traits' in image && image.traits === undefined
        ? {}
        : { traits: { ports: [], layerBytes: [1], files: {}, ...image.traits } }),
      gaps: image.gaps ?? [],
    })),
    packages: read.flatMap((image) =>
      (image.packages ?? []).map((text) => {
        const [layer = '', name = '', version = ''] = text.split(' ');
        return {
          purl: `pkg:apk/alpine/${name}@${version}`,
          type: 'apk' as const,
          name,
          version,
          scheme: 'apk' as const,
          location: { layer: layerDigest(layer), path: 'lib/apk/db/installed' },
          image: digestFor(image),
        };
      }),
    ),
  };
}

/** The input of checks over one release, or over two. */
export function testInput(images: readonly TestImage[], since?: readonly TestImage[]): HygieneInput {
  return {
    release: hygieneRelease(testAssessment(images)),
    ...(since === undefined ? {} : { since: hygieneRelease(testAssessment(since)) }),
  };
}

/** What a template says, as `SUBJECT VERDICT REASON`. */
export function said(
  template: CheckTemplate,
  parameters: Readonly<Record<string, unknown>>,
  images: readonly TestImage[],
  since?: readonly TestImage[],
): readonly string[] {
  return template.withParameters(parameters)(testInput(images, since)).map(textOf).sort();
}

function textOf({ subject, verdict, reason }: Judgement): string {
  return `${subject} ${verdict} ${reason}`;
}

function digestFor({ logical, content }: TestImage): Digest {
  return contentDigest(content ?? logical);
}
