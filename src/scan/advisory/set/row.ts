// All records on one package as one value of the set's file: JSON text, deflated unless it is short.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Advisory } from '../advisory.ts';
import { decodeRecord } from './record.ts';

/** Below this, a zlib call costs more time than the bytes are worth. */
const PLAIN_BYTES = 256;

/**
 * What records look like, for deflate to refer to from the first byte (RFC 1950 2.2, "preset dictionary"): without it a row of one or two
 * records would hardly shrink. Part of the file's format: a change makes a new FORMAT_VERSION. The most frequent text stands last.
 */
const DICTIONARY = Buffer.from(
  '"n":1,"x":"will-not-fix","x":"deferred","x":"subscription","x":"unknown","w":"2024-01-01T00:00:00Z"' +
    '["vendor","ubuntu","medium","medium"]["vendor","ghsa","CRITICAL","critical"]["vendor","ghsa","LOW","low"]' +
    '"y":[["vendor","debian","unimportant","negligible"]],["cvss","ghsa","CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"' +
    '"CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:L/A:L","low",3.1],["vendor","ghsa","HIGH","high"]],"u":"https://security.alpinelinux.org/vuln/CVE-202' +
    '{"alpine-secdb":[{"debian-tracker":[{"i":"CVE-2023-","r":["DSA-5","DLA-3"],"g":[["","1:2.3-4+deb11u1"]],"p":"2022-04-01",' +
    '"u":"https://security-tracker.debian.org/tracker/CVE-2022-"},{"i":"CVE-2021-","x":"not-fixed",' +
    '{"osv":[{"i":"GHSA-","a":["CVE-2024-","GHSA-"],"r":["CVE-2025-"],"g":[["","1.2.3"],["2.0.0","2.4.1"]],"v":["0.1.0","1.0.0","1.0.1"],' +
    '"y":[["cvss","ghsa","CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","critical",9.8],["vendor","ghsa","MODERATE","medium"]],' +
    '"p":"2023-01-01T00:00:00Z","m":"2024-01-01T00:00:00Z","u":"https://osv.dev/vulnerability/',
);

/** The text of a row: record texts by feed, in the order given. */
export function rowText(feeds: readonly { readonly feed: string; readonly records: readonly string[] }[]): string {
  return `{${feeds.map(({ feed, records }) => `${JSON.stringify(feed)}:[${records.join(',')}]`).join(',')}}`;
}

/** The value stored for a row's text. */
export function packRow(text: string): string | Uint8Array {
  return text.length < PLAIN_BYTES ? text : deflateRawSync(text, { dictionary: DICTIONARY, level: 9 });
}

/** @throws PlimsollError `advisories` when the value is not what packRow made. */
export function unpackRow(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  try {
    if (!(value instanceof Uint8Array)) throw new TypeError('neither text nor blob');
    const chunkSize = Math.min(Math.max(value.length * 8, 1024), 1024 ** 2);
    return inflateRawSync(value, {
      dictionary: DICTIONARY,
      chunkSize,
      maxOutputLength: LIMITS.advisoryRowBytes,
    }).toString();
  } catch (error) {
    throw damaged(path, error);
  }
}

/** The advisories of a row, sorted by feed and id, withdrawn ones included. */
export function readRow(text: string, namespace: string, name: string, path: string): readonly Advisory[] {
  try {
    const feeds: Readonly<Record<string, readonly unknown[]>> = JSON.parse(text);
    return Object.entries(feeds).flatMap(([feed, records]) =>
      records.map((record) => decodeRecord(record, feed, namespace, name)),
    );
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, cause: unknown): PlimsollError {
  return new PlimsollError(
    'advisories',
    `${path} is damaged (${messageOf(cause)}); build or download the advisory set again`,
    { cause },
  );
}
