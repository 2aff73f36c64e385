// The bytes of a file system image: a file, a stretch of one, or bytes in memory. Every read is checked against its end.
import { ParseError } from '../../../platform/errors.ts';

/** Bytes that may be read anywhere. Offsets count from the region's own start. */
export interface Region {
  readonly length: number;
  /** Fewer bytes than asked for only when the file was cut meanwhile. Only asked for what lies within `length`. */
  readonly read: (offset: number, length: number) => Buffer;
}

/** Bytes in memory as a region. */
export function regionOf(bytes: Uint8Array): Region {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { length: buffer.length, read: (offset, length) => buffer.subarray(offset, offset + length) };
}

/**
 * A stretch of a region, whole.
 * @throws ParseError when it does not lie within the region.
 */
export function readStretch(region: Region, offset: number, length: number, what: string): Buffer {
  if (offset < 0 || length < 0 || !Number.isSafeInteger(offset + length) || offset + length > region.length) {
    throw new ParseError(`damaged squashfs: ${what} lies outside of the file (is it cut off?)`);
  }
  const bytes = region.read(offset, length);
  if (bytes.length !== length) throw new ParseError(`damaged squashfs: the file ends within ${what}`);
  return bytes;
}

/** An unsigned 64-bit number; those that no file can reach become infinite. */
export function readUInt64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}
