// Fetches the files of one feed into a folder of their own beside those that are kept: what is kept is replaced only once the new files have
// proved to be readable. Files that were complete when a later one failed are not fetched again.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Feed, Gatherer, GatherRequest } from '../feed.ts';
import { type DownloadOptions, download } from './download.ts';
import { feedFolder, isIntact, type KeptFeed, type KeptFile, readKeptFeed, writeList } from './kept-feeds.ts';

/** A feed to bring up to date; without addresses those of last time, else the publisher's own. */
export interface UpdateRequest {
  readonly feed: Feed;
  readonly urls: readonly string[];
  /** By address what its files are for, where the user states it. */
  readonly namespaces?: Readonly<Record<string, string>>;
}

/** How feeds are fetched. */
export interface FetchOptions
  extends DownloadOptions,
    Pick<GatherRequest, 'keyrings' | 'allowUnsigned' | 'environment'> {
  /** Folder of kept feeds. */
  readonly folder: string;
  /** Folder of the user's cache. */
  readonly cache: string;
  /** What is in the targets that the user named, for feeds that gather what concerns them; absent when none is named. */
  readonly inventories?: GatherRequest['inventories'];
  /** Something the user should know: a file that the publisher does not have. */
  readonly remark: (text: string) => void;
}

/** What was fetched and is not kept yet. */
export interface FetchedFeed extends KeptFeed {
  /** Where new files lie; the others lie in the feed's own folder. */
  readonly next: string;
}

/** Name of the folder in a feed's folder that holds what is on its way. */
const NEXT = 'next';

/**
 * Downloads what is new of the addresses.
 * @throws PlimsollError when an address is refused, a server fails, or none of the files is there
 */
export async function fetchFeed(request: UpdateRequest, options: FetchOptions): Promise<FetchedFeed> {
  const { feed, urls } = request;
  const home = feedFolder(options.folder, feed.id);
  const next = feedFolder(home, NEXT);
  const pending = readKeptFeed(home, NEXT).files;
  const kept = readKeptFeed(options.folder, feed.id).files;
  const files: KeptFile[] = [];
  for (const [index, url] of urls.entries()) {
    const name = fileName(index, url);
    const waiting = intact(next, pending, url, name);
    // What lies there under the name may be another address's, and would pass for this one's.
    if (waiting === undefined) rmSync(join(next, name), { force: true });
    const known = waiting ?? intact(home, kept, url, name);
    const got = await download(url, join(next, name), known, options);
    if (got === undefined) {
      options.remark(`${feed.id}: ${url} is not there; what it would cover will show as not covered`);
      continue;
    }
    const namespace = request.namespaces?.[url];
    files.push({ ...got, name, ...(namespace === undefined ? {} : { namespace }) });
    writeList(home, NEXT, { urls, files: files.filter((file) => existsSync(join(next, file.name))) });
  }
  if (files.length === 0) {
    throw new PlimsollError(
      'input-unreadable',
      `${feed.id}: the publisher has none of the files asked for (${urls[0] ?? ''} …)`,
    );
  }
  return { ...asked(request), files, next };
}

/** Lets a feed gather its files itself; undefined when it needs a target and the user named none: it then stays as it was. */
export async function gatherFeed(
  request: UpdateRequest,
  gather: Gatherer,
  options: FetchOptions,
): Promise<FetchedFeed | undefined> {
  const { feed, urls } = request;
  const { inventories = [], folder, now, remark } = options;
  if (gather.forTargets && options.inventories === undefined) {
    remark(`${feed.id} stays as it was gathered before; bring it up to date with --for TARGET`);
    return undefined;
  }
  const home = feedFolder(folder, feed.id);
  const cache = join(options.cache, feed.id);
  const namespaces = request.namespaces ?? {};
  const files = await gather.run({ ...options, urls, namespaces, inventories, home, cache });
  const fetchedAt = now().toISOString();
  return {
    ...asked(request),
    files: files.map(({ source, ...file }) => ({ url: source, ...file, fetchedAt })),
    next: join(home, NEXT),
  };
}

/** Forgets what was fetched, because it is not what it should be. */
export function discard({ next }: FetchedFeed): void {
  rmSync(next, { recursive: true, force: true });
}

/** What a request is remembered as. The publisher's own addresses are not: a later version of this program may know more of them. */
export function asked({ feed, urls, namespaces }: UpdateRequest): Pick<KeptFeed, 'urls' | 'namespaces'> {
  return { urls: urls === feed.downloads ? [] : urls, ...(namespaces === undefined ? {} : { namespaces }) };
}

/** The file of that address and name, if its bytes are still those that were downloaded. */
function intact(folder: string, files: readonly KeptFile[], url: string, name: string): KeptFile | undefined {
  const file = files.find((candidate) => candidate.url === url && candidate.name === name);
  if (file !== undefined && isIntact(join(folder, name), file)) return file;
  return undefined;
}

/** A name in the feed's folder: the position keeps it unique, the end of the address tells the format. */
function fileName(index: number, url: string): string {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? 'file';
  return `${String(index).padStart(3, '0')}-${last.replace(/[^A-Za-z0-9._-]/g, '_').slice(-100)}`;
}
