// Archives in which formats meet, or that are malformed: what a container runtime sees in them, which all use Go's archive/tar, is what we must see.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import { cleanPath } from './entry-path.ts';
import { TarWalker } from './tar.ts';

/** A header as it is to stand in the archive, with its body. */
interface RawEntry {
  readonly name?: string;
  readonly flag: string;
  readonly body?: string;
  /** Stated instead of the body's length. */
  readonly size?: string;
  readonly uid?: string;
  readonly link?: string;
  readonly magic?: string;
  readonly prefix?: string;
  /** Last four bytes of the header. */
  readonly trailer?: string;
}

/** What is compared of an entry: type flag, path, size, user, link, content. */
type Seen = readonly [flag: string, path: string, size: number, uid: number, link: string, content: string];

const USTAR = 'ustar\x0000';
const GNU = 'ustar  \0';
const END = Buffer.alloc(1024);

function pack(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), END]);
}

function blocksOf(entry: RawEntry): readonly Buffer[] {
  const { name = 'real', flag, body = '', link = '', magic = USTAR, prefix = '', trailer = '' } = entry;
  const content = Buffer.from(body);
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write('0000644\x000000000\x000000000\0', 100);
  block.write(entry.uid ?? '0000000\0', 108, 8, 'latin1');
  block.write(entry.size ?? `${content.length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  block.write('00000000000\0        ', 136);
  block.write(flag, 156);
  block.write(link, 157, 100);
  block.write(magic, 257, 8, 'latin1');
  block.write(prefix, 345, 155);
  block.write(trailer, 508, 4);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

function pax(records: Readonly<Record<string, string>>): RawEntry {
  return { name: 'pax', flag: 'x', body: Object.entries(records).map(record).join('') };
}

function record([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const length = rest.length + String(rest.length).length;
  return `${String(length).length > String(rest.length).length ? length + 1 : length}${rest}`;
}

const long = (flag: 'K' | 'L', text: string): RawEntry => ({
  name: '././@LongLink',
  flag,
  body: `${text}\0`,
  magic: GNU,
});
const file: RawEntry = { flag: '0', body: 'hi' };

function walk(archive: Buffer): { readonly seen: readonly Seen[]; readonly complete: boolean } {
  const seen: [string, string, number, number, string, string][] = [];
  const walker = new TarWalker({
    entry: ({ path, type, size, uid, link = '' }) => {
      const flag = { file: '0', dir: '5', symlink: '2', hardlink: '1', other: '?' }[type];
      const entry: (typeof seen)[number] = [flag, path, size, uid, link, ''];
      seen.push(entry);
      return type === 'file' ? { whole: (body) => (entry[5] = body.toString('base64')) } : undefined;
    },
    skipped: () => undefined,
  });
  try {
    walker.push(archive);
    walker.end();
    return { seen, complete: true };
  } catch (error) {
    assert.ok(error instanceof ParseError, String(error));
    return { seen, complete: false };
  }
}

const HI = Buffer.from('hi').toString('base64');
const real: Seen = ['0', 'real', 2, 0, '', HI];

const CASES: readonly (readonly [string, readonly RawEntry[], readonly Seen[]])[] = [
  ['a global header ends what PAX records before it say', [pax({ path: 'x' }), { flag: 'g' }, file], [real]],
  ['a record without a value says nothing', [pax({ path: '' }), file], [real]],
  [
    'of two PAX headers in a row the last counts',
    [pax({ path: 'x' }), pax({ uid: '5' }), file],
    [['0', 'real', 2, 5, '', HI]],
  ],
  ['a GNU long name wins over a PAX path', [pax({ path: 'x' }), long('L', 'gnu'), file], [['0', 'gnu', 2, 0, '', HI]]],
  ['an empty long name says nothing', [long('L', ''), file], [real]],
  [
    'a long link wins over a PAX one',
    [pax({ linkpath: 'x' }), long('K', 'y'), { flag: '2', link: 'z' }],
    [['2', 'real', 0, 0, 'y', '']],
  ],
  [
    'a sparse name or size without a map says nothing',
    [pax({ 'GNU.sparse.name': 'x', 'GNU.sparse.size': '9' }), file],
    [real],
  ],
  [
    'a sparse format of another version is none',
    [pax({ 'GNU.sparse.major': '2', 'GNU.sparse.size': '9' }), file],
    [real],
  ],
  [
    'a sparse file has the name and size of its records',
    [pax({ 'GNU.sparse.map': '1,2', 'GNU.sparse.size': '4', 'GNU.sparse.name': 'x', path: 'y' }), long('L', 'z'), file],
    [['0', 'x', 4, 0, '', Buffer.from('\0hi\0').toString('base64')]],
  ],
  ['a prefix belongs to ustar alone', [{ ...file, magic: 'uxxxx\x0000', prefix: 'junk' }], [real]],
  [
    'the prefix of star is shorter',
    [{ ...file, prefix: 'p'.repeat(140), trailer: 'tar\0' }],
    [['0', `${'p'.repeat(131)}/real`, 2, 0, '', HI]],
  ],
  [
    'Go before 1.8 wrote a prefix into GNU headers',
    [{ ...file, magic: GNU, prefix: 'a/long/path' }],
    [['0', 'a/long/path/real', 2, 0, '', HI]],
  ],
  ['a GNU header with times has no prefix', [{ ...file, magic: GNU, prefix: '00000000017\x0000000000017' }], [real]],
  ['a name with a slash is a file where the flag says so', [{ ...file, name: 'real/' }], [real]],
  [
    'a name with a slash is a directory in old archives',
    [{ flag: '\0', name: 'real/' }],
    [['5', 'real', 0, 0, '', '']],
  ],
  ['a number ends at a NUL', [{ ...file, size: '2\0rest' }], [real]],
  ['a number may stand behind NULs', [{ ...file, size: '\0\x000000002' }], [real]],
  [
    'an owner may be negative',
    [{ ...file, uid: '\xff\xff\xff\xff\xff\xff\xff\xfe' }],
    [['0', 'real', 2, 0xfffffffe, '', HI]],
  ],
  ['an owner may be negative in a PAX record', [pax({ uid: '-2' }), file], [['0', 'real', 2, 0xfffffffe, '', HI]]],
];

describe('tar archives are read as Go reads them', () => {
  for (const [name, entries, expected] of CASES) {
    test(name, () => {
      assert.deepEqual(walk(pack(entries)), { seen: expected, complete: true });
    });
  }

  test('a NUL in a path is refused', () => {
    assert.equal(walk(pack([pax({ path: 'a\0b' }), file])).complete, false);
  });

  test('law: the same entries as Go, for the table and for random archives', needsPrograms('go'), () => {
    const random = fc.sample(archive, { numRuns: 1500, seed: 7 });
    const archives = [...CASES.map(([, entries]) => pack(entries)), ...random.map(pack)];
    let complete = 0;
    for (const [index, reference] of readWithGo(archives).entries()) {
      const ours = walk(archives[index] ?? END);
      if (reference.complete) complete += 1;
      const seen = reference.complete ? ours.seen : ours.seen.slice(0, reference.seen.length);
      assert.deepEqual(seen, reference.seen, `archive ${index}: ${JSON.stringify(random[index - CASES.length])}`);
      if (reference.complete) assert.ok(ours.complete, `archive ${index}`);
    }
    assert.ok(complete > archives.length / 4, `${complete} of ${archives.length} archives are sound`);
  });
});

const word = fc.constantFrom('a', 'b/c', 'd/', '', 'real');
const records = fc.record(
  {
    path: word,
    linkpath: word,
    uid: fc.constantFrom('7', '-3', ''),
    size: fc.constantFrom('2', '3', ''),
    'GNU.sparse.name': word,
    'GNU.sparse.size': fc.constantFrom('4', '2', ''),
    'GNU.sparse.realsize': fc.constantFrom('5', ''),
    'GNU.sparse.major': fc.constantFrom('0', '1', ''),
    'GNU.sparse.minor': fc.constantFrom('0', '1', ''),
    'GNU.sparse.map': fc.constantFrom('0,2', '1,1,3,1', ''),
  },
  { requiredKeys: [] },
);
const entry = fc.oneof(
  records.map(pax),
  fc.constant<RawEntry>({ flag: 'g' }),
  fc.tuple(fc.constantFrom('K' as const, 'L' as const), word).map(([flag, text]) => long(flag, text)),
  fc.record(
    {
      flag: fc.constantFrom('0', '0', '\0', '1', '2', '5', '6'),
      name: fc.constantFrom('n', 'm/', './k', '../up'),
      body: fc.constantFrom('hi', ''),
      link: word,
      magic: fc.constantFrom(USTAR, USTAR, GNU, '\0\0\0\0\0\0\0\0', 'uxxxx\x0000'),
      prefix: fc.constantFrom('', 'pre', 'p'.repeat(140), '00000000017\x0000000000017'),
      trailer: fc.constantFrom('', 'tar\0'),
    },
    { requiredKeys: ['flag', 'name', 'body'] },
  ),
);
const archive = fc.array(entry, { minLength: 1, maxLength: 5 });

const PROGRAM = `package main
import ("archive/tar"; "encoding/json"; "fmt"; "io"; "os")
type seen []any
func main() {
	for _, name := range os.Args[1:] {
		file, _ := os.Open(name)
		reader := tar.NewReader(file)
		all := []seen{}
		complete := true
		for {
			head, err := reader.Next()
			if err == io.EOF { break }
			if err != nil { complete = false; break }
			if head.Typeflag == tar.TypeXGlobalHeader { continue }
			body, err := io.ReadAll(reader)
			if err != nil { complete = false; break }
			all = append(all, seen{string(head.Typeflag), head.Name, head.Size, uint32(head.Uid), head.Linkname, body})
		}
		file.Close()
		out, _ := json.Marshal(map[string]any{"seen": all, "complete": complete})
		fmt.Println(string(out))
	}
}
`;

function readWithGo(
  archives: readonly Buffer[],
): readonly { readonly seen: readonly Seen[]; readonly complete: boolean }[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-go-tar-'));
  try {
    writeFileSync(join(folder, 'main.go'), PROGRAM);
    const files = archives.map((bytes, index) => {
      writeFileSync(join(folder, `${index}.tar`), bytes);
      return `${index}.tar`;
    });
    execFileSync('go', ['build', '-o', 'read', 'main.go'], { cwd: folder, stdio: 'inherit' });
    const output = execFileSync('./read', files, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
    return output
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { seen, complete } = JSON.parse(line) as { seen: Seen[]; complete: boolean };
        return { complete, seen: seen.map(asOurs) };
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An entry of Go's in our terms: types without a body of interest have neither size nor content, hard links are cleaned. */
function asOurs([flag, name, size, uid, link, content]: Seen): Seen {
  const type = '0125'.includes(flag) ? flag : '?';
  const target = type === '1' ? cleanPath(link) : type === '2' ? link : '';
  return [type, cleanPath(name), type === '0' ? size : 0, uid, target, type === '0' ? content : ''];
}
