// Sparse files in tar archives: the stored pieces and where they belong (GNU tar manual "Storing Sparse Files": old GNU, PAX 0.0, 0.1 and 1.0).
import { ParseError } from '../../../platform/errors.ts';
import { BLOCK, paxCount, readNumber } from './tar-header.ts';

/** A stored piece: where it goes in the file, and its length. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** A stored body taken apart. */
interface SplitBody {
  readonly pieces: readonly Piece[];
  readonly data: Buffer;
}

/** What the headers say of a sparse file. */
export interface SparseFile {
  /** Its name, where the archive gives the stored file another one. */
  readonly name?: string;
  /** Bytes with the holes filled; as many as stored where it is not said. */
  readonly size?: number;
  /** @throws ParseError when the map is malformed. */
  readonly split: (body: Buffer) => SplitBody;
}

/** The sparse file that PAX records describe; undefined when they describe none in one of the known formats. */
export function paxSparse(pax: ReadonlyMap<string, string>): SparseFile | undefined {
  const split = paxSplit(pax);
  if (split === undefined) return undefined;
  const name = pax.get('GNU.sparse.name');
  const size = paxCount(pax, 'GNU.sparse.size') ?? paxCount(pax, 'GNU.sparse.realsize');
  return { split, ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size }) };
}

function paxSplit(pax: ReadonlyMap<string, string>): SparseFile['split'] | undefined {
  const version = `${pax.get('GNU.sparse.major') ?? ''}.${pax.get('GNU.sparse.minor') ?? ''}`;
  if (version === '1.0') return splitSparseBody;
  const map = pax.get('GNU.sparse.map');
  // Formats 0.0 and 0.1 as GNU tar writes them name no version.
  if (version === '0.0' || version === '0.1' || (version === '.' && map !== undefined)) {
    return (data) => ({ pieces: parseSparseMap(map ?? ''), data });
  }
  return undefined;
}

/** The pieces in `count` pairs of 12-byte numbers from `at` (old GNU header: 4 pairs at 386; continuation block: 21 at 0). */
export function readPieces(bytes: Uint8Array, at: number, count: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const offset = readNumber(bytes, at + i * 24, 12);
    const length = readNumber(bytes, at + i * 24 + 12, 12);
    if (length > 0) pieces.push({ offset, length });
  }
  return pieces;
}

/** The pieces of a PAX `GNU.sparse.map`: offset and length in turn, separated by commas (formats 0.0 and 0.1). */
function parseSparseMap(map: string): readonly Piece[] {
  const numbers = map === '' ? [] : map.split(',').map(Number);
  if (numbers.length % 2 !== 0 || !numbers.every(isCount)) throw new ParseError('tar: malformed sparse map');
  const pieces: Piece[] = [];
  for (let i = 0; i < numbers.length; i += 2) pieces.push({ offset: numbers[i] ?? 0, length: numbers[i + 1] ?? 0 });
  return pieces;
}

/** Format 1.0 keeps the map in front of the data: decimal lines (count, then offset and length in turn), padded to a block. */
function splitSparseBody(body: Buffer): SplitBody {
  let at = 0;
  const next = (): number => {
    const end = body.indexOf(0x0a, at);
    const value = end === -1 || end - at > 20 || end === at ? Number.NaN : Number(body.toString('latin1', at, end));
    if (!isCount(value)) throw new ParseError('tar: malformed sparse map');
    at = end + 1;
    return value;
  };
  const count = next();
  if (count > body.length) throw new ParseError('tar: malformed sparse map');
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) pieces.push({ offset: next(), length: next() });
  return { pieces, data: body.subarray(Math.ceil(at / BLOCK) * BLOCK) };
}

/**
 * The whole file: pieces at their places, zeros between.
 * @throws ParseError when the pieces do not fit the data or the file.
 */
export function expandSparse(body: Buffer, sparse: SparseFile, size: number): Buffer {
  const { pieces, data } = sparse.split(body);
  const file = Buffer.alloc(size);
  let at = 0;
  for (const { offset, length } of pieces) {
    if (offset + length > size || at + length > data.length)
      throw new ParseError('tar: sparse pieces outside the file');
    data.copy(file, offset, at, at + length);
    at += length;
  }
  return file;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
