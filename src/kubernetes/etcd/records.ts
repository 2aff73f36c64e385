// What etcd answers, as records of our own. api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto of etcd 3.4.
import { bytesField, idField, numberField, recordField, recordsField, textField, textsField } from './fields.ts';
import type { JsonRecord } from './gateway.ts';

/** Which keys, and as of when. */
export interface RangeOptions {
  /** Keys from `key` to before this one; only `key` itself when absent. `prefixEnd` makes it. */
  readonly end?: string | Buffer;
  /** Most values; all when absent. */
  readonly limit?: number;
  /** As of this revision; the latest when absent. Kind `gone` once it is compacted. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  /** Answered by this member alone, without asking the others: it may be behind, and it answers without a quorum. */
  readonly serializable?: boolean;
}

/** A value. */
export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often it was written since it was made. */
  readonly version: number;
}

/** Answer to a range. */
export interface RangeAnswer {
  /** Revision of the store when it was asked. */
  readonly revision: number;
  readonly values: readonly KeyValue[];
  /** There are more than the limit. */
  readonly more: boolean;
  /** Keys in the whole range. */
  readonly count: number;
}

/** State of the member that was asked. */
export interface MemberStatus {
  /** Decimal digits, as everywhere. `memberIdText` writes it as etcdctl does. */
  readonly memberId: string;
  readonly clusterId: string;
  readonly version: string;
  readonly revision: number;
  /** Size of the database file. */
  readonly dbBytes: number;
  /** Of which is in use: the rest is free pages. */
  readonly dbBytesInUse: number;
  /** `0` when there is no leader. */
  readonly leader: string;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  /** What the member complains of, such as `NOSPACE`. */
  readonly errors: readonly string[];
}

/** A member of the cluster. */
export interface Member {
  readonly id: string;
  /** Empty until the member has started once. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

/** Revision of the store when it answered. @throws ServerError `not-understood` */
export function revisionOf(answer: JsonRecord): number {
  return numberField(recordField(answer, 'header'), 'revision');
}

/** @throws ServerError `not-understood` */
export function keyValue(record: JsonRecord): KeyValue {
  return {
    key: bytesField(record, 'key'),
    value: bytesField(record, 'value'),
    createRevision: numberField(record, 'create_revision'),
    modRevision: numberField(record, 'mod_revision'),
    version: numberField(record, 'version'),
  };
}

/** Members by id. @throws ServerError `not-understood` */
export function membersOf(answer: JsonRecord): readonly Member[] {
  return recordsField(answer, 'members')
    .map(memberOf)
    .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** @throws ServerError `not-understood` */
export function memberOf(record: JsonRecord): Member {
  return {
    id: idField(record, 'ID'),
    name: textField(record, 'name'),
    peerUrls: textsField(record, 'peerURLs'),
    clientUrls: textsField(record, 'clientURLs'),
    isLearner: record['isLearner'] === true,
  };
}

/** @throws ServerError `not-understood` */
export function memberStatus(answer: JsonRecord): MemberStatus {
  const header = recordField(answer, 'header');
  const memberId = idField(header, 'member_id');
  const leader = idField(answer, 'leader');
  return {
    memberId,
    clusterId: idField(header, 'cluster_id'),
    version: textField(answer, 'version'),
    revision: revisionOf(answer),
    dbBytes: numberField(answer, 'dbSize'),
    dbBytesInUse: numberField(answer, 'dbSizeInUse'),
    leader,
    isLeader: leader === memberId && leader !== '0',
    isLearner: answer['isLearner'] === true,
    raftIndex: numberField(answer, 'raftIndex'),
    raftTerm: numberField(answer, 'raftTerm'),
    raftAppliedIndex: numberField(answer, 'raftAppliedIndex'),
    errors: textsField(answer, 'errors'),
  };
}

/** A member's id as etcdctl and etcd's log write it: hexadecimal. */
export function memberIdText(id: string): string {
  return BigInt(id).toString(16);
}
