// The end-of-life table that ships with the program (table.json), for sets without the feed `eol`. It holds only dates that the publisher
// announced; a release that is not in it is not known, which does not mean supported. Debian counts to the end of LTS, because fixes are
// public until then; Ubuntu, SUSE and Red Hat to the end of what comes without a further subscription.
import type { EndOfLife } from '../advisory.ts';
import table from './table.json' with { type: 'json' };

const BY_OS: ReadonlyMap<string, EndOfLife> = new Map(
  table.endOfLife.map(({ os, date, source }) => [os, { date, source }]),
);

/** End of life of `alpine:3.11`, `debian:12`; undefined when the table does not know the release. */
export function shippedEndOfLife(os: string): EndOfLife | undefined {
  return BY_OS.get(os);
}
