// The feeds as they were downloaded: a folder per feed with its files and a list of what they are. Kept so that a feed can be brought up to
// date alone, only what changed is fetched again, and the set can be built from all of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest } from '../../../platform/canonical.ts';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import type { Downloaded } from './download.ts';

/** A downloaded file and its name in the feed's folder. */
export interface KeptFile extends Downloaded {
  readonly name: string;
}

/** A feed as asked for: the addresses, and the files that were there. */
export interface KeptFeed {
  readonly urls: readonly string[];
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
  const { urls, files } = fieldsOf(list);
  return {
    urls: listOf(urls).flatMap((url) => textOf(url) ?? []),
    files: listOf(files).flatMap((file) => keptFile(folder, id, file) ?? []),
  };
}

/** Replaces the list of a feed and removes files that are no longer on it. */
export function writeKeptFeed(folder: string, id: string, kept: KeptFeed): void {
  const home = feedFolder(folder, id);
  const list = join(home, LIST);
  try {
    writeFileSync(`${list}.part`, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${list}.part`, list);
    const wanted = new Set([LIST, ...kept.files.map((file) => file.name)]);
    for (const name of readdirSync(home)) if (!wanted.has(name)) rmSync(join(home, name), { recursive: true });
  } catch (error) {
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
  };
}
