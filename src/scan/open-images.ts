// Opens the images of a release: local ones where they lie, others through the registry under the physical reference that shipRelease gave them. What a
// bill of materials describes has its inventory at once.
import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { mapLimited } from '../platform/map-limited.ts';
import { openImage } from './image/open.ts';
import { DEFAULT_PLATFORM, formatPlatform } from './image/platform.ts';
import type { RegistryAccess } from './image/registry/access.ts';
import { RegistryClient } from './image/registry/client.ts';
import { resolvePhysical } from './image/resolve.ts';
import type { ImageSource } from './image/source.ts';
import { parseTarget } from './image/target.ts';
import type { Inventory } from './inventory/package.ts';
import type { Release, ReleaseImage } from './release/release.ts';

/** What stands before the path of a bill of materials in `local`. */
const SBOM = 'sbom:';

/** How the images of a release are found. */
export interface OpenImagesOptions {
  readonly client: RegistryClient;
  /** `os/architecture[/variant]`; linux/amd64 unless given. */
  readonly platform?: string;
  readonly onProgress: (done: number, total: number) => void;
}

/** How a release is opened. */
export interface OpenReleaseOptions {
  readonly access: RegistryAccess;
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
  release: Pick<Release, 'images'>,
  { access, platform, onProgress }: OpenReleaseOptions,
): Promise<readonly OpenedImage[]> {
  const client = new RegistryClient(access);
  try {
    return await openImages(release.images, {
      client,
      ...(platform === undefined ? {} : { platform }),
      onProgress: (done, total) => onProgress(`images opened ${done} of ${total}`),
    });
  } finally {
    client.close();
  }
}

/** Whether the image's digest fixes the bytes of its layers: not in docker archives, whose manifest names no digests. */
export function isPinned(source: ImageSource): boolean {
  return source.layers.every((layer) => layer.digest !== undefined || layer.packing === 'foreign');
}

/** Opened images in the order given. */
export async function openImages(
  images: readonly ReleaseImage[],
  options: OpenImagesOptions,
): Promise<readonly OpenedImage[]> {
  let done = 0;
  options.onProgress(0, images.length);
  return mapLimited(images, AT_ONCE, async (image) => {
    const opened = await open(image, options);
    options.onProgress(++done, images.length);
    return opened;
  });
}

async function open(image: ReleaseImage, options: OpenImagesOptions): Promise<OpenedImage> {
  const platform = options.platform === undefined ? {} : { platform: options.platform };
  let physical = image.local ?? image.physical ?? image.logical;
  try {
    if (image.local?.startsWith(SBOM)) {
      const { readSbomFile } = await import('./release/sbom/read-sbom.ts');
      const path = image.local.slice(SBOM.length);
      const { inventory } = await readSbomFile(path, basename(path));
      return { image, physical: image.physical ?? physical, platform: inventory.platform, inventory };
    }
    if (image.local !== undefined) {
      const source = await openLocal(image.local, platform);
      return { image, physical: image.physical ?? physical, platform: source.platform, source };
    }
    if (image.refused !== undefined) throw new PlimsollError('config-invalid', image.refused);
    physical = await resolvePhysical(image.logical, physical, options.client);
    const source = await openImage(`docker://${physical}`, { client: options.client, ...platform });
    return { image, physical, platform: source.platform, source };
  } catch (error) {
    return {
      image,
      physical,
      platform: options.platform ?? formatPlatform(DEFAULT_PLATFORM),
      failure: messageOf(error),
    };
  }
}

async function openLocal(target: string, options: { readonly platform?: string }): Promise<ImageSource> {
  const parsed = parseTarget(target);
  return parsed.transport === 'rootfs' ? rootfsSource(target, parsed.argument) : openImage(parsed, options);
}

/** Files that change with every package that is installed, and those that name the distribution. */
const DATED_FILES = [
  'lib/apk/db/installed',
  'usr/lib/apk/db/installed',
  'var/lib/dpkg/status',
  'var/lib/rpm',
  'usr/lib/sysimage/rpm',
  'etc/os-release',
  'usr/lib/os-release',
];

/** When a directory's packages were last changed: the newest of these files' times; absent when there is none. */
function lastChange(folder: string): { readonly created?: string } {
  const times = DATED_FILES.flatMap((path) => lstatSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? []);
  return times.length === 0 ? {} : { created: new Date(Math.max(...times)).toISOString() };
}

/** A directory has no manifest: its digest comes from the walk, its platform is taken to be the usual one. */
function rootfsSource(reference: string, folder: string): ImageSource {
  return {
    reference,
    digest: 'sha256:',
    platform: formatPlatform(DEFAULT_PLATFORM),
    config: {
      ...lastChange(folder),
      ...DEFAULT_PLATFORM,
      environmentNames: [],
      exposedPorts: [],
      labels: {},
      historyLength: 0,
      diffIds: [],
    },
    layers: [],
    rootfs: folder,
  };
}
