// Tells by its content what a path on disk is: an OCI layout, an archive of either kind, a `dir:` image, a squashfs or SIF file,
// a root file system, or none of these.
import { join } from 'node:path';
import { ParseError } from '../../../platform/errors.ts';
import { isSif } from '../squashfs/sif.ts';
import { isSquashfs } from '../squashfs/superblock.ts';
import { archiveFiles, firstPackedName } from './archive-index.ts';
import { directoryFiles, type LayoutFiles, readLayoutFile, readLocation, statOf } from './layout-files.ts';

/** `other`: the path exists and holds no image of a known kind. */
export type RecognizedPath = 'oci' | 'oci-archive' | 'docker-archive' | 'dir' | 'rootfs' | 'squashfs' | 'sif' | 'other';

/** Bytes that tell a squashfs or SIF file. */
const HEAD_BYTES = 64;

/** Bound on the `version` file of a `dir:` image, in bytes. */
const VERSION_FILE_BYTES = 1024;

/**
 * What is at `path`; undefined when nothing is there.
 * @throws PlimsollError `input-unreadable`, `unsupported` for a compressed archive; LimitError.
 */
export function recognizePath(path: string): RecognizedPath | undefined {
  const found = statOf(path);
  if (found === undefined) return undefined;
  if (found.isFile()) return recognizeFile(path);
  return found.isDirectory() ? recognizeDirectory(path) : 'other';
}

/** An archive that is both kinds (Docker 25 and later) is read as an OCI layout, which pins its layers. */
function recognizeFile(path: string): RecognizedPath {
  const head = Buffer.from(readLocation({ kind: 'file', path, offset: 0, length: HEAD_BYTES }));
  if (isSquashfs(head)) return 'squashfs';
  if (isSif(head)) return 'sif';
  const packed = firstPackedName(path);
  if (packed !== undefined) return recognizeByFirstName(packed);
  let files: LayoutFiles;
  try {
    files = archiveFiles(path);
  } catch (error) {
    if (error instanceof ParseError) return 'other';
    throw error;
  }
  if (files.has('oci-layout') && files.has('index.json')) return 'oci-archive';
  return files.has('manifest.json') ? 'docker-archive' : 'other';
}

/** A packed archive is not unpacked to tell what it is: what writes image archives begins them with a blob, a layer or a configuration. */
function recognizeByFirstName(name: string): RecognizedPath {
  if (/^(?:blobs(?:\/.*)?|oci-layout|index\.json)$/.test(name)) return 'oci-archive';
  return /^(?:(?:sha256:)?[0-9a-f]{64}(?:[./].*)?|manifest\.json|repositories)$/.test(name)
    ? 'docker-archive'
    : 'other';
}

function recognizeDirectory(path: string): RecognizedPath {
  const files = directoryFiles(path);
  if (files.has('oci-layout') && files.has('index.json')) return 'oci';
  if (files.has('manifest.json') && files.has('version') && isDirVersion(files)) return 'dir';
  const isDirectory = (name: string): boolean => statOf(join(path, name))?.isDirectory() === true;
  return isDirectory('etc') && (isDirectory('usr') || isDirectory('bin')) ? 'rootfs' : 'other';
}

function isDirVersion(files: LayoutFiles): boolean {
  if (files.locate('version').length > VERSION_FILE_BYTES) return false;
  const text = Buffer.from(readLayoutFile(files, 'version', VERSION_FILE_BYTES)).toString('latin1');
  return text.startsWith('Directory Transport Version: ');
}
