// Brings feeds up to date from their publishers and makes the advisory set from them. A feed that fails costs no other feed: its earlier
// download is used, and the set says that it failed. With debian-mirror and rpm-updateinfo the only part of this folder that uses the network.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Feed } from '../feed.ts';
import { FEEDS, findFeed } from '../registry.ts';
import { buildAdvisorySet, type FeedFailure, type FeedInput } from '../set/build.ts';
import { checkAddress } from './download.ts';
import {
  asked,
  discard,
  type FetchedFeed,
  type FetchOptions,
  fetchFeed,
  gatherFeed,
  type UpdateRequest,
} from './fetch-feed.ts';
import { type KeptFeed, keptFeedIds, readKeptFeed, writeKeptFeed, writeList } from './kept-feeds.ts';
import { withUpdateLock } from './update-lock.ts';

/** A feed that could not be brought up to date. */
export interface UpdateFailure extends FeedFailure {
  /** When what the set holds of it was downloaded, ISO 8601; absent when it holds nothing. */
  readonly keptFrom?: string;
}

/** Feeds that an update without names means: those fetched before, or at the first time all that have a publisher's address and are not huge. */
export function usualRequests(folder: string): readonly UpdateRequest[] {
  const kept = keptFeedIds(folder).flatMap((id) => findFeed(id) ?? []);
  const feeds =
    kept.length > 0 ? kept : FEEDS.filter(({ downloads, onRequest }) => downloads !== undefined && onRequest !== true);
  return feeds.map((feed) => ({ feed, ...withoutFiles(readKeptFeed(folder, feed.id)) }));
}

/**
 * Fetches the files of the requested feeds and writes the set of all kept feeds, the requested and the others, to `output`. New files
 * replace what was kept of a feed once the set is made from them.
 * @returns the feeds that failed: the requested ones in the order of the requests, then others that are kept and cannot be read any more
 * @throws PlimsollError `usage` when an address is refused, before anything is asked; `advisories` when the set cannot be written; the
 * first failure when nothing is left to make a set of, in which case `output` stays as it is.
 */
export async function updateAdvisorySet(
  requests: readonly UpdateRequest[],
  output: string,
  options: FetchOptions,
): Promise<readonly UpdateFailure[]> {
  const planned = requests.map((request) => withAddresses(request, options));
  for (const { feed, urls } of planned) if (feed.gather === undefined) for (const url of urls) checkAddress(url);
  return withUpdateLock(options.folder, async () => {
    const failures = new Map<Feed, FeedFailure>();
    const fetched = new Map<Feed, FetchedFeed>();
    for (const request of planned) {
      const { feed } = request;
      try {
        const got =
          feed.gather === undefined
            ? await fetchFeed(request, options)
            : await gatherFeed(request, feed.gather, options);
        if (got !== undefined) fetched.set(feed, got);
      } catch (error) {
        failures.set(feed, failureOf(feed, error, options));
        remember(request, options.folder);
      }
    }
    const unusable = await buildFrom(fetched, failures, output, options);
    for (const [feed, got] of fetched) {
      const { next, ...kept } = got;
      writeKeptFeed(options.folder, feed.id, kept, next);
    }
    const told = new Set([...planned.map(({ feed }) => feed), ...failures.keys()]);
    return [...told].flatMap((feed) => {
      const failure = failures.get(feed);
      return failure === undefined
        ? []
        : [{ ...failure, ...(unusable.has(feed) ? {} : keptFrom(options.folder, feed)) }];
    });
  });
}

/**
 * Builds the set; a feed whose files turn out to be unreadable is one failure more, and the set is begun anew with what was kept of it. Gives the
 * feeds of which that cannot be read either: the set holds nothing of them.
 */
async function buildFrom(
  fetched: Map<Feed, FetchedFeed>,
  failures: Map<Feed, FeedFailure>,
  output: string,
  options: FetchOptions,
): Promise<ReadonlySet<Feed>> {
  const unusable = new Set<Feed>();
  for (;;) {
    const inputs = inputsOf(options.folder, fetched, unusable);
    const [first] = failures.values();
    if (inputs.length === 0)
      throw first?.error ?? new PlimsollError('usage', 'no feed to make a set of: name one with --feed ID');
    let failed: Feed | undefined;
    try {
      await buildAdvisorySet(inputs, output, {
        builtAt: options.now().toISOString(),
        failures: [...failures.values()],
        onUnreadable: (feed) => {
          failed = feed;
        },
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      });
      return unusable;
    } catch (error) {
      if (failed === undefined) throw error;
      if (!failures.has(failed)) failures.set(failed, failureOf(failed, error, options));
      const got = fetched.get(failed);
      if (got === undefined) unusable.add(failed);
      else discard(got);
      fetched.delete(failed);
    }
  }
}

function withAddresses(request: UpdateRequest, { folder, inventories }: FetchOptions): UpdateRequest {
  const { feed, urls } = request;
  if (urls.length > 0) return request;
  const before = readKeptFeed(folder, feed.id);
  if (feed.gather !== undefined && feed.gather.needsAddress !== true) {
    if (inventories !== undefined || !feed.gather.forTargets || before.files.length > 0) return request;
    throw new PlimsollError('usage', `the feed ${feed.id} looks for what concerns a target: name it with --for TARGET`);
  }
  if (before.urls.length > 0) return { feed, ...withoutFiles(before) };
  if (feed.downloads !== undefined) return { feed, urls: feed.downloads };
  throw new PlimsollError(
    'usage',
    `the feed ${feed.id} has no publisher's address: give one with --feed ${feed.id}=URL`,
  );
}

function withoutFiles({ urls, namespaces }: KeptFeed): Pick<KeptFeed, 'urls' | 'namespaces'> {
  return { urls, ...(namespaces === undefined ? {} : { namespaces }) };
}

/** Failures of a feed are those that the program raises on purpose; anything else is a mistake of ours. */
function failureOf(feed: Feed, error: unknown, { now }: FetchOptions): FeedFailure {
  if (!(error instanceof PlimsollError) || error.code === 'advisories') throw error;
  return { feed, at: now().toISOString(), error };
}

/** A feed that was never had is asked for again by the next update. */
function remember(request: UpdateRequest, folder: string): void {
  const { feed } = request;
  if (feed.gather?.forTargets === true || keptFeedIds(folder).includes(feed.id)) return;
  writeList(folder, feed.id, { ...asked(request), files: [] });
}

function keptFrom(folder: string, feed: Feed): { readonly keptFrom?: string } {
  const dates = readKeptFeed(folder, feed.id).files.map(({ fetchedAt }) => fetchedAt);
  const [oldest] = dates.sort();
  return oldest === undefined ? {} : { keptFrom: oldest };
}

function inputsOf(
  folder: string,
  fetched: ReadonlyMap<Feed, FetchedFeed>,
  unusable: ReadonlySet<Feed>,
): readonly FeedInput[] {
  const ids = new Set([...keptFeedIds(folder), ...[...fetched.keys()].map(({ id }) => id)]);
  return [...ids].sort().flatMap((id) => {
    // Feeds of a request count by what they are, which need not be in the registry.
    const feed = [...fetched.keys()].find((known) => known.id === id) ?? findFeed(id);
    if (feed === undefined || unusable.has(feed)) return [];
    const got = fetched.get(feed);
    return (got ?? readKeptFeed(folder, id)).files.map((file) => {
      const pending = got === undefined ? undefined : join(got.next, file.name);
      return {
        feed,
        path: pending !== undefined && existsSync(pending) ? pending : join(folder, id, file.name),
        // The publisher's own files, dozens with some feeds, are told by the publisher.
        source: feed.downloads?.includes(file.url) === true ? (feed.home ?? file.url) : file.url,
        ...(file.namespace !== undefined ? { namespace: file.namespace } : {}),
        ...(file.lastModified !== undefined ? { updated: file.lastModified } : {}),
      };
    });
  });
}
