// CISA's catalogue of known exploited vulnerabilities: which CVEs are used in attacks, and since when that is known.
import { ParseError } from '../../../platform/errors.ts';
import type { Feed, FeedFile, FeedSink } from '../feed.ts';
import { dateOf, fieldsOf, isFields, listOf, readJson, textOf } from '../fields.ts';

/** The catalogue's JSON. Enriches CVEs; brings no advisories. */
export const kev: Feed = {
  id: 'kev',
  title: 'CISA Known Exploited Vulnerabilities',
  licence: 'CC0-1.0',
  home: 'https://www.cisa.gov/known-exploited-vulnerabilities-catalog',
  downloads: ['https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json'],
  accepts: (path) => /\.json$/.test(path),
  read,
};

function read(file: FeedFile, sink: FeedSink): void {
  const document = readJson(file.bytes(), file.path);
  if (!isFields(document) || !Array.isArray(document['vulnerabilities'])) {
    throw new ParseError(
      `${file.path}: not the catalogue of known exploited vulnerabilities (no list "vulnerabilities")`,
    );
  }
  const released = dateOf(document['dateReleased']);
  if (released !== undefined) sink.updated(released);
  for (const member of listOf(document['vulnerabilities'])) {
    const entry = fieldsOf(member);
    const id = textOf(entry['cveID']);
    const added = dateOf(entry['dateAdded']);
    if (id === undefined || !/^CVE-\d{4}-\d{4,19}$/.test(id)) sink.skip('an entry without a CVE id', file.path);
    else if (added === undefined) sink.skip('an entry without the date it was added', `${file.path}: ${id}`);
    else sink.kev(id, added.slice(0, 10));
  }
}
