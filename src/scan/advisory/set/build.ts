// Builds an advisory set from the files of its feeds. The set appears under its name only when it is complete.
import type { Digest } from '../../../platform/canonical.ts';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import type { Feed } from '../feed.ts';
import { readInput } from '../input/read-input.ts';
import { FeedCollector } from './collector.ts';
import { FeedVisitor } from './feed-visitor.ts';
import { writeWhole } from './replace-file.ts';
import { Staging } from './staging.ts';
import { writeSet } from './write.ts';

/** One input of a feed; a feed may have several. */
export interface FeedInput {
  readonly feed: Feed;
  /** A file, a folder, a zip or a tar. */
  readonly path: string;
  /** Where it came from, for the feed's record; the path unless given. */
  readonly source?: string;
  /** What the content is for, `rocky:9`, where its files do not say it; only for feeds that take one. */
  readonly namespace?: string;
  /** Date of the content, ISO 8601, told beside the files; it holds where no file of the feed says one itself. */
  readonly updated?: string;
}

/** A feed that could not be had, or not anew. */
export interface FeedFailure {
  readonly feed: Feed;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly error: PlimsollError;
}

/** How a set is built. */
export interface BuildOptions {
  /** ISO 8601 instant; recorded, no part of the id. */
  readonly builtAt: string;
  /** Recorded with what the set holds of the feed, or, where the inputs have nothing of it, alone. */
  readonly failures?: readonly FeedFailure[];
  /** Told which feed's input cannot be read, before that ends the build. */
  readonly onUnreadable?: (feed: Feed) => void;
  /** Called now and then with what is being done. */
  readonly onProgress?: (text: string) => void;
}

/** Files after which progress is told. */
const PROGRESS_STEP = 500;

/**
 * Reads the inputs and writes the set to `output`, replacing what is there.
 * @returns the id of the set
 * @throws PlimsollError `input-missing`, `input-unreadable`, `unsupported` for an input; `parse` when no file of an input is in the feed's
 * format; `advisories` when the set cannot be written (disk full).
 */
export async function buildAdvisorySet(
  inputs: readonly FeedInput[],
  output: string,
  options: BuildOptions,
): Promise<Digest> {
  return writeWhole(output, async (database, stagingDatabase) => {
    const staging = new Staging(stagingDatabase);
    const collectors = new Map<Feed, FeedCollector>();
    for (const input of inputs) {
      const collector = collectors.get(input.feed) ?? new FeedCollector(input.feed, staging);
      collectors.set(input.feed, collector);
      await readFeed(input, collector, options).catch((error: unknown) => {
        if (error instanceof PlimsollError) options.onUnreadable?.(input.feed);
        throw error;
      });
    }
    for (const { feed, at, error } of options.failures ?? []) {
      const collector = collectors.get(feed) ?? new FeedCollector(feed, staging);
      collectors.set(feed, collector);
      collector.failed({ at, reason: error.message });
    }
    options.onProgress?.('writing the set');
    const feeds = [...collectors].map(([feed, collector]) => ({
      feed,
      record: (records: number) => collector.record(records),
      otherEntries: collector.entries,
    }));
    return writeSet(database, staging, feeds, { builtAt: options.builtAt, starter: false });
  });
}

async function readFeed(input: FeedInput, collector: FeedCollector, options: BuildOptions): Promise<void> {
  const { feed, path, namespace } = input;
  const source = input.source ?? path;
  collector.source(source);
  if (input.updated !== undefined) collector.toldDate(input.updated);
  const visitor = new FeedVisitor(feed, namespace, collector, (files) => {
    if (files % PROGRESS_STEP === 0) options.onProgress?.(`${feed.id}: ${files} files of ${source}`);
  });
  await readInput(path, visitor);
  if (visitor.read > 0) return;
  if (visitor.failure !== undefined) {
    throw new ParseError(`${feed.id}: nothing in ${path} can be read: ${visitor.failure.message}`, {
      cause: visitor.failure,
    });
  }
  throw new PlimsollError('input-unreadable', `${feed.id}: no file of this feed in ${path}`);
}
