// The id of an advisory set: SHA-256 over its content. Neither the order in which feeds were read nor the bytes of the file count, nor when it
// was built, nor from which place; what a feed covers and how recent it is does count, because results depend on it. It is also all that an
// assessment says of the set: equal ids, equal words.
import { createHash } from 'node:crypto';
import { canonicalJson, type Digest, digestOf } from '../../../platform/canonical.ts';
import { type EndOfLife, type FeedRecord, feedFacts } from '../advisory.ts';
import { FORMAT_VERSION } from './schema.ts';

/** What the id is made of. */
export interface SetContent {
  readonly starter: boolean;
  /** Digests of the buckets of packages and of enrichments (tree.ts). */
  readonly packages: Uint8Array;
  readonly enrichments: Uint8Array;
  /** Sorted by the UTF-8 bytes of `os`. */
  readonly endsOfLife: Iterable<{ readonly os: string } & EndOfLife>;
  /** Sorted by id. */
  readonly feeds: readonly FeedRecord[];
}

/** The id of a set with this content. */
export function contentDigest({ starter, packages, enrichments, endsOfLife, feeds }: SetContent): Digest {
  const whole = createHash('sha256');
  const line = (kind: string, value: unknown): void => {
    whole.update(`${kind} ${canonicalJson(value)}\n`);
  };
  line('set', { format: FORMAT_VERSION, starter });
  line('packages', digestOf(packages));
  line('enrichments', digestOf(enrichments));
  for (const { os, date, source } of endsOfLife) line('end-of-life', [os, { date, source }]);
  for (const feed of feedFacts(feeds)) line('feed', feed);
  return `sha256:${whole.digest('hex')}`;
}
