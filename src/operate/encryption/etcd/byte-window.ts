// A window on the bytes of a file of any size, so that memory stays bounded: plain files by position, gzip files from their start. Nothing unpacked is
// written anywhere: what lies in these files may be secret.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { createInflater, type Inflater, packingOf } from '../../../scan/image/layer/inflate.ts';

/** Bytes `start` to `end` of a file at hand: byte `offset` of the file is `bytes[offset - start]`. */
export interface ByteWindow {
  /** Bytes of the file; of a gzip file those that it unpacks to. */
  readonly size: number;
  readonly packed: boolean;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /**
   * Moves the window so that it holds `least` bytes from `offset`, or up to the end of the file; more, about `most`, where that costs little.
   * @throws PlimsollError `input-unreadable`; ParseError for damaged gzip data; LimitError for more than a window may hold.
   */
  fill(offset: number, least: number, most?: number): Promise<void>;
  close(): void;
}

/** Bytes that are read at once: a quarter of a MiB stays in the processor's cache while it is looked at. */
const WINDOW_BYTES = 256 * 1024;
/** Packed bytes that are unpacked at once: deflate makes at most 1,032 times as many of them. */
const PACKED_BYTES = 16 * 1024;

/**
 * Opens a file, packed with gzip or not.
 * @param path what messages call it unless a name is given
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError and LimitError as `fill`.
 */
export async function openWindow(path: string, name = path): Promise<ByteWindow> {
  const file = attempt(name, () => openSync(path, 'r'));
  try {
    const { size } = fstatSync(file);
    const head = Buffer.alloc(4);
    const got = attempt(name, () => readSync(file, head, 0, head.length, 0));
    if (packingOf(head.subarray(0, got)) !== 'gzip') return new FileWindow(name, file, size);
    const measured = new GzipWindow(name, file, Number.MAX_SAFE_INTEGER);
    await measured.fill(Number.MAX_SAFE_INTEGER, 0);
    return new GzipWindow(name, file, measured.end);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * The first bytes of a file, unpacked, without reading on: a large archive that holds nothing of etcd is not unpacked to its end.
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError for damaged gzip data
 */
export async function firstBytes(path: string, name: string, most: number): Promise<Buffer> {
  const file = attempt(name, () => openSync(path, 'r'));
  const window = new GzipWindow(name, file, Number.MAX_SAFE_INTEGER);
  try {
    const head = Buffer.alloc(most);
    const plain = head.subarray(
      0,
      attempt(name, () => readSync(file, head, 0, most, 0)),
    );
    if (packingOf(plain) !== 'gzip') return plain;
    await window.fill(0, most);
    return Buffer.from(window.bytes.subarray(0, Math.min(most, window.end)));
  } finally {
    window.close();
  }
}

class FileWindow implements ByteWindow {
  readonly size: number;
  readonly packed = false;
  readonly #name: string;
  readonly #file: number;
  bytes = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  start = 0;
  end = 0;

  constructor(name: string, file: number, size: number) {
    this.#name = name;
    this.#file = file;
    this.size = size;
  }

  async fill(offset: number, least: number, most = WINDOW_BYTES): Promise<void> {
    const wanted = Math.min(offset + least, this.size);
    if (offset >= this.start && wanted <= this.end) return;
    checkSpan(this.#name, least);
    const length = Math.max(0, Math.min(Math.max(least, most), this.size - offset));
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(length);
    this.start = offset;
    this.end = offset;
    while (this.end < wanted) {
      const at = this.end - offset;
      const got = attempt(this.#name, () => readSync(this.#file, this.bytes, at, length - at, this.end));
      if (got === 0) throw new PlimsollError('input-unreadable', `${this.#name}: became shorter while it was read`);
      this.end += got;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

class GzipWindow implements ByteWindow {
  readonly size: number;
  readonly packed = true;
  readonly #name: string;
  readonly #file: number;
  readonly #packed = Buffer.allocUnsafeSlow(PACKED_BYTES);
  #inflater: Inflater | undefined;
  #packedAt = 0;
  #ended = false;
  bytes = Buffer.allocUnsafeSlow(2 * WINDOW_BYTES);
  start = 0;
  end = 0;

  constructor(name: string, file: number, size: number) {
    this.#name = name;
    this.#file = file;
    this.size = size;
  }

  async fill(offset: number, least: number): Promise<void> {
    if (offset < this.start) this.#rewind();
    checkSpan(this.#name, least);
    this.#forget(offset);
    while (!this.#ended && this.end < offset + Math.max(least, 1)) {
      await this.#unpackMore();
      this.#forget(offset);
    }
  }

  close(): void {
    this.#inflater?.close();
    closeSync(this.#file);
  }

  /** Lets go of what lies before the offset. */
  #forget(offset: number): void {
    const gone = Math.min(offset, this.end) - this.start;
    if (gone <= 0) return;
    this.bytes.copyWithin(0, gone, this.end - this.start);
    this.start += gone;
  }

  async #unpackMore(): Promise<void> {
    this.#inflater ??= createInflater('gzip', (bytes) => this.#append(bytes));
    const got = attempt(this.#name, () => readSync(this.#file, this.#packed, 0, PACKED_BYTES, this.#packedAt));
    this.#packedAt += got;
    if (got > 0) return await this.#inflater.push(this.#packed.subarray(0, got));
    await this.#inflater.end();
    this.#ended = true;
  }

  #append(bytes: Uint8Array): void {
    const held = this.end - this.start;
    checkRatio(this.#name, this.end + bytes.length, this.#packedAt);
    if (held + bytes.length > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, held + bytes.length));
      this.bytes.copy(larger, 0, 0, held);
      this.bytes = larger;
    }
    this.bytes.set(bytes, held);
    this.end += bytes.length;
  }

  #rewind(): void {
    this.#inflater?.close();
    this.#inflater = undefined;
    this.#packedAt = 0;
    this.#ended = false;
    this.start = 0;
    this.end = 0;
  }
}

/** @throws LimitError for more at once than any value of etcd takes. */
function checkSpan(name: string, bytes: number): void {
  if (bytes > LIMITS.etcdSpanBytes) {
    throw new LimitError(`${name}: ${bytes} bytes belong together, more than ${LIMITS.etcdSpanBytes}`);
  }
}

/** @throws LimitError for what unpacks to far more than a database does. */
function checkRatio(name: string, unpacked: number, packed: number): void {
  if (unpacked > LIMITS.ratioFreeBytes && unpacked > packed * LIMITS.compressionRatio) {
    throw new LimitError(`${name}: unpacks to more than ${LIMITS.compressionRatio} times its size; unpack it first`);
  }
}

/** @throws PlimsollError `input-missing`, `input-unreadable` */
function attempt(name: string, work: () => number): number {
  try {
    return work();
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = absent ? 'input-missing' : 'input-unreadable';
    throw new PlimsollError(code, `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
