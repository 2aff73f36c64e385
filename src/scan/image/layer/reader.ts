// What the layer walk offers to those who want file contents: a reader says which entries it wants and turns each into a fact.
// The cataloguers of scan/inventory are readers; the walk knows nothing else about them.
import type { EntryHeader } from './layer-report.ts';

/** What a reader made of one file. `undefined` data: the file is not what its name promised, which is no gap. */
export interface ReadResult {
  readonly data?: unknown;
  /** Parts that could not be parsed, in words; each becomes an unknown at the file's path. */
  readonly problems?: readonly string[];
}

/** Takes a file's bytes as they pass, so that a large program is never held whole. */
export interface BodyStream {
  /** Bytes in order; valid only during the call. */
  push(chunk: Uint8Array): void;
  /** After the last byte. @throws ParseError when the file is not in its format. */
  end(): ReadResult;
}

/** How a reader takes files that it knows by their first bytes, wherever they lie. */
export interface ContentReader {
  /** First four bytes of such files. */
  readonly magics: readonly (readonly [number, number, number, number])[];
  /** Smaller files are not looked at. At least 4. */
  readonly minBytes: number;
  readonly open: (entry: EntryHeader) => BodyStream;
}

/** One kind of file content that the walk collects. Pure: bytes in, value out; `content` streams keep state for one file. */
export interface Reader {
  /** Stable id, in stored reports. */
  readonly id: string;
  /** Raised whenever the same bytes would give other facts: stored reports with another version are not used. */
  readonly version: number;
  /**
   * Paths it reads, relative to the image's root, in one of four forms:
   * `a/b/c` this very path; `a/b/*` files directly in a directory; `**\/name` any file of that name; `**\/*.ext` any file with that ending.
   */
  readonly reads: readonly string[];
  /** Bodies above this size are not read but recorded as `limit-reached`. Absent: the limit of the walk. */
  readonly maxBytes?: number;
  /** A second look at the header before the body is copied out; false skips the file without a trace. */
  readonly wants?: (entry: EntryHeader) => boolean;
  /**
   * Turns the body into a fact. Called once a file.
   * @throws ParseError when the file is not in its format: recorded as `file-unparsed`.
   */
  readonly read?: (body: Uint8Array, entry: EntryHeader) => ReadResult;
  /** Files known by content, besides those by path. A file that `read` takes is not offered here too. */
  readonly content?: ContentReader;
  /** Looks at every header, whatever the path; returns the data of a fact or undefined. Must be cheap. */
  readonly look?: (entry: EntryHeader) => unknown;
}
