// Unpacks a stretch of a file: plain, gzip and zstd by Node itself; xz, which Node does not read, by the program xz or by apt's own.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { LimitError, PlimsollError } from '../../../platform/errors.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { createInflater, packingOf } from '../../image/layer/inflate.ts';
import { type Environment, runFilter } from './programs.ts';

/** A stretch of a file. */
export interface Stretch {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** apt's own tools, which every system with apt has; it reads xz in a file whose name says so. */
export const APT_HELPER = '/usr/lib/apt/apt-helper';
const XZ_MAGIC = 'fd377a585a00';
/** Memory that unpacking may take: xz -9 needs 65 MiB. */
const XZ_ARGUMENTS = ['--decompress', '--stdout', '--memlimit-decompress=256MiB'];

/**
 * Hands on the unpacked bytes, each piece valid only during the call, until `take` returns true.
 * @throws ParseError when the packing is damaged; LimitError when more than `maxBytes` come out; PlimsollError `input-unreadable`, and `unsupported`
 * when it is xz and nothing reads that
 */
export async function unpack(
  stretch: Stretch,
  maxBytes: number,
  take: (bytes: Uint8Array) => boolean,
  environment: Environment,
): Promise<void> {
  let bytes = 0;
  const counted = (piece: Uint8Array): boolean => {
    bytes += piece.length;
    if (bytes > maxBytes) throw new LimitError(`${stretch.file}: more than ${maxBytes} bytes unpacked`);
    return take(piece);
  };
  const [head = new Uint8Array()] = fileChunks(stretch.file, stretch.offset, Math.min(stretch.length, 6));
  if (Buffer.from(head).toString('hex') === XZ_MAGIC) await unpackXz(stretch, counted, environment);
  else await unpackHere(stretch, head, counted);
}

async function unpackHere(
  { file, offset, length }: Stretch,
  head: Uint8Array,
  take: (bytes: Uint8Array) => boolean,
): Promise<void> {
  let done = false;
  const inflater = createInflater(packingOf(head), (bytes) => {
    done ||= take(bytes);
  });
  try {
    for (const chunk of fileChunks(file, offset, length)) {
      const pushed = inflater.push(chunk);
      if (pushed !== undefined) await pushed;
      if (done) return;
    }
    await inflater.end();
  } finally {
    inflater.close();
  }
}

async function unpackXz(
  { file, offset, length }: Stretch,
  take: (bytes: Uint8Array) => boolean,
  environment: Environment,
): Promise<void> {
  if (await runFilter('xz', XZ_ARGUMENTS, fileChunks(file, offset, length), take, environment)) return;
  const copy = `${file}.data.xz`;
  try {
    writeChunks(copy, fileChunks(file, offset, length));
    if (await runFilter(APT_HELPER, ['cat-file', copy], [], take, environment)) return;
  } finally {
    rmSync(copy, { force: true });
  }
  throw new PlimsollError('unsupported', `${file} is packed with xz: install the program xz (package xz-utils)`);
}

function writeChunks(file: string, chunks: Iterable<Uint8Array>): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    for (const chunk of chunks) for (let done = 0; done < chunk.length; ) done += writeSync(descriptor, chunk, done);
  } finally {
    closeSync(descriptor);
  }
}
