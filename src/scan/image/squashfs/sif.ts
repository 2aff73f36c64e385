// A SIF file (Singularity Image Format, version 01): its head, its descriptors, and the partition that holds the container's files.
// Source: the structures `header`, `rawDescriptor` and `partition` of github.com/sylabs/sif, pkg/sif (sif.go, descriptor.go); little-endian, packed.
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { type Region, readUInt64 } from './region.ts';

/** What a SIF file holds for a scan. */
export interface SifImage {
  /** Where the squashfs of the primary system partition lies, in bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
  /** GOARCH of the system; absent when the file names none that is known. */
  readonly architecture?: string;
  /** Seconds since 1970; absent when not told. */
  readonly createdAt?: number;
  /** Other partitions that a runtime would mount over the system, which are not read: `overlay partition 4 (ext3)`. */
  readonly unread: readonly string[];
}

interface Partition {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  readonly fileSystem: number;
  readonly role: number;
  readonly architecture: string;
}

const MAGIC_AT = 32;
const MAGIC = 'SIF_MAGIC\0';
const HEAD_BYTES = 128;
const DESCRIPTOR_BYTES = 585;
const EXTRA_AT = 201;
const PARTITION = 0x4004;
const OCI_INDEX = 0x400a;
/** Descriptors of one file: Apptainer makes room for 48. */
const MOST_DESCRIPTORS = 10_000;
const SQUASHFS = 1;
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [SQUASHFS, 'squashfs'],
  [2, 'ext3'],
  [3, 'an archive'],
  [4, 'raw'],
  [5, 'encrypted squashfs'],
]);
const PRIMARY_SYSTEM = 2;
const OVERLAY = 4;
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['01', '386'],
  ['02', 'amd64'],
  ['03', 'arm'],
  ['04', 'arm64'],
  ['05', 'ppc64'],
  ['06', 'ppc64le'],
  ['07', 'mips'],
  ['08', 'mipsle'],
  ['09', 'mips64'],
  ['10', 'mips64le'],
  ['11', 's390x'],
  ['12', 'riscv64'],
]);

/** Whether the bytes (at least the first 42) begin a SIF file. */
export function isSif(head: Buffer): boolean {
  return head.length >= MAGIC_AT + MAGIC.length && head.toString('latin1', MAGIC_AT, MAGIC_AT + MAGIC.length) === MAGIC;
}

/**
 * Finds the container's files.
 * @throws ParseError when the file is no SIF or is damaged; LimitError; PlimsollError `unsupported` when the system is not a plain squashfs.
 */
export function readSif(region: Region): SifImage {
  const head = stretch(region, 0, HEAD_BYTES, 'its head');
  if (!isSif(head)) throw new ParseError('this is no SIF file');
  const total = readUInt64(head, 88);
  if (total > MOST_DESCRIPTORS) throw new LimitError(`SIF file with room for ${total} descriptors`);
  const table = stretch(region, readUInt64(head, 96), total * DESCRIPTOR_BYTES, 'its descriptors');
  const descriptors = Array.from({ length: total }, (_, index) =>
    table.subarray(index * DESCRIPTOR_BYTES, (index + 1) * DESCRIPTOR_BYTES),
  );
  const partitions = descriptors.flatMap((descriptor) => partitionOf(descriptor) ?? []);
  const primaries = partitions.filter(({ role }) => role === PRIMARY_SYSTEM);
  const [system] = primaries;
  if (system === undefined) throw withoutSystem(descriptors);
  if (primaries.length > 1) throw new ParseError('damaged SIF file: it has several primary system partitions');
  if (system.fileSystem !== SQUASHFS) {
    const what = FILE_SYSTEMS.get(system.fileSystem) ?? 'another file system';
    throw new PlimsollError('unsupported', `the SIF file's system is ${what}; only squashfs is read`);
  }
  if (system.offset + system.length > region.length) throw new ParseError('the SIF file was cut off: fetch it again');
  const architecture = ARCHITECTURES.get(system.architecture);
  const createdAt = readUInt64(head, 64);
  return {
    offset: system.offset,
    length: system.length,
    ...(architecture === undefined ? {} : { architecture }),
    // Later dates are none: JavaScript's end there too.
    ...(createdAt > 0 && createdAt < 8.64e12 ? { createdAt } : {}),
    unread: partitions
      .filter(({ role }) => role === OVERLAY)
      .map(({ id, fileSystem }) => {
        return `overlay partition ${id} (${FILE_SYSTEMS.get(fileSystem) ?? 'unknown'})`;
      }),
  };
}

/** The partition that a descriptor describes; undefined for a free one and for other kinds of objects. */
function partitionOf(descriptor: Buffer): Partition | undefined {
  if (!holds(descriptor, PARTITION)) return undefined;
  return {
    id: descriptor.readUInt32LE(5),
    offset: readUInt64(descriptor, 17),
    length: readUInt64(descriptor, 25),
    fileSystem: descriptor.readInt32LE(EXTRA_AT),
    role: descriptor.readInt32LE(EXTRA_AT + 4),
    architecture: descriptor.toString('latin1', EXTRA_AT + 8, EXTRA_AT + 10),
  };
}

/** Whether the descriptor is in use, for an object of the kind. */
function holds(descriptor: Buffer, kind: number): boolean {
  return descriptor.readInt32LE(0) === kind && descriptor[4] === 1;
}

function withoutSystem(descriptors: readonly Buffer[]): PlimsollError {
  if (!descriptors.some((descriptor) => holds(descriptor, OCI_INDEX))) {
    return new ParseError('the SIF file has no primary system partition');
  }
  return new PlimsollError(
    'unsupported',
    'the SIF file holds an OCI image, which is not read: copy it out and name it as oci:DIR',
  );
}

function stretch(region: Region, offset: number, length: number, what: string): Buffer {
  const within = Number.isSafeInteger(offset + length) && offset + length <= region.length;
  const bytes = within ? region.read(offset, length) : undefined;
  if (bytes?.length !== length) throw new ParseError(`the SIF file was cut off: it ends before ${what}`);
  return bytes;
}
