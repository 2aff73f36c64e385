// IP addresses and CIDR blocks as ranges of numbers (RFC 4632 section 3.1, RFC 4291 section 2.2 and 2.3), and the split of the address space that
// the blocks of a release make: within one part all addresses are treated alike.
import { isIPv4, isIPv6 } from 'node:net';

/** Version of the Internet Protocol. */
export type AddressFamily = 4 | 6;

/** Addresses from the first to the last, both included. */
export interface AddressRange {
  readonly family: AddressFamily;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** All addresses of a version. */
export function wholeSpace(family: AddressFamily): AddressRange {
  return { family, first: 0n, last: (1n << BigInt(BITS[family])) - 1n };
}

/** The range of an address or of a CIDR block, bits behind the prefix ignored as API servers do; undefined when the text is neither. */
export function parseRange(text: string): AddressRange | undefined {
  const match = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text);
  const address = match?.[1] ?? '';
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (family === undefined) return undefined;
  const bits = BITS[family];
  const prefix = Number(match?.[2] ?? bits);
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const number = family === 4 ? numberOfV4(address) : numberOfV6(address);
  const first = (number / size) * size;
  return { family, first, last: first + size - 1n };
}

/** Whether one range lies within another. */
export function isWithin(inner: AddressRange, outer: AddressRange): boolean {
  return inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether two ranges have an address in common. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** The space of one version cut at every border of the blocks, ascending: each block is a union of parts. */
export function splitSpace(family: AddressFamily, blocks: readonly AddressRange[]): readonly AddressRange[] {
  const whole = wholeSpace(family);
  const starts = new Set<bigint>([0n]);
  for (const block of blocks) {
    if (block.family !== family) continue;
    starts.add(block.first);
    if (block.last < whole.last) starts.add(block.last + 1n);
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.map((first, index) => ({ family, first, last: (sorted[index + 1] ?? whole.last + 1n) - 1n }));
}

/** `10.0.0.0-10.255.255.255`; IPv6 in the form of RFC 5952. */
export function rangeText({ family, first, last }: AddressRange): string {
  return `${addressText(family, first)}-${addressText(family, last)}`;
}

function numberOfV4(text: string): bigint {
  return text.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n);
}

/** The text has passed `isIPv6`: at most one `::`, groups of up to four digits, perhaps an IPv4 address at the end. */
function numberOfV6(text: string): bigint {
  const tail = /[\d.]+$/.exec(text)?.[0] ?? '';
  const plain = tail.includes('.') ? text.slice(0, -tail.length) + groupsOfV4(tail) : text;
  const [head = '', rest] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = rest === undefined || rest === '' ? [] : rest.split(':');
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => '0');
  return [...before, ...zeros, ...behind].reduce((number, group) => number * 65536n + BigInt(`0x${group}`), 0n);
}

function groupsOfV4(text: string): string {
  const number = numberOfV4(text);
  return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
}

function addressText(family: AddressFamily, number: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((number >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  // The longest run of zero groups, the first of equals, two at least (RFC 5952 section 4.2).
  const runs = groups.map((_, at) => {
    const end = groups.findIndex((group, index) => index >= at && group !== '0');
    return (end === -1 ? 8 : end) - at;
  });
  const longest = Math.max(...runs);
  const start = runs.indexOf(longest);
  if (longest < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}
