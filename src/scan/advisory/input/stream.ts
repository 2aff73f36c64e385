// One file read from front to back: a tar, or a single document, either plain, gzip or zstd. Which of the two shows in the first block.
import { createHash } from 'node:crypto';
import { type Digest, digestOf } from '../../../platform/canonical.ts';
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { createInflater, packingOf } from '../../image/layer/inflate.ts';
import { TarWalker } from '../../image/layer/tar.ts';
import { type DocumentTaker, type InputVisitor, isHidden } from './visitor.ts';

/** A ustar or GNU header has this word at its 257th byte; older tars have none and are not taken for one. */
const USTAR_AT = 257;
const BLOCK = 512;

/** @throws ParseError when packing or archive are damaged, LimitError when a single file is larger than LIMITS.fileBytes. */
export async function readStream(
  file: string,
  size: number,
  head: Uint8Array,
  path: string,
  visitor: InputVisitor,
): Promise<void> {
  const hash = createHash('sha256');
  const content = new ContentReader(file, path, visitor);
  const inflater = createInflater(packingOf(head), (bytes) => content.push(bytes));
  try {
    for (const chunk of fileChunks(file, 0, size)) {
      hash.update(chunk);
      const pushed = inflater.push(chunk);
      if (pushed !== undefined) await pushed;
    }
    await inflater.end();
  } finally {
    inflater.close();
  }
  content.end(`sha256:${hash.digest('hex')}`);
}

/** Gathers unpacked bytes: the first block decides between an archive, whose members are visited as they pass, and a document. */
class ContentReader {
  readonly #file: string;
  readonly #path: string;
  readonly #visitor: InputVisitor;
  #walker: TarWalker | undefined;
  #taker: DocumentTaker | undefined;
  #decided = false;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(file: string, path: string, visitor: InputVisitor) {
    this.#file = file;
    this.#path = path;
    this.#visitor = visitor;
  }

  push(bytes: Uint8Array): void {
    const next = this.#walker ?? this.#taker;
    if (next !== undefined) {
      next.push(bytes);
      return;
    }
    this.#parts.push(Buffer.from(bytes));
    this.#length += bytes.length;
    if (this.#length > LIMITS.fileBytes) {
      throw new LimitError(`${this.#file}: larger than ${LIMITS.fileBytes} bytes unpacked`);
    }
    if (!this.#decided && this.#length >= BLOCK) this.#decide();
  }

  /** Hands over the document unless the file was an archive. */
  end(digest: Digest): void {
    if (this.#walker !== undefined) this.#walker.end();
    else if (this.#taker !== undefined) this.#taker.end(digest);
    else this.#visitor.file(this.#path, Buffer.concat(this.#parts), digest);
  }

  #decide(): void {
    this.#decided = true;
    const start = Buffer.concat(this.#parts);
    const visitor = this.#visitor;
    if (start.toString('latin1', USTAR_AT, USTAR_AT + 5) !== 'ustar') {
      this.#taker = visitor.open?.(this.#path);
      if (this.#taker === undefined) return;
      this.#parts = [];
      this.#taker.push(start);
      return;
    }
    this.#walker = new TarWalker({
      entry: ({ path, type }) =>
        type === 'file' && !isHidden(path) && visitor.accepts(path)
          ? { whole: (body) => visitor.file(path, body, digestOf(body)) }
          : undefined,
      skipped: (path, reason) => {
        if (visitor.accepts(path)) visitor.skipped(path, reason);
      },
    });
    this.#parts = [];
    this.#walker.push(start);
  }
}
