// What documents of standards want to know beside the findings: an instant, a UUID, a title, who publishes. All of it follows from the
// assessment, so that the same assessment gives the same bytes.
import { createHash } from 'node:crypto';
import type { Assessment } from '../scan/assess/assessment.ts';

/** Who issues a document. */
export interface Publisher {
  readonly name: string;
  /** A URL under the issuer's control, which tells issuers of equal names apart (CSAF 2.0, 3.2.1.8.4). */
  readonly namespace: string;
  /** How to reach the issuer. */
  readonly contact?: string;
}

/** What stands for the issuer where none was named. The top-level domain `invalid` belongs to nobody (RFC 2606). */
export const UNNAMED_PUBLISHER: Publisher = { name: 'Unnamed publisher', namespace: 'https://publisher.invalid' };

/** The first moment of an ISO date, in UTC: the time of a document is the date that its assessment was made for. */
export function instantOf(date: string): string {
  return `${date.slice(0, 10)}T00:00:00Z`;
}

/** A UUID that follows from the text (RFC 9562, version 8: the bits are ours to choose; these are of its SHA-256). */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** `harbour 1.2.0`; the target where the release has no name. */
export function releaseTitle({ release }: Pick<Assessment, 'release'>): string {
  const { name, version, target } = release;
  return [name, version].filter((part) => part !== '').join(' ') || target;
}

/** The digest that a reference ends in, `registry/repository@sha256:…`; undefined for any other text, an `@` in a path among it. */
export function pinnedDigest(reference: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
}

/** Where an id is explained: the public record of a CVE or a GitHub advisory; undefined for other ids and for text that only looks like one. */
export function recordUrl(vulnerability: string): string | undefined {
  if (/^CVE-\d{4}-\d{4,}$/.test(vulnerability)) return `https://nvd.nist.gov/vuln/detail/${vulnerability}`;
  if (/^GHSA(-[0-9a-z]{4}){3}$/.test(vulnerability)) return `https://github.com/advisories/${vulnerability}`;
  return undefined;
}
