// Reads Debian's lists of security announcements (data/DSA/list and data/DLA/list of the security tracker): which announcement fixed
// which CVEs in which releases. Every announcement expands to its CVEs. Knows fixes only, so it covers a release in part.
import { ParseError } from '../../../platform/errors.ts';
import type { Advisory } from '../advisory.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { releaseNamespace } from './releases.ts';
import { isVersion } from './tracker-json.ts';

interface Announcement {
  readonly id: string;
  readonly published: string;
  readonly cves: Set<string>;
  /** Lines `[codename] - source version-or-<state>`. */
  readonly lines: { readonly codename: string; readonly source: string; readonly version: string }[];
}

const HEADER = /^\[(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\]\s+(D[SL]A-\d+(?:-\d+)?)\b/;
const RELEASE = /^\s+\[([a-z]+)\]\s+-\s+(\S+)\s+(\S+)/;
const CVE_LIST = /^\s+\{([^}]*)\}/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** @throws ParseError when no line is the head of an announcement. */
export function readAnnouncements(text: string, file: FeedFile, sink: FeedSink): void {
  let current: Announcement | undefined;
  let heads = 0;
  for (const line of text.split('\n')) {
    const head = HEADER.exec(line);
    if (head !== null) {
      if (current !== undefined) finish(current, file, sink);
      const [, day = '', month = '', year = '', id = ''] = head;
      const published = `${year}-${monthNumber(month)}-${day.padStart(2, '0')}`;
      current = { id, published, cves: new Set(), lines: [] };
      heads += 1;
      sink.updated(published);
      continue;
    }
    if (current === undefined) continue;
    for (const cve of CVE_LIST.exec(line)?.[1]?.match(/CVE-\d{4}-\d{4,}/g) ?? []) current.cves.add(cve);
    const release = RELEASE.exec(line);
    if (release !== null) {
      const [, codename = '', source = '', version = ''] = release;
      current.lines.push({ codename, source, version });
    }
  }
  if (heads === 0)
    throw new ParseError(`${file.path}: neither the tracker's JSON nor a list of announcements (DSA, DLA)`);
  if (current !== undefined) finish(current, file, sink);
}

function finish(announcement: Announcement, file: FeedFile, sink: FeedSink): void {
  const place = `${file.path}: ${announcement.id}`;
  if (announcement.lines.length === 0) return;
  if (announcement.cves.size === 0) {
    sink.skip('an announcement that names no CVE', place);
    return;
  }
  for (const { codename, source, version } of announcement.lines) {
    const namespace = releaseNamespace(codename);
    if (namespace === undefined) {
      sink.skip('a release that is not known', `${place} ${codename}`);
      continue;
    }
    sink.covers(namespace, 'part');
    const state = stateOf(version);
    if (typeof state === 'string') {
      sink.skip(state, `${place} ${codename}`);
      continue;
    }
    for (const cve of announcement.cves) {
      sink.advisory({
        feed: 'debian-tracker',
        id: cve,
        aliases: [],
        related: [announcement.id],
        namespace,
        package: source,
        ...state,
        severities: [],
        published: announcement.published,
        reference: `https://security-tracker.debian.org/tracker/${announcement.id}`,
      });
    }
  }
}

function stateOf(version: string): Pick<Advisory, 'status' | 'ranges' | 'fixState'> | string {
  if (version === '<not-affected>') return { status: 'not-affected', ranges: [], fixState: 'unknown' };
  if (version.startsWith('<')) return 'a release without a fixed version';
  if (!isVersion(version)) return 'a fixed version that dpkg does not accept';
  return { status: 'affected', ranges: [{ fixed: version }], fixState: 'fixed' };
}

function monthNumber(name: string): string {
  return String(MONTHS.indexOf(name) / 3 + 1).padStart(2, '0');
}
