// Opens an image of an OCI layout, a directory or a tar archive of one (OCI image-spec image-layout.md), by its tag or as the only one.
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { readObject, requiredText } from '../json-fields.ts';
import { type Descriptor, isAttestation, parseManifest } from '../manifest.ts';
import { DEFAULT_PLATFORM, type Platform } from '../platform.ts';
import { type ContentStore, chooseEntry, readVerified, selectImage } from '../select.ts';
import type { BlobDescriptor, ImageSource } from '../source.ts';
import { type LayoutFiles, type LayoutLocation, readLayoutFile } from './layout-files.ts';

/** Annotation that names an entry of index.json. */
const REF_NAME = 'org.opencontainers.image.ref.name';
/** Where containerd and BuildKit write the full reference, the tag alone being in REF_NAME. */
const CONTAINERD_NAME = 'io.containerd.image.name';
/** Bound on the small `oci-layout` file, in bytes. */
const LAYOUT_FILE_BYTES = 4096;

/**
 * Opens the image `tag` of a layout; without a tag the layout must hold one image (or one for each platform).
 * @throws PlimsollError `not-found` with the tags that there are, `input-missing`, `digest-mismatch`, `unsupported`; ParseError; LimitError.
 */
export async function openOciLayout(
  files: LayoutFiles,
  tag: string | undefined,
  wanted: Platform | undefined,
): Promise<ImageSource> {
  checkVersion(files);
  const entry = chooseTagged(readIndex(files), tag, wanted, files.name);
  const store = ociStore(files);
  const what = `a manifest of ${files.name}`;
  const bytes = await readVerified(entry, LIMITS.manifestBytes, what, (descriptor) => store.readManifest(descriptor));
  return selectImage({ bytes, digest: entry.digest, mediaType: entry.mediaType }, store, wanted);
}

function ociStore(files: LayoutFiles): ContentStore {
  const pathOf = (descriptor: Descriptor): string => `blobs/sha256/${descriptor.digest.slice('sha256:'.length)}`;
  const locate = (descriptor: Descriptor): LayoutLocation => locateSized(files, pathOf(descriptor), descriptor);
  const read = async (descriptor: Descriptor): Promise<Uint8Array> => readSized(files, pathOf(descriptor), descriptor);
  return { name: files.name, readManifest: read, readBlob: read, locate: async (descriptor) => locate(descriptor) };
}

/**
 * Finds a blob's file.
 * @throws PlimsollError `digest-mismatch` when its size is not the descriptor's, which no content of that digest can have; what `locate` throws.
 */
export function locateSized(files: LayoutFiles, path: string, descriptor: BlobDescriptor): LayoutLocation {
  const location = files.locate(path);
  if (location.length !== descriptor.size) {
    throw new PlimsollError(
      'digest-mismatch',
      `${path} of ${files.name} has ${location.length} bytes, its descriptor says ${descriptor.size}`,
    );
  }
  return location;
}

/**
 * The bytes of a small blob's file.
 * @throws as locateSized.
 */
export function readSized(files: LayoutFiles, path: string, descriptor: BlobDescriptor): Uint8Array {
  locateSized(files, path, descriptor);
  return files.read(path);
}

function checkVersion(files: LayoutFiles): void {
  if (!files.has('oci-layout')) {
    throw new PlimsollError('input-missing', `${files.name} is not an OCI layout: it has no file oci-layout`);
  }
  const what = `oci-layout of ${files.name}`;
  const version = requiredText(
    readObject(readLayoutFile(files, 'oci-layout', LAYOUT_FILE_BYTES), what),
    'imageLayoutVersion',
    what,
  );
  if (!version.startsWith('1.')) {
    throw new PlimsollError('unsupported', `${files.name} is an OCI layout of version ${version.slice(0, 20)}, not 1`);
  }
}

function readIndex(files: LayoutFiles): readonly Descriptor[] {
  const what = `index.json of ${files.name}`;
  const index = parseManifest(readLayoutFile(files, 'index.json', LIMITS.manifestBytes), undefined, what);
  if (index.kind !== 'index') throw new ParseError(`${what} is not an index`);
  return index.manifests.filter((entry) => !isAttestation(entry));
}

/**
 * The full references by which a layout names what it holds under `tag`, or, without a tag, all that it holds: containerd's and BuildKit's annotation,
 * and a name that is more than a tag. Each once, as written.
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export function namesInLayout(files: LayoutFiles, tag: string | undefined): readonly string[] {
  const names = taggedEntries(readIndex(files), tag).map(
    ({ annotations }) => annotations[CONTAINERD_NAME] ?? annotations[REF_NAME] ?? '',
  );
  return [...new Set(names.filter((name) => /[/:@]/.test(name)))];
}

function taggedEntries(entries: readonly Descriptor[], tag: string | undefined): readonly Descriptor[] {
  return entries.filter(
    ({ annotations }) => tag === undefined || annotations[REF_NAME] === tag || annotations[CONTAINERD_NAME] === tag,
  );
}

function chooseTagged(
  entries: readonly Descriptor[],
  tag: string | undefined,
  wanted: Platform | undefined,
  name: string,
): Descriptor {
  const tags = [...new Set(entries.flatMap((entry) => entry.annotations[REF_NAME] ?? []))].sort();
  const offers = tags.length === 0 ? 'it has no tags' : `its tags: ${tags.slice(0, 20).join(', ')}`;
  if (tag === undefined && tags.length > 1) {
    throw new PlimsollError('not-found', `${name} holds several images; name one as :TAG (${offers})`);
  }
  const tagged = taggedEntries(entries, tag);
  if (tagged.length === 0) {
    throw new PlimsollError(
      'not-found',
      tag === undefined ? `${name} is empty` : `${name} has no tag ${tag}; ${offers}`,
    );
  }
  const [only] = tagged;
  if (tagged.length === 1 && only !== undefined) return only;
  return chooseEntry(tagged, wanted ?? DEFAULT_PLATFORM, name);
}
