// What an entry of the log asks etcd to do, as far as it carries values: raftpb.Entry (type = 1, data = 4) of type normal holds an
// etcdserverpb.InternalRaftRequest (put = 4, txn = 6); a TxnRequest holds RequestOps (success = 2, failure = 3), which may be puts (2) or transactions (4)
// again; a PutRequest is key = 1, value = 2. kube-apiserver writes by transactions. Format: etcd, raft/raftpb, api/etcdserverpb.
import { ProtobufCursor } from './protobuf.ts';

/** Where a put's key and value lie in the bytes. */
export interface PutPlace {
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly valueAt: number;
  readonly valueEnd: number;
}

const NORMAL = 0;
/** Transactions within transactions: etcd takes two, kube-apiserver none. */
const MOST_NESTING = 8;
const METHODS: readonly string[] = ['GET', 'QGET', 'PUT', 'POST', 'DELETE', 'SYNC'];

/** Gives every put of an entry, whether it came to be or not: its bytes are there. False when the entry could not be read to its end. */
export function readEntry(bytes: Uint8Array, from: number, to: number, take: (put: PutPlace) => void): boolean {
  const entry = new ProtobufCursor(bytes, from, to);
  let type = NORMAL;
  let data: readonly [from: number, to: number] = [to, to];
  while (entry.next()) {
    if (entry.field === 1) type = entry.value;
    else if (entry.field === 4) data = [entry.from, entry.to];
  }
  if (entry.isDamaged || data[0] < 0) return false;
  if (type !== NORMAL) return true;
  const request = new ProtobufCursor(bytes, ...data);
  if (isOfVersion2(bytes, ...data)) return true;
  let isWhole = true;
  while (request.next()) {
    if (request.from < 0) continue;
    if (request.field === 4) isWhole = readPut(bytes, request.from, request.to, take) && isWhole;
    else if (request.field === 6) isWhole = readTransaction(bytes, request.from, request.to, take, 0) && isWhole;
  }
  return isWhole && !request.isDamaged;
}

/**
 * Whether it is a request of the API before version 3, etcdserverpb.Request with method = 2: etcd itself still writes its members so. There field 2 is a
 * word, in an InternalRaftRequest a message.
 */
function isOfVersion2(bytes: Uint8Array, from: number, to: number): boolean {
  const cursor = new ProtobufCursor(bytes, from, to);
  while (cursor.next()) {
    if (cursor.field !== 2 || cursor.from < 0) continue;
    return METHODS.includes(Buffer.from(bytes.subarray(cursor.from, Math.min(cursor.to, cursor.from + 8))).toString());
  }
  return false;
}

function readTransaction(
  bytes: Uint8Array,
  from: number,
  to: number,
  take: (put: PutPlace) => void,
  depth: number,
): boolean {
  if (depth === MOST_NESTING) return false;
  const transaction = new ProtobufCursor(bytes, from, to);
  let isWhole = true;
  while (transaction.next()) {
    if ((transaction.field !== 2 && transaction.field !== 3) || transaction.from < 0) continue;
    const operation = new ProtobufCursor(bytes, transaction.from, transaction.to);
    while (operation.next()) {
      if (operation.from < 0) continue;
      const { field, from: start, to: end } = operation;
      if (field === 2) isWhole = readPut(bytes, start, end, take) && isWhole;
      else if (field === 4) isWhole = readTransaction(bytes, start, end, take, depth + 1) && isWhole;
    }
    isWhole &&= !operation.isDamaged;
  }
  return isWhole && !transaction.isDamaged;
}

function readPut(bytes: Uint8Array, from: number, to: number, take: (put: PutPlace) => void): boolean {
  const put = new ProtobufCursor(bytes, from, to);
  let key: readonly [from: number, to: number] = [to, to];
  let value = key;
  while (put.next()) {
    if (put.from < 0) continue;
    if (put.field === 1) key = [put.from, put.to];
    else if (put.field === 2) value = [put.from, put.to];
  }
  if (put.isDamaged) return false;
  take({ keyAt: key[0], keyEnd: key[1], valueAt: value[0], valueEnd: value[1] });
  return true;
}
