// Walks a tar stream header by header and copies out only the bodies that are asked for. Bodies are skipped by arithmetic; nothing touches the disk.
// Reads ustar, PAX and GNU archives (long names, sparse files). Where formats meet in one archive, or where it is malformed, it is read as container
// runtimes do (Go's archive/tar): an archive that says one thing to a runtime and another to a scanner hides what is in the image.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { cleanPath, pathProblem } from './entry-path.ts';
import type { EntryHeader, LayerUnknown } from './layer-report.ts';
import { TarExtensions } from './tar-entry.ts';
import { BLOCK, isZeroBlock, type RawHeader, readHeader, readNumber } from './tar-header.ts';
import { expandSparse, type Piece, readPieces, type SparseFile } from './tar-sparse.ts';

/** What the walk reports. */
export interface TarVisitor {
  /** Sees every entry; says how the body is taken when it is wanted. */
  readonly entry: (header: EntryHeader) => BodySink | undefined;
  /** An entry that is not taken, with the reason. */
  readonly skipped: (path: string, kind: LayerUnknown['kind'], reason: string) => void;
}

/**
 * Takes a body: whole, or piece by piece as it passes. Pieces are valid only during the call. When `piece` gives false, nothing more is wanted of
 * this body: neither it nor `end` is called again.
 */
export type BodySink =
  | { readonly whole: (body: Buffer) => void }
  | { readonly piece: (bytes: Buffer) => boolean; readonly end: () => void };

type Consumer = (body: Buffer) => void;

/** A running walk over one archive. Feed it with `push`, then `end`. */
export class TarWalker {
  entries = 0;
  /** Unpacked bytes seen. */
  bytes = 0;
  /** Bytes of holes in sparse files that were filled with zeros: work that the archive's own bytes do not show. */
  filled = 0;

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
  readonly #extensions = new TarExtensions();
  #sparse: { readonly header: RawHeader; readonly realSize: number; readonly pieces: Piece[] } | undefined;
  #zeroBlocks = 0;
  #bytesAfterEnd = false;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** Whether the mark that ends an archive was seen. */
  get ended(): boolean {
    return this.#zeroBlocks > 0;
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
      this.#visitor.skipped(
        '',
        'undecidable',
        'data after the end of the archive, which container runtimes do not read',
      );
  }

  #takeBody(bytes: Buffer, at: number, take: number): number {
    if (this.#body !== undefined) {
      const wanted = Math.min(take, this.#body.length - this.#bodyFilled);
      bytes.copy(this.#body, this.#bodyFilled, at, at + wanted);
      this.#bodyFilled += wanted;
      if (this.#bodyFilled === this.#body.length) this.#bodyDone();
    } else if (this.#stream !== undefined) {
      const wanted = Math.min(take, this.#streamLeft);
      const stream = this.#stream;
      const more = stream.piece(bytes.subarray(at, at + wanted));
      this.#streamLeft -= wanted;
      if (!more || this.#streamLeft === 0) this.#stream = undefined;
      if (more && this.#streamLeft === 0) stream.end();
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
      case 'L':
      case 'K':
        this.#extension(header);
        return;
      case 'g':
        // Global records carry comments in practice; runtimes ignore them, and what stood before them.
        this.#extensions.forget();
        this.#expect(header.size);
        return;
      case 'S': {
        const pieces = [...readPieces(bytes, at + 386, 4)];
        const sparse = { header, realSize: readNumber(bytes, at + 483, 12), pieces };
        if (bytes[at + 482] === 1) this.#sparse = sparse;
        else this.#entry(header, { size: sparse.realSize, split: (data) => ({ pieces, data }) });
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

  #extension(header: RawHeader): void {
    if (header.size > LIMITS.tarExtensionBytes) {
      throw new ParseError(`tar: an extended header of ${header.size} bytes (at most ${LIMITS.tarExtensionBytes})`);
    }
    this.#expect(header.size);
    this.#collect(header.size, (body) => this.#extensions.take(header.type, body));
  }

  #sparseContinuation(bytes: Buffer, at: number): void {
    const sparse = this.#sparse;
    if (sparse === undefined) return;
    sparse.pieces.push(...readPieces(bytes, at, 21));
    if (sparse.pieces.length * 24 > LIMITS.tarExtensionBytes) throw new ParseError('tar: too many sparse pieces');
    if (bytes[at + 504] === 1) return;
    this.#sparse = undefined;
    this.#entry(sparse.header, { size: sparse.realSize, split: (data) => ({ pieces: sparse.pieces, data }) });
  }

  #entry(raw: RawHeader, oldSparse?: SparseFile): void {
    const { type, name, link, stored, mode, uid, gid, capability, sparse } = this.#extensions.apply(raw, oldSparse);
    this.entries += 1;
    this.#expect(stored);
    const path = cleanPath(name);
    const problem = pathProblem(path);
    if (problem !== undefined) {
      // A copy: a slice would keep the whole path in memory.
      this.#visitor.skipped(Buffer.from(path.slice(0, 200)).toString(), 'limit-reached', problem);
      return;
    }
    const size = sparse?.size ?? stored;
    const sink = this.#visitor.entry({
      path,
      type,
      size: type === 'file' ? size : 0,
      mode,
      uid,
      gid,
      ...(type === 'symlink' ? { link } : type === 'hardlink' ? { link: cleanPath(link) } : {}),
      ...(capability === undefined ? {} : { capabilities: true, capability }),
    });
    if (sink === undefined || type !== 'file') return;
    if ('piece' in sink && sparse === undefined && stored > 0) {
      this.#stream = sink;
      this.#streamLeft = stored;
      return;
    }
    if (stored > LIMITS.fileBytes || size > LIMITS.fileBytes) {
      this.#visitor.skipped(path, 'limit-reached', `file larger than ${LIMITS.fileBytes} bytes`);
      return;
    }
    const consume = wholeConsumer(sink);
    if (sparse === undefined) this.#collect(stored, consume);
    else {
      this.filled += Math.max(0, size - stored);
      this.#collect(stored, (body) => consume(expandSparse(body, sparse, size)));
    }
  }
}

/** A sparse or empty file is handed over whole whatever the sink. */
function wholeConsumer(sink: BodySink): Consumer {
  if ('whole' in sink) return sink.whole;
  return (body) => {
    if (sink.piece(body)) sink.end();
  };
}

function hasData(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return true;
  return false;
}
