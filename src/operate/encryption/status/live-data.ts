// What the running members of etcd hold, by a snapshot that each gives: current, old and deleted values, as of now. Nothing is changed.
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../../platform/errors.ts';
import { lookAtCluster, type OpenMember } from '../verify/cluster-look.ts';
import { withSnapshot } from '../verify/snapshot-file.ts';
import { type ExaminedFile, type ExamineOptions, examineFile } from './evidence.ts';

/** How members are reached, and where their snapshots lie while they are read. */
export interface LiveMembers {
  readonly open: OpenMember;
  readonly endpoints: readonly string[];
  readonly scratch: string;
  readonly now: () => Date;
}

/**
 * Examines every member.
 * @returns what each holds, and who could not be asked, in words
 * @throws ServerError when no endpoint answers; PlimsollError `input-unreadable` when no snapshot can be kept
 */
export async function examineMembers(
  { open, endpoints, scratch, now }: LiveMembers,
  options: ExamineOptions,
): Promise<{ readonly files: readonly ExaminedFile[]; readonly missing: readonly string[] }> {
  const { members } = await lookAtCluster(open, endpoints);
  const files: ExaminedFile[] = [];
  const missing: string[] = [];
  for (const { name, url, problem = '' } of members) {
    if (url === undefined) {
      missing.push(`${name || 'a member that was never started'}: ${problem}`);
      continue;
    }
    const client = await open(url);
    try {
      files.push(await withSnapshot(client, scratch, now, (path) => examineFile({ path, name }, options)));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      missing.push(`${name}: ${messageOf(error)}`);
    } finally {
      client.close();
    }
  }
  return { files, missing };
}
