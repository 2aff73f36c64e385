// What backups hold: each file of etcd below the paths that were named. Copies do not change with the members; each is judged by itself.
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { findFiles } from '../inspect/find-files.ts';
import type { InspectPath } from '../inspect/inspect.ts';
import { inspectFile } from '../inspect/inspect-file.ts';
import type { JudgedResources } from '../inspect/judged-resources.ts';
import { type Holding, holdingOf } from './holding.ts';

/** One backup. */
export interface ExaminedBackup {
  readonly name: string;
  /** Absent when it could not be read. */
  readonly holding?: Holding;
  readonly problem?: string;
}

/** Examines backups: files, or folders with them. A file that is none of etcd's is told as one that could not be read. */
export async function examineBackups(
  paths: readonly InspectPath[],
  judged: JudgedResources,
): Promise<readonly ExaminedBackup[]> {
  const backups: ExaminedBackup[] = [];
  for (const { path, name } of paths) {
    try {
      const { files, skipped } = findFiles(path, name);
      for (const file of files) backups.push(await examine(file, judged));
      for (const link of skipped) backups.push({ name: link, problem: 'it is a link or a device' });
      if (files.length + skipped.length === 0) backups.push({ name, problem: 'the folder is empty' });
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      backups.push({ name, problem: messageOf(error) });
    }
  }
  return backups;
}

async function examine({ path, name }: InspectPath, judged: JudgedResources): Promise<ExaminedBackup> {
  try {
    const inspected = await inspectFile(path, name, { judged });
    return inspected === undefined
      ? { name, problem: 'it is no file of etcd; unpack archives first' }
      : { name, holding: holdingOf([inspected]) };
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return { name, problem: messageOf(error) };
  }
}
