// The feeds as they were downloaded: a folder per feed with its files and a list of what they are. Kept so that a feed can be brought up to
// date alone, only what changed is fetched again, and the set can be built from all of them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest } from '../../../platform/canonical.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import type { Downloaded } from './download.ts';

/** A downloaded file and its name in the feed's folder. */
export interface KeptFile extends Downloaded {
  readonly name: string;
  /** What it is for, where the user stated it. */
  readonly namespace?: string;
}

/** A feed as asked for: the addresses, and the files that were there. */
export interface KeptFeed {
  /** None: those of the publisher. */
  readonly urls: readonly string[];
  /** By address what its files are for, where the user stated it. */
  readonly namespaces?: Readonly<Record<string, string>>;
  readonly files: readonly KeptFile[];
}

const LIST = 'downloads.json';

/** Ids of the feeds in the folder, sorted. */
export function keptFeedIds(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, LIST)))
    .sort();
}

/** What is kept of a feed; nothing when the list is missing or damaged, in which case all is fetched again. */
export function readKeptFeed(folder: string, id: string): KeptFeed {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(join(folder, id, LIST), 'utf8'));
  } catch {
    return { urls: [], files: [] };
  }
  const { urls, namespaces, files } = fieldsOf(list);
  const stated = Object.entries(fieldsOf(namespaces)).flatMap(([url, namespace]) => {
    const text = textOf(namespace);
    return text === undefined ? [] : [[url, text] as const];
  });
  return {
    urls: listOf(urls).flatMap((url) => textOf(url) ?? []),
    ...(stated.length > 0 ? { namespaces: Object.fromEntries(stated) } : {}),
    files: listOf(files).flatMap((file) => keptFile(folder, id, file) ?? []),
  };
}

/** Replaces the list of a feed. */
export function writeList(folder: string, id: string, kept: KeptFeed): void {
  const home = feedFolder(folder, id);
  const list = join(home, LIST);
  try {
    writeFileSync(`${list}.part`, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${list}.part`, list);
  } catch (error) {
    throw new PlimsollError('advisories', `cannot write ${home}: ${messageOf(error)}`, { cause: error });
  }
}

/** Replaces the list of a feed, puts files of `from` in their place, and removes files that are no longer on the list. */
export function writeKeptFeed(folder: string, id: string, kept: KeptFeed, from?: string): void {
  const home = feedFolder(folder, id);
  try {
    for (const { name } of kept.files) {
      if (from !== undefined && existsSync(join(from, name))) renameSync(join(from, name), join(home, name));
    }
    writeList(folder, id, kept);
    const wanted = new Set([LIST, ...kept.files.map((file) => file.name)]);
    for (const name of readdirSync(home)) if (!wanted.has(name)) rmSync(join(home, name), { recursive: true });
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('advisories', `cannot write ${home}: ${messageOf(error)}`, { cause: error });
  }
}

/** The folder of a feed, made when it is not there. */
export function feedFolder(folder: string, id: string): string {
  const home = join(folder, id);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new PlimsollError('advisories', `cannot write ${home}: ${messageOf(error)}`, { cause: error });
  }
  return home;
}

function keptFile(folder: string, id: string, value: unknown): KeptFile | undefined {
  const file = fieldsOf(value);
  const url = textOf(file['url']);
  const name = textOf(file['name']);
  const sha256 = textOf(file['sha256']) ?? '';
  const fetchedAt = textOf(file['fetchedAt']);
  const { bytes } = file;
  const etag = textOf(file['etag']);
  const lastModified = textOf(file['lastModified']);
  const namespace = textOf(file['namespace']);
  if (url === undefined || name === undefined || fetchedAt === undefined || typeof bytes !== 'number') return undefined;
  if (!isDigest(sha256) || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || !existsSync(join(folder, id, name)))
    return undefined;
  return {
    url,
    name,
    sha256,
    bytes,
    fetchedAt,
    ...(etag !== undefined ? { etag } : {}),
    ...(lastModified !== undefined ? { lastModified } : {}),
    ...(namespace !== undefined ? { namespace } : {}),
  };
}

/** Whether the file at `path` is still what was downloaded: neither cut nor altered since. */
export function isIntact(path: string, { bytes, sha256 }: Downloaded): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== bytes) return false;
  const hash = createHash('sha256');
  for (const chunk of fileChunks(path, 0, bytes)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}` === sha256;
}
