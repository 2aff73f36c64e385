// What examined etcd files say to a plan: of members what the data holds, of backups which keys they need. Values count that etcd can still reach; free
// pages and the WAL are for proof, not for reading.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import { compareText } from '../../../platform/order.ts';
import type { EncryptionConfiguration, Provider } from '../configuration/configuration.ts';
import { type InspectedFile, inspectFile } from '../inspect/inspect-file.ts';
import type { FileInspection } from '../inspect/inspection.ts';
import { JudgedResources } from '../inspect/judged-resources.ts';
import { ValueOpener } from '../inspect/value-opener.ts';
import type { Backup, DataState, ValueCount } from '../plan/state.ts';
import { nameOf, type TransformerId } from '../plan/transformer-id.ts';

/** An etcd file and when its bytes were as they are. */
export interface ExaminedFile extends InspectedFile {
  readonly modifiedAt: string;
  /** Whether keys were there to open values. */
  readonly withKeys: boolean;
}

/** A file to examine. */
export interface EtcdPath {
  /** A database, a snapshot (gz too), or an etcd data directory. */
  readonly path: string;
  /** As results call it. */
  readonly name: string;
}

/** With what files are examined. */
export interface ExamineOptions {
  readonly resource: string;
  /** Keys to open values with: those of every server's file, and of key files. */
  readonly providers: readonly Provider[];
}

/**
 * Examines one database or snapshot.
 * @throws PlimsollError `input-missing`, `input-unreadable` for what is no database of etcd; ParseError, LimitError
 */
export async function examineFile(
  { path, name }: EtcdPath,
  { resource, providers }: ExamineOptions,
): Promise<ExaminedFile> {
  const file = databaseOf(path);
  const judged = new JudgedResources([resource]);
  const rule = { resources: [resource], providers: [...providers, { kind: 'identity' as const }] };
  const configuration: EncryptionConfiguration = { kind: 'EncryptionConfiguration', rules: [rule] };
  // What changes while it is read is in the result or not: the time before counts.
  const modifiedAt = statSync(file, { throwIfNoEntry: false })?.mtime.toISOString();
  const newOpener = (): ValueOpener => new ValueOpener(judged, configuration);
  const withKeys = providers.length > 0;
  const inspected = await inspectFile(file, name, withKeys ? { judged, newOpener } : { judged });
  if (inspected === undefined || modifiedAt === undefined || !isDatabase(inspected.file)) {
    throw new PlimsollError('input-unreadable', `${name}: no database or snapshot of etcd`);
  }
  return { ...inspected, modifiedAt, withKeys };
}

/**
 * What members hold. Without keys, values are taken to be of the one key that servers have under their name; where they have two, of none that is known.
 * @param known transformers of servers and key files
 * @param missing members that could not be asked, in words
 */
export function dataOf(
  files: readonly ExaminedFile[],
  known: readonly TransformerId[],
  missing: readonly string[] = [],
): DataState | undefined {
  const [oldest] = files.map(({ modifiedAt }) => modifiedAt).sort(compareText);
  if (oldest === undefined) return undefined;
  return {
    observedAt: oldest,
    values: files.flatMap((file) => file.file.writers.map((use) => valueCount(file, use, known))),
    unread: [...files.flatMap((file) => unreadBytes(file).map((reason) => `${file.file.path}: ${reason}`)), ...missing],
  };
}

/** What a backup needs to be read. */
export function backupOf(name: string, file: ExaminedFile, known: readonly TransformerId[]): Backup {
  const values = file.file.writers.map((use) => valueCount(file, use, known));
  const needed = values.filter(({ current, old, deleted }) => current + old + deleted > 0);
  return {
    name,
    transformers: [...new Set(needed.map(({ transformer }) => transformer))].sort(compareText),
    whole: unreadBytes(file).length === 0,
  };
}

/** Values that nothing opens were read all the same: they are counted under the name that stands in them. */
function unreadBytes({ unread, unjudged }: ExaminedFile): readonly string[] {
  return unread.filter((reason) => !unjudged.includes(reason));
}

type Use = FileInspection['writers'][number];

function valueCount({ file, withKeys }: ExaminedFile, use: Use, known: readonly TransformerId[]): ValueCount {
  const { writer, fingerprint, current, old, deleted } = use;
  const fitting = withKeys ? [] : known.filter((id) => nameOf(id) === writer);
  const [byName = writer] = fitting.length === 1 ? fitting : [];
  const transformer = fingerprint === undefined ? byName : `${writer}#${fingerprint}`;
  return { holder: file.path, transformer, current, old, deleted };
}

function isDatabase({ kind }: FileInspection): boolean {
  return kind === 'database' || kind === 'snapshot';
}

/** The database of a data directory; a file as it is. */
function databaseOf(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(path, 'member', 'snap', 'db') : path;
}
