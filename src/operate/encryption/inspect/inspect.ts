// Inspects files, member directories and folders of backups, offline and without writing anything, and gives the verdict on them.
import { basename, dirname } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { compareGaps, type Gap } from '../../../platform/gap.ts';
import type { EncryptionConfiguration } from '../configuration/configuration.ts';
import { missingSegments } from '../etcd/wal-names.ts';
import { findFiles } from './find-files.ts';
import { type InspectedFile, inspectFile } from './inspect-file.ts';
import type { FileInspection, Inspection, InspectionVerdict, NotExamined } from './inspection.ts';
import type { JudgedResources } from './judged-resources.ts';
import { holdsKeys } from './keys-beside.ts';
import { nextSteps } from './next-steps.ts';
import { ValueOpener } from './value-opener.ts';

/** What to look at, and how. */
export interface InspectOptions {
  readonly judged: JudgedResources;
  /** Opens values with the keys of a configuration. */
  readonly configuration?: EncryptionConfiguration;
}

/** A path, and how it is called in results. */
export interface InspectPath {
  readonly path: string;
  readonly name: string;
}

/**
 * Reads all files below the paths.
 * @throws PlimsollError of the first path when nothing of all of them could be read
 */
export async function inspect(
  paths: readonly InspectPath[],
  { judged, configuration }: InspectOptions,
): Promise<Inspection> {
  const files: FileInspection[] = [];
  const gaps: Gap[] = [];
  const others: NotExamined[] = [];
  let failure: PlimsollError | undefined;
  const fail = (name: string, error: unknown): void => {
    if (!(error instanceof PlimsollError)) throw error;
    failure ??= error;
    const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
    gaps.push({ kind, target: name, reason: messageOf(error) });
  };
  const newOpener = configuration === undefined ? undefined : () => new ValueOpener(judged, configuration);
  for (const { path, name } of paths) {
    try {
      const found = findFiles(path, name);
      for (const below of found.files) {
        try {
          const options = { judged, ...(newOpener === undefined ? {} : { newOpener }) };
          const inspected = await inspectFile(below.path, below.name, options);
          if (inspected !== undefined) take(inspected);
          else if (found.isFile) throw notOfEtcd(name);
          else others.push({ what: below.name, why: whyNot(below.path) });
        } catch (error) {
          fail(below.name, error);
        }
      }
      for (const { folder, missing } of holesOf(found.files)) {
        const reason = `segments of the WAL are missing: ${missing.join(', ')}`;
        gaps.push({ kind: 'file-unparsed', target: folder, reason });
      }
      others.push(...found.skipped.map((what) => ({ what, why: 'it is a link or a device: name what it stands for' })));
    } catch (error) {
      fail(name, error);
    }
  }
  if (files.length === 0) throw failure ?? notOfEtcd(paths.map(({ name }) => name).join(', '));

  if (!files.some(hasJudged)) gaps.push(nothingJudged(files, judged));
  const verdict = verdictOf(files, gaps);
  return {
    verdict,
    resources: judged.names,
    files,
    gaps: gaps.sort(compareGaps),
    notExamined: notExamined(files, others),
    next: nextSteps({ files, verdict }),
  };

  function take({ file, unread, unjudged }: InspectedFile): void {
    files.push(file);
    for (const reason of unjudged) gaps.push({ kind: 'undecidable', target: file.path, reason });
    for (const reason of unread) gaps.push({ kind: 'file-unparsed', target: file.path, reason });
  }
}

/** Folders with a WAL that has a hole. */
function holesOf(
  files: readonly InspectPath[],
): readonly { readonly folder: string; readonly missing: readonly string[] }[] {
  const byFolder = Map.groupBy(files, ({ name }) => dirname(name));
  return [...byFolder].flatMap(([folder, inside]) => {
    const missing = missingSegments(inside.map(({ name }) => basename(name)));
    return missing.length === 0 ? [] : [{ folder, missing }];
  });
}

function verdictOf(files: readonly FileInspection[], gaps: readonly Gap[]): InspectionVerdict {
  const isFound = files.some(({ plaintext: { reachable, free, wal } }) => reachable + free + wal > 0);
  return isFound ? 'plaintext-found' : gaps.length > 0 ? 'not-proven' : 'proof';
}

function hasJudged({ writers, plaintext }: FileInspection): boolean {
  return writers.length > 0 || plaintext.free > 0 || plaintext.wal > 0;
}

/** A wrong resource, or data of something else than Kubernetes: no value was found in plain text because none was found. */
function nothingJudged(files: readonly FileInspection[], judged: JudgedResources): Gap {
  const target = files.map(({ path }) => path).join(', ');
  return { kind: 'undecidable', target, reason: `no value of ${judged.names.join(', ')} is in it: nothing to judge` };
}

function notOfEtcd(name: string): PlimsollError {
  const kinds = 'no database, snapshot (also packed with gzip), WAL segment or member directory';
  return new PlimsollError('input-unreadable', `${name} holds nothing of etcd: ${kinds}; unpack archives first`);
}

function whyNot(path: string): string {
  return holdsKeys(path)
    ? 'it holds encryption keys: whoever gets this folder reads the values; keep keys and data apart'
    : 'it is no file of etcd that is read here';
}

/** What a verdict on these files does not speak of. */
function notExamined(files: readonly FileInspection[], others: readonly NotExamined[]): readonly NotExamined[] {
  const has = (kind: FileInspection['kind']): boolean => files.some((file) => file.kind === kind);
  return [
    ...(has('wal')
      ? []
      : [{ what: 'the WAL (member/wal)', why: 'it keeps every value that was written, until the member is rebuilt' }]),
    ...(has('database') || has('snapshot')
      ? []
      : [{ what: 'the database (member/snap/db)', why: 'it holds the current values and their history' }]),
    ...others,
    { what: 'other members and their copies', why: 'each has a database, free pages and a WAL of its own' },
    {
      what: 'other backups (etcd snapshots, Velero, disk images)',
      why: 'a backup from before encryption stays as it is',
    },
    { what: 'audit logs', why: 'a policy of level Request logs the content of Secrets' },
    {
      what: 'blocks of the disk that files have given back',
      why: 'deleted files may still be readable from the device',
    },
  ];
}
