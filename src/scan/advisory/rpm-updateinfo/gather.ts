// Fetches the update information of rpm repositories: repomd.xml names the file and its digest, the file is checked against it. What is packed
// with xz is packed again as the builder reads it.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Digest } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { unpack } from '../debian-mirror/unpack.ts';
import type { GatheredFile, GatherRequest } from '../feed.ts';
import { checkAddress, download } from '../update/download.ts';
import { type RepositoryFile, readRepomd } from './repomd.ts';

const XZ_NAME = /\.xz$/;
const FILE_NAME = /(?:^|[/-])updateinfo\.xml(?:\.(?:gz|zst|xz))?$/;

/**
 * The update information of every repository of the request. An address is that of a repository (the folder that holds repodata), of its
 * repomd.xml, or of an updateinfo.xml itself.
 * @throws PlimsollError `usage` for an address that is not https; `input-unreadable` when one of the repositories cannot be read
 */
export async function gatherUpdateinfo(request: GatherRequest): Promise<readonly GatheredFile[]> {
  for (const url of request.urls) checkAddress(url);
  const files: GatheredFile[] = [];
  for (const [index, url] of request.urls.entries()) {
    const place = String(index).padStart(3, '0');
    const namespace = request.namespaces[url];
    const found = FILE_NAME.test(new URL(url).pathname)
      ? await fetchPlain(url, place, request)
      : await fetchListed(url, place, request);
    files.push({ ...found, ...(namespace === undefined ? {} : { namespace }) });
  }
  return files;
}

/** A file that nothing vouches for but the connection. */
async function fetchPlain(url: string, place: string, request: GatherRequest): Promise<GatheredFile> {
  const file = join(request.home, `${place}-updateinfo.new`);
  const got = await download(url, file, undefined, { ...request, maxBytes: LIMITS.downloadBytes });
  if (got === undefined) throw new PlimsollError('input-unreadable', `${url} is not there`);
  return stored(file, `${place}-${got.sha256.slice(7, 23)}`, new URL(url).pathname, url, request);
}

async function fetchListed(url: string, place: string, request: GatherRequest): Promise<GatheredFile> {
  const repository = new URL(`${url.replace(/\/?(?:repodata\/?(?:repomd\.xml)?)?$/, '')}/`);
  const index = new URL('repodata/repomd.xml', repository).href;
  const indexFile = join(request.home, `${place}-repomd.xml`);
  const found = await download(index, indexFile, undefined, { ...request, maxBytes: LIMITS.metadataBytes });
  if (found === undefined) {
    throw new PlimsollError('input-unreadable', `${url}: no rpm repository (${index} is not there)`);
  }
  const listed = readRepomd(readFileSync(indexFile), index);
  if (listed === undefined) {
    throw new PlimsollError(
      'input-unreadable',
      `${url}: the repository has no update information (${index} names none)`,
    );
  }
  const address = new URL(listed.href, repository);
  if (address.origin !== repository.origin || !address.pathname.startsWith(repository.pathname)) {
    throw new PlimsollError(
      'input-unreadable',
      `${index}: the update information lies outside of the repository (${listed.href})`,
    );
  }
  const name = `${place}-${listed.digest.slice(0, 16)}`;
  const earlier = nameOf(name, address.pathname);
  // What was checked under this digest before is the same file.
  if (!XZ_NAME.test(address.pathname) && isWhole(join(request.home, earlier), listed)) {
    return gathered(request.home, earlier, address.href);
  }
  const file = join(request.home, `${name}.new`);
  const got = await download(address.href, file, undefined, { ...request, maxBytes: LIMITS.downloadBytes });
  if (got === undefined)
    throw new PlimsollError('input-unreadable', `${address.href}, which ${index} names, is not there`);
  if (!isWhole(file, listed)) {
    rmSync(file, { force: true });
    throw new PlimsollError(
      'digest-mismatch',
      `${address.href} is not the file that ${index} names (its ${listed.algorithm} differs): the mirror is between two states or was altered; try again`,
    );
  }
  return stored(file, name, address.pathname, address.href, request);
}

/** Puts the file under its name, packed as the builder reads it. */
async function stored(
  file: string,
  name: string,
  path: string,
  source: string,
  request: GatherRequest,
): Promise<GatheredFile> {
  const final = nameOf(name, path);
  if (!isXz(file)) {
    renameSync(file, join(request.home, final));
    return gathered(request.home, final, source);
  }
  const part = `${file}.gz`;
  await repack(file, part, request.environment);
  rmSync(file);
  renameSync(part, join(request.home, final));
  return gathered(request.home, final, source);
}

/** xz as gzip, each piece a member of its own, so that nothing waits in memory (RFC 1952, 2.2). */
async function repack(file: string, output: string, environment: GatherRequest['environment']): Promise<void> {
  const descriptor = openSync(output, 'w', 0o600);
  try {
    const stretch = { file, offset: 0, length: statSync(file).size };
    const take = (bytes: Uint8Array): boolean => {
      const packed = gzipSync(bytes);
      for (let done = 0; done < packed.length; ) done += writeSync(descriptor, packed, done);
      return false;
    };
    await unpack(stretch, LIMITS.downloadBytes, take, environment);
  } finally {
    closeSync(descriptor);
  }
}

function gathered(home: string, name: string, source: string): GatheredFile {
  const path = join(home, name);
  const sha256: Digest = `sha256:${digestOfFile(path, 'sha256')}`;
  return { name, source, sha256, bytes: statSync(path).size };
}

function nameOf(name: string, path: string): string {
  const packing = /\.(gz|zst|xz)$/.exec(path)?.[0] ?? '';
  return `${name}-updateinfo.xml${packing === '.xz' ? '.gz' : packing}`;
}

function isWhole(path: string, { algorithm, digest }: RepositoryFile): boolean {
  return existsSync(path) && digestOfFile(path, algorithm) === digest;
}

function isXz(path: string): boolean {
  const [head] = fileChunks(path, 0, Math.min(6, statSync(path).size));
  return head !== undefined && Buffer.from(head).toString('hex') === 'fd377a585a00';
}

function digestOfFile(path: string, algorithm: RepositoryFile['algorithm']): string {
  const hash = createHash(algorithm);
  for (const chunk of fileChunks(path, 0, statSync(path).size)) hash.update(chunk);
  return hash.digest('hex');
}
