// Where records wait while feeds are read: a SQLite database of its own, so that memory stays flat whatever the size of the feeds, and
// SQLite sorts what comes out.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory, EndOfLife, Enrichment, Severity, Ssvc } from '../advisory.ts';
import { decodeEnrichment, encodeSsvc } from './enrichment.ts';
import { encodeRecord, encodeSeverity } from './record.ts';

/** A record as it comes out of the staging area. */
export interface StagedRecord {
  readonly namespace: string;
  readonly package: string;
  readonly feed: string;
  readonly id: string;
  readonly text: string;
}

/**
 * Takes records in any order, gives them back sorted by UTF-8 bytes. Where two files disagree on an enrichment or an end of life, the
 * more careful value stays: the earlier date, the higher probability; of scores and answers that are dated, the latest.
 */
export class Staging {
  readonly #database: DatabaseSync;
  readonly #advisory: StatementSync;
  readonly #kev: StatementSync;
  readonly #epss: StatementSync;
  readonly #severity: StatementSync;
  readonly #ssvc: StatementSync;
  readonly #endOfLife: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`
      PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
      CREATE TABLE record (namespace TEXT, package TEXT, feed TEXT, id TEXT, text TEXT) STRICT;
      CREATE TABLE enrichment (vulnerability TEXT PRIMARY KEY, kev TEXT, epss REAL) STRICT, WITHOUT ROWID;
      CREATE TABLE severity (
        vulnerability TEXT, source TEXT, modified TEXT, text TEXT, PRIMARY KEY (vulnerability, source)) STRICT, WITHOUT ROWID;
      CREATE TABLE ssvc (vulnerability TEXT PRIMARY KEY, modified TEXT, text TEXT) STRICT, WITHOUT ROWID;
      CREATE TABLE end_of_life (os TEXT PRIMARY KEY, date TEXT, source TEXT) STRICT, WITHOUT ROWID;
      BEGIN`);
    this.#advisory = database.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?)');
    this.#kev = database.prepare(
      `INSERT INTO enrichment VALUES (?, ?, NULL)
       ON CONFLICT DO UPDATE SET kev = min(ifnull(kev, excluded.kev), excluded.kev)`,
    );
    this.#epss = database.prepare(
      `INSERT INTO enrichment VALUES (?, NULL, ?)
       ON CONFLICT DO UPDATE SET epss = max(ifnull(epss, excluded.epss), excluded.epss)`,
    );
    this.#severity = database.prepare(
      `INSERT INTO severity VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET modified = excluded.modified, text = excluded.text
       WHERE (excluded.modified, excluded.text) > (modified, text)`,
    );
    this.#ssvc = database.prepare(
      `INSERT INTO ssvc VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET modified = excluded.modified, text = excluded.text
       WHERE (excluded.modified, excluded.text) > (modified, text)`,
    );
    this.#endOfLife = database.prepare(
      `INSERT INTO end_of_life VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET date = excluded.date, source = excluded.source
       WHERE (excluded.date, excluded.source) < (date, source)`,
    );
  }

  addAdvisory(advisory: Advisory): void {
    this.#advisory.run(advisory.namespace, advisory.package, advisory.feed, advisory.id, encodeRecord(advisory));
  }

  addKev(vulnerability: string, added: string): void {
    this.#kev.run(vulnerability, added);
  }

  addEpss(vulnerability: string, probability: number): void {
    this.#epss.run(vulnerability, probability);
  }

  addSeverity(vulnerability: string, value: Severity, modified: string | undefined): void {
    this.#severity.run(vulnerability, value.source, modified ?? '', encodeSeverity(value));
  }

  addSsvc(vulnerability: string, value: Ssvc, modified: string | undefined): void {
    this.#ssvc.run(vulnerability, modified ?? '', encodeSsvc(value));
  }

  addEndOfLife(os: string, value: EndOfLife): void {
    this.#endOfLife.run(os, value.date, value.source);
  }

  /** All records by namespace, package, feed, id and text. */
  *records(): Generator<StagedRecord> {
    const query = this.#database.prepare('SELECT * FROM record ORDER BY namespace, package, feed, id, text');
    for (const row of query.iterate()) yield row as unknown as StagedRecord;
  }

  *enrichments(): Generator<{ readonly vulnerability: string } & Enrichment> {
    const query = this.#database.prepare(`
      SELECT vulnerability, kev, epss, severities, ssvc.text AS ssvc
      FROM (SELECT vulnerability FROM enrichment UNION SELECT vulnerability FROM severity UNION SELECT vulnerability FROM ssvc)
        LEFT JOIN enrichment USING (vulnerability)
        LEFT JOIN (
          SELECT vulnerability, '[' || group_concat(text) || ']' AS severities FROM severity GROUP BY vulnerability
        ) USING (vulnerability)
        LEFT JOIN ssvc USING (vulnerability)
      ORDER BY vulnerability`);
    for (const row of query.iterate()) yield { vulnerability: String(row['vulnerability']), ...decodeEnrichment(row) };
  }

  *endsOfLife(): Generator<{ readonly os: string } & EndOfLife> {
    for (const row of this.#database.prepare('SELECT * FROM end_of_life ORDER BY os').iterate()) {
      yield { os: String(row['os']), date: String(row['date']), source: String(row['source']) };
    }
  }
}
