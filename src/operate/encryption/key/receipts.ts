// Escrow receipts: who keeps a copy of which key, where, since when, and how that was checked. A JSON object a line, only ever appended to; each line
// holds the digest of the line before, so that a line cannot be altered, taken out or put in between without the next one telling. Lines cut off at
// the end are told by the digest of the last line, which every command that appends prints. Keys are named by fingerprint.
import { canonicalJson, type Digest, digestOf, isDigest } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { escapeHidden } from '../../../platform/json-text.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isKeyFingerprint, type KeyFingerprint } from './fingerprint.ts';

/** What is said of one copy of a key. */
export interface Receipt {
  /** RFC 3339 in UTC, of the machine that wrote it. */
  readonly at: string;
  readonly fingerprint: KeyFingerprint;
  /** `PROVIDER:NAME`. */
  readonly key: string;
  /** Who answers for the copy. */
  readonly holder: string;
  /** Where it lies, as the holder says. */
  readonly place: string;
  /** `opened`: the copy was opened with its passphrase and is this key; `stated`: the holder says so. */
  readonly check: 'opened' | 'stated';
}

/** A receipt as it stands in the file. */
export interface ReceiptLine extends Receipt {
  /** Digest of the line before; absent in the first one. */
  readonly previous?: Digest;
  /** Over the line's other members, in canonical JSON. */
  readonly digest: Digest;
}

/** The line for a receipt behind those that are there. */
export function nextReceipt(receipt: Receipt, lines: readonly ReceiptLine[]): ReceiptLine {
  const last = lines.at(-1);
  const { at, fingerprint, key, holder, place, check } = receipt;
  const body = { at, fingerprint, key, holder, place, check, ...(last === undefined ? {} : { previous: last.digest }) };
  return { ...body, digest: digestOf(canonicalJson(body)) };
}

/** The text that is appended. */
export function receiptText(line: ReceiptLine): string {
  return `${escapeHidden(JSON.stringify(line))}\n`;
}

/**
 * Reads the receipts.
 * @throws ParseError `FILE:LINE: what is wrong` for a line that is none, that was altered, or that does not follow the one before; LimitError
 */
export function readReceipts(text: string, file: string): readonly ReceiptLine[] {
  if (text.length > LIMITS.statementFileBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.statementFileBytes} characters`);
  }
  const lines: ReceiptLine[] = [];
  for (const [index, source] of text.split('\n').entries()) {
    if (source.trim() === '') continue;
    const where = `${file}:${index + 1}`;
    const line = lineOf(source, where);
    const { digest, ...body } = line;
    if (digestOf(canonicalJson(body)) !== digest) throw new ParseError(`${where}: the receipt was altered`);
    if (line.previous !== lines.at(-1)?.digest) {
      throw new ParseError(`${where}: does not follow the receipt before it: one was taken out or put in`);
    }
    lines.push(line);
  }
  return lines;
}

function lineOf(source: string, where: string): ReceiptLine {
  const fields = new Map<string, unknown>(Object.entries(objectOf(source, where)));
  const word = (name: string): string => {
    const field = fields.get(name);
    if (typeof field !== 'string' || field.trim() === '') throw new ParseError(`${where}: "${name}" must be a text`);
    return field;
  };
  const digest = word('digest');
  const previous = fields.has('previous') ? word('previous') : undefined;
  const fingerprint = word('fingerprint');
  const check = word('check');
  if (!isDigest(digest) || (previous !== undefined && !isDigest(previous))) {
    throw new ParseError(`${where}: "digest" and "previous" must be digests`);
  }
  if (!isKeyFingerprint(fingerprint)) throw new ParseError(`${where}: "fingerprint" is none`);
  if (check !== 'opened' && check !== 'stated') throw new ParseError(`${where}: "check" must be opened or stated`);
  const at = word('at');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(at)) {
    throw new ParseError(`${where}: "at" must be a time as 2022-04-06T12:00:00Z`);
  }
  const receipt = { at, fingerprint, key: word('key'), holder: word('holder'), place: word('place'), check } as const;
  return { ...receipt, ...(previous === undefined ? {} : { previous }), digest };
}

function objectOf(source: string, where: string): object {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new ParseError(`${where}: not a JSON object on one line`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParseError(`${where}: not a JSON object on one line`);
  }
  return value;
}
