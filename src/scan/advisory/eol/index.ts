// End of life of distribution releases, in a small format of this program: `{"endOfLife": [{"os", "date", "source"}]}` as JSON or YAML.
// A set with this feed uses it instead of the table that ships with the program (table.json), which is in the same format.
import { ParseError } from '../../../platform/errors.ts';
import type { Feed, FeedFile, FeedSink } from '../feed.ts';
import { dateOf, fieldsOf, isFields, readDocument, textOf } from '../fields.ts';

/** A site's own dates: with extended support they are later than the public ones. */
export const eol: Feed = {
  id: 'eol',
  title: 'End of life of distribution releases',
  licence: 'facts; each entry names its source',
  accepts: (path) => /\.(json|ya?ml)$/.test(path),
  read,
};

function read(file: FeedFile, sink: FeedSink): void {
  const document = readDocument(file.bytes(), file.path);
  const entries = isFields(document) ? document['endOfLife'] : undefined;
  if (!Array.isArray(entries)) throw new ParseError(`${file.path}: no list "endOfLife"`);
  for (const member of entries) {
    const entry = fieldsOf(member);
    const os = textOf(entry['os']);
    const date = dateOf(entry['date']);
    const source = textOf(entry['source']);
    if (os === undefined || !/^[a-z0-9_.-]+:[A-Za-z0-9_.-]+$/.test(os)) {
      sink.skip('an entry whose "os" is not ID:VERSION', file.path);
    } else if (date?.length !== 10) {
      sink.skip('an entry without a date YYYY-MM-DD', `${file.path}: ${os}`);
    } else if (source === undefined) {
      sink.skip('an entry without a source', `${file.path}: ${os}`);
    } else {
      sink.endOfLife(os, { date, source });
    }
  }
}
