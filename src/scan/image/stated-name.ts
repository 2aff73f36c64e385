// The reference by which an image on disk names itself: the annotations of an OCI layout (OCI image-spec annotations.md
// "org.opencontainers.image.ref.name", and containerd's full name), RepoTags of a docker archive. It is a claim, good for naming and for nothing else.
import { PlimsollError } from '../../platform/errors.ts';
import { splitName } from './open.ts';
import { normalizeReference } from './reference.ts';
import type { ImageTarget } from './target.ts';
import { imageArchiveFiles } from './transport/archive-index.ts';
import { namesInArchive } from './transport/docker-archive.ts';
import { directoryFiles } from './transport/layout-files.ts';
import { namesInLayout } from './transport/oci.ts';

/**
 * The normal form of the reference that a target on disk states; of several of one docker archive's image the first. Undefined where it states none, a
 * layout states several, or it cannot be read, which opening it will say.
 */
export async function statedName(target: ImageTarget): Promise<string | undefined> {
  try {
    const names = (await namesOf(target)).flatMap(normalForm);
    return target.transport === 'docker-archive' || names.length === 1 ? names[0] : undefined;
  } catch (error) {
    if (error instanceof PlimsollError) return undefined;
    throw error;
  }
}

async function namesOf({ transport, argument }: ImageTarget): Promise<readonly string[]> {
  if (transport !== 'oci' && transport !== 'oci-archive' && transport !== 'docker-archive') return [];
  const { path, name } = splitName(argument);
  switch (transport) {
    case 'oci':
      return namesInLayout(directoryFiles(path), name);
    case 'oci-archive':
      return namesInLayout(await imageArchiveFiles(path), name);
    case 'docker-archive':
      return namesInArchive(await imageArchiveFiles(path), name);
  }
}

function normalForm(text: string): readonly string[] {
  try {
    return [normalizeReference(text)];
  } catch {
    return [];
  }
}
