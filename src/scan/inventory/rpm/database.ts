// Reads rpm's package database in whichever format its bytes show; the name of the file does not count. Gives the packages as one fact.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { ReadResult } from '../../image/layer/reader.ts';
import { problemLog } from '../problem-log.ts';
import { isBdbHash, readBdbBlobs } from './bdb.ts';
import { entryOfHeader, type RpmEntry } from './entry.ts';
import { parseManifest } from './manifest.ts';
import { isNdb, readNdbBlobs } from './ndb.ts';
import { isSqlite, readSqliteBlobs } from './sqlite.ts';
import type { StoredHeader } from './stored-header.ts';
import { committedFrames, isWriteAheadLog } from './write-ahead-log.ts';

/** The fact that a database or a manifest becomes. */
export interface RpmDatabase {
  readonly format: 'sqlite' | 'ndb' | 'bdb' | 'manifest';
  readonly entries: readonly RpmEntry[];
}

/**
 * The packages of a database. A package whose record cannot be read is a problem, and costs no other package.
 * @throws ParseError when the structure of the file is damaged, or none of its records can be used; LimitError above `LIMITS.packages`.
 */
export function readDatabase(body: Uint8Array): ReadResult {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.length === 0) return {};
  if (isSqlite(bytes)) return packagesOf('sqlite', readSqliteBlobs(bytes, 'Packages', 1));
  if (isNdb(bytes)) return packagesOf('ndb', readNdbBlobs(bytes));
  if (isBdbHash(bytes)) return packagesOf('bdb', readBdbBlobs(bytes));
  if (isWriteAheadLog(bytes)) return { problems: problemsOfLog(bytes) };
  const { entries, problems } = parseManifest(bytes);
  return { data: { format: 'manifest', entries } satisfies RpmDatabase, problems };
}

function packagesOf(format: RpmDatabase['format'], stored: Iterable<StoredHeader>): ReadResult {
  const problems = problemLog();
  const entries: RpmEntry[] = [];
  let room: number = LIMITS.ownedPathBytes;
  let records = 0;
  for (const { place, read } of stored) {
    records += 1;
    if (records > LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages in one database`);
    try {
      const entry = entryOfHeader(read(), place, room, problems);
      if (entry === undefined) continue;
      for (const path of entry.owns ?? []) room -= path.length;
      entries.push(entry);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      problems.add(() => `${place}: ${error.message}`);
    }
  }
  const [first] = problems.list();
  if (entries.length === 0 && first !== undefined) throw new ParseError(`no package can be read; ${first}`);
  return { data: { format, entries } satisfies RpmDatabase, problems: problems.list() };
}

/** The log is another file than the database, so its pages cannot be laid over the database's here. */
function problemsOfLog(bytes: Buffer): readonly string[] {
  const frames = committedFrames(bytes);
  if (frames === 0) return [];
  return [
    `${frames} pages of finished transactions that the database beside it may lack: its packages may be out of date`,
  ];
}
