// Where an image's signatures and attestations are, by its transport: beside it in its repository, its layout or its directory.
import { PlimsollError } from '../../../platform/errors.ts';
import { splitName } from '../open.ts';
import { parseReference } from '../reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageTarget } from '../target.ts';
import { imageArchiveFiles } from '../transport/archive-index.ts';
import { directoryFiles } from '../transport/layout-files.ts';
import type { Attachment, AttachmentStore } from './attachment.ts';
import { directoryAttachments, readDirectorySignatures } from './directory-store.ts';
import { layoutAttachments } from './layout-store.ts';
import { type AttachedSubject, readAttached } from './read-attached.ts';
import { registryAttachments } from './registry-store.ts';

/** What reading for many images shares. */
export interface AttachedPlaces {
  readonly client: RegistryClient | undefined;
  /** Layouts that were opened, by path: filled here, since many images can lie in one. */
  readonly layouts: Map<string, Promise<AttachmentStore>>;
}

/**
 * Calls `found` for everything that is kept beside an image where `target` has it. In a registry that costs four requests (five where it has no
 * referrers API) and those for what is there, for the image and for each index that led to it.
 * @returns what could not be read, in words; undefined when images of this transport carry nothing (docker archives, root file systems).
 * @throws PlimsollError `usage` without a client for a registry, `input-missing`, `input-unreadable`; ParseError; LimitError.
 */
export async function readAttachedTo(
  { transport, argument }: Pick<ImageTarget, 'transport' | 'argument'>,
  subject: AttachedSubject,
  { client, layouts }: AttachedPlaces,
  found: (attachment: Attachment) => void,
): Promise<readonly string[] | undefined> {
  switch (transport) {
    case 'docker': {
      const reference = parseReference(argument);
      if (client !== undefined) return readAttached(subject, registryAttachments(reference, client), found);
      throw new PlimsollError('usage', `${argument} is in a registry, and registries are not to be asked here`);
    }
    case 'oci':
    case 'oci-archive': {
      const { path } = splitName(argument);
      const opened = layouts.get(path) ?? openLayout(transport, path);
      layouts.set(path, opened);
      return readAttached(subject, await opened, found);
    }
    case 'dir': {
      const problems = readDirectorySignatures(argument, found);
      return [...problems, ...(await readAttached(subject, directoryAttachments(argument), found))];
    }
    case 'docker-archive':
    case 'rootfs':
    case 'squashfs':
    case 'sif':
      return undefined;
  }
}

async function openLayout(transport: 'oci' | 'oci-archive', path: string): Promise<AttachmentStore> {
  return layoutAttachments(transport === 'oci' ? directoryFiles(path) : await imageArchiveFiles(path));
}
