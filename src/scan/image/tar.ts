// Walks a tar stream header by header and copies out only the bodies that are asked for. Bodies are skipped by arithmetic; nothing touches the disk.
// Reads ustar, PAX and GNU archives (long names, sparse files); stops, as container runtimes do, at the first end-of-archive mark.
import { ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { cleanPath, pathProblem } from './entry-path.ts';
import type { EntryHeader, EntryType } from './layer-report.ts';
import { BLOCK, isZeroBlock, type RawHeader, readHeader, readNumber, readPaxRecords, text } from './tar-header.ts';
import { expandSparse, type Piece, parseSparseMap, readPieces, splitSparseBody } from './tar-sparse.ts';

/** What the walk reports. */
export interface TarVisitor {
  /** Sees every entry; says how the body is taken when it is wanted. */
  readonly entry: (header: EntryHeader) => BodySink | undefined;
  /** An entry that is not taken, with the reason. */
  readonly skipped: (path: string, reason: string) => void;
}

/** Takes a body: whole, or piece by piece as it passes. Pieces are valid only during the call. */
export type BodySink =
  | { readonly whole: (body: Buffer) => void }
  | { readonly piece: (bytes: Buffer) => void; readonly end: () => void };

type Consumer = (body: Buffer) => void;

/** A running walk over one archive. Feed it with `push`, then `end`. */
export class TarWalker {
  entries = 0;
  /** Unpacked bytes seen. */
  bytes = 0;

  readonly #visitor: TarVisitor;
  readonly #held = Buffer.alloc(BLOCK);
  #heldBytes = 0;
  /** Bytes of the current entry, body and padding, still to come. */
  #left = 0;
  /** How many of them at the end are padding. */
  #padding = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;
  #consume: Consumer | undefined;
  /** Takes the pieces of the current body; `#streamLeft` bytes of it are still to come. */
  #stream: Extract<BodySink, { piece: unknown }> | undefined;
  #streamLeft = 0;
  #pax: Map<string, string> | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  #sparse: { readonly header: RawHeader; readonly realSize: number; readonly pieces: Piece[] } | undefined;
  #zeroBlocks = 0;
  #bytesAfterEnd = false;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** @throws ParseError when the bytes are not a tar archive. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const length = bytes.length;
    this.bytes += length;
    let at = 0;
    while (at < length) {
      if (this.#zeroBlocks >= 2) {
        this.#bytesAfterEnd ||= hasData(bytes, at);
        return;
      }
      if (this.#left > 0) {
        at += this.#takeBody(bytes, at, Math.min(this.#left, length - at));
      } else if (this.#heldBytes === 0 && length - at >= BLOCK) {
        this.#block(bytes, at);
        at += BLOCK;
      } else {
        const take = Math.min(BLOCK - this.#heldBytes, length - at);
        bytes.copy(this.#held, this.#heldBytes, at, at + take);
        this.#heldBytes += take;
        at += take;
        if (this.#heldBytes === BLOCK) {
          this.#heldBytes = 0;
          this.#block(this.#held, 0);
        }
      }
    }
  }

  /**
   * An archive without its end mark, or without the padding of its last body, is taken: real builders write such layers, and runtimes read them.
   * @throws ParseError when the archive breaks off inside an entry.
   */
  end(): void {
    if (this.#left > this.#padding || this.#heldBytes > 0 || this.#sparse !== undefined) {
      throw new ParseError('tar: the archive breaks off inside an entry');
    }
    if (this.#bytesAfterEnd)
      this.#visitor.skipped('', 'data after the end of the archive, which container runtimes do not read');
  }

  #takeBody(bytes: Buffer, at: number, take: number): number {
    if (this.#body !== undefined) {
      const wanted = Math.min(take, this.#body.length - this.#bodyFilled);
      bytes.copy(this.#body, this.#bodyFilled, at, at + wanted);
      this.#bodyFilled += wanted;
      if (this.#bodyFilled === this.#body.length) this.#bodyDone();
    } else if (this.#stream !== undefined) {
      const wanted = Math.min(take, this.#streamLeft);
      this.#stream.piece(bytes.subarray(at, at + wanted));
      this.#streamLeft -= wanted;
      if (this.#streamLeft === 0) {
        const stream = this.#stream;
        this.#stream = undefined;
        stream.end();
      }
    }
    this.#left -= take;
    return take;
  }

  #bodyDone(): void {
    const body = this.#body;
    const consume = this.#consume;
    this.#body = undefined;
    this.#consume = undefined;
    if (body !== undefined) consume?.(body);
  }

  #collect(size: number, consume: Consumer): void {
    this.#body = Buffer.allocUnsafe(size);
    this.#bodyFilled = 0;
    this.#consume = consume;
    if (size === 0) this.#bodyDone();
  }

  #block(bytes: Buffer, at: number): void {
    if (this.#sparse !== undefined) {
      this.#sparseContinuation(bytes, at);
      return;
    }
    if (bytes[at] === 0 && isZeroBlock(bytes, at)) {
      this.#zeroBlocks += 1;
      return;
    }
    if (this.#zeroBlocks > 0) throw new ParseError('tar: a single zero block between entries');
    const header = readHeader(bytes, at);
    switch (header.type) {
      case 'x':
        this.#extension(header, (body) => {
          this.#pax = new Map([...(this.#pax ?? []), ...readPaxRecords(body)]);
        });
        return;
      case 'L':
        this.#extension(header, (body) => {
          this.#longName = text(body, 0, body.length);
        });
        return;
      case 'K':
        this.#extension(header, (body) => {
          this.#longLink = text(body, 0, body.length);
        });
        return;
      case 'g':
        // Global records carry comments in practice; runtimes ignore them.
        this.#expect(header.size);
        return;
      case 'S': {
        const pieces = [...readPieces(bytes, at + 386, 4)];
        const sparse = { header, realSize: readNumber(bytes, at + 483, 12), pieces };
        if (bytes[at + 482] === 1) this.#sparse = sparse;
        else this.#entry(header, sparse.realSize, pieces);
        return;
      }
      default:
        this.#entry(header);
    }
  }

  #expect(size: number): void {
    this.#left = Math.ceil(size / BLOCK) * BLOCK;
    this.#padding = this.#left - size;
  }

  #extension(header: RawHeader, consume: Consumer): void {
    if (header.size > LIMITS.tarExtensionBytes) {
      throw new ParseError(`tar: an extended header of ${header.size} bytes (at most ${LIMITS.tarExtensionBytes})`);
    }
    this.#expect(header.size);
    this.#collect(header.size, consume);
  }

  #sparseContinuation(bytes: Buffer, at: number): void {
    const sparse = this.#sparse;
    if (sparse === undefined) return;
    sparse.pieces.push(...readPieces(bytes, at, 21));
    if (sparse.pieces.length * 24 > LIMITS.tarExtensionBytes) throw new ParseError('tar: too many sparse pieces');
    if (bytes[at + 504] === 1) return;
    this.#sparse = undefined;
    this.#entry(sparse.header, sparse.realSize, sparse.pieces);
  }

  #entry(raw: RawHeader, realSize?: number, pieces?: readonly Piece[]): void {
    const pax = this.#pax;
    const name = pax?.get('GNU.sparse.name') ?? pax?.get('path') ?? this.#longName ?? raw.name;
    const link = pax?.get('linkpath') ?? this.#longLink ?? raw.link;
    this.#pax = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    this.entries += 1;

    const type = entryType(raw.type, name);
    const stored =
      type === 'file' || (type === 'other' && !HEADER_ONLY.has(raw.type)) ? (count(pax, 'size') ?? raw.size) : 0;
    this.#expect(stored);
    const path = cleanPath(name);
    const problem = pathProblem(path);
    if (problem !== undefined) {
      this.#visitor.skipped(path.slice(0, 200), problem);
      return;
    }
    const size = count(pax, 'GNU.sparse.realsize') ?? count(pax, 'GNU.sparse.size') ?? realSize ?? stored;
    const sink = this.#visitor.entry({
      path,
      type,
      size: type === 'file' ? size : 0,
      mode: raw.mode,
      uid: count(pax, 'uid') ?? raw.uid,
      gid: count(pax, 'gid') ?? raw.gid,
      ...(type === 'symlink' ? { link } : type === 'hardlink' ? { link: cleanPath(link) } : {}),
      ...(pax?.has('SCHILY.xattr.security.capability') ? { capabilities: true } : {}),
    });
    if (sink === undefined || type !== 'file') return;
    if ('piece' in sink && stored === size && stored > 0) {
      this.#stream = sink;
      this.#streamLeft = stored;
      return;
    }
    if (stored > LIMITS.fileBytes || size > LIMITS.fileBytes) {
      this.#visitor.skipped(path, `file larger than ${LIMITS.fileBytes} bytes`);
      return;
    }
    this.#collect(stored, sparseConsumer(wholeConsumer(sink), pax, size, pieces));
  }
}

/** A sparse or empty file is handed over whole whatever the sink. */
function wholeConsumer(sink: BodySink): Consumer {
  if ('whole' in sink) return sink.whole;
  return (body) => {
    sink.piece(body);
    sink.end();
  };
}

function sparseConsumer(
  consume: Consumer,
  pax: Map<string, string> | undefined,
  size: number,
  pieces?: readonly Piece[],
): Consumer {
  const map = pax?.get('GNU.sparse.map');
  if (pieces !== undefined) return (body) => consume(expandSparse(body, pieces, size));
  if (map !== undefined) return (body) => consume(expandSparse(body, parseSparseMap(map), size));
  if (pax?.get('GNU.sparse.major') === '1') {
    return (body) => {
      const split = splitSparseBody(body);
      consume(expandSparse(split.data, split.pieces, size));
    };
  }
  return consume;
}

/** Devices and pipes: whatever size their header states, no body follows. Unknown types have one, as POSIX asks. */
const HEADER_ONLY: ReadonlySet<string> = new Set(['3', '4', '6']);

function entryType(flag: string, name: string): EntryType {
  switch (flag) {
    case '0':
    case '7':
    case 'S':
      // Archives older than POSIX mark directories by the trailing slash alone.
      return name.endsWith('/') ? 'dir' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'dir';
    default:
      return 'other';
  }
}

function count(pax: Map<string, string> | undefined, key: string): number | undefined {
  const value = pax?.get(key);
  if (value === undefined) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new ParseError(`tar: PAX record ${key} is not a number`);
  return number;
}

function hasData(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return true;
  return false;
}
