// Checks of the file that holds the keys: who may read and replace it, and whether who takes the etcd data takes the keys along.
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { messageOf, PlimsollError } from '../../../../platform/errors.ts';
import type { Verdict } from '../../../../platform/verdict.ts';

/** What was seen of a file in the file system. */
export interface FileFacts {
  /** Permission bits of the file, and of the folder that it lies in. */
  readonly mode: number;
  readonly folderMode: number;
  /** Numeric owner of the file, and of its folder. */
  readonly owner: number;
  readonly folderOwner: number;
  /** Whether the kubelet's static-pod manifests lie in the same folder. */
  readonly besideManifests: boolean;
  /** Against the etcd data that was named; absent when none was. */
  readonly etcd?: 'same-tree' | 'same-file-system' | 'elsewhere';
}

/**
 * Looks at a file, links followed.
 * @param path absolute
 * @param etcdData the member's data directory, absolute, if it is known
 * @throws PlimsollError `input-missing` when one of them is not there
 */
export function readFileFacts(path: string, etcdData: string | undefined): FileFacts {
  const real = realPath(path);
  const [file, folder] = [stats(real), stats(dirname(real))];
  return {
    mode: file.mode & 0o7777,
    folderMode: folder.mode & 0o7777,
    owner: file.uid,
    folderOwner: folder.uid,
    besideManifests: lstatSync(join(dirname(real), 'kube-apiserver.yaml'), { throwIfNoEntry: false }) !== undefined,
    ...(etcdData === undefined ? {} : { etcd: etcdPlace(real, file, realPath(etcdData)) }),
  };
}

/** The file within the data directory, or the data directory within the file's folder. */
function etcdPlace(real: string, file: Stats, data: string): NonNullable<FileFacts['etcd']> {
  const folder = dirname(real);
  if (isWithin(folder, data) || isWithin(data, folder)) return 'same-tree';
  return stats(data).dev === file.dev ? 'same-file-system' : 'elsewhere';
}

/** The root folder holds everything, which says nothing. */
function isWithin(path: string, folder: string): boolean {
  return folder !== sep && (path === folder || path.startsWith(folder + sep));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new PlimsollError('input-missing', `${path} cannot be looked at: ${messageOf(error)}`, { cause: error });
  }
}

function stats(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new PlimsollError('input-missing', `${path} cannot be looked at: ${messageOf(error)}`, { cause: error });
  }
}

/** Verdicts of the checks file-mode, file-owner, static-pod-folder and beside-etcd-data. */
export function fileVerdicts(facts: FileFacts | undefined, subject: string): readonly Verdict[] {
  if (facts === undefined) {
    const reason = 'the configuration came on standard input: nothing is known of a file';
    return ['file-mode', 'file-owner', 'static-pod-folder', 'beside-etcd-data'].map((check) => {
      return { check, subject, verdict: 'no-evidence', evidence: [], reason };
    });
  }
  return [mode(facts, subject), owner(facts, subject), staticPods(facts, subject), besideEtcd(facts, subject)];
}

function mode({ mode: bits, folderMode }: FileFacts, subject: string): Verdict {
  const evidence = [`file ${octal(bits)}`, `folder ${octal(folderMode)}`];
  const base = { check: 'file-mode', subject, evidence };
  const isReplaceable = (folderMode & 0o022) !== 0 && (folderMode & 0o1000) === 0;
  if ((bits & 0o077) === 0 && !isReplaceable) {
    return { ...base, verdict: 'pass', reason: 'only its owner can read or replace the file' };
  }
  const reason =
    (bits & 0o077) !== 0
      ? 'others than the owner can read or write the file with the keys'
      : 'others than the owner can put another file in its place';
  return { ...base, verdict: 'fail', reason, remediation: 'chmod 0600 the file and 0700 its folder' };
}

function owner({ owner: uid, folderOwner }: FileFacts, subject: string): Verdict {
  const evidence = [`file ${uid}`, `folder ${folderOwner}`];
  const base = { check: 'file-owner', subject, evidence };
  if (uid === 0 && folderOwner === 0) return { ...base, verdict: 'pass', reason: 'file and folder belong to root' };
  return {
    ...base,
    verdict: 'warn',
    reason: 'file or folder belong to a user who is not root',
    remediation:
      'on a control plane: chown root:root; anywhere else do not keep the keys in the open (encryption keys generate seals them)',
  };
}

function staticPods({ besideManifests }: FileFacts, subject: string): Verdict {
  const base = { check: 'static-pod-folder', subject, evidence: [] };
  if (!besideManifests) return { ...base, verdict: 'pass', reason: 'it does not lie among static-pod manifests' };
  return {
    ...base,
    verdict: 'fail',
    reason: 'it lies among static-pod manifests: the kubelet takes every file there for a pod',
    remediation: 'move it to a folder of its own that is mounted into kube-apiserver',
  };
}

function besideEtcd({ etcd }: FileFacts, subject: string): Verdict {
  const base = { check: 'beside-etcd-data', subject, evidence: etcd === undefined ? [] : [etcd] };
  const apart = 'keep keys and data apart: another file system, and backups that hold one or the other';
  if (etcd === undefined) {
    const reason = "where the etcd data lies is not known: name the member's data directory with --etcd-data";
    return { ...base, verdict: 'no-evidence', reason };
  }
  if (etcd === 'elsewhere')
    return { ...base, verdict: 'pass', reason: 'keys and etcd data lie on different file systems' };
  if (etcd === 'same-tree') {
    const reason = 'keys and etcd data lie in one folder: whoever copies or backs it up has both';
    return { ...base, verdict: 'fail', reason, remediation: apart };
  }
  const reason = 'keys and etcd data lie on one file system: a copy of the disk or a snapshot of the volume has both';
  return { ...base, verdict: 'warn', reason, remediation: apart };
}

function octal(bits: number): string {
  return `0${(bits & 0o7777).toString(8).padStart(3, '0')}`;
}
