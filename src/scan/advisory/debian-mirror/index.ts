// Debian's package mirrors as a source of advisories: what a newer package fixes stands in the changelog inside it. For sites that have mirrors but
// no vulnerability feeds.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { isValidVersion } from '../../../versions/compare.ts';
import type { Advisory } from '../advisory.ts';
import type { Feed, FeedFile, FeedSink } from '../feed.ts';
import { dateOf, readJson } from '../fields.ts';
import { parseChangelog } from './changelog.ts';
import { type AskedSuite, type NewerPackage, readGathered } from './document.ts';
import { type Fix, fixesSince, type NewerVersions } from './fixes.ts';

/** Characters of an entry's first line that are quoted. */
const REFERENCE_LENGTH = 300;

/** Knows of a package what its newer versions fixed, and of packages without a newer version nothing. */
export const debianMirror: Feed = {
  id: 'debian-mirror',
  title: 'Changelogs of a Debian mirror',
  licence: 'of each package; facts from its changelog',
  partial: true,
  accepts: (path) => /(^|\/)[\w-]*changelogs\.json$/.test(path),
  read,
  gather: {
    forTargets: true,
    run: async (request) => (await import('./gather.ts')).gatherChangelogs(request),
  },
};

function read(file: FeedFile, sink: FeedSink): void {
  const gathered = readGathered(readJson(file.bytes(), file.path), file.path, (place) =>
    sink.skip('a record that lacks a field', `${file.path}: ${place}`),
  );
  for (const namespace of gathered.namespaces) sink.covers(namespace, 'part');
  const date = contentDate(gathered.suites);
  if (date !== undefined) sink.updated(date);
  for (const { reason, place } of gathered.problems) sink.skip(reason, place);
  for (const newer of gathered.packages) readPackage(newer, sink, `${newer.namespace} ${newer.source} ${newer.newest}`);
}

/** The date of the security suites, which tells how much can be known; of all suites where there is none. */
function contentDate(suites: readonly AskedSuite[]): string | undefined {
  const security = suites.filter(({ suite }) => /security|\/updates$/.test(suite));
  const dates = (security.length > 0 ? security : suites).flatMap(({ date }) => dateOf(date) ?? []);
  return dates.sort().at(-1);
}

function readPackage(newer: NewerPackage, sink: FeedSink, place: string): void {
  const { changelog, installed, newest, source, unread } = newer;
  if (changelog === undefined) {
    sink.skip(`a newer package whose changelog cannot be had: ${unread ?? 'it is missing'}`, place);
    return;
  }
  const said = newerVersions(changelog, source, installed, newest);
  if (typeof said === 'string') {
    sink.skip(said, place);
    return;
  }
  if (!said.reachesBack)
    sink.skip('a changelog that was shortened: it does not go back to the installed version', place);
  for (const { reason, quote } of said.unclear) sink.skip(reason, quote);
  for (const fix of said.fixes) sink.advisory(advisoryOf(fix, newer));
}

function newerVersions(changelog: string, source: string, installed: string, newest: string): NewerVersions | string {
  if (!isValidVersion('deb', installed)) return 'an installed version that dpkg does not accept';
  try {
    const entries = parseChangelog(changelog);
    const [top] = entries;
    if (top?.package !== source || top.version !== newest) return 'the changelog of another package or version';
    return fixesSince(entries, source, installed);
  } catch (error) {
    if (error instanceof ParseError || error instanceof LimitError) return error.message;
    throw error;
  }
}

function advisoryOf({ id, related, fixed, entry }: Fix, { namespace, source }: NewerPackage): Advisory {
  return {
    feed: 'debian-mirror',
    id,
    aliases: [],
    related,
    namespace,
    package: source,
    status: 'affected',
    ranges: [{ fixed }],
    fixState: 'fixed',
    severities: [],
    ...(entry.date === undefined ? {} : { published: entry.date }),
    reference: `changelog: ${entry.header}`.slice(0, REFERENCE_LENGTH),
  };
}
