// For the tests of this folder: writes rpm headers, and databases of all three formats around them; those of SQLite by SQLite itself.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TAGS, type Tag } from './header.ts';

/** Values of a header; texts, lists of texts, and numbers. */
export type TestHeader = Partial<Readonly<Record<Tag, string | number | readonly string[] | readonly number[]>>>;

/** A header blob as rpm's database holds it. */
export function headerBlob(fields: TestHeader): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const tag of (Object.keys(fields) as Tag[]).sort((a, b) => TAGS[a] - TAGS[b])) {
    const value = fields[tag];
    if (value === undefined) continue;
    const values = typeof value === 'object' ? [...value] : [value];
    const isNumber = typeof values[0] === 'number';
    const padding = isNumber ? (4 - (offset % 4)) % 4 : 0;
    const parts = values.map((part) => (typeof part === 'number' ? numbers('BE', part) : Buffer.from(`${part}\0`)));
    const bytes = Buffer.concat([Buffer.alloc(padding), ...parts]);
    const type = isNumber ? 4 : typeof value === 'object' ? 8 : 6;
    index.push(numbers('BE', TAGS[tag], type, offset + padding, values.length));
    data.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat([numbers('BE', index.length, offset), ...index, ...data]);
}

/** A database of SQLite's own making. `before` and `after` are statements around the rows' insertion. */
export function sqliteDatabase(blobs: readonly Buffer[], before = '', after = ''): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'));
  try {
    const database = new DatabaseSync(join(folder, 'db'));
    database.exec(`${before}; create table Name (key text, hnum integer);
      create table Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL); begin`);
    const insert = database.prepare('insert into Packages (blob) values (?)');
    for (const blob of blobs) insert.run(blob);
    database.exec(`commit; ${after}`);
    database.close();
    return readFileSync(join(folder, 'db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An ndb database with the blobs in the first slots, and a freed slot before them. */
export function ndbDatabase(blobs: readonly Buffer[]): Buffer {
  const tablePages = Math.ceil((48 + 16 * blobs.length) / 4096);
  const slots: Buffer[] = [slot(0, 0, 0)];
  const bodies: Buffer[] = [];
  let block = tablePages * 256;
  for (const [place, blob] of blobs.entries()) {
    const number = place + 1;
    const blocks = Math.ceil((28 + blob.length) / 16);
    const head = numbers('LE', 0x53626c42, number, 0, blob.length);
    const padded = Buffer.concat([head, blob, Buffer.alloc(blocks * 16 - 28 - blob.length)]);
    bodies.push(padded, numbers('LE', adler32(padded), blob.length, 0x45626c42));
    slots.push(slot(number, block, blocks));
    block += blocks;
  }
  while (slots.length < tablePages * 256 - 2) slots.push(slot(0, 0, 0));
  const header = numbers('LE', 0x506d7052, 0, 1, tablePages, blobs.length + 1, 0, 0, 0);
  return Buffer.concat([header, ...slots, ...bodies]);
}

function slot(number: number, block: number, blocks: number): Buffer {
  return numbers('LE', 0x746f6c53, number, block, blocks);
}

/** A Berkeley DB hash database of one bucket, with rpm's counter first; blobs lie off the page, short ones on it. */
export function bdbDatabase(blobs: readonly Buffer[], order: 'LE' | 'BE' = 'LE', pageSize = 4096): Buffer {
  const overflow: Buffer[] = [];
  const hash: Buffer[][] = [[]];
  let used = 0;
  const perHashPage = pageSize - 26;
  const hashPages = Math.ceil((blobs.length * 21) / (perHashPage - 120)) + 1;
  const put = (key: number, value: Buffer): void => {
    const needed = 4 + 5 + value.length;
    if (used + needed > perHashPage) {
      hash.push([]);
      used = 0;
    }
    hash.at(-1)?.push(Buffer.concat([Buffer.of(1), numbers(order, key)]), value);
    used += needed;
  };
  put(0, Buffer.concat([Buffer.of(1), numbers(order, blobs.length)]));
  for (const [place, blob] of blobs.entries()) {
    if (blob.length < 64) {
      put(place + 1, Buffer.concat([Buffer.of(1), blob]));
      continue;
    }
    const first = 1 + hashPages + overflow.length;
    put(place + 1, Buffer.concat([Buffer.of(3, 0, 0, 0), numbers(order, first, blob.length)]));
    for (let at = 0; at < blob.length; at += perHashPage) {
      const piece = blob.subarray(at, at + perHashPage);
      const number = 1 + hashPages + overflow.length;
      const next = at + perHashPage < blob.length ? number + 1 : 0;
      overflow.push(bdbPage(order, pageSize, { number, next, entries: 1, free: piece.length, type: 7 }, piece));
    }
  }
  const pages = Array.from({ length: hashPages }, (_nothing, place) => {
    const items = hash[place] ?? [];
    let end = pageSize;
    const places = items.map((item) => {
      end -= item.length;
      return end;
    });
    const next = place + 1 < hash.length ? place + 2 : 0;
    const head = { number: place + 1, next, entries: items.length, free: end, type: 13 };
    const page = bdbPage(order, pageSize, head, Buffer.concat(places.map((at) => short(order, at))));
    for (const [nth, item] of items.entries()) item.copy(page, places[nth] ?? 0);
    return page;
  });
  const meta = Buffer.alloc(pageSize);
  const fields = numbers(order, 0, 0, 0, 0x00061561, 9, pageSize, 0, 0, hashPages + overflow.length);
  fields.copy(meta);
  meta[25] = 8;
  numbers(order, 1).copy(meta, 96); // spares: bucket 0 is page 1
  return Buffer.concat([meta, ...pages, ...overflow]);
}

interface PageHead {
  readonly number: number;
  readonly next: number;
  readonly entries: number;
  readonly free: number;
  readonly type: number;
}

function bdbPage(order: 'LE' | 'BE', pageSize: number, head: PageHead, content: Buffer): Buffer {
  const page = Buffer.alloc(pageSize);
  numbers(order, 0, 0, head.number, 0, head.next).copy(page);
  short(order, head.entries).copy(page, 20);
  short(order, head.free).copy(page, 22);
  page[25] = head.type;
  content.copy(page, 26);
  return page;
}

function numbers(order: 'LE' | 'BE', ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [place, value] of values.entries()) {
    if (order === 'LE') bytes.writeUInt32LE(value, 4 * place);
    else bytes.writeUInt32BE(value, 4 * place);
  }
  return bytes;
}

function short(order: 'LE' | 'BE', value: number): Buffer {
  return order === 'LE' ? Buffer.of(value & 0xff, value >> 8) : Buffer.of(value >> 8, value & 0xff);
}

function adler32(bytes: Buffer): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
