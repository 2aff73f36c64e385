// Opens the images of a release: local ones where they lie, others through the registry under the physical reference that shipRelease gave them. What a
// bill of materials describes has its inventory at once.
import { basename } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { mapLimited } from '../platform/map-limited.ts';
import { openImage } from './image/open.ts';
import { DEFAULT_PLATFORM, formatPlatform } from './image/platform.ts';
import type { RegistryAccess } from './image/registry/access.ts';
import { RegistryClient } from './image/registry/client.ts';
import { resolvePhysical } from './image/resolve.ts';
import type { ImageSource } from './image/source.ts';
import type { Inventory } from './inventory/package.ts';
import type { Release, ReleaseImage } from './release/release.ts';

/** What stands before the path of a bill of materials in `local`. */
const SBOM = 'sbom:';

/** How a release is opened. */
export interface OpenReleaseOptions {
  readonly access: RegistryAccess;
  /** `os/architecture[/variant]`; linux/amd64 unless given. */
  readonly platform?: string;
  readonly onProgress: (text: string) => void;
}

/** An image that was opened, or why it was not. */
export interface OpenedImage {
  readonly image: ReleaseImage;
  /** Physical reference; the local target, or the logical reference, where there is none. */
  readonly physical: string;
  readonly platform: string;
  readonly source?: ImageSource;
  /** Instead of a source: the inventory of an image whose layers are not at hand. */
  readonly inventory?: Inventory;
  readonly failure?: string;
}

/** Requests on their way at once: manifests are small, and registries count requests. */
const AT_ONCE = 8;

/** Opens the images of a release, in its order: manifests and configurations are read and checked, no layer is. */
export async function openRelease(
  { images }: Pick<Release, 'images'>,
  { access, platform, onProgress }: OpenReleaseOptions,
): Promise<readonly OpenedImage[]> {
  const client = new RegistryClient(access);
  let done = 0;
  const progress = (): void => onProgress(`images opened ${done} of ${images.length}`);
  progress();
  try {
    return await mapLimited(images, AT_ONCE, async (image) => {
      const opened = await open(image, client, platform);
      done += 1;
      progress();
      return opened;
    });
  } finally {
    client.close();
  }
}

async function open(image: ReleaseImage, client: RegistryClient, wanted: string | undefined): Promise<OpenedImage> {
  const platform = wanted === undefined ? {} : { platform: wanted };
  let physical = image.local ?? image.physical ?? image.logical;
  try {
    if (image.local?.startsWith(SBOM)) {
      const { readSbomFile } = await import('./release/sbom/read-sbom.ts');
      const path = image.local.slice(SBOM.length);
      const { inventory } = await readSbomFile(path, basename(path));
      return { image, physical: image.physical ?? physical, platform: inventory.platform, inventory };
    }
    if (image.local !== undefined) {
      const source = await openImage(image.local, platform);
      return { image, physical: image.physical ?? physical, platform: source.platform, source };
    }
    if (image.refused !== undefined) throw new PlimsollError('config-invalid', image.refused);
    physical = await resolvePhysical(image.logical, physical, client);
    const source = await openImage(`docker://${physical}`, { client, ...platform });
    return { image, physical, platform: source.platform, source };
  } catch (error) {
    return {
      image,
      physical,
      platform: wanted ?? formatPlatform(DEFAULT_PLATFORM),
      failure: messageOf(error),
    };
  }
}
