// `dir-tree:DIR`: a tree of skopeo `dir:` images whose path below DIR is the logical reference.
import { PlimsollError } from '../../../platform/errors.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { findDirImages } from '../dir-images.ts';
import { hasFile, walkFolder } from '../folder.ts';
import { identityOfPath } from '../identity.ts';
import type { Mention } from '../mention.ts';

/** The adapter for trees of images. */
export const dirTree: ReleaseAdapter = {
  id: 'dir-tree',
  title: 'tree of skopeo dir: images',
  argument: 'DIR',
  reads: 'every folder that holds a manifest.json; its path, with the tag behind a colon, is its reference',
  recognizes,
  load,
};

/** Folders that are looked into before a path is no tree of images. */
const FOLDERS_TRIED = 1000;

function recognizes(path: string): boolean {
  let folders = 0;
  try {
    for (const entry of walkFolder(path, () => folders < FOLDERS_TRIED)) {
      if (entry.kind !== 'folder') continue;
      folders += 1;
      const folder = `${path}/${entry.path}`;
      if (hasFile(folder, 'manifest.json') && hasFile(folder, 'version')) return true;
    }
  } catch {
    return false;
  }
  return false;
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const found = findDirImages(path, '');
  if (found.images.length === 0) {
    const hint = hasFile(path, 'manifest.json') ? `; it is one image itself, write dir:${path}` : '';
    throw new PlimsollError(
      'input-missing',
      `${path} holds no folder with a manifest.json and a reference as its path${hint}`,
    );
  }
  const mentions: readonly Mention[] = found.images.map((image) => ({
    logical: image.logical,
    source: image.path,
    position: image.path,
    local: image.local,
    ...(image.digest === undefined ? {} : { localDigest: image.digest }),
  }));
  const { name = 'images', version = 'unknown' } = identityOfPath(path);
  return listedParts({ name, version }, mentions, found.gaps, options.own);
}
