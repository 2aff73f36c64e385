// What lies beside an image in an OCI layout: tags as registries have them, manifests that name the image as their subject, and what `cosign save`
// marks by its annotation `kind` instead of a tag.
import type { Digest } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type Descriptor, isIndexType } from '../manifest.ts';
import { readVerified } from '../select.ts';
import type { BlobDescriptor } from '../source.ts';
import { type LayoutFiles, readLayoutFile } from '../transport/layout-files.ts';
import { readSized } from '../transport/oci.ts';
import { parseArtefact, parseArtefactList } from './artefact.ts';
import type { AttachmentStore } from './attachment.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** How `cosign save` (cosign pkg/oci/layout) says what an entry is. */
const KIND = 'kind';
const KINDS: ReadonlySet<string> = new Set(['dev.cosignproject.cosign/sigs', 'dev.cosignproject.cosign/atts']);

/**
 * The layout as a place of attachments.
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export function layoutAttachments(files: LayoutFiles): AttachmentStore {
  const { name } = files;
  const entries = parseArtefactList(readLayoutFile(files, 'index.json', LIMITS.manifestBytes), `index.json of ${name}`);
  const read = (descriptor: BlobDescriptor, limit: number, what: string): Promise<Uint8Array> =>
    readVerified(descriptor, limit, `${what} of ${name}`, async (one) => {
      const path = `blobs/sha256/${one.digest.slice('sha256:'.length)}`;
      return readSized(files, path, one);
    });
  const manifest = (descriptor: BlobDescriptor): Promise<Uint8Array> =>
    read(descriptor, LIMITS.manifestBytes, 'a manifest');
  const tagged = async (tag: string): Promise<Uint8Array | undefined> => {
    const entry = entries.find(({ annotations }) => isNamed(annotations[REF_NAME], tag));
    return entry === undefined ? undefined : manifest(entry);
  };
  let entriesByImage: Promise<EntriesByImage> | undefined;
  return {
    name,
    tagged,
    referrers: async (subject: Digest) => {
      const bytes = await tagged(subject.replace(':', '-'));
      const listed = bytes === undefined ? [] : parseArtefactList(bytes, `what refers to ${subject} in ${name}`);
      entriesByImage ??= sortByImage(entries, manifest);
      const { marked, bySubject, whole } = await entriesByImage;
      const list = [...listed, ...marked, ...(bySubject.get(subject) ?? [])];
      return { list, whole };
    },
    manifest,
    blob: (descriptor) => read(descriptor, LIMITS.attachmentBytes, 'a blob'),
  };
}

/** What a layout keeps beside its images. */
interface EntriesByImage {
  /** By `cosign save`, which keeps one image in a layout and says nothing more. */
  readonly marked: readonly Descriptor[];
  readonly bySubject: ReadonlyMap<Digest, readonly Descriptor[]>;
  /** Whether all entries could be read. */
  readonly whole: boolean;
}

/** Reads each entry once, however many images ask. */
async function sortByImage(
  entries: readonly Descriptor[],
  manifest: (descriptor: BlobDescriptor) => Promise<Uint8Array>,
): Promise<EntriesByImage> {
  const marked: Descriptor[] = [];
  const bySubject = new Map<Digest, Descriptor[]>();
  let whole = true;
  for (const entry of entries) {
    // What is asked for is followed, whatever its type.
    const { artifactType, ...plain } = entry;
    if (KINDS.has(entry.annotations[KIND] ?? '')) {
      marked.push(plain);
      continue;
    }
    // An entry with a tag is an image, or was found by its tag.
    if (isIndexType(entry.mediaType) || (artifactType === undefined && entry.annotations[REF_NAME] !== undefined)) {
      continue;
    }
    try {
      const { subject } = parseArtefact(await manifest(entry), 'an entry');
      if (subject === undefined) continue;
      const known = bySubject.get(subject);
      if (known === undefined) bySubject.set(subject, [plain]);
      else known.push(plain);
    } catch {
      whole = false;
    }
  }
  return { marked, bySubject, whole };
}

/** A tag alone, or a whole reference that ends in it. */
function isNamed(name: string | undefined, tag: string): boolean {
  return name === tag || name?.endsWith(`:${tag}`) === true;
}
