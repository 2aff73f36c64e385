// What a contributor's build has to say so that an image passes: the base as a build argument, labels, a tag that never moves, lines of the Dockerfile.
// Values that the release knows are filled in; the others are variables of the build. Pure.
import { compareText } from '../../platform/order.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { splitLogical } from '../../scan/release/logical.ts';
import { fitsImage } from '../../statements/image-pattern.ts';
import { replacedBases, replacedUnder, startsWith } from './base-builds.ts';
import type { HygieneImage, HygieneInput } from './check.ts';
import { isLicenceExpression, wholeVersionOf } from './checks/forms.ts';
import type { HygieneResult } from './hygiene.ts';

/** What the build has to find out itself, by the name of the variable. */
export const VARIABLES = {
  BASE_IMAGE: 'reference of the base with tag and digest, NAME:TAG@sha256:…',
  BASE_NAME: 'reference of the base with its tag',
  BASE_DIGEST: 'digest of the base: skopeo inspect --format {{.Digest}} docker://NAME:TAG',
  CREATED: 'date of the commit, so that the same commit gives the same image: git log -1 --format=%cI',
  LICENCES: 'SPDX licence expression, such as Apache-2.0',
  REVISION: 'the commit: git rev-parse HEAD',
  SOURCE: 'address of the repository, without credentials',
  VENDOR: 'who distributes the image',
  VERSION: 'the version that is built',
} as const;
export type Variable = keyof typeof VARIABLES;

/** Text with variables in it. */
export type BuildValue = readonly (string | { readonly variable: Variable; readonly characters?: number })[];

/** What one image needs. */
export interface ImageFix {
  /** Logical reference. */
  readonly image: string;
  readonly buildArguments: Readonly<Record<string, BuildValue>>;
  /** By name, sorted. */
  readonly labels: Readonly<Record<string, BuildValue>>;
  readonly tag: BuildValue;
  /** Lines that the Dockerfile needs, in their order. */
  readonly dockerfile: readonly string[];
  /** Ids of the checks that fail now and pass then. */
  readonly closes: readonly string[];
}

const OCI = 'org.opencontainers.image.';
/** Longer values of labels are not taken over. */
const LONGEST = 512;

/** Checks that the labels, the tag and a rebuild on the current base close; lines of the Dockerfile close those of `DOCKERFILE`. */
const BY_BUILD: ReadonlySet<string> = new Set(
  (
    'tag-moved tag-opaque label-source label-revision label-version created-stated label-licenses label-vendor label-base-name label-base-digest ' +
    'image-age base-drift'
  ).split(' '),
);

/** Lines by the check that they close. In the stage that is shipped; the user comes last. */
const DOCKERFILE: readonly (readonly [check: string, line: string])[] = [
  ['setuid-files', 'RUN find / -xdev -type f \\( -perm -4000 -o -perm -2000 \\) -exec chmod a-s {} +'],
  ['root-user', 'USER 65532:65532'],
];

/**
 * What the images of a release need that fit the patterns; without patterns, those of our own. Images that need nothing are left out.
 * @param patterns of logical references
 */
export function fixesOf(
  input: HygieneInput,
  { results }: HygieneResult,
  patterns: readonly string[],
): readonly ImageFix[] {
  const open = Map.groupBy(
    results.filter(({ verdict, waiver }) => waiver === undefined && (verdict === 'fail' || verdict === 'warn')),
    ({ subject }) => subject,
  );
  return distinctNames(input.release.images)
    .filter(({ image }) =>
      patterns.length === 0 ? image.origin === 'own' : patterns.some((pattern) => fitsImage(pattern, image)),
    )
    .flatMap((image) => fixOf(image, open.get(image.image.logical) ?? [], input) ?? []);
}

/** An image in two platforms is built by one command. */
function distinctNames(images: readonly HygieneImage[]): readonly HygieneImage[] {
  return [...new Map(images.map((image) => [image.image.logical, image])).values()];
}

function fixOf(image: HygieneImage, open: readonly Verdict[], input: HygieneInput): ImageFix | undefined {
  const failed = new Set(open.map(({ check }) => check));
  const lines = DOCKERFILE.filter(([check]) => failed.has(check));
  const closes = [...failed].filter((check) => BY_BUILD.has(check) || lines.some(([one]) => one === check)).sort();
  if (closes.length === 0) return undefined;
  const { logical } = image.image;
  const { repository, tag = '' } = splitLogical(logical);
  const labels = image.inventory?.labels ?? {};
  const whole = wholeVersionOf(tag);
  const version: BuildValue = whole === undefined ? [{ variable: 'VERSION' }] : [whole];
  const base = baseOf(image, failed.has('base-drift'), input);
  // What the labels said and was found right is said again.
  const kept = (name: string, variable: Variable, isRight: (value: string) => boolean): BuildValue => {
    const value = labels[`${OCI}${name}`]?.trim() ?? '';
    return value.length <= LONGEST && !failed.has(`label-${name}`) && value !== '' && isRight(value)
      ? [value]
      : [{ variable }];
  };
  return {
    image: logical,
    buildArguments: { BASE_IMAGE: base.reference },
    labels: {
      [`${OCI}base.digest`]: base.digest,
      [`${OCI}base.name`]: base.name,
      [`${OCI}created`]: [{ variable: 'CREATED' }],
      [`${OCI}licenses`]: kept('licenses', 'LICENCES', isLicenceExpression),
      [`${OCI}revision`]: [{ variable: 'REVISION' }],
      [`${OCI}source`]: kept('source', 'SOURCE', (value) => !value.includes('@')),
      [`${OCI}vendor`]: kept('vendor', 'VENDOR', () => true),
      [`${OCI}version`]: version,
    },
    tag: [`${repository}:`, ...version, '-', { variable: 'REVISION', characters: 12 }],
    dockerfile: ['ARG BASE_IMAGE', 'FROM $BASE_IMAGE', ...lines.map(([, line]) => line)],
    closes,
  };
}

interface KnownBase {
  readonly reference: BuildValue;
  readonly name: BuildValue;
  readonly digest: BuildValue;
}

/** The base that the image is to stand on, as far as the release knows it. */
function baseOf(image: HygieneImage, isBehind: boolean, input: HygieneInput): KnownBase {
  const name = baseName(image, isBehind, input);
  if (name === undefined) {
    return {
      reference: [{ variable: 'BASE_IMAGE' }],
      name: [{ variable: 'BASE_NAME' }],
      digest: [{ variable: 'BASE_DIGEST' }],
    };
  }
  const shipped = input.release.images.find((one) => one.image.logical === name)?.image;
  const known = shipped?.index ?? shipped?.digest;
  const digest: BuildValue = known === undefined ? [{ variable: 'BASE_DIGEST' }] : [known];
  return { reference: [`${name}@`, ...digest], name: [name], digest };
}

/**
 * That of the label where the release ships it; the one that was replaced below the image; the image with the most layers that all lie below this one,
 * unless it is known to be behind; what the label says.
 */
function baseName(image: HygieneImage, isBehind: boolean, input: HygieneInput): string | undefined {
  const { images } = input.release;
  const named = image.inventory?.labels?.[`${OCI}base.name`]?.trim() ?? '';
  const labelled = named.length <= LONGEST ? named : '';
  if (images.some((one) => one.image.logical === labelled)) return labelled;
  const replaced = replacedUnder(image, replacedBases(input))?.logical;
  if (replaced !== undefined) return replaced;
  const layers = image.inventory?.layers ?? [];
  const below = images
    .map(({ image: { logical }, inventory }) => ({ logical, layers: inventory?.layers ?? [] }))
    .filter(
      (other) => other.layers.length > 0 && other.layers.length < layers.length && startsWith(layers, other.layers),
    )
    .sort((a, b) => b.layers.length - a.layers.length || compareText(a.logical, b.logical));
  if (below[0] !== undefined && !isBehind) return below[0].logical;
  return isReference(labelled) ? labelled : undefined;
}

/** Whether a label names an image with a tag: one that names nothing would be worse than the question. */
function isReference(text: string): boolean {
  const { repository, tag } = splitLogical(text);
  return tag !== undefined && repository.includes('/');
}
