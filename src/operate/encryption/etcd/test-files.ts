// Small files of etcd for tests, made byte by byte: databases with branches, free pages and history, snapshots, segments of the WAL.
import { createHash } from 'node:crypto';
import { crc32c } from './crc32c.ts';

/** One revision: a value, or a deletion without one. */
export interface TestRevision {
  readonly key: string;
  readonly value?: Uint8Array | string;
  /** Counts up from 2 unless given. */
  readonly main?: number;
  readonly sub?: number;
}

/** What a database is made of. */
export interface TestDatabase {
  readonly revisions: readonly TestRevision[];
  /** History that is only in free pages: a leaf that no branch names. */
  readonly freed?: readonly TestRevision[];
  readonly compacted?: number;
  readonly pageSize?: number;
  /** Revisions of one leaf; with more there is a branch. */
  readonly perLeaf?: number;
  /** Name of the bucket with the revisions. */
  readonly bucket?: string;
}

const META_MAGIC = 0xed0cdaed;

/** A bbolt database as etcd makes it, without a free list. The same input gives the same bytes. */
export function testDatabase({
  revisions,
  freed = [],
  compacted,
  pageSize = 4096,
  perLeaf = 8,
  bucket = 'key',
}: TestDatabase): Buffer {
  const pages: Buffer[] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
  let nextMain = 2;
  const entryOf = ({ key, value, main = nextMain++, sub = 0 }: TestRevision): Entry => ({
    key: revisionKey(main, sub, value === undefined),
    value: keyValue(key, main, value),
  });
  const add = (page: (id: number) => Buffer): number => {
    const id = pages.length;
    const bytes = page(id);
    for (let at = 0; at < bytes.length; at += pageSize) pages.push(bytes.subarray(at, at + pageSize));
    return id;
  };
  const entries = revisions.map(entryOf);
  if (freed.length > 0) add((id) => leafPage(id, freed.map(entryOf), pageSize));
  const leaves: { first: Buffer; id: number }[] = [];
  for (let at = 0; at < entries.length; at += perLeaf) {
    const some = entries.slice(at, at + perLeaf);
    leaves.push({ first: some[0]?.key ?? Buffer.alloc(0), id: add((id) => leafPage(id, some, pageSize)) });
  }
  const root =
    leaves.length === 0
      ? add((id) => leafPage(id, [], pageSize))
      : leaves.length === 1
        ? (leaves[0]?.id ?? 0)
        : add((id) => branchPage(id, leaves, pageSize));
  const inline =
    compacted === undefined
      ? []
      : [{ key: Buffer.from('finishedCompactRev'), value: revisionKey(compacted, 0, false) }];
  const buckets = [
    { key: Buffer.from(bucket), value: Buffer.concat([u64(root), u64(0)]), flags: 1 },
    { key: Buffer.from('meta'), value: Buffer.concat([u64(0), u64(0), leafPage(0, inline, 0)]), flags: 1 },
  ].sort((a, b) => a.key.compare(b.key));
  const top = add((id) => leafPage(id, buckets, pageSize));
  for (const id of [0, 1]) pages[id] = metaPage(id, top, pages.length, pageSize);
  return Buffer.concat(pages);
}

/** The database with its SHA-256 behind it, as `etcdctl snapshot save` writes it. */
export function testSnapshot(database: Buffer): Buffer {
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

/** A value as kube-apiserver stores a Secret without encryption. */
export function plainSecret(namespace: string, name: string, content = 'content'): Buffer {
  const metadata = Buffer.concat([bytesField(1, name), bytesField(3, namespace)]);
  const secret = Buffer.concat([
    bytesField(1, metadata),
    bytesField(2, bytesField(2, content)),
    bytesField(3, 'Opaque'),
  ]);
  const type = Buffer.concat([bytesField(1, 'v1'), bytesField(2, 'Secret')]);
  return Buffer.concat([Buffer.from('k8s\0'), bytesField(1, type), bytesField(2, secret)]);
}

/** A segment of the WAL with a transaction a put, and zeros behind, as etcd allocates them. */
export function testWal(puts: readonly (readonly [key: string, value: Uint8Array | string])[], zeros = 512): Buffer {
  let sum = 0;
  const record = (type: number, data: Buffer): Buffer => {
    if (type === 4) sum = 0;
    else sum = crc32c(sum, data);
    const body = Buffer.concat([
      varintField(1, type),
      varintField(2, sum),
      ...(type === 4 ? [] : [bytesField(3, data)]),
    ]);
    const padding = (8 - (body.length % 8)) % 8;
    const length = u64(body.length);
    if (padding > 0) length[7] = 0x80 | padding;
    return Buffer.concat([length, body, Buffer.alloc(padding)]);
  };
  // In the order of the file: the checksums are a chain.
  const head = [record(4, Buffer.alloc(0)), record(1, Buffer.concat([varintField(1, 7), varintField(2, 9)]))];
  const entries = puts.map(([key, value], index) => {
    const put = bytesField(2, Buffer.concat([bytesField(1, key), bytesField(2, value)]));
    const request = Buffer.concat([varintField(1, index + 1), bytesField(6, bytesField(2, put))]);
    const entry = Buffer.concat([
      varintField(1, 0),
      varintField(2, 1),
      varintField(3, index + 1),
      bytesField(4, request),
    ]);
    return record(2, entry);
  });
  return Buffer.concat([...head, ...entries, Buffer.alloc(zeros)]);
}

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly flags?: number;
}

function leafPage(id: number, entries: readonly Entry[], pageSize: number): Buffer {
  const elements = entries.map(() => Buffer.alloc(16));
  const data: Buffer[] = [];
  let at = 16 * entries.length;
  for (const [index, { key, value, flags = 0 }] of entries.entries()) {
    const element = elements[index];
    element?.writeUInt32LE(flags, 0);
    element?.writeUInt32LE(at - 16 * index, 4);
    element?.writeUInt32LE(key.length, 8);
    element?.writeUInt32LE(value.length, 12);
    data.push(key, value);
    at += key.length + value.length;
  }
  return page(id, 2, entries.length, Buffer.concat([...elements, ...data]), pageSize);
}

function branchPage(id: number, children: readonly { first: Buffer; id: number }[], pageSize: number): Buffer {
  const data: Buffer[] = [];
  let at = 16 * children.length;
  const elements = children.map(({ first, id: child }, index) => {
    const element = Buffer.alloc(16);
    element.writeUInt32LE(at - 16 * index, 0);
    element.writeUInt32LE(first.length, 4);
    element.writeBigUInt64LE(BigInt(child), 8);
    data.push(first);
    at += first.length;
    return element;
  });
  return page(id, 1, children.length, Buffer.concat([...elements, ...data]), pageSize);
}

/** A page with its header, filled up to whole pages; with a page size of 0 as long as its content. */
function page(id: number, flags: number, count: number, content: Buffer, pageSize: number): Buffer {
  const length = 16 + content.length;
  const pages = pageSize === 0 ? 1 : Math.ceil(length / pageSize);
  const bytes = Buffer.alloc(pageSize === 0 ? length : pages * pageSize);
  bytes.writeBigUInt64LE(BigInt(id), 0);
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(pages - 1, 12);
  content.copy(bytes, 16);
  return bytes;
}

function metaPage(id: number, root: number, pageCount: number, pageSize: number): Buffer {
  const meta = Buffer.alloc(64);
  for (const [index, value] of [META_MAGIC, 2, pageSize, 0].entries()) meta.writeUInt32LE(value, 4 * index);
  // Root page, sequence, no free list, pages, transaction.
  const numbers = [root, 0, -1, pageCount, 20 + id];
  for (const [index, value] of numbers.entries()) meta.writeBigInt64LE(BigInt(value), 16 + 8 * index);
  let sum = 0xcbf29ce484222325n;
  for (const byte of meta.subarray(0, 56)) sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  meta.writeBigUInt64LE(sum, 56);
  return page(id, 4, 0, meta, pageSize);
}

function revisionKey(main: number, sub: number, isTombstone: boolean): Buffer {
  const key = Buffer.alloc(17);
  key.writeBigUInt64BE(BigInt(main), 0);
  key[8] = 0x5f;
  key.writeBigUInt64BE(BigInt(sub), 9);
  return isTombstone ? Buffer.concat([key, Buffer.from('t')]) : key;
}

function keyValue(key: string, main: number, value: Uint8Array | string | undefined): Buffer {
  if (value === undefined) return bytesField(1, key);
  const numbers = [2, 3, 4].map((field) => varintField(field, field === 4 ? 1 : main));
  return Buffer.concat([bytesField(1, key), ...numbers, bytesField(5, value)]);
}

function bytesField(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
