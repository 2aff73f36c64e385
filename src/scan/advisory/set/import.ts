// Makes an advisory set from an export. The set must come out with the id that the export states: what was lost or altered on the way shows.
import type { DatabaseSync } from 'node:sqlite';
import type { Digest } from '../../../platform/canonical.ts';
import { messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import type { Advisory, Enrichment, FeedRecord } from '../advisory.ts';
import { readLines } from '../input/lines.ts';
import { EXPORT_FORMAT } from './export-lines.ts';
import { problemOf } from './record-check.ts';
import { writeWhole } from './replace-file.ts';
import { Staging } from './staging.ts';
import { writeSet } from './write.ts';

type Schema = typeof import('./export-schema.ts');

/**
 * Reads the export (plain, gzip or zstd) and writes the set to `output`, replacing what is there.
 * @returns the id of the set
 * @throws ParseError when the file is no export; PlimsollError `digest-mismatch` when its content does not match its id.
 */
export async function importAdvisorySet(path: string, output: string): Promise<Digest> {
  const schema = await import('./export-schema.ts');
  return writeWhole(output, async (database, stagingDatabase) => {
    const reader = new ExportReader(path, new Staging(stagingDatabase), schema);
    await readLines(path, (line) => reader.line(line));
    return reader.write(database);
  });
}

class ExportReader {
  readonly #path: string;
  readonly #staging: Staging;
  readonly #schema: Schema;
  readonly #feeds: FeedRecord[] = [];
  #header: { readonly id: Digest; readonly builtAt: string; readonly starter: boolean } | undefined;
  #number = 0;

  constructor(path: string, staging: Staging, schema: Schema) {
    this.#path = path;
    this.#staging = staging;
    this.#schema = schema;
  }

  line(text: string): void {
    this.#number += 1;
    const value = this.#parsed(text);
    if (this.#header === undefined) {
      const header = this.#schema.HEADER.safeParse(value);
      if (!header.success) throw new ParseError(`${this.#path}: not an export of an advisory set (${EXPORT_FORMAT} 1)`);
      this.#header = header.data;
      return;
    }
    const line = this.#schema.LINE.safeParse(value);
    if (!line.success)
      throw new ParseError(`${this.#place()}: not a line of an export: ${line.error.issues[0]?.message}`);
    if ('advisory' in line.data) this.#advisory(line.data.advisory);
    else if ('feed' in line.data) this.#feed(line.data.feed);
    else if ('endOfLife' in line.data) this.#staging.addEndOfLife(line.data.endOfLife.os, line.data.endOfLife);
    else {
      this.#enrichment(line.data.enrichment);
    }
  }

  write(database: DatabaseSync): Digest {
    if (this.#header === undefined) throw new ParseError(`${this.#path}: an empty file, no export of an advisory set`);
    const feeds = this.#feeds.map((feed) => ({
      // Copies that the exported set kept are kept again.
      feed: { id: feed.id, settle: <T>(records: T): T => records },
      record: () => feed,
      otherEntries: 0,
    }));
    const id = writeSet(database, this.#staging, feeds, this.#header);
    if (id !== this.#header.id) {
      throw new PlimsollError(
        'digest-mismatch',
        `${this.#path}: the content has the id ${id}, the export says ${this.#header.id}: it was cut short or altered; export it again`,
      );
    }
    return id;
  }

  #feed(feed: FeedRecord): void {
    if (this.#feeds.some(({ id }) => id === feed.id)) {
      throw new ParseError(`${this.#place()}: the feed ${feed.id} for the second time`);
    }
    this.#feeds.push(feed);
  }

  #enrichment({
    vulnerability,
    kev,
    epss,
    severities = [],
    ssvc,
  }: { readonly vulnerability: string } & Enrichment): void {
    if (kev !== undefined) this.#staging.addKev(vulnerability, kev);
    if (epss !== undefined) this.#staging.addEpss(vulnerability, epss);
    for (const severity of severities) this.#staging.addSeverity(vulnerability, severity, undefined);
    if (ssvc !== undefined) this.#staging.addSsvc(vulnerability, ssvc, undefined);
  }

  #advisory(advisory: Advisory): void {
    const problem = problemOf(advisory);
    if (problem !== undefined) throw new ParseError(`${this.#place()}: ${problem}`);
    this.#staging.addAdvisory(advisory);
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ParseError(`${this.#place()}: not JSON (${messageOf(error)})`, { cause: error });
    }
  }

  #place(): string {
    return `${this.#path}:${this.#number}`;
  }
}
