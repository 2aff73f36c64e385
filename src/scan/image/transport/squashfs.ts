// A squashfs file, or the one within a SIF file, as an image: a tree of files without manifest and layers, like an unpacked root file system.
import { DEFAULT_PLATFORM, formatPlatform } from '../platform.ts';
import type { FileTree, ImageSource } from '../source.ts';
import { withRegion } from '../squashfs/region-file.ts';
import { readSif } from '../squashfs/sif.ts';
import { readSuperblock } from '../squashfs/superblock.ts';

/**
 * The source of a squashfs file. Its digest comes from the walk, its platform is taken to be the usual one.
 * @throws PlimsollError `input-missing`, `input-unreadable`, `unsupported`; ParseError
 */
export function openSquashfs(path: string): ImageSource {
  const { madeAt } = withRegion({ path, offset: 0 }, readSuperblock);
  return sourceOf({ kind: 'squashfs', path, offset: 0, unread: [] }, DEFAULT_PLATFORM.architecture, madeAt);
}

/**
 * The source of the primary system partition of a SIF file.
 * @throws PlimsollError `input-missing`, `input-unreadable`, `unsupported`; ParseError; LimitError
 */
export function openSif(path: string): ImageSource {
  const { offset, length, architecture, createdAt, unread } = withRegion({ path, offset: 0 }, readSif);
  const { madeAt } = withRegion({ path, offset, length }, readSuperblock);
  const tree = { kind: 'squashfs', path, offset, length, unread } as const;
  return sourceOf(tree, architecture ?? DEFAULT_PLATFORM.architecture, createdAt ?? madeAt);
}

/** `createdAt` in seconds; 0 where builds are to be repeatable, which is no date. */
function sourceOf(tree: FileTree, architecture: string, createdAt: number): ImageSource {
  const platform = { ...DEFAULT_PLATFORM, architecture };
  return {
    digest: 'sha256:',
    platform: formatPlatform(platform),
    config: {
      ...(createdAt === 0 ? {} : { created: new Date(createdAt * 1000).toISOString() }),
      ...platform,
      environmentNames: [],
      exposedPorts: [],
      labels: {},
      historyLength: 0,
      diffIds: [],
    },
    layers: [],
    tree,
  };
}
