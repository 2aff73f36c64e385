// What an inspection of etcd's data says, in words that all forms share.
import type {
  FileInspection,
  Inspection,
  PlaintextPlace,
  UnopenedPlace,
  WriterCounts,
} from '../operate/encryption/inspect/inspection.ts';
import { count, plural } from './words.ts';

const KINDS: Readonly<Record<FileInspection['kind'], string>> = {
  database: 'database',
  snapshot: 'snapshot',
  wal: 'WAL segment',
  'raft-snapshot': 'snapshot of raft',
};

const AREAS: Readonly<Record<PlaintextPlace['area'], string>> = {
  current: 'current value',
  old: 'earlier value',
  deleted: 'value of a deleted key',
  free: 'free page',
  wal: 'WAL',
};

const REASONS: Readonly<Record<UnopenedPlace['reason'], string>> = {
  'no-key': 'the configuration has no key for it',
  refused: 'no key of that name opens it',
  kms: 'only the key management service can open it',
  swapped: 'it holds another object',
  'no-object': 'it opens, to no object',
};

/** `plaintext-found: 2 of 3 files hold secrets in plain text`. */
export function inspectionTitle({ verdict, files, resources, gaps }: Inspection): string {
  const what = resources.join(', ');
  const holding = files.filter((file) => plaintextOf(file) > 0).length;
  if (verdict === 'plaintext-found') {
    return `plaintext-found: ${holding} of ${plural(files.length, 'examined file')} ${holding === 1 ? 'holds' : 'hold'} ${what} in plain text`;
  }
  const examined = plural(files.length, 'examined file');
  if (verdict === 'not-proven') {
    return `not-proven: no ${what} in plain text found in ${examined}, and ${plural(gaps.length, 'part')} could not be judged`;
  }
  return `proof: no ${what} in plain text in ${examined}`;
}

/** `snapshot, 213,024 bytes unpacked, 203 revisions, compacted up to 215`. */
export function fileFacts({ kind, bytes, packed, revisions, compactedRevision }: FileInspection): string {
  return [
    KINDS[kind],
    `${count(bytes)} bytes${packed === undefined ? '' : ' unpacked'}`,
    ...(revisions === 0 ? [] : [plural(revisions, 'revision')]),
    ...(compactedRevision === undefined ? [] : [`compacted up to ${compactedRevision}`]),
  ].join(', ');
}

/** `12 within reach, 6 in free pages`; `none`. */
export function plaintextText({ plaintext: { reachable, free, wal } }: FileInspection): string {
  const parts = [
    ...(reachable > 0 ? [`${count(reachable)} within reach`] : []),
    ...(free > 0 ? [`${count(free)} in free pages`] : []),
    ...(wal > 0 ? [`${count(wal)} in the WAL`] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** `identity 11, aescbc:key1 3`; `none`. */
export function countsText(counts: WriterCounts): string {
  const parts = Object.entries(counts).map(([writer, values]) => `${writer} ${count(values)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** `earlier value: /registry/secrets/a/b, revision 7, byte 4,096`. */
export function placeText({ area, key, revision, offset }: PlaintextPlace): string {
  const at = revision === undefined ? '' : `, revision ${revision}`;
  return `${AREAS[area]}: ${key ?? 'without its key'}${at}, byte ${count(offset)}`;
}

/** `/registry/secrets/a/b at revision 7 (aescbc:key1): it holds another object, a/c`. */
export function unopenedText({ key, revision, writer, reason, holds }: UnopenedPlace): string {
  return `${key} at revision ${revision} (${writer}): ${REASONS[reason]}${holds === undefined ? '' : `, ${holds}`}`;
}

/** All values in plain text of a file. */
export function plaintextOf({ plaintext: { reachable, free, wal } }: FileInspection): number {
  return reachable + free + wal;
}
