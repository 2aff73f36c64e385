// The chain of a ledger: every line holds the hash of the one before, and a seal beside the file holds the last. A line that is edited, taken out or put
// in breaks the chain where it stands; lines cut off at the end are missed by the seal. RFC 2104 (HMAC) with SHA-256.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Digest, digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isLedgerEvent, type LedgerEntry } from './entry.ts';

/** Hash that the first entry holds in the place of one before it. */
export const NO_ENTRY: Digest = digestOf('');

/** What the file beside the ledger holds: its length and end, signed with the ledger's key. */
export interface Seal {
  readonly entries: number;
  readonly head: Digest;
  /** Hexadecimal HMAC over both. */
  readonly mac: string;
}

/** A ledger as far as it can be trusted. */
export interface CheckedChain {
  /** Up to the first fault; those from `fault.from` on are there, and not proven. */
  readonly entries: readonly LedgerEntry[];
  /** Hash of the last of them. */
  readonly head: Digest;
  /** Bytes of the file that they take: what follows is no whole line. */
  readonly length: number;
  /** What is wrong, and from where on; absent when the whole ledger holds. */
  readonly fault?: ChainFault;
}

/** Why a ledger cannot be trusted as a whole. */
export interface ChainFault {
  readonly kind: 'edited' | 'cut' | 'resealed' | 'no-seal';
  /** Sequence of the first entry that is not proven. */
  readonly from: number;
  readonly reason: string;
}

/** The line of an entry. */
export function entryLine(entry: LedgerEntry): string {
  return `${canonicalJson(entry)}\n`;
}

/** The hash by which the next entry names this one. */
export function entryHash(entry: LedgerEntry): Digest {
  return digestOf(canonicalJson(entry));
}

/** The seal of a ledger that ends with an entry of the hash. Without its key, which was deleted, it still tells what was cut off by mishap. */
export function sealOf(entries: number, head: Digest, key: Uint8Array | undefined): Seal {
  return { entries, head, mac: key === undefined ? '' : macOf(entries, head, key) };
}

/**
 * Reads a ledger. An unfinished last line, as a killed run leaves it, is no fault: it was never acted on.
 * @param seal text of the seal's file; undefined when there is none
 * @param key undefined when it was deleted: who wrote the seal is then not proven, and not asked
 * @throws ParseError for a file that is no ledger; LimitError
 */
export function checkChain(text: string, seal: string | undefined, key: Uint8Array | undefined): CheckedChain {
  if (text.length > LIMITS.ledgerBytes)
    throw new LimitError(`the ledger has more than ${LIMITS.ledgerBytes} characters`);
  const entries: LedgerEntry[] = [];
  let [head, length, at] = [NO_ENTRY, 0, 0];
  for (let end = text.indexOf('\n', at); end !== -1; end = text.indexOf('\n', at)) {
    const line = text.slice(at, end + 1);
    const entry = readEntry(line);
    if (entry === undefined || entry.sequence !== entries.length || entry.previous !== head) {
      if (entries.length === 0) throw new ParseError('the file is no ledger of mitigations');
      return { entries, head, length, fault: editedFault(entries) };
    }
    entries.push(entry);
    head = entryHash(entry);
    at = end + 1;
    length += Buffer.byteLength(line);
  }
  const fault = sealFault(entries, seal, key);
  return { entries, head, length, ...(fault === undefined ? {} : { fault }) };
}

/** An entry is proven by the next one, which names its hash: of two that do not fit, either may be the edited one. */
function editedFault(entries: readonly LedgerEntry[]): ChainFault {
  const from = entries.length - 1;
  const reason = `line ${from + 2} does not follow from the one before: one of them was edited, put in, or one was taken out`;
  return { kind: 'edited', from, reason };
}

function sealFault(
  entries: readonly LedgerEntry[],
  text: string | undefined,
  key: Uint8Array | undefined,
): ChainFault | undefined {
  if (entries.length === 0 && text === undefined) return undefined;
  const seal = text === undefined ? undefined : readSeal(text);
  if (seal === undefined) {
    return {
      kind: 'no-seal',
      from: 0,
      reason: 'the seal beside the ledger is missing or unreadable: its end is not proven',
    };
  }
  if (key !== undefined && !sameMac(seal.mac, macOf(seal.entries, seal.head, key))) {
    return { kind: 'resealed', from: 0, reason: 'the seal beside the ledger was not made with its key' };
  }
  if (seal.entries > entries.length) {
    const missing = seal.entries - entries.length;
    return {
      kind: 'cut',
      from: Math.max(0, entries.length - 1),
      reason: `the last ${missing} of ${seal.entries} entries were cut off`,
    };
  }
  // A run that was killed between writing an entry and its seal leaves one entry more than sealed.
  const sealed = entries[seal.entries - 1];
  const end = seal.entries === 0 ? NO_ENTRY : sealed === undefined ? undefined : entryHash(sealed);
  if (end === seal.head && entries.length - seal.entries <= 1) return undefined;
  return { kind: 'edited', from: 0, reason: 'the ledger is another one than was sealed: its chain was written anew' };
}

function readEntry(line: string): LedgerEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('sequence' in value) || !('previous' in value)) return undefined;
  if (!('at' in value) || typeof value.at !== 'string' || !isLedgerEvent(value)) return undefined;
  const entry = value as LedgerEntry;
  return entryLine(entry) === line ? entry : undefined;
}

function readSeal(text: string): Seal | undefined {
  try {
    const { entries, head, mac } = JSON.parse(text) as Partial<Seal>;
    if (typeof entries !== 'number' || typeof head !== 'string' || typeof mac !== 'string') return undefined;
    return { entries, head, mac };
  } catch {
    return undefined;
  }
}

function macOf(entries: number, head: Digest, key: Uint8Array): string {
  return createHmac('sha256', key).update(`plimsoll-ledger ${entries} ${head}`).digest('hex');
}

function sameMac(a: string, b: string): boolean {
  const [one, two] = [Buffer.from(a), Buffer.from(b)];
  return one.length === two.length && timingSafeEqual(one, two);
}
