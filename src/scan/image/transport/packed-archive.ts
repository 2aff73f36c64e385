// A gzip-packed file read forwards only, as a stream: what an image archive needs that was packed whole (`docker save … | gzip`). Nothing is unpacked
// to the disk; who wants an earlier place opens the file anew. RFC 1952, through Node's public stream, which waits while nobody reads.
import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** Bounds of one packed file, as in LIMITS. */
export type PackedLimits = Readonly<Record<'layerBytes' | 'compressionRatio' | 'ratioFreeBytes', number>>;

const READ_BYTES = 1024 * 1024;
/** As the layer walk: the stream's default of 16 KiB halves the speed. */
const OUTPUT_BYTES = 256 * 1024;

/** An open packed file. Offsets count unpacked bytes. Close it when done. */
export class PackedArchive {
  readonly path: string;
  readonly #limits: PackedLimits;
  readonly #gunzip: Gunzip;
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** What was unpacked and not yet read. */
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;
  #closed = false;

  /** `limits` are for tests. */
  constructor(path: string, limits: PackedLimits = LIMITS) {
    this.path = path;
    this.#limits = limits;
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    this.#gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    file.on('error', (error) => {
      this.#gunzip.destroy(new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`));
    });
    this.#gunzip.on('close', () => file.destroy());
    file.pipe(this.#gunzip);
    this.#pieces = this.#gunzip[Symbol.asyncIterator]();
  }

  /** Where the next byte is. */
  get position(): number {
    return this.#position;
  }

  /** Whether `stretch` can begin at `offset`. */
  reaches(offset: number): boolean {
    return !this.#closed && offset >= this.#position;
  }

  /**
   * The bytes from `offset` on, at most `length`: fewer when the archive ends. Each piece is valid until the next is asked for.
   * @throws ParseError when the file is damaged; LimitError when it unpacks to too much; PlimsollError `input-unreadable`.
   */
  async *stretch(offset: number, length: number): AsyncGenerator<Uint8Array> {
    if (!this.reaches(offset)) throw new PlimsollError('internal', `${this.path} is read forwards only`);
    const end = offset + length;
    while (this.#position < end) {
      if (this.#rest.length === 0 && !(await this.#fill())) return;
      const skipped = Math.min(this.#rest.length, Math.max(0, offset - this.#position));
      const piece = this.#rest.subarray(skipped, Math.min(this.#rest.length, end - this.#position));
      this.#position += skipped + piece.length;
      this.#rest = this.#rest.subarray(skipped + piece.length);
      if (piece.length > 0) yield piece;
    }
  }

  /** Ends the reading. */
  close(): void {
    this.#closed = true;
    this.#gunzip.destroy();
  }

  async #fill(): Promise<boolean> {
    try {
      const { done, value } = await this.#pieces.next();
      if (done === true) return false;
      this.#rest = value;
    } catch (error) {
      this.close();
      if (error instanceof PlimsollError) throw error;
      throw new ParseError(`${this.path}: damaged gzip data: ${messageOf(error)}`, { cause: error });
    }
    const { layerBytes, compressionRatio, ratioFreeBytes } = this.#limits;
    const unpacked = this.#position + this.#rest.length;
    if (unpacked > layerBytes) throw new LimitError(`${this.path} unpacks to more than ${layerBytes} bytes`);
    if (unpacked > ratioFreeBytes && unpacked > this.#gunzip.bytesWritten * compressionRatio) {
      throw new LimitError(
        `${this.path} unpacks to more than ${compressionRatio} times its size (a decompression bomb?)`,
      );
    }
    return true;
  }
}
