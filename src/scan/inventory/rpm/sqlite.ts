// Reads one column of one table of an SQLite database from its bytes, as rpm's sqlite backend stores its packages (rpmdb.sqlite).
// Format: "Database File Format" of the SQLite documentation, sections 1.3 (header), 1.6 (b-tree pages), 1.7 (overflow pages), 2.1 (records) and
// 2.6 (schema). Pages are followed from the root, each at most once; nothing is copied but records that span pages.
import { ParseError } from '../../../platform/errors.ts';
import { BlobAssembly, PageLedger, type StoredHeader } from './stored-header.ts';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const FILE_HEADER = 100;
const INTERIOR = 0x05;
const LEAF = 0x0d;
const UTF8 = 1;

interface Database {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Bytes of a page before the reserved space at its end. */
  readonly usable: number;
  readonly ledger: PageLedger;
  readonly assembly: BlobAssembly;
}

/** A row's record: the part on its leaf page, and where the rest is. */
interface Cell {
  readonly row: number;
  readonly start: number;
  readonly localEnd: number;
  readonly length: number;
  /** First overflow page, 0 when the record is whole. */
  readonly overflow: number;
}

/** Whether the bytes begin as an SQLite database does. */
export function isSqlite(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

/**
 * The blobs of a column, in the order of the rows.
 * @param column 0-based.
 * @throws ParseError when the header or the tree of pages is damaged, or there is no such table.
 */
export function* readSqliteBlobs(bytes: Buffer, table: string, column: number): Generator<StoredHeader> {
  const database = openDatabase(bytes);
  const root = rootOf(database, table);
  for (const cell of leafCells(database, root)) {
    yield {
      place: `row ${cell.row}`,
      read() {
        const record = readRecord(database, cell);
        const value = columnOf(record, column);
        if (value.serial < 12 || value.serial % 2 !== 0) throw new ParseError('its column is not a blob');
        return record.subarray(value.start, value.end);
      },
    };
  }
}

function openDatabase(bytes: Buffer): Database {
  if (bytes.length < FILE_HEADER) throw new ParseError('an SQLite database shorter than its header');
  const written = bytes.readUInt16BE(16);
  const pageSize = written === 1 ? 65_536 : written;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw new ParseError(`SQLite page size ${written}`);
  const usable = pageSize - bytes.readUInt8(20);
  if (usable < 480) throw new ParseError(`SQLite pages with only ${usable} usable bytes`);
  const encoding = bytes.readUInt32BE(56);
  if (encoding > UTF8) throw new ParseError('an SQLite database in UTF-16, which rpm does not write');
  const ledger = new PageLedger(1, Math.floor(bytes.length / pageSize));
  return { bytes, pageSize, usable, ledger, assembly: new BlobAssembly() };
}

/** From the schema table, whose root is page 1: type, name, tbl_name, rootpage, sql. */
function rootOf(database: Database, table: string): number {
  for (const cell of leafCells(database, 1)) {
    const record = readRecord(database, cell);
    const isTable = isText(record, columnOf(record, 0), 'table') && isText(record, columnOf(record, 1), table);
    if (!isTable) continue;
    const { start, end } = columnOf(record, 3);
    if (end - start < 1 || end - start > 6) break;
    return record.readUIntBE(start, end - start);
  }
  throw new ParseError(`an SQLite database without a table ${table}`);
}

/** The cells of a table's leaf pages, in the order of the rows. */
function* leafCells(database: Database, root: number): Generator<Cell> {
  const { bytes, pageSize, ledger } = database;
  const open = [ledger.take(root)];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    const start = (page - 1) * pageSize;
    const header = page === 1 ? start + FILE_HEADER : start;
    const kind = bytes[header];
    if (kind !== INTERIOR && kind !== LEAF) throw new ParseError(`SQLite page ${page} is not one of a table`);
    const count = bytes.readUInt16BE(header + 3);
    const pointers = header + (kind === INTERIOR ? 12 : 8);
    const content = pointers + 2 * count;
    if (content > start + database.usable) throw new ParseError(`SQLite page ${page} holds more cells than fit`);
    if (kind === LEAF) {
      yield* cellsOf(database, page, pointers, count);
      continue;
    }
    // The last child first, for the next page is taken from the end.
    open.push(ledger.take(bytes.readUInt32BE(header + 8)));
    for (let at = content - 2; at >= pointers; at -= 2) {
      const cell = start + bytes.readUInt16BE(at);
      if (cell < content || cell + 4 > start + database.usable) throw outside(page);
      open.push(ledger.take(bytes.readUInt32BE(cell)));
    }
  }
}

function* cellsOf(database: Database, page: number, pointers: number, count: number): Generator<Cell> {
  const { bytes, pageSize, usable } = database;
  const start = (page - 1) * pageSize;
  const content = pointers + 2 * count;
  const end = start + usable;
  let taken = 0;
  for (let at = pointers; at < content; at += 2) {
    const cell = start + bytes.readUInt16BE(at);
    if (cell < content) throw outside(page);
    const length = varint(bytes, cell, end);
    const row = varint(bytes, length.next, end);
    const local = localLength(length.value, usable);
    const localEnd = row.next + local;
    const whole = local === length.value;
    if (localEnd + (whole ? 0 : 4) > end) throw outside(page);
    // Cells do not share bytes; without this, a page of pointers to one cell would cost its square.
    taken += localEnd - cell;
    if (taken > usable) throw new ParseError(`SQLite page ${page} holds cells that lie over each other`);
    const overflow = whole ? 0 : bytes.readUInt32BE(localEnd);
    yield { row: row.value, start: row.next, localEnd, length: length.value, overflow };
  }
}

/** How much of a record stays on its leaf page (section 1.6, "P", "X", "M" and "K"). */
function localLength(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const some = least + ((length - least) % (usable - 4));
  return some <= most ? some : least;
}

function readRecord({ bytes, pageSize, usable, ledger, assembly }: Database, cell: Cell): Buffer {
  if (cell.overflow === 0) return bytes.subarray(cell.start, cell.localEnd);
  if (cell.length > bytes.length) throw new ParseError(`it claims ${cell.length} bytes, more than the file has`);
  assembly.clear();
  assembly.append(bytes, cell.start, cell.localEnd);
  let missing = cell.length - (cell.localEnd - cell.start);
  for (let page = cell.overflow; missing > 0; ) {
    const start = (ledger.take(page) - 1) * pageSize;
    const piece = Math.min(missing, usable - 4);
    assembly.append(bytes, start + 4, start + 4 + piece);
    missing -= piece;
    page = bytes.readUInt32BE(start);
  }
  return assembly.blob();
}

interface Value {
  readonly serial: number;
  readonly start: number;
  readonly end: number;
}

/** A value of a record: its serial type and where its bytes are (section 2.1). */
function columnOf(record: Buffer, column: number): Value {
  const header = varint(record, 0, record.length);
  if (header.value > record.length) throw new ParseError('its record header is longer than the record');
  let { next } = header;
  let start = header.value;
  for (let place = 0; next < header.value; place += 1) {
    const serial = varint(record, next, header.value);
    const end = start + lengthOf(serial.value);
    if (end > record.length) throw new ParseError('its record ends within a value');
    if (place === column) return { serial: serial.value, start, end };
    next = serial.next;
    start = end;
  }
  throw new ParseError(`its record has no column ${column + 1}`);
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function lengthOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  const length = INTEGER_BYTES[serial];
  if (length === undefined) throw new ParseError(`its record has the reserved serial type ${serial}`);
  return length;
}

/** Compared after the length, so that a long text is not decoded. */
function isText(record: Buffer, { serial, start, end }: Value, text: string): boolean {
  return serial === 13 + 2 * text.length && record.toString('latin1', start, end) === text;
}

/** A variable-length integer: seven bits a byte, eight in the ninth. Beyond 2^53 it is not exact, but longer than any file. */
function varint(bytes: Buffer, start: number, end: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (at === start + 8) return { value: value * 256 + byte, next: at + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new ParseError('an SQLite number runs over its end');
}

function outside(page: number): ParseError {
  return new ParseError(`SQLite page ${page} has a cell outside of it`);
}
