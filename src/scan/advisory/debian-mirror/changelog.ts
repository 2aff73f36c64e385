// Reads the changelog of a Debian package into its entries, newest first.
// Format: deb-changelog(5); what the manual leaves open is read as dpkg-parsechangelog reads it (a history in an older format ends the file).
import { ParseError } from '../../../platform/errors.ts';

/** One version of a package, as its maintainers describe it. */
export interface ChangelogEntry {
  /** Source package. Differs from the newest entry's where a package was renamed or grew out of another one. */
  readonly package: string;
  readonly version: string;
  /** The first line, `perl (5.36.0-7+deb12u4) bookworm-security; urgency=high`. */
  readonly header: string;
  /** UTC day of the trailer line, `2026-09-29`; absent when it holds no date. */
  readonly date?: string;
  /** What stands between the first line and the trailer. */
  readonly lines: readonly string[];
}

const HEADER = /^([A-Za-z0-9][-+.A-Za-z0-9]*) \(([^()\s]+)\)(?:\s+[-+.A-Za-z0-9]+)+\s*;/;
const TRAILER = /^ -- .{0,1000}?>\s\s?(.{1,100})$/;
/** Lines from which on older formats follow (dpkg, Dpkg::Changelog::Parse). */
const OLD_FORMAT =
  /^(?:Changes from version .* to |Old Changelog:\s*$|Changes for \S+-[\w.]+:?\s*$|\d+:\d\d\s|\w+\s+\w+\s+\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}\s)/i;
/** Characters of a line that are looked at. */
const LINE_LENGTH = 10_000;

/** @throws ParseError when the text has no entry. */
export function parseChangelog(text: string): readonly ChangelogEntry[] {
  const entries: ChangelogEntry[] = [];
  let open: { entry: ChangelogEntry; lines: string[] } | undefined;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, LINE_LENGTH).trimEnd();
    const header = HEADER.exec(line);
    if (header !== null) {
      const [, name = '', version = ''] = header;
      const lines: string[] = [];
      open = { entry: { package: name, version, header: line, lines }, lines };
      entries.push(open.entry);
      continue;
    }
    if (OLD_FORMAT.test(line)) break;
    if (open === undefined) continue;
    const trailer = TRAILER.exec(line);
    if (trailer === null) {
      if (line.startsWith('  ')) open.lines.push(line);
      else if (line === '') open.lines.push('');
      continue;
    }
    const date = dayOf(trailer[1] ?? '');
    if (date !== undefined) entries[entries.length - 1] = { ...open.entry, date };
    open = undefined;
  }
  if (entries.length === 0) throw new ParseError('not a Debian changelog: no entry in it');
  return entries;
}

/** `Tue, 29 Sep 2026 08:59:07 +0700` as the day in UTC. */
function dayOf(text: string): string | undefined {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return undefined;
  const day = new Date(time).toISOString().slice(0, 10);
  return /^(?:199|2\d\d)/.test(day) ? day : undefined;
}
