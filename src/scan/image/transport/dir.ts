// Opens an image that skopeo wrote with its `dir:` transport (containers-transports(5)): manifest.json and blobs named by their hexadecimal digest.
import { digestOf } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Descriptor } from '../manifest.ts';
import type { Platform } from '../platform.ts';
import { type ContentStore, selectImage } from '../select.ts';
import type { ImageSource } from '../source.ts';
import { directoryFiles, readLayoutFile, requireDirectory } from './layout-files.ts';
import { locateSized, readSized } from './oci.ts';

/**
 * Opens the image in `directory`.
 * @throws PlimsollError `input-missing`, `input-unreadable`, `not-found`, `digest-mismatch`, `unsupported`; ParseError; LimitError.
 */
export async function openDir(directory: string, wanted: Platform | undefined): Promise<ImageSource> {
  requireDirectory(directory);
  const files = directoryFiles(directory);
  const bytes = readLayoutFile(files, 'manifest.json', LIMITS.manifestBytes);
  const pathOf = (descriptor: Descriptor): string => descriptor.digest.slice('sha256:'.length);
  const store: ContentStore = {
    name: directory,
    // The manifests behind an index, which `skopeo copy --all` writes beside it.
    readManifest: async (descriptor) => readSized(files, `${pathOf(descriptor)}.manifest.json`, descriptor),
    readBlob: async (descriptor) => readSized(files, pathOf(descriptor), descriptor),
    locate: async (descriptor) => locateSized(files, pathOf(descriptor), descriptor),
  };
  return selectImage({ bytes, digest: digestOf(bytes) }, store, wanted);
}
