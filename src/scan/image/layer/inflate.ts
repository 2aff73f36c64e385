// Unpacks a layer blob chunk by chunk: gzip (several members), zstd or plain tar, told apart by their first bytes (RFC 1952 2.3.1, RFC 8878 3.1.1).
// Bytes go through zlib's own handle on the calling thread: about twice as fast as the stream, without a copy a chunk. The handle is private to
// Node, so a self-test decides once whether it behaves; if not, the public stream does the same work.
import {
  constants,
  createGunzip,
  createZstdDecompress,
  type Gunzip,
  gzipSync,
  type ZstdDecompress,
  zstdCompressSync,
} from 'node:zlib';
import { messageOf, ParseError } from '../../../platform/errors.ts';

/** How a blob's bytes are packed. */
export type Packing = 'tar' | 'gzip' | 'zstd';

/** Takes the blob's bytes in order and calls `onBytes` with the unpacked ones; each buffer is valid only during the call. */
export interface Inflater {
  push(chunk: Uint8Array): void | Promise<void>;
  /** @throws ParseError when the blob ends before its compressed stream does. */
  end(): void | Promise<void>;
  close(): void;
}

/** Unpacked bytes handed on at once. Larger gains nothing, the stream default of 16 KiB halves the speed (bench/layer.ts). */
const OUTPUT_BYTES = 256 * 1024;

/** Packing of a blob by its first bytes (at least 4, fewer only when the blob is shorter). */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const magic = ((head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16) | ((head[3] ?? 0) << 24)) >>> 0;
  if (magic === 0xfd2fb528 || (magic >= 0x184d2a50 && magic <= 0x184d2a5f)) return 'zstd';
  return 'tar';
}

/** An inflater for the packing. `publicOnly` forgoes the private handle: for the self-test's fallback and for tests. */
export function createInflater(packing: Packing, onBytes: (bytes: Uint8Array) => void, publicOnly = false): Inflater {
  if (packing === 'tar') return { push: onBytes, end: () => {}, close: () => {} };
  return !publicOnly && handleWorks(packing)
    ? new HandleInflater(packing, onBytes)
    : new StreamInflater(packing, onBytes);
}

/** The part of Node's zlib streams that is not public: the native handle and the counters it writes back. */
interface NativeZlib {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array | null,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ): void;
    onerror: (message: string, errno: number, code: string) => void;
    close(): void;
  };
  readonly _writeState: Uint32Array;
}

class HandleInflater implements Inflater {
  readonly #stream: (Gunzip | ZstdDecompress) & NativeZlib;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  readonly #finish: number;
  readonly #continue: number;
  readonly #packing: Packing;
  #failure: string | undefined;
  #fed = false;

  constructor(packing: 'gzip' | 'zstd', onBytes: (bytes: Uint8Array) => void) {
    this.#packing = packing;
    this.#onBytes = onBytes;
    this.#stream = (packing === 'gzip' ? createGunzip() : createZstdDecompress()) as (Gunzip | ZstdDecompress) &
      NativeZlib;
    this.#finish = packing === 'gzip' ? constants.Z_FINISH : constants.ZSTD_e_end;
    this.#continue = packing === 'gzip' ? constants.Z_NO_FLUSH : constants.ZSTD_e_continue;
    this.#stream._handle.onerror = (message) => {
      this.#failure = message;
    };
    this.#stream.on('error', () => {});
  }

  push(chunk: Uint8Array): void {
    this.#fed ||= chunk.length > 0;
    let offset = 0;
    let left = chunk.length;
    for (;;) {
      const made = this.#write(this.#continue, chunk, offset, left);
      const used = left - (this.#stream._writeState[1] ?? 0);
      offset += used;
      left -= used;
      if (made < OUTPUT_BYTES && (left === 0 || (used === 0 && made === 0))) return;
    }
  }

  end(): void {
    if (!this.#fed) return;
    while (this.#write(this.#finish, EMPTY, 0, 0) === OUTPUT_BYTES);
  }

  close(): void {
    this.#stream._handle.close();
  }

  #write(flush: number, input: Uint8Array, offset: number, length: number): number {
    const { _handle: handle, _writeState: state } = this.#stream;
    handle.writeSync(flush, input, offset, length, this.#output, 0, OUTPUT_BYTES);
    if (this.#failure !== undefined) throw damaged(this.#packing, this.#failure);
    const made = OUTPUT_BYTES - (state[0] ?? 0);
    if (made > 0) this.#onBytes(made === OUTPUT_BYTES ? this.#output : this.#output.subarray(0, made));
    return made;
  }
}

class StreamInflater implements Inflater {
  readonly #stream: Gunzip | ZstdDecompress;
  readonly #packing: Packing;
  readonly #ended: Promise<void>;
  #failure: unknown;
  #pushed = 0;

  constructor(packing: 'gzip' | 'zstd', onBytes: (bytes: Uint8Array) => void) {
    this.#packing = packing;
    const options = { chunkSize: OUTPUT_BYTES };
    this.#stream = packing === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
    this.#stream.on('data', (bytes: Buffer) => {
      try {
        onBytes(bytes);
      } catch (error) {
        this.#failure ??= error;
        this.#stream.destroy();
      }
    });
    this.#stream.on('error', (error) => {
      this.#failure ??= damaged(packing, messageOf(error));
    });
    this.#ended = new Promise((resolve) => this.#stream.on('close', resolve));
  }

  async push(chunk: Uint8Array): Promise<void> {
    this.#pushed += chunk.length;
    if (this.#failure === undefined && !this.#stream.write(Buffer.from(chunk))) {
      await Promise.race([new Promise<void>((resolve) => this.#stream.once('drain', resolve)), this.#ended]);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async end(): Promise<void> {
    this.#stream.end();
    await this.#ended;
    // The public zstd stream stops silently after the first frame, unlike the handle.
    if (this.#packing === 'zstd' && this.#stream.bytesWritten < this.#pushed) {
      this.#failure ??= damaged('zstd', 'several frames, which this Node.js cannot read');
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#stream.destroy();
  }
}

const EMPTY = new Uint8Array(0);
const verdicts = new Map<Packing, boolean>();

/** Whether the private handle unpacks a small blob of two members or frames as it should. Asked once for each packing. */
function handleWorks(packing: 'gzip' | 'zstd'): boolean {
  let verdict = verdicts.get(packing);
  if (verdict === undefined) {
    verdict = selfTest(packing);
    verdicts.set(packing, verdict);
  }
  return verdict;
}

function selfTest(packing: 'gzip' | 'zstd'): boolean {
  try {
    const text = Buffer.alloc(OUTPUT_BYTES + 777, 'plimsoll line ');
    const member = packing === 'gzip' ? gzipSync(text) : zstdCompressSync(text);
    const packed = Buffer.concat([member, member]);
    const parts: Buffer[] = [];
    const inflater = new HandleInflater(packing, (bytes) => parts.push(Buffer.from(bytes)));
    inflater.push(packed.subarray(0, 30));
    inflater.push(packed.subarray(30));
    inflater.end();
    inflater.close();
    return Buffer.concat(parts).equals(Buffer.concat([text, text]));
  } catch {
    return false;
  }
}

function damaged(packing: Packing, reason: string): ParseError {
  return new ParseError(`damaged ${packing} data: ${reason}`);
}
