// Opens an image of a `docker save` archive: manifest.json, one configuration an image, layers as tar files.
// Docker Image Specification v1.2 "Combined Image JSON + Filesystem Changeset Format". It pins no layer digests: the walk computes them.
import { digestOf, isDigest } from '../../../platform/canonical.ts';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseImageConfig } from '../config.ts';
import { readObjects, requiredText, textsIn } from '../json-fields.ts';
import { cleanPath } from '../layer/entry-path.ts';
import { formatPlatform, isForOtherPlatform, type Platform } from '../platform.ts';
import { formatReference, parseReference } from '../reference.ts';
import type { ImageSource, LayerDescriptor } from '../source.ts';
import { type LayoutFiles, readLayoutFile } from './layout-files.ts';

interface ArchivedImage {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Opens an image of an archive by its tag, by `@INDEX` counted from 0, or, without either, the only one.
 * @throws PlimsollError `not-found` with the tags that there are, `input-missing`, `digest-mismatch`; ParseError; LimitError.
 */
export async function openDockerArchive(
  files: LayoutFiles,
  selector: string | undefined,
  wanted: Platform | undefined,
): Promise<ImageSource> {
  const image = chooseImage(readImages(files), selector, files.name);
  const what = `the configuration ${image.config} of ${files.name}`;
  const bytes = readLayoutFile(files, cleanPath(image.config), LIMITS.configBytes);
  const digest = digestOf(bytes);
  checkConfigName(image.config, digest, files.name);
  const config = parseImageConfig(bytes, what);
  if (wanted !== undefined && isForOtherPlatform(wanted, config)) {
    throw new PlimsollError(
      'not-found',
      `${files.name} is for ${formatPlatform(config)} alone, not for ${formatPlatform(wanted)}`,
    );
  }
  // As `docker load`: a layer that the list leaves out would be missing from the scan without a word.
  if (image.layers.length !== config.diffIds.length) {
    throw new ParseError(
      `${files.name} lists ${image.layers.length} layers where ${what} names ${config.diffIds.length}: the archive is damaged or forged`,
    );
  }
  const layers: LayerDescriptor[] = [];
  for (const path of image.layers) {
    const location = files.locate(cleanPath(path));
    layers.push({ size: location.length, packing: 'tar', location });
  }
  return { digest, platform: formatPlatform(config), config, layers };
}

/**
 * The references by which an archive names the image that `openDockerArchive` would open, as written.
 * @throws as openDockerArchive
 */
export function namesInArchive(files: LayoutFiles, selector: string | undefined): readonly string[] {
  const { tags } = chooseImage(readImages(files), selector, files.name);
  const chosen = selector === undefined ? undefined : tags.find((tag) => withTag(tag) === withTag(selector));
  return chosen === undefined ? tags : [chosen];
}

function readImages(files: LayoutFiles): readonly ArchivedImage[] {
  if (!files.has('manifest.json')) {
    throw new PlimsollError('input-missing', `${files.name} is not a docker archive: it has no manifest.json`);
  }
  const what = `manifest.json of ${files.name}`;
  return readObjects(readLayoutFile(files, 'manifest.json', LIMITS.manifestBytes), what).map((entry) => {
    const layers = textsIn(entry, 'Layers', what) ?? [];
    if (layers.length > LIMITS.imageLayers) {
      throw new LimitError(`${what} has ${layers.length} layers (at most ${LIMITS.imageLayers})`);
    }
    return { config: requiredText(entry, 'Config', what), tags: textsIn(entry, 'RepoTags', what) ?? [], layers };
  });
}

function chooseImage(images: readonly ArchivedImage[], selector: string | undefined, name: string): ArchivedImage {
  const tags = images.flatMap((image) => image.tags);
  const offers = `it has ${tags.slice(0, 20).join(', ') || `${images.length} images without a tag`}`;
  if (selector === undefined) {
    const [only] = images;
    if (images.length === 1 && only !== undefined) return only;
    if (images.length === 0) throw new PlimsollError('not-found', `${name} holds no image`);
    throw new PlimsollError('not-found', `${name} holds several images; name one as :TAG or :@0 (${offers})`);
  }
  const position = /^@(\d{1,6})$/.exec(selector);
  const found =
    position !== null
      ? images[Number(position[1])]
      : images.find((image) => image.tags.some((tag) => withTag(tag) === withTag(selector)));
  if (found === undefined) throw new PlimsollError('not-found', `${name} has no ${selector}; ${offers}`);
  return found;
}

/** Docker itself writes `name:latest` for a name without a tag. */
function withTag(text: string): string {
  try {
    const reference = parseReference(text);
    return formatReference({ ...reference, tag: reference.tag ?? 'latest' });
  } catch (error) {
    if (error instanceof ParseError) return text;
    throw error;
  }
}

/** Where the configuration is named by its digest (`HEX.json`, `blobs/sha256/HEX`), the name must be true. */
function checkConfigName(path: string, digest: string, name: string): void {
  const claimed = `sha256:${/([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1] ?? ''}`;
  if (isDigest(claimed) && claimed !== digest) {
    throw new PlimsollError('digest-mismatch', `${path} of ${name} is another configuration: ${digest}`);
  }
}
