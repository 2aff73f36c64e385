// One pass over a layer blob: hash, inflate, walk the tar, collect what the readers want. The digest is computed here over the bytes as stored,
// so a report can be shared between images under a digest that nobody could have claimed falsely.
import { createHash } from 'node:crypto';
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { LayerCollector } from './collector.ts';
import { createInflater, type Inflater, type Packing, packingOf } from './inflate.ts';
import type { LayerReport } from './layer-report.ts';
import type { Reader } from './reader.ts';
import { type ExtraRead, indexReaders } from './readers.ts';
import { TarWalker } from './tar.ts';

/** The bytes of a blob in order. A chunk may be reused once the next one is asked for. */
export type BlobChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Bounds of one layer, as in LIMITS. */
export type LayerLimits = Readonly<
  Record<'layerEntries' | 'layerBytes' | 'compressionRatio' | 'ratioFreeBytes', number>
>;

/** How a layer is read. */
export interface LayerOptions {
  readonly readers: readonly Reader[];
  /** Paths behind links, see ExtraRead. */
  readonly extra?: readonly ExtraRead[];
  /** Digest that the manifest pins: the blob must have it. */
  readonly expected?: Digest;
  /** Bounds, for tests. */
  readonly limits?: LayerLimits;
  /** Forgo the private zlib handle, for tests. */
  readonly publicZlibOnly?: boolean;
}

/**
 * Reads a layer. `open` is called once, or twice when a wanted file is a hard link to one that nobody wanted.
 * @throws PlimsollError `digest-mismatch` when the blob is not the one that the manifest pins; ParseError when it is, but is damaged or no archive;
 *   LimitError when it is too large.
 */
export async function readLayer(open: () => BlobChunks, options: LayerOptions): Promise<LayerReport> {
  const first = await walkLayer(open(), options);
  const missing = first.collector.behindHardLinks();
  if (missing.length === 0) return first.finish();
  return (await walkLayer(open(), { ...options, extra: [...(options.extra ?? []), ...missing] })).finish();
}

interface WalkedLayer {
  readonly collector: LayerCollector;
  readonly finish: () => LayerReport;
}

async function walkLayer(chunks: BlobChunks, options: LayerOptions): Promise<WalkedLayer> {
  const collector = new LayerCollector(indexReaders(options.readers, options.extra));
  const walker = new TarWalker(collector);
  const hash = createHash('sha256');
  const pass = new LayerPass(walker, options);
  let failure: unknown;
  // After a failure the rest is still hashed: a blob that was changed is another matter than one that was built broken.
  const attempt = async (step: () => void | Promise<void>): Promise<void> => {
    if (failure !== undefined) return;
    try {
      await step();
    } catch (error) {
      failure = error;
    }
  };
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await attempt(() => pass.push(chunk));
      if (failure instanceof LimitError) break;
    }
    await attempt(() => pass.end());
  } finally {
    pass.close();
  }
  const digest: Digest = `sha256:${hash.digest('hex')}`;
  if (!(failure instanceof LimitError) && options.expected !== undefined && options.expected !== digest) {
    throw new PlimsollError(
      'digest-mismatch',
      `layer ${options.expected}: the bytes have the digest ${digest}; the copy is damaged, fetch it again`,
      {
        cause: failure,
      },
    );
  }
  if (failure !== undefined) throw failure;
  if (pass.cut)
    collector.skipped('', 'undecidable', 'the archive has no end mark: it may have been cut off between two files');
  return { collector, finish: () => collector.finish(digest, walker.entries, walker.bytes) };
}

const NOTHING = new Uint8Array(0);
/** Bytes that tell the packing. */
const MAGIC_BYTES = 4;

/** The inflater and the bounds around one walk. The packing is told from the first bytes: media types are only claims. */
class LayerPass {
  /** Whether the layer may have lost its end: packed bytes show it themselves, those of a bare archive only by the missing mark. */
  cut = false;
  readonly #walker: TarWalker;
  readonly #limits: LayerLimits;
  readonly #publicOnly: boolean;
  #packing: Packing | undefined;
  #inflater: Inflater | undefined;
  #packedBytes = 0;
  #head: Uint8Array = NOTHING;

  constructor(walker: TarWalker, options: LayerOptions) {
    this.#walker = walker;
    this.#limits = options.limits ?? LIMITS;
    this.#publicOnly = options.publicZlibOnly === true;
  }

  push(chunk: Uint8Array): void | Promise<void> {
    this.#packedBytes += chunk.length;
    if (this.#inflater !== undefined) return this.#inflater.push(chunk);
    if (this.#head.length === 0 && chunk.length >= MAGIC_BYTES) return this.#start(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= MAGIC_BYTES) return this.#start(this.#head);
  }

  async end(): Promise<void> {
    if (this.#inflater === undefined && this.#head.length > 0) await this.#start(this.#head);
    await this.#inflater?.end();
    this.#walker.end();
    this.cut = this.#packing === 'tar' && !this.#walker.ended;
  }

  #start(head: Uint8Array): void | Promise<void> {
    this.#head = NOTHING;
    this.#packing = packingOf(head);
    this.#inflater = createInflater(this.#packing, (bytes) => this.#unpacked(bytes), this.#publicOnly);
    return this.#inflater.push(head);
  }

  close(): void {
    this.#inflater?.close();
  }

  #unpacked(bytes: Uint8Array): void {
    this.#walker.push(bytes);
    const { bytes: unpacked, filled, entries } = this.#walker;
    if (entries > this.#limits.layerEntries)
      throw new LimitError(`more than ${this.#limits.layerEntries} entries in one layer`);
    checkUnpacked(unpacked + filled, this.#packedBytes, this.#limits);
  }
}

/** @throws LimitError when a layer unpacks to more than is read, or to far more than its packed bytes. */
export function checkUnpacked(unpacked: number, packed: number, limits: Omit<LayerLimits, 'layerEntries'>): void {
  if (unpacked > limits.layerBytes) throw new LimitError(`more than ${limits.layerBytes} bytes in one layer`);
  if (unpacked > limits.ratioFreeBytes && unpacked > packed * limits.compressionRatio) {
    throw new LimitError(
      `layer unpacks to more than ${limits.compressionRatio} times its size (a decompression bomb?)`,
    );
  }
}
