// Walks an unpacked root file system (a chroot, a container image of an HPC runtime, `/`) as if it were a layer. Never follows links, never leaves
// the file system that the root lies on: what is mounted below it is named as not scanned.
import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { LayerCollector } from './collector.ts';
import { pathProblem } from './entry-path.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import type { Reader } from './reader.ts';
import { type ExtraRead, indexReaders } from './readers.ts';
import type { BodySink } from './tar.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a directory. The report's digest is computed over all headers and the contents that were read.
 * @throws PlimsollError `input-unreadable` when the directory itself cannot be read.
 */
export function readRootfs(folder: string, readers: readonly Reader[], extra: readonly ExtraRead[] = []): LayerReport {
  const collector = new LayerCollector(indexReaders(readers, extra));
  const hash = createHash('sha256');
  const device = rootDevice(folder);
  let entries = 0;
  let bytes = 0;

  const visit = (path: string): void => {
    const full = join(folder, path);
    const status = attempt(collector, path, () => lstatSync(full));
    if (status === undefined) return;
    const problem = pathProblem(path);
    if (problem !== undefined || entries >= LIMITS.layerEntries) {
      collector.skipped(path.slice(0, 200), 'limit-reached', problem ?? `more than ${LIMITS.layerEntries} entries`);
      return;
    }
    const header = headerOf(path, full, status);
    entries += 1;
    bytes += header.size;
    hash.update(headerLine(header));
    const sink = collector.entry(header);
    if (sink !== undefined) attempt(collector, path, () => passFile(full, sink, hash));
    if (header.type !== 'dir') return;
    if (status.dev !== device) {
      collector.unknown({ reader: 'walk', path, kind: 'not-scanned', reason: 'another file system is mounted here' });
      return;
    }
    for (const name of attempt(collector, path, () => readdirSync(full).sort()) ?? []) visit(`${path}/${name}`);
  };
  for (const name of readdirSync(folder).sort()) visit(name);
  return collector.finish(`sha256:${hash.digest('hex')}`, entries, bytes);
}

/** What of a header counts into the digest of a tree. */
export function headerLine({ type, mode, uid, gid, size, path, link = '' }: EntryHeader): string {
  return `${type} ${mode} ${uid} ${gid} ${size} ${path}\0${link}\n`;
}

function rootDevice(folder: string): number {
  try {
    const status = statSync(folder);
    if (!status.isDirectory()) throw new Error('not a directory');
    readdirSync(folder);
    return status.dev;
  } catch (error) {
    throw new PlimsollError('input-unreadable', `rootfs ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function headerOf(path: string, full: string, status: Stats): EntryHeader {
  const type = status.isFile() ? 'file' : status.isDirectory() ? 'dir' : status.isSymbolicLink() ? 'symlink' : 'other';
  return {
    path,
    type,
    size: type === 'file' ? status.size : 0,
    mode: status.mode & 0o7777,
    uid: status.uid,
    gid: status.gid,
    ...(type === 'symlink' ? { link: linkOf(full) } : {}),
  };
}

function linkOf(full: string): string {
  try {
    return readlinkSync(full);
  } catch {
    // Gone between two calls on a live system.
    return '';
  }
}

/** Hands a file to its sink. What is only looked at by its first bytes does not count into the digest: its header does. */
function passFile(full: string, sink: BodySink, hash: Hash): void {
  const file = openSync(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error('no longer a regular file');
    if ('whole' in sink) {
      const body = readWhole(file, Math.min(status.size, LIMITS.fileBytes));
      hash.update(body);
      sink.whole(body);
      return;
    }
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, status.size)));
    for (let got = readSync(file, buffer); got > 0; got = readSync(file, buffer)) {
      if (!sink.piece(buffer.subarray(0, got))) return;
    }
    sink.end();
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number, size: number): Buffer {
  const body = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const got = readSync(file, body, at, size - at, at);
    if (got === 0) break;
    at += got;
  }
  return body.subarray(0, at);
}

function attempt<T>(collector: LayerCollector, path: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    collector.unknown({
      reader: 'walk',
      path,
      kind: 'file-unparsed',
      reason: `cannot be read: ${messageOf(error).split(',')[0]}`,
    });
    return undefined;
  }
}
