// What is known of one member from its own files, as it travels from node to node: data directories are local, and the log is nowhere else.
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError } from '../../../platform/errors.ts';
import { hasFirstSegment, missingSegments } from '../etcd/wal-names.ts';
import { findFiles } from '../inspect/find-files.ts';
import { CHANGED, type InspectedFile, inspectFile } from '../inspect/inspect-file.ts';
import type { JudgedResources } from '../inspect/judged-resources.ts';
import { type Holding, holdingOf } from './holding.ts';
import { identityOf, type MemberIdentity } from './member-identity.ts';
import { isZeros } from './zeros.ts';

/** One member from its own files. */
export interface MemberFacts extends MemberIdentity {
  /** When its files were begun to be read. */
  readonly at: string;
  readonly resources: readonly string[];
  /** `member/snap/db`. */
  readonly database: Holding;
  /** All else of the member: the WAL, raft's snapshots, databases that it received. */
  readonly log: Holding;
  /** Whether raft has cut its log at a snapshot. Without one, a new member is sent all requests from the first one on. */
  readonly hasRaftSnapshot: boolean;
}

/** How a member is examined. */
export interface ExamineMemberOptions {
  readonly judged: JudgedResources;
  readonly now: () => Date;
}

/** Looks at files of a running member until they hold still. */
const TRIES = 5;
const PAUSE_MS = 200;

/**
 * Reads all files of a member. It may run: its log is only added to, and what was there at the beginning is read.
 * @param path data directory, or the folder `member` in it
 * @param name how it is called in results
 * @throws PlimsollError `input-missing`, `input-unreadable` for what is no data directory; LimitError
 */
export async function examineMember(
  path: string,
  name: string,
  { judged, now }: ExamineMemberOptions,
): Promise<MemberFacts> {
  const folder = existsSync(join(path, 'member')) ? join(path, 'member') : path;
  const at = now().toISOString();
  for (let left = TRIES; ; left -= 1) {
    const before = listOf(folder, name);
    const read = await readFiles(folder, name, before, judged);
    // A segment that began meanwhile was not read.
    const isWhole = listOf(folder, name).join('\n') === before.join('\n');
    if (!isWhole && left > 1) continue;
    const problems = isWhole ? [] : ['files came and went while it was read'];
    const { identity, database, log, hasRaftSnapshot } = read;
    if (identity === undefined || database === undefined) {
      const lacks = database === undefined ? 'a database (member/snap/db)' : 'a WAL that names its member (member/wal)';
      throw new PlimsollError('input-unreadable', `${name}: not a data directory of etcd: it has no ${lacks}`);
    }
    const logHolding = holdingOf(log);
    return {
      ...identity,
      at,
      resources: judged.names,
      database: holdingOf([database]),
      log: { ...logHolding, problems: [...logHolding.problems, ...read.problems, ...problems] },
      hasRaftSnapshot,
    };
  }
}

interface ReadFiles {
  readonly identity?: MemberIdentity;
  readonly database?: InspectedFile;
  readonly log: readonly InspectedFile[];
  readonly problems: readonly string[];
  readonly hasRaftSnapshot: boolean;
}

async function readFiles(
  folder: string,
  name: string,
  names: readonly string[],
  judged: JudgedResources,
): Promise<ReadFiles> {
  let identity: MemberIdentity | undefined;
  let database: InspectedFile | undefined;
  const log: InspectedFile[] = [];
  const problems: string[] = [];
  for (const below of names) {
    const path = join(folder, below);
    const shown = `${name}/${below}`;
    try {
      const inspected = await inspectStill(path, shown, judged);
      if (inspected === undefined) {
        // etcd prepares the next segment as a file of zeros.
        if (!(await isZeros(path, shown))) problems.push(`${shown} is no file of etcd that is read here`);
      } else if (below === join('snap', 'db')) {
        database = inspected;
      } else {
        log.push(inspected);
        if (inspected.file.kind === 'wal') {
          const own = await identityOf(path, shown);
          if (identity !== undefined && own?.member !== identity.member) problems.push(`${shown} is of another member`);
          identity ??= own;
        }
      }
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      // What is gone is missed by the list of files.
      if (error.code !== 'input-missing') problems.push(error.message);
    }
  }
  const hasRaftSnapshot = log.some(({ file }) => file.kind === 'raft-snapshot');
  problems.push(...walProblems(names, name, hasRaftSnapshot));
  return {
    ...(identity === undefined ? {} : { identity }),
    ...(database === undefined ? {} : { database }),
    log,
    problems,
    hasRaftSnapshot,
  };
}

/** A copy of a member that lacks a segment is no whole log: what stood in it nobody saw. */
function walProblems(names: readonly string[], name: string, hasRaftSnapshot: boolean): readonly string[] {
  const folder = `wal${sep}`;
  const segments = names.filter((below) => below.startsWith(folder)).map((below) => below.slice(folder.length));
  const missing = missingSegments(segments);
  return [
    ...(missing.length === 0 ? [] : [`${name}/wal lacks the segments ${missing.join(', ')}`]),
    // etcd removes the first ones when raft has a snapshot that takes their place.
    ...(hasRaftSnapshot || hasFirstSegment(segments)
      ? []
      : [`${name}/wal lacks its first segment, and snap has no snapshot of raft that takes its place`]),
  ];
}

/** Reads a file again while it changes. A log that only grew was read as it was at the beginning, when nothing in it is torn. */
async function inspectStill(path: string, name: string, judged: JudgedResources): Promise<InspectedFile | undefined> {
  for (let left = TRIES; ; left -= 1) {
    const inspected = await inspectFile(path, name, { judged });
    if (inspected === undefined) return undefined;
    const isLog = inspected.file.kind === 'wal';
    const unread = isLog ? inspected.unread.filter((reason) => reason !== CHANGED) : inspected.unread;
    if (unread.length === 0 || !inspected.unread.includes(CHANGED) || left === 1) return { ...inspected, unread };
    await sleep(PAUSE_MS);
  }
}

/** Files of the member by their way below its folder. @throws PlimsollError `input-unreadable` for links: they may lead anywhere */
function listOf(folder: string, name: string): readonly string[] {
  const { isFile, files, skipped } = findFiles(folder, name);
  const [link] = skipped;
  if (isFile || link !== undefined) {
    const what = isFile ? 'a file' : `with ${link}, which is a link or a device`;
    throw new PlimsollError('input-unreadable', `${name}: not a data directory of etcd, but ${what}`);
  }
  return files.map(({ path }) => relative(folder, path));
}
