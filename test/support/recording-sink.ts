// Runs a feed over one document and keeps what it says, for tests of feeds.
import type { Advisory, EndOfLife, Severity, Ssvc } from '../../src/scan/advisory/advisory.ts';
import type { Feed } from '../../src/scan/advisory/feed.ts';

/** Everything that a feed told its sink. */
export interface FeedOutput {
  readonly advisories: Advisory[];
  readonly kev: Record<string, string>;
  readonly epss: Record<string, number>;
  /** Scores by CVE, each with the date that was told. */
  readonly severities: Record<string, (Severity & { readonly modified?: string })[]>;
  readonly ssvc: Record<string, Ssvc>;
  readonly endOfLife: Record<string, EndOfLife>;
  /** `reason @ place` of every skip. */
  readonly skipped: string[];
  readonly covered: Record<string, 'whole' | 'part'>;
  updated: string | undefined;
}

/** Reads the document: text and bytes as they are, other values as JSON. `namespace` is what a user would state. */
export function readFeed(feed: Feed, document: unknown, path = 'input.json', namespace?: string): FeedOutput {
  const output: FeedOutput = {
    advisories: [],
    kev: {},
    epss: {},
    severities: {},
    ssvc: {},
    endOfLife: {},
    skipped: [],
    covered: {},
    updated: undefined,
  };
  const bytes =
    document instanceof Uint8Array
      ? document
      : Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  feed.read(
    { path, bytes: () => bytes, ...(namespace === undefined ? {} : { namespace }) },
    {
      advisory: (record) => output.advisories.push(record),
      kev: (id, added) => {
        output.kev[id] = added;
      },
      epss: (id, probability) => {
        output.epss[id] = probability;
      },
      severity: (id, value, modified) => {
        output.severities[id] ??= [];
        output.severities[id].push({ ...value, ...(modified === undefined ? {} : { modified }) });
      },
      ssvc: (id, value) => {
        output.ssvc[id] = value;
      },
      endOfLife: (os, value) => {
        output.endOfLife[os] = value;
      },
      skip: (reason, place) => output.skipped.push(`${reason} @ ${place}`),
      covers: (namespace, extent = 'whole') => {
        if (extent === 'whole' || output.covered[namespace] === undefined) output.covered[namespace] = extent;
      },
      updated: (date) => {
        if (output.updated === undefined || date > output.updated) output.updated = date;
      },
    },
  );
  return output;
}
