// A download that broke off: the bytes that came, beside a note of what they belong to, so that the next attempt asks for the rest only.
// RFC 9110: 8.8.3 (strong validators), 13.1.5 (If-Range), 14.4 (Content-Range).
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileChunks } from '../../image/file-chunks.ts';
import { fieldsOf, textOf } from '../fields.ts';

/** Bytes at the end of what is there that are asked for again: they must be the same, or the file is another one by now. */
const OVERLAP = 64 * 1024;

/** What a partial file belongs to. */
export interface Origin {
  readonly url: string;
  /** The validator that the server gave: a strong ETag, else Last-Modified as it was written. */
  readonly validator: string;
  /** Bytes of the whole file, where the server said so. */
  readonly total?: number;
}

/** A partial file that can be continued. */
export interface PartialFile extends Origin {
  readonly bytes: number;
  /** Where to continue. */
  readonly from: number;
}

/** Where the bytes of an unfinished download of `file` lie. */
export function partPath(file: string): string {
  return `${file}.part`;
}

/** What there is of `url` for `file`; undefined when there is nothing, or nothing that can be continued. */
export function readPartial(file: string, url: string): PartialFile | undefined {
  let note: unknown;
  try {
    note = JSON.parse(readFileSync(notePath(file), 'utf8'));
  } catch {
    return undefined;
  }
  const fields = fieldsOf(note);
  const validator = textOf(fields['validator']);
  const { total } = fields;
  const bytes = statSync(partPath(file), { throwIfNoEntry: false })?.size ?? 0;
  if (fields['url'] !== url || validator === undefined || !/^[ -~]+$/.test(validator) || bytes === 0) return undefined;
  const from = Math.max(0, bytes - OVERLAP);
  return { url, validator, ...(typeof total === 'number' ? { total } : {}), bytes, from };
}

/** Notes what a download that begins belongs to. Without an origin it cannot be continued. */
export function notePartial(file: string, origin: Origin | undefined): void {
  if (origin === undefined) rmSync(notePath(file), { force: true });
  else writeFileSync(notePath(file), JSON.stringify(origin), { mode: 0o600 });
}

/** Removes what there is of an unfinished download. */
export function dropPartial(file: string): void {
  rmSync(notePath(file), { force: true });
  rmSync(partPath(file), { force: true });
}

/** The bytes of a partial file from its beginning up to where it is continued, in pieces that are valid only until the next. */
export function heldBytes(file: string, { from }: PartialFile): Iterable<Uint8Array> {
  return fileChunks(partPath(file), 0, from);
}

/** The bytes that are asked for again. */
export function overlapOf(file: string, { from, bytes }: PartialFile): Buffer {
  return Buffer.concat([...fileChunks(partPath(file), from, bytes - from)].map((chunk) => Buffer.from(chunk)));
}

/** What of a new download allows to continue it: undefined when the server gave nothing that could tell a changed file. */
export function originOf(url: string, headers: Headers): Origin | undefined {
  // The bytes of an encoded body are not those of the file.
  if (headers.get('content-encoding') !== null) return undefined;
  const etag = headers.get('etag');
  const validator = etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  if (validator === null || validator === '') return undefined;
  const length = headers.get('content-length');
  return { url, validator, ...(length !== null && /^\d{1,15}$/.test(length) ? { total: Number(length) } : {}) };
}

/**
 * Why the answer to a request for the rest is not the rest; undefined when it is.
 * `total` of the answer is checked against what the beginning said.
 */
export function problemOfRest(partial: PartialFile, headers: Headers): string | undefined {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers.get('content-range') ?? '');
  if (range === null) return 'it sent a part without saying which';
  const [, first, last, total] = range;
  if (Number(first) !== partial.from) return 'it sent another part than was asked for';
  if (total !== '*' && Number(last) !== Number(total) - 1) return 'it sent less than the rest';
  if (partial.total !== undefined && total !== '*' && Number(total) !== partial.total)
    return 'the file has another length now';
  const etag = headers.get('etag');
  if (etag !== null && partial.validator.startsWith('"') && etag !== partial.validator)
    return 'the file is another one now';
  return undefined;
}

/** Bytes of the whole file by the answer to a request for the rest. */
export function totalOfRest(partial: PartialFile, headers: Headers): number | undefined {
  const total = /\/(\d{1,15})$/.exec(headers.get('content-range') ?? '')?.[1];
  return total === undefined ? partial.total : Number(total);
}

function notePath(file: string): string {
  return `${partPath(file)}.json`;
}
