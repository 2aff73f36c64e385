// An advisory set in memory, for tests: the records given, nothing else.
import { canonicalJson, digestOf } from '../../src/platform/canonical.ts';
import type { Advisory, AdvisorySet, Enrichment, FeedRecord } from '../../src/scan/advisory/advisory.ts';

/** What a synthetic set knows besides its advisories. */
export interface SyntheticSetOptions {
  /** Namespaces that a feed covers without records, by feed: `{'alpine-secdb': ['alpine:3.11']}`. */
  readonly covers?: Readonly<Record<string, readonly string[]>>;
  /** Upstream dates by feed. */
  readonly updated?: Readonly<Record<string, string>>;
  /** Feeds that know only a part. */
  readonly partial?: readonly string[];
  readonly starter?: boolean;
  readonly builtAt?: string;
  /** By CVE. */
  readonly enrichment?: Readonly<Record<string, Enrichment>>;
  /** Dates by distribution release, `{'alpine:3.11': '2021-11-01'}`. */
  readonly endOfLife?: Readonly<Record<string, string>>;
}

/** An advisory with the fields that a test names; the rest says: affected in all versions, no fix, no severity. */
export function advisory(
  fields: Pick<Advisory, 'feed' | 'id' | 'namespace' | 'package'> & Partial<Advisory>,
): Advisory {
  return { aliases: [], related: [], status: 'affected', ranges: [], fixState: 'not-fixed', severities: [], ...fields };
}

/** A set of these advisories. Its id is the digest of all it was made of; the order of the advisories does not matter. */
export function advisorySetOf(advisories: readonly Advisory[], options: SyntheticSetOptions = {}): AdvisorySet {
  const kept = advisories
    .filter(({ withdrawn }) => withdrawn === undefined)
    .map((record) => ({ record, key: `${record.feed}\0${record.id}\0${canonicalJson(record)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ record }) => record);
  const byPackage = Map.groupBy(kept, (record) => `${record.namespace}\0${record.package}`);
  return {
    id: digestOf(canonicalJson([kept, options])),
    builtAt: options.builtAt ?? '2022-04-06T00:00:00Z',
    starter: options.starter ?? false,
    feeds: feedsOf(kept, options),
    lookup: (namespace, packageName) => byPackage.get(`${namespace}\0${packageName}`) ?? [],
    enrichment: (vulnerability) => options.enrichment?.[vulnerability],
    endOfLife: (os) => {
      const date = options.endOfLife?.[os];
      return date === undefined ? undefined : { date, source: 'test' };
    },
    close: () => undefined,
  };
}

function feedsOf(advisories: readonly Advisory[], options: SyntheticSetOptions): readonly FeedRecord[] {
  const records = Map.groupBy(advisories, ({ feed }) => feed);
  const ids = new Set([...records.keys(), ...Object.keys(options.covers ?? {})]);
  return [...ids].sort().map((id) => {
    const own = records.get(id) ?? [];
    const updated = options.updated?.[id];
    return {
      id,
      source: 'test',
      ...(updated === undefined ? {} : { upstreamUpdatedAt: updated }),
      sha256: digestOf(canonicalJson(own)),
      content: digestOf(canonicalJson(own)),
      licence: 'CC0-1.0',
      records: own.length,
      skipped: 0,
      skippedReasons: [],
      namespaces: [...new Set([...own.map(({ namespace }) => namespace), ...(options.covers?.[id] ?? [])])].sort(),
      ...(options.partial?.includes(id) === true ? { partial: true } : {}),
    };
  });
}
