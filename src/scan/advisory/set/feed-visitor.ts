// Gives the files of one input to a feed, whole or in pieces. A file that cannot be read is one file less, with the reason.
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import type { Feed } from '../feed.ts';
import type { DocumentTaker, InputVisitor } from '../input/visitor.ts';
import type { FeedCollector } from './collector.ts';

/** What becomes of an input's files. */
export class FeedVisitor implements InputVisitor {
  /** Files that were read to their end. */
  read = 0;
  /** Why the first of the others was not. */
  failure: ParseError | LimitError | undefined;
  readonly accepts: (path: string) => boolean;
  readonly open?: (path: string) => DocumentTaker;
  readonly #feed: Feed;
  readonly #stated: { readonly namespace?: string };
  readonly #collector: FeedCollector;
  readonly #onFile: (files: number) => void;
  #files = 0;

  /** `onFile` is told how many files were met. */
  constructor(
    feed: Feed,
    namespace: string | undefined,
    collector: FeedCollector,
    onFile: (files: number) => void = () => undefined,
  ) {
    this.#feed = feed;
    this.#stated = namespace === undefined ? {} : { namespace };
    this.#collector = collector;
    this.#onFile = onFile;
    this.accepts = feed.accepts;
    if (feed.open !== undefined) this.open = this.#opener(feed.open);
  }

  readonly skipped = (path: string, reason: string): void => {
    this.failure ??= new ParseError(`${path}: ${reason}`);
    this.#collector.skip(reason, path);
  };

  readonly file = (path: string, bytes: Uint8Array, digest: Digest): void => {
    this.#begin(digest);
    const file = { path, bytes: () => bytes, ...this.#stated };
    if (this.#succeeds(path, () => this.#feed.read(file, this.#collector))) this.read += 1;
  };

  #opener(open: NonNullable<Feed['open']>): (path: string) => DocumentTaker {
    return (path) => {
      const reader = open({ path, ...this.#stated }, this.#collector);
      let good = true;
      return {
        push: (bytes) => {
          good &&= this.#succeeds(path, () => reader.push(bytes));
        },
        end: (digest) => {
          this.#begin(digest);
          if (good && this.#succeeds(path, () => reader.end())) this.read += 1;
        },
      };
    };
  }

  #begin(digest: Digest): void {
    this.#files += 1;
    this.#collector.file(digest);
    this.#onFile(this.#files);
  }

  #succeeds(path: string, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
      this.failure ??= error;
      this.#collector.skip(reasonOf(error, path), path);
      return false;
    }
  }
}

/** The error's words without the file's name, so that equal failures of many files are counted together. */
function reasonOf(error: Error, path: string): string {
  return error.message.replace(`${path}: `, '').replace(/:\d+(?=: )/, '');
}
