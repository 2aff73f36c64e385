// The packed list of a layer's entries: type, mode, owner, size, path and link target of each, in archive order. Later layers are laid over it, and
// checks of owners and modes read it without the layer. Records are packed in blocks of about 1 MiB, each deflated by itself.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader, EntryType } from './layer-report.ts';

const TYPES: readonly EntryType[] = ['file', 'dir', 'symlink', 'hardlink', 'other'];
const BLOCK_BYTES = 1024 * 1024;
/** Type, four numbers of at most 8 bytes, two lengths; paths and links are bounded by the walk. */
const RECORD_OVERHEAD = 64;
const CAPABILITIES = 0x10;

/** Collects entries; `finish` gives the packed listing. */
export class ListingWriter {
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  readonly #packed: Buffer[] = [];
  #at = 0;
  #packedBytes = 0;

  /** @throws LimitError when the listing is larger than the store could hold. */
  add(entry: EntryHeader): void {
    const link = entry.link ?? '';
    if (this.#at + RECORD_OVERHEAD + (entry.path.length + link.length) * 3 > BLOCK_BYTES) this.#flush();
    const block = this.#block;
    block[this.#at++] = TYPES.indexOf(entry.type) | (entry.capabilities === true ? CAPABILITIES : 0);
    this.#number(entry.mode);
    this.#number(entry.uid);
    this.#number(entry.gid);
    this.#number(entry.size);
    this.#text(entry.path);
    this.#text(link);
  }

  finish(): Uint8Array {
    this.#flush();
    return Buffer.concat(this.#packed);
  }

  #flush(): void {
    if (this.#at === 0) return;
    const packed = deflateRawSync(this.#block.subarray(0, this.#at), { level: 1 });
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(packed.length, 0);
    lengths.writeUInt32LE(this.#at, 4);
    this.#packed.push(lengths, packed);
    this.#at = 0;
    this.#packedBytes += lengths.length + packed.length;
    if (this.#packedBytes > LIMITS.listingBytes) {
      throw new LimitError(`the listing of one layer takes more than ${LIMITS.listingBytes} bytes`);
    }
  }

  #number(value: number): void {
    let left = value;
    while (left > 0x7f) {
      this.#block[this.#at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#block[this.#at++] = left;
  }

  #text(value: string): void {
    // A length of two bytes: the walk bounds paths at 4,096 bytes, links are cut at what tar can hold.
    const written = this.#block.write(value, this.#at + 2, 0xffff, 'utf8');
    this.#block.writeUInt16LE(written, this.#at);
    this.#at += 2 + written;
  }
}

/**
 * Calls `visit` for every entry of a packed listing.
 * @throws ParseError when the listing is damaged.
 */
export function readListing(listing: Uint8Array, visit: (entry: EntryHeader) => void): void {
  const bytes = Buffer.from(listing.buffer, listing.byteOffset, listing.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) throw new ParseError('layer listing: cut');
    const packed = bytes.readUInt32LE(at);
    const length = bytes.readUInt32LE(at + 4);
    at += 8;
    if (at + packed > bytes.length || length > BLOCK_BYTES) throw new ParseError('layer listing: wrong lengths');
    const block = unpack(bytes.subarray(at, at + packed), length);
    at += packed;
    readBlock(block, visit);
  }
}

function unpack(packed: Uint8Array, length: number): Buffer {
  try {
    const block = inflateRawSync(packed, { maxOutputLength: BLOCK_BYTES });
    if (block.length === length) return block;
  } catch (error) {
    throw new ParseError('layer listing: damaged', { cause: error });
  }
  throw new ParseError('layer listing: wrong lengths');
}

function readBlock(block: Buffer, visit: (entry: EntryHeader) => void): void {
  let at = 0;
  const number = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = block[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  };
  const text = (): string => {
    const end = at + 2 <= block.length ? at + 2 + block.readUInt16LE(at) : Number.POSITIVE_INFINITY;
    if (end > block.length) throw new ParseError('layer listing: an entry is cut');
    const length = end - at - 2;
    at = end;
    return block.toString('utf8', at - length, at);
  };
  while (at < block.length) {
    const flags = block[at++] ?? 0;
    const type = TYPES[flags & 0x0f];
    if (type === undefined) throw new ParseError('layer listing: unknown entry type');
    const mode = number();
    const uid = number();
    const gid = number();
    const size = number();
    const path = text();
    const link = text();
    visit({
      path,
      type,
      size,
      mode,
      uid,
      gid,
      ...(type === 'symlink' || type === 'hardlink' ? { link } : {}),
      ...((flags & CAPABILITIES) !== 0 ? { capabilities: true } : {}),
    });
  }
}
