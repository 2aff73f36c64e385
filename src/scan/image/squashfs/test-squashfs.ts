// Writes small squashfs 4.0 file systems for tests, with nothing packed, so that a test or a fuzzer can reach every field; and SIF files around them.
// Written after the same sources as the reader; mksquashfs is the judge of both in squashfs.test.ts.

/** A file, directory or link of a test's file system. */
export interface TestNode {
  readonly name: string;
  /** Content of a regular file. */
  readonly body?: string | Uint8Array;
  readonly children?: readonly TestNode[];
  readonly link?: string;
  readonly mode?: number;
  /** Whether the file has `security.capability`. */
  readonly capable?: boolean;
}

const BLOCK_BYTES = 4096;
const METADATA_BYTES = 8192;
const NONE = 0xffff_ffff;
/** CAP_NET_RAW, effective and permitted (capabilities(7), version 2). */
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** A file system whose root has these nodes, all owned by root and of one time. */
export function makeSquashfs(nodes: readonly TestNode[]): Buffer {
  const data: Buffer[] = [];
  const tails: Buffer[] = [];
  const inodes = new Stream();
  const directories = new Stream();
  let count = 0;
  const place = (bytes: number): number => 96 + bytes;
  const dataLength = (): number => data.reduce((sum, { length }) => sum + length, 0);
  const tailLength = (): number => tails.reduce((sum, { length }) => sum + length, 0);

  const head = (type: number, mode: number): Buffer => {
    count += 1;
    return words([type, 2], [mode, 2], [0, 2], [0, 2], [1_600_000_000, 4], [count, 4]);
  };
  const file = (body: Buffer, { mode = 0o644, capable = false }: TestNode): number => {
    const tail = body.length % BLOCK_BYTES;
    const start = place(dataLength());
    const sizes: [number, number][] = [];
    for (let at = 0; at + BLOCK_BYTES <= body.length; at += BLOCK_BYTES) {
      data.push(body.subarray(at, at + BLOCK_BYTES));
      sizes.push([BLOCK_BYTES | 0x100_0000, 4]);
    }
    const fragment: [number, number][] = [
      [tail === 0 ? NONE : 0, 4],
      [tail === 0 ? 0 : tailLength(), 4],
    ];
    tails.push(body.subarray(body.length - tail));
    const fields = capable
      ? words([start, 8], [body.length, 8], [0, 8], [1, 4], ...fragment, [0, 4], ...sizes)
      : words([start, 4], ...fragment, [body.length, 4], ...sizes);
    return inodes.add(Buffer.concat([head(capable ? 9 : 2, mode), fields]));
  };
  const directory = (children: readonly TestNode[], mode: number): number => {
    const placed = [...children]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((child) => ({ name: Buffer.from(child.name), type: typeOf(child), at: add(child) }));
    const listing = placed.map(({ name, type, at }) => {
      const run = words([0, 4], [blockOf(at), 4], [1, 4]);
      return Buffer.concat([run, words([at % METADATA_BYTES, 2], [0, 2], [type, 2], [name.length - 1, 2]), name]);
    });
    const bytes = Buffer.concat(listing);
    const at = directories.add(bytes);
    const fields = words([blockOf(at), 4], [2, 4], [bytes.length + 3, 2], [at % METADATA_BYTES, 2], [1, 4]);
    return inodes.add(Buffer.concat([head(1, mode), fields]));
  };
  const add = (node: TestNode): number => {
    if (node.children !== undefined) return directory(node.children, node.mode ?? 0o755);
    if (node.link === undefined) return file(Buffer.from(node.body ?? ''), node);
    const target = Buffer.from(node.link);
    return inodes.add(Buffer.concat([head(3, 0o777), words([1, 4], [target.length, 4]), target]));
  };

  const root = directory(nodes, 0o755);
  const parts: Buffer[] = [...data, ...tails];
  const length = (): number => place(parts.reduce((sum, part) => sum + part.length, 0));
  const put = (bytes: Buffer): number => {
    const at = length();
    parts.push(bytes);
    return at;
  };
  const tailsAt = place(dataLength());
  const inodeTable = put(inodes.finish());
  const directoryTable = put(directories.finish());
  const fragmentAt = put(metadata(words([tailsAt, 8], [tailLength() | 0x100_0000, 4], [0, 4])));
  const fragmentTable = put(words([fragmentAt, 8]));
  const idAt = put(metadata(words([0, 4])));
  const idTable = put(words([idAt, 8]));
  const name = Buffer.from('capability');
  const value = put(metadata(Buffer.concat([words([2, 2], [name.length, 2]), name, words([20, 4]), CAPABILITY])));
  const attributesAt = put(metadata(words([0, 8], [1, 4], [38, 4])));
  const attributeTable = put(words([value, 8], [1, 4], [0, 4], [attributesAt, 8]));
  const used = length();
  const superblock = Buffer.concat([
    words([0x73717368, 4], [count, 4], [1_600_000_000, 4], [BLOCK_BYTES, 4], [1, 4], [1, 2], [12, 2], [0, 2], [1, 2]),
    words([4, 2], [0, 2], [root % METADATA_BYTES, 2], [blockOf(root), 6], [used, 8], [idTable, 8], [attributeTable, 8]),
    words([inodeTable, 8], [directoryTable, 8], [fragmentTable, 8]),
    Buffer.alloc(8, 0xff),
  ]);
  return Buffer.concat([superblock, ...parts]);
}

/** What a test's SIF file holds: bytes with the kind of object, and of a partition its file system, role and architecture. */
export interface TestObject {
  readonly kind: number;
  readonly body: Uint8Array;
  readonly partition?: readonly [fileSystem: number, role: number, architecture: string];
}

/** A SIF file with these objects behind one another, and free descriptors. */
export function makeSif(objects: readonly TestObject[]): Buffer {
  const room = objects.length + 2;
  const dataAt = 4096 + room * 585;
  const head = Buffer.alloc(128);
  head.write('#!/usr/bin/env run-singularity\n');
  head.write('SIF_MAGIC\x0001\x0002\0', 32, 'latin1');
  words([1_600_000_100, 8], [1_600_000_100, 8], [2, 8], [room, 8], [4096, 8], [room * 585, 8], [dataAt, 8]).copy(
    head,
    64,
  );
  const table = Buffer.alloc(room * 585);
  let at = dataAt;
  for (const [index, { kind, body, partition }] of objects.entries()) {
    const descriptor = table.subarray(index * 585, (index + 1) * 585);
    words([kind, 4], [1, 1], [index + 1, 4], [0xf000_0001, 4], [0, 4], [at, 8], [body.length, 8]).copy(descriptor);
    if (partition !== undefined) {
      words([partition[0], 4], [partition[1], 4]).copy(descriptor, 201);
      descriptor.write(partition[2], 209);
    }
    at += body.length;
  }
  return Buffer.concat([head, Buffer.alloc(4096 - head.length), table, ...objects.map(({ body }) => body)]);
}

/** The kind that a directory tells of an entry. */
function typeOf({ children, link }: TestNode): number {
  if (children !== undefined) return 1;
  return link === undefined ? 2 : 3;
}

/** Bytes of one table before it is cut into blocks. */
class Stream {
  #bytes = Buffer.alloc(0);

  /** Where the record begins. */
  add(record: Buffer): number {
    const at = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, record]);
    return at;
  }

  finish(): Buffer {
    return metadata(this.#bytes);
  }
}

/** Where the block that holds a byte of a table begins, once the table is cut. */
function blockOf(at: number): number {
  return Math.floor(at / METADATA_BYTES) * (METADATA_BYTES + 2);
}

function metadata(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += METADATA_BYTES) {
    const block = bytes.subarray(at, at + METADATA_BYTES);
    blocks.push(words([block.length | 0x8000, 2]), block);
  }
  return Buffer.concat(blocks);
}

function words(...fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  const out = Buffer.alloc(fields.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of fields) {
    for (let index = 0; index < size; index += 1) out[at + index] = Math.floor(value / 2 ** (8 * index)) % 256;
    at += size;
  }
  return out;
}
