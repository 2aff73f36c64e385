// The id of an advisory set: SHA-256 over its content in a fixed order. Neither the order in which feeds were read nor the bytes of the
// file count, nor when it was built, nor from which place; what a feed covers and how recent it is does count, because results depend on it.
import { createHash } from 'node:crypto';
import { canonicalJson, type Digest } from '../../../platform/canonical.ts';
import type { EndOfLife, Enrichment, FeedRecord } from '../advisory.ts';
import { FORMAT_VERSION } from './schema.ts';

/** Feed it the rows in the order of their keys: packages, enrichments, ends of life, feeds. */
export class ContentDigest {
  readonly #hash = createHash('sha256');

  constructor(starter: boolean) {
    this.#line('set', canonicalJson({ format: FORMAT_VERSION, starter }));
  }

  package(namespace: string, name: string, text: string): void {
    this.#line('package', `${JSON.stringify([namespace, name])} ${text}`);
  }

  enrichment(vulnerability: string, value: Enrichment): void {
    this.#line('enrichment', canonicalJson([vulnerability, value]));
  }

  endOfLife(os: string, value: EndOfLife): void {
    this.#line('end-of-life', canonicalJson([os, value]));
  }

  feed({ id, upstreamUpdatedAt, namespaces, partial, partialNamespaces }: FeedRecord): void {
    this.#line('feed', canonicalJson({ id, upstreamUpdatedAt, namespaces, partial, partialNamespaces }));
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`;
  }

  #line(kind: string, text: string): void {
    this.#hash.update(`${kind} ${text}\n`);
  }
}
