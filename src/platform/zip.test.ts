import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../test/support/needs.ts';
import { LimitError, ParseError } from './errors.ts';
import { makeZip, type TestMember } from './test-zip.ts';
import { isZip, overlappingMember, type ZipMember, zipContent, zipMembers, zipOf } from './zip.ts';

const MOST = 1000;

function members(bytes: Uint8Array): readonly ZipMember[] {
  return [...zipMembers(zipOf(bytes), MOST)];
}

function contents(bytes: Uint8Array): readonly (readonly [string, string])[] {
  const source = zipOf(bytes);
  return members(bytes).map((member) => [member.path, zipContent(source, member, 1e6).toString()]);
}

test('what is written is read, stored or deflated, behind any text and before any comment', () => {
  const member = fc.record({
    path: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map(fair),
    content: fc.string(),
    deflated: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(member, { maxLength: 8 }),
      fc.string(),
      fc.string({ maxLength: 40 }),
      (list, before, comment) => {
        const bytes = Buffer.concat([Buffer.from(before), makeZip(list, comment)]);
        assert.ok(isZip(zipOf(bytes)));
        assert.deepEqual(
          contents(bytes),
          list.map(({ path, content }) => [path.replaceAll('\\', '/'), content]),
        );
        assert.equal(overlappingMember(members(bytes)), undefined);
      },
    ),
  );
});

function fair(text: string): string {
  return text.toWellFormed();
}

const SMALL: readonly TestMember[] = [
  { path: 'a/', content: '' },
  { path: 'a/b.txt', content: 'stored' },
  { path: 'c.txt', content: 'deflated '.repeat(20), deflated: true },
];

test('cut anywhere, or with any byte changed, it is read or refused', () => {
  const whole = makeZip(SMALL, 'comment');
  const survives = (bytes: Uint8Array): void => {
    try {
      contents(bytes);
    } catch (error) {
      assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
    }
    overlapping(bytes);
  };
  for (let length = 0; length < whole.length; length += 1) survives(whole.subarray(0, length));
  for (let at = 0; at < whole.length; at += 1) {
    for (const value of [0, 1, 0x50, 0x7f, 0xff]) {
      const changed = Buffer.from(whole);
      changed[at] = value;
      survives(changed);
    }
  }
});

function overlapping(bytes: Uint8Array): boolean | undefined {
  try {
    return overlappingMember(members(bytes)) !== undefined;
  } catch {
    return undefined;
  }
}

test('what is no archive is told from a damaged one', () => {
  assert.equal(isZip(zipOf(Buffer.from('Rar!\x1a\x07 and so on, and so on'))), false);
  assert.equal(isZip(zipOf(Buffer.alloc(0))), false);
  assert.equal(isZip(zipOf(makeZip([]))), true);
  const whole = makeZip(SMALL);
  const cut = whole.subarray(0, whole.length - 1);
  assert.equal(isZip(zipOf(cut)), true);
  assert.throws(() => members(cut), /its directory is missing/);
});

const BAD: readonly (readonly [string, TestMember, RegExp])[] = [
  ['encrypted', { path: 'a', content: 'x', flags: 1 }, /encrypted/],
  ['packed in another way', { path: 'a', content: 'x', method: 12 }, /method 12/],
  ['of another checksum', { path: 'a', content: 'x', claims: { crc: 7 } }, /checksum/],
  ['smaller than it claims', { path: 'a', content: 'x', deflated: true, claims: { size: 2 } }, /size/],
  ['larger than it claims', { path: 'a', content: 'xxx', deflated: true, claims: { size: 1 } }, /damaged/],
  ['no deflated data', { path: 'a', content: '\xff\xff', method: 8 }, /damaged/],
  ['beyond the end', { path: 'a', content: 'x', claims: { offset: 1 << 30 } }, /beyond the end/],
  ['longer than the archive', { path: 'a', content: 'x', claims: { packed: 1 << 30 } }, /beyond the end/],
  ['not where it should be', { path: 'a', content: 'x'.repeat(99), claims: { offset: 1 } }, /not where/],
  ['of 64-bit size without saying so', { path: 'a', content: 'x', claims: { offset: 0xffffffff } }, /beyond the end/],
];

for (const [what, member, message] of BAD) {
  test(`a member that is ${what} is refused, and costs no other`, () => {
    const bytes = makeZip([{ path: 'good', content: 'y' }, member]);
    const [good, bad] = members(bytes);
    assert.ok(good !== undefined && bad !== undefined);
    assert.equal(zipContent(zipOf(bytes), good, 10).toString(), 'y');
    assert.throws(
      () => zipContent(zipOf(bytes), bad, 1000),
      (error) => error instanceof ParseError && message.test(error.message),
    );
  });
}

test('limits: members, and bytes of one', () => {
  const bytes = makeZip(SMALL);
  assert.throws(() => [...zipMembers(zipOf(bytes), 2)], LimitError);
  const last = members(bytes)[2];
  assert.ok(last !== undefined);
  assert.throws(() => zipContent(zipOf(bytes), last, 179), LimitError);
  assert.equal(zipContent(zipOf(bytes), last, 180).length, 180);
});

test('a member within another is found, in whatever order the directory has them', () => {
  const one = { path: 'a', content: 'x'.repeat(100) };
  const inside = { path: 'b', content: 'y', claims: { offset: 0 } };
  assert.equal(overlappingMember(members(makeZip([one, inside])))?.path, 'b');
  assert.equal(overlappingMember(members(makeZip([one, inside])).toReversed())?.path, 'a');
  const list = members(makeZip([one, { path: 'b' }, { path: 'c' }]));
  assert.equal(overlappingMember(list.toReversed()), undefined);
});

const PYTHON = `
import io, sys, zipfile
class Pipe(io.RawIOBase):
    def __init__(self, out): self.out = out
    def writable(self): return True
    def write(self, data): self.out.write(data); return len(data)
out = open(sys.argv[1], 'wb')
archive = zipfile.ZipFile(Pipe(out), 'w', zipfile.ZIP_DEFLATED)
for index in range(int(sys.argv[2])):
    with archive.open(zipfile.ZipInfo('d/%d.txt' % index), 'w', force_zip64=True) as member: member.write(b'%d' % index)
archive.comment = b'PK\\x05\\x06' + bytes(40)
archive.close()
`;

test(
  '64-bit archives of more than 65,535 members, with data descriptors and a mark in the comment',
  needsPrograms('python3'),
  () => {
    withFolder((folder) => {
      const file = join(folder, 'a.zip');
      assert.equal(spawnSync('python3', ['-c', PYTHON, file, '70000']).status, 0);
      const bytes = Buffer.concat([Buffer.from('#!/bin/sh\n'), readFileSync(file)]);
      const list = [...zipMembers(zipOf(bytes), 100_000)];
      assert.equal(list.length, 70_000);
      const last = list[69_999];
      assert.ok(last !== undefined);
      assert.equal(last.path, 'd/69999.txt');
      assert.equal(zipContent(zipOf(bytes), last, 10).toString(), '69999');
      assert.equal(overlappingMember(list), undefined);
    });
  },
);

test('archives of zip, encrypted ones too', needsPrograms('zip'), () => {
  withFolder((folder) => {
    const make = (name: string, ...options: readonly string[]): Buffer => {
      const { status } = spawnSync('zip', ['-q', ...options, name, '-@'], { cwd: folder, input: 'zip.txt\n' });
      assert.equal(status, 0);
      return readFileSync(join(folder, name));
    };
    spawnSync('sh', ['-c', 'printf text > zip.txt'], { cwd: folder });
    assert.deepEqual(contents(make('a.zip')), [['zip.txt', 'text']]);
    assert.deepEqual(contents(make('streamed.zip', '-fd')), [['zip.txt', 'text']]);
    assert.throws(() => contents(make('secret.zip', '-P', 'word')), /encrypted/);
  });
});

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-zip-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
