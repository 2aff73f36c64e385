// File capabilities, as the kernel keeps them in the attribute `security.capability`: struct vfs_cap_data of linux/capability.h, little-endian.

/** What running the file gives. */
export interface FileCapabilities {
  /** Numbers of the capabilities that it permits, ascending (linux/capability.h: CAP_NET_BIND_SERVICE is 10). */
  readonly permitted: readonly number[];
  /** Whether they are in effect at once; the file does not start where one of them cannot be had (capabilities(7)). */
  readonly effective: boolean;
}

/** VFS_CAP_REVISION_1, _2 and _3 with the words of 32 bits that each has. */
const WORDS: ReadonlyMap<number, number> = new Map([
  [0x01, 1],
  [0x02, 2],
  [0x03, 2],
]);
const EFFECTIVE = 0x01;

/** Reads the attribute from hexadecimal; undefined for what is none. */
export function readCapabilities(hex: string): FileCapabilities | undefined {
  const bytes = Buffer.from(hex, 'hex');
  const words = WORDS.get(bytes[3] ?? 0);
  if (words === undefined || bytes.length < 4 + words * 8) return undefined;
  const permitted: number[] = [];
  for (let bit = 0; bit < words * 32; bit++) {
    const word = bytes.readUInt32LE(4 + Math.floor(bit / 32) * 8);
    if (((word >>> (bit % 32)) & 1) === 1) permitted.push(bit);
  }
  return { permitted, effective: ((bytes[0] ?? 0) & EFFECTIVE) !== 0 };
}
