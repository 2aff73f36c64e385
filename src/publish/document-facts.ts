// What documents of standards want to know beside the findings: a title, who publishes, which digest was shipped. All of it follows from the
// assessment, so that the same assessment gives the same bytes.
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

/** `harbour 1.2.0`; the target where the release has no name. */
export function releaseTitle({ release }: Pick<Assessment, 'release'>): string {
  const { name, version, target } = release;
  return [name, version].filter((part) => part !== '').join(' ') || target;
}

/** The digest that a reference ends in, `registry/repository@sha256:…`; undefined for any other text, an `@` in a path among it. */
export function pinnedDigest(reference: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
}
