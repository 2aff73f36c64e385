// Unpacks one xz stream, as squashfs holds one a block: its head, a block with the LZMA2 filter alone, and the check over what it gives.
// Source: The .xz File Format 1.1.0, sections 2.1.1 (stream header), 3.1 (block header), 3.4 (check), 5.3.1 (LZMA2).
import { crc32 } from 'node:zlib';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { unpackLzma2 } from './lzma2.ts';

const MAGIC = Buffer.from('fd377a585a00', 'hex');
const STREAM_HEAD_BYTES = 12;
const LZMA2 = 0x21;
/** Kind of check: the CRC32 of the bytes, which mksquashfs asks for. Others are not looked at: the inodes tell sizes. */
const CRC32 = 1;

/**
 * The unpacked bytes.
 * @throws ParseError when the stream is damaged or gives more than `most` bytes; PlimsollError `unsupported` for filters before LZMA2 (-Xbcj of mksquashfs).
 */
export function unpackXz(packed: Buffer, most: number): Buffer {
  if (packed.length < STREAM_HEAD_BYTES || !packed.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged();
  const { start, filters } = blockHead(packed);
  if (filters.length !== 1 || filters[0] !== LZMA2) {
    const named = filters.filter((id) => id !== LZMA2).map((id) => `0x${id.toString(16)}`);
    throw new PlimsollError(
      'unsupported',
      `squashfs packed with xz and the filter ${named.join(', ')} is not read: unpack it with unsquashfs and name the folder as rootfs:DIR`,
    );
  }
  const { bytes, end } = unpackLzma2(packed, start, most);
  const check = end + ((4 - (end % 4)) % 4);
  if (packed[7] === CRC32) {
    if (check + 4 > packed.length || packed.readUInt32LE(check) !== crc32(bytes)) throw damaged();
  }
  return bytes;
}

/** Where the packed bytes begin, and the filters that they went through. */
function blockHead(packed: Buffer): { readonly start: number; readonly filters: readonly number[] } {
  const start = STREAM_HEAD_BYTES + ((packed[STREAM_HEAD_BYTES] ?? 0) + 1) * 4;
  if (packed[STREAM_HEAD_BYTES] === 0 || start > packed.length) throw damaged();
  const head = packed.subarray(STREAM_HEAD_BYTES, start - 4);
  if (packed.readUInt32LE(start - 4) !== crc32(head)) throw damaged();
  const flags = head[1] ?? 0;
  let at = 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = head[at++];
      if (byte === undefined) throw damaged();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw damaged();
  };
  // Sizes of the block, where they are told.
  for (const flag of [0x40, 0x80]) if ((flags & flag) !== 0) number();
  const filters = Array.from({ length: (flags & 3) + 1 }, () => {
    const id = number();
    const properties = number();
    at += properties;
    return id;
  });
  return { start, filters };
}

function damaged(): ParseError {
  return new ParseError('damaged xz data');
}
