// Images on disk in a tree of skopeo `dir:` images named by logical reference, `docker.io/library/alpine:3.16/manifest.json`: what CSM's build
// writes (build/images/sync.sh) and what `skopeo sync --scoped --dest dir` writes.
import { join } from 'node:path';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import { normalizeReference } from '../image/reference.ts';
import { hasFile, isInside, readFile, unreadableFolder, walkFolder } from './folder.ts';

/** An image folder of the tree. */
export interface DirImage {
  /** The path below the tree as a reference in normal form. */
  readonly logical: string;
  /** The path below the tree as it is written. */
  readonly path: string;
  /** Transport target, `dir:` and the folder. */
  readonly local: string;
  /** Digest of its manifest.json; absent when that file is unreadable, which opening the image will say. */
  readonly digest?: Digest;
}

/** The images of a tree in order of path, and what in it could not be taken for one. */
export interface DirImages {
  readonly images: readonly DirImage[];
  readonly gaps: readonly Gap[];
}

/**
 * Finds the images of a tree. A link to an image inside the tree is an image under another name; every other link is a gap.
 * @param tree folder
 * @param name of the tree in gaps, with `/` at its end
 * @throws PlimsollError `input-missing`; LimitError
 */
export function findDirImages(tree: string, name: string): DirImages {
  const images: DirImage[] = [];
  const gaps: Gap[] = [];
  const isImage = (path: string): boolean => hasFile(join(tree, path), 'manifest.json');
  for (const entry of walkFolder(tree, (path) => !isImage(path))) {
    if (entry.kind === 'unreadable') gaps.push(unreadableFolder(`${name}${entry.path}`));
    else if (entry.kind === 'link' && !isLinkedImage(tree, entry.path)) {
      gaps.push(gap(`${name}${entry.path}`, 'not-scanned', 'a link to no image of this tree is not followed'));
    } else if ((entry.kind === 'folder' || entry.kind === 'link') && isImage(entry.path)) {
      try {
        images.push(dirImage(tree, entry.path));
      } catch (error) {
        gaps.push(gap(`${name}${entry.path}`, 'image-unreadable', `its path names no image: ${messageOf(error)}`));
      }
    }
  }
  return { images, gaps };
}

function isLinkedImage(tree: string, path: string): boolean {
  try {
    return isInside(tree, path) && hasFile(join(tree, path), 'manifest.json');
  } catch {
    return false;
  }
}

function dirImage(tree: string, path: string): DirImage {
  const folder = join(tree, path);
  const digest = manifestDigest(folder);
  return {
    logical: normalizeReference(path),
    path,
    local: `dir:${folder}`,
    ...(digest === undefined ? {} : { digest }),
  };
}

function manifestDigest(folder: string): Digest | undefined {
  try {
    return digestOf(readFile(join(folder, 'manifest.json'), LIMITS.manifestBytes));
  } catch {
    return undefined;
  }
}

function gap(target: string, kind: Gap['kind'], reason: string): Gap {
  return { kind, target, reason };
}
