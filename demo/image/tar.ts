// Packs a tar archive from entries in memory: POSIX.1-2017 ustar headers, with PAX extended headers where ustar has no room.
// Used by the demo and by tests that need real layers. The same entries give the same bytes.

/** Type of an entry, in the words of the layer walk. */
export type TarEntryType = 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'fifo';

/** One entry. The path is written as given, with `/` added to directories. */
export interface TarEntry {
  readonly path: string;
  /** `file` unless given. */
  readonly type?: TarEntryType;
  /** Permission bits (07777): 0755 for directories, 0777 for symbolic links, else 0644 unless given. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Target of a symbolic or hard link. */
  readonly link?: string;
  /** Content of a file; text is written as UTF-8. */
  readonly body?: Uint8Array | string;
  /** Further PAX records of this entry, such as `SCHILY.xattr.security.capability`. */
  readonly pax?: Readonly<Record<string, string>>;
}

const BLOCK = 512;
const NAME_BYTES = 100;
/** Largest value of the 11 octal digits of a size field. */
const MAX_SIZE = 0o77777777777;

const TYPE_FLAGS = { file: '0', hardlink: '1', symlink: '2', char: '3', dir: '5', fifo: '6' } as const;
const DEFAULT_MODES = { file: 0o644, hardlink: 0o644, symlink: 0o777, char: 0o644, dir: 0o755, fifo: 0o644 } as const;

/** A tar archive of the entries in their order, with modification time 0, ended by two zero blocks. */
export function packTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * BLOCK)]);
}

function entryBlocks(entry: TarEntry): readonly Buffer[] {
  const type = entry.type ?? 'file';
  const path = type === 'dir' && !entry.path.endsWith('/') ? `${entry.path}/` : entry.path;
  const link = entry.link ?? '';
  const body = typeof entry.body === 'string' ? Buffer.from(entry.body) : Buffer.from(entry.body ?? []);
  if (body.length > MAX_SIZE) throw new RangeError(`${path}: ${body.length} bytes do not fit into a ustar header`);
  const records: Record<string, string> = {};
  if (!fitsUstar(path)) records['path'] = path;
  if (!fitsUstar(link)) records['linkpath'] = link;
  Object.assign(records, entry.pax);
  const blocks: Buffer[] = [];
  if (Object.keys(records).length > 0) {
    const content = paxRecords(records);
    blocks.push(header({ name: 'PaxHeaders/0', flag: 'x', mode: 0o644, size: content.length }), padded(content));
  }
  const fields = { name: path, link, flag: TYPE_FLAGS[type], mode: entry.mode ?? DEFAULT_MODES[type] };
  blocks.push(header({ ...fields, uid: entry.uid ?? 0, gid: entry.gid ?? 0, size: body.length }), padded(body));
  return blocks;
}

function fitsUstar(text: string): boolean {
  return text.length <= NAME_BYTES && /^[\x20-\x7e]*$/.test(text);
}

/** PAX records "LENGTH KEY=VALUE\n", where LENGTH counts the bytes of the whole record, its own digits too (POSIX pax, "Extended Header"). */
function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  const keys = Object.keys(records).sort();
  return Buffer.concat(
    keys.map((key) => {
      const rest = Buffer.byteLength(` ${key}=${records[key]}\n`);
      let length = rest + String(rest).length;
      length = rest + String(length).length;
      return Buffer.from(`${length} ${key}=${records[key]}\n`);
    }),
  );
}

interface HeaderFields {
  readonly name: string;
  readonly flag: string;
  readonly mode: number;
  readonly size: number;
  readonly link?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A ustar header block; a name that does not fit is cut, because a PAX record before it carries the whole. */
function header(fields: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(fields.name, 0, NAME_BYTES, 'utf8');
  block.write(octal(fields.mode, 7), 100, 'latin1');
  block.write(octal(fields.uid ?? 0, 7), 108, 'latin1');
  block.write(octal(fields.gid ?? 0, 7), 116, 'latin1');
  block.write(octal(fields.size, 11), 124, 'latin1');
  block.write(octal(0, 11), 136, 'latin1');
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(fields.flag, 156, 'latin1');
  block.write(fields.link ?? '', 157, NAME_BYTES, 'utf8');
  block.write('ustar\u000000', 257, 'latin1');
  if (fields.flag === TYPE_FLAGS.char) {
    block.write(octal(0, 7), 329, 'latin1');
    block.write(octal(0, 7), 337, 'latin1');
  }
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, '0');
  if (text.length > digits) throw new RangeError(`${value} does not fit into ${digits} octal digits of a ustar header`);
  return text;
}

function padded(content: Buffer): Buffer {
  const rest = content.length % BLOCK;
  return rest === 0 ? content : Buffer.concat([content, Buffer.alloc(BLOCK - rest)]);
}
