// A feed: how one publisher's files become advisory records. Pure over bytes; files and network are given by the caller.
import type { Digest } from '../../platform/canonical.ts';
import type { RetryPolicy } from '../image/registry/retry.ts';
import type { Inventory } from '../inventory/package.ts';
import type { Advisory, EndOfLife, Severity, Ssvc } from './advisory.ts';

/** One input file, already unpacked from a folder, zip or tar. */
export interface FeedFile {
  /** Path inside the input, for messages. */
  readonly path: string;
  /** Namespace that the user stated for the input, `rocky:9`; only with feeds that take one. */
  readonly namespace?: string;
  /** Reads the bytes; called once. */
  readonly bytes: () => Uint8Array;
}

/** Takes a file in pieces. Both throw as `Feed.read` does. */
export interface FeedReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** What a feed tells the builder, one call a record. */
export interface FeedSink {
  advisory(record: Advisory): void;
  kev(vulnerability: string, added: string): void;
  epss(vulnerability: string, probability: number): void;
  /** A score of the CVE itself; of several by one source that with the latest `modified` (ISO 8601) holds. */
  severity(vulnerability: string, value: Severity, modified: string | undefined): void;
  ssvc(vulnerability: string, value: Ssvc, modified: string | undefined): void;
  endOfLife(os: string, value: EndOfLife): void;
  /** A record that cannot be used, with the reason in a few words (grouped and counted). */
  skip(reason: string, path: string): void;
  /** A namespace that the input covers, even without records; `part` when it can hold only part of what the feed knows. */
  covers(namespace: string, extent?: 'whole' | 'part'): void;
  /** A date of upstream content; the newest is kept. */
  updated(date: string): void;
}

/** What a feed is given that gathers its files itself. */
export interface GatherRequest {
  /** Addresses that the user named; none: what the machine is configured with. */
  readonly urls: readonly string[];
  /** By address what its files are for, `rocky:9`, where the user stated it. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** What is in the targets that the user named. */
  readonly inventories: readonly Inventory[];
  /** Folder for the files that the feed keeps. */
  readonly home: string;
  /** Folder for what need not be fetched twice; may be emptied at any time. */
  readonly cache: string;
  /** Keyrings that sign what is fetched; none: those that the machine trusts. */
  readonly keyrings: readonly string[];
  /** Whether to take what is not signed, or by nobody who is known. */
  readonly allowUnsigned: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  /** Milliseconds without a byte after which a server counts as dead. */
  readonly idleMilliseconds: number;
  /** How often a broken connection or a busy server is tried again. */
  readonly retry?: RetryPolicy | undefined;
  readonly onProgress?: (text: string) => void;
  readonly remark: (text: string) => void;
}

/** A file that a feed gathered, in its home. */
export interface GatheredFile {
  readonly name: string;
  /** Where its content came from, for the feed's record. */
  readonly source: string;
  readonly sha256: Digest;
  readonly bytes: number;
  /** What it is for, where the user stated it. */
  readonly namespace?: string;
}

/** How a feed gets its files when downloading some addresses is not enough. */
export interface Gatherer {
  /** Whether it looks for what concerns some targets only, which the user must name. */
  readonly forTargets: boolean;
  /** Whether it needs an address, because no machine is configured with one. */
  readonly needsAddress?: boolean;
  /**
   * Files of an earlier time may be replaced only by what is as good; those that are no longer named are removed by the caller.
   * @throws PlimsollError when nothing can be gathered; what was kept before then stays
   */
  readonly run: (request: GatherRequest) => Promise<readonly GatheredFile[]>;
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
  /** Too much to be downloaded unless it is named. */
  readonly onRequest?: boolean;
  /** Instead of downloads. */
  readonly gather?: Gatherer;
  /** Whether its files may leave open which namespace they are for, so that the user can state it: `ID@NAMESPACE`. */
  readonly takesNamespace?: boolean;
  /** Which files of a folder or archive are read. */
  readonly accepts: (path: string) => boolean;
  /**
   * Reads one file into the sink.
   * @throws ParseError when the file as a whole is not in the format; single bad records are skipped.
   */
  readonly read: (file: FeedFile, sink: FeedSink) => void;
  /** The same for a file too large to be held whole. */
  readonly open?: (file: Omit<FeedFile, 'bytes'>, sink: FeedSink) => FeedReader;
  /**
   * What holds when several records speak of one id in one package, from different files or copies; two at least, in canonical order.
   * Without it the newest by `modified` holds, and all of them where that does not decide.
   */
  readonly settle?: (records: readonly Advisory[]) => readonly Advisory[];
}
