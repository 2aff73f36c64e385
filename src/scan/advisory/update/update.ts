// Brings kept feeds up to date from their publishers. The only part of this folder that speaks to the network.
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Feed, Gatherer, GatherRequest } from '../feed.ts';
import { FEEDS, findFeed } from '../registry.ts';
import type { FeedInput } from '../set/build.ts';
import { checkAddress, type DownloadOptions, download } from './download.ts';
import { feedFolder, type KeptFile, keptFeedIds, readKeptFeed, writeKeptFeed } from './kept-feeds.ts';

/** A feed to bring up to date; without addresses those of last time, else the publisher's own. */
export interface UpdateRequest {
  readonly feed: Feed;
  readonly urls: readonly string[];
}

/** How an update runs. */
export interface UpdateOptions
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

/** Feeds that an update without names means: those fetched before, or at the first time all that have a publisher's address and are not huge. */
export function usualRequests(folder: string): readonly UpdateRequest[] {
  const kept = keptFeedIds(folder).flatMap((id) => findFeed(id) ?? []);
  const feeds =
    kept.length > 0 ? kept : FEEDS.filter(({ downloads, onRequest }) => downloads !== undefined && onRequest !== true);
  return feeds.map((feed) => ({ feed, urls: feed.gather === undefined ? [] : readKeptFeed(folder, feed.id).urls }));
}

/**
 * Fetches the files of the requested feeds. A feed whose files were all fetched replaces what was kept of it.
 * @returns inputs for a set of all kept feeds, the requested and the others
 * @throws PlimsollError when an address is refused or a server fails: feeds that were done by then stay done
 */
export async function updateFeeds(
  requests: readonly UpdateRequest[],
  options: UpdateOptions,
): Promise<readonly FeedInput[]> {
  const planned = requests.map((request) => ({ ...request, urls: addressesOf(request, options) }));
  for (const { feed, urls } of planned) if (feed.gather === undefined) for (const url of urls) checkAddress(url);
  for (const { feed, urls } of planned) {
    if (feed.gather === undefined) await updateFeed(feed, urls, options);
    else await gatherFeed(feed, feed.gather, urls, options);
  }
  return keptInputs(options.folder);
}

function addressesOf({ feed, urls }: UpdateRequest, { folder, inventories }: UpdateOptions): readonly string[] {
  if (urls.length > 0) return urls;
  const before = readKeptFeed(folder, feed.id);
  if (feed.gather !== undefined) {
    if (inventories !== undefined || !feed.gather.forTargets || before.files.length > 0) return [];
    throw new PlimsollError('usage', `the feed ${feed.id} looks for what concerns a target: name it with --for TARGET`);
  }
  const addresses = before.urls.length > 0 ? before.urls : (feed.downloads ?? []);
  if (addresses.length > 0) return addresses;
  throw new PlimsollError(
    'usage',
    `the feed ${feed.id} has no publisher's address: give one with --feed ${feed.id}=URL`,
  );
}

async function updateFeed(feed: Feed, urls: readonly string[], options: UpdateOptions): Promise<void> {
  const home = feedFolder(options.folder, feed.id);
  const before = readKeptFeed(options.folder, feed.id).files;
  const files: KeptFile[] = [];
  for (const [index, url] of urls.entries()) {
    const name = fileName(index, url);
    const known = before.find((file) => file.url === url && file.name === name);
    const got = await download(url, join(home, name), known, options);
    if (got === undefined)
      options.remark(`${feed.id}: ${url} is not there; what it would cover will show as not covered`);
    else files.push({ ...got, name });
  }
  if (files.length === 0) {
    throw new PlimsollError(
      'input-unreadable',
      `${feed.id}: the publisher has none of the files asked for (${urls[0] ?? ''} …)`,
    );
  }
  writeKeptFeed(options.folder, feed.id, { urls, files });
}

/** Without a target a feed that looks for targets stays as it was. */
async function gatherFeed(
  feed: Feed,
  gather: Gatherer,
  urls: readonly string[],
  options: UpdateOptions,
): Promise<void> {
  const { inventories = [], folder, now, remark } = options;
  if (gather.forTargets && options.inventories === undefined) {
    remark(`${feed.id} stays as it was gathered before; bring it up to date with --for TARGET`);
    return;
  }
  const home = feedFolder(folder, feed.id);
  const cache = join(options.cache, feed.id);
  const files = await gather.run({ ...options, urls, inventories, home, cache });
  const fetchedAt = now().toISOString();
  writeKeptFeed(folder, feed.id, {
    urls,
    files: files.map(({ source, ...file }) => ({ url: source, ...file, fetchedAt })),
  });
}

function keptInputs(folder: string): readonly FeedInput[] {
  return keptFeedIds(folder).flatMap((id) => {
    const feed = findFeed(id);
    if (feed === undefined) return [];
    return readKeptFeed(folder, id).files.map((file) => ({
      feed,
      path: join(folder, id, file.name),
      // The publisher's own files, dozens with some feeds, are told by the publisher.
      source: feed.downloads?.includes(file.url) === true ? (feed.home ?? file.url) : file.url,
      ...(file.lastModified !== undefined ? { updated: file.lastModified } : {}),
    }));
  });
}

/** A name in the feed's folder: the position keeps it unique, the end of the address tells the format. */
function fileName(index: number, url: string): string {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? 'file';
  return `${String(index).padStart(3, '0')}-${last.replace(/[^A-Za-z0-9._-]/g, '_').slice(-100)}`;
}
