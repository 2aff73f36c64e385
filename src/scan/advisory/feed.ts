// A feed: how one publisher's files become advisory records. Pure over bytes; files and network are given by the caller.
import type { Advisory, EndOfLife } from './advisory.ts';

/** One input file, already unpacked from a folder, zip or tar. */
export interface FeedFile {
  /** Path inside the input, for messages. */
  readonly path: string;
  /** Reads the bytes; called once. */
  readonly bytes: () => Uint8Array;
}

/** What a feed tells the builder, one call a record. */
export interface FeedSink {
  advisory(record: Advisory): void;
  kev(vulnerability: string, added: string): void;
  epss(vulnerability: string, probability: number): void;
  endOfLife(os: string, value: EndOfLife): void;
  /** A record that cannot be used, with the reason in a few words (grouped and counted). */
  skip(reason: string, path: string): void;
  /** A namespace that the input covers, even without records; `part` when it can hold only part of what the feed knows. */
  covers(namespace: string, extent?: 'whole' | 'part'): void;
  /** A date of upstream content; the newest is kept. */
  updated(date: string): void;
}

/** A member of the feed registry: a folder of scan/advisory. */
export interface Feed {
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  /** Publisher's address, for `advisories update` and attribution; absent when there is no single one. */
  readonly home?: string;
  /** Whether the feed knows only part of what there is. */
  readonly partial?: boolean;
  /** The files that `advisories update` downloads unless it is told an address. */
  readonly downloads?: readonly string[];
  /** Which files of a folder or archive are read. */
  readonly accepts: (path: string) => boolean;
  /**
   * Reads one file into the sink.
   * @throws ParseError when the file as a whole is not in the format; single bad records are skipped.
   */
  readonly read: (file: FeedFile, sink: FeedSink) => void;
  /**
   * What holds when several records speak of one id in one package, from different files or copies; two at least, in canonical order.
   * Without it the newest by `modified` holds, and all of them where that does not decide.
   */
  readonly settle?: (records: readonly Advisory[]) => readonly Advisory[];
}
