import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { makeTar } from '../../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { archiveFiles } from './archive-index.ts';
import { readLayoutFile } from './layout-files.ts';

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-archive-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('every file of an archive that tar wrote, in each of its formats', needsPrograms('tar'), (t) => {
  const folder = makeFolder(t);
  const long = `${'long-directory-name/'.repeat(9)}${'n'.repeat(120)}`;
  const files: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    small: Buffer.from('small'),
    'dir/block': Buffer.alloc(512, 'b'),
    'dir/large': Buffer.alloc(100_001, 'l'),
    'dir/ünïcode': Buffer.from('u'),
  };
  for (const format of ['gnu', 'pax', 'ustar', 'oldgnu']) {
    const contents = format === 'ustar' ? files : { ...files, [long]: Buffer.from('long') };
    const tree = join(folder, format);
    for (const [name, bytes] of Object.entries(contents)) {
      mkdirSync(join(tree, name, '..'), { recursive: true });
      writeFileSync(join(tree, name), bytes);
    }
    const path = join(folder, `${format}.tar`);
    execFileSync('tar', [`--format=${format}`, '-cf', path, '-C', tree, '.']);
    const archive = archiveFiles(path);
    for (const [name, bytes] of Object.entries(contents)) {
      assert.ok(Buffer.from(readLayoutFile(archive, name, LIMITS.fileBytes)).equals(bytes), `${format} ${name}`);
    }
    assert.equal(archive.has('dir'), false);
    assert.equal(archive.has('none'), false);
  }
});

test('links: hard, symbolic, chains, and none that leaves the archive', (t) => {
  const path = join(makeFolder(t), 'links.tar');
  writeFileSync(
    path,
    makeTar({
      'a/file': 'content',
      'b/soft': '-> ../a/file',
      'b/hard': '=> a/file',
      'b/chain': '-> soft',
      'b/absolute': '-> /a/file',
      'b/outside': '-> ../../../../../etc/hostname',
      '../../escape': 'kept inside',
    }),
  );
  const archive = archiveFiles(path);
  for (const name of ['a/file', 'b/soft', 'b/hard', 'b/chain', 'b/absolute']) {
    assert.equal(Buffer.from(readLayoutFile(archive, name, 100)).toString(), 'content', name);
  }
  assert.equal(archive.has('b/outside'), false);
  assert.equal(archive.has('escape'), true);
  assert.throws(
    () => readLayoutFile(archive, 'a/file', 3),
    (error) => error instanceof PlimsollError && error.code === 'limit',
  );
});

test('a size that the header of a link or directory states is no body', (t) => {
  const path = join(makeFolder(t), 'sizes.tar');
  for (const type of '123456') {
    const bytes = Buffer.from(makeTar({ odd: '', next: 'next' }));
    bytes.write('00000001000', 124, 'latin1');
    bytes.write(type, 156, 'latin1');
    fixCheckSum(bytes, 0);
    writeFileSync(path, bytes);
    assert.equal(Buffer.from(readLayoutFile(archiveFiles(path), 'next', 100)).toString(), 'next', type);
  }
});

test('cut and changed archives raise errors of ours, never another, and no location outside the file', (t) => {
  const folder = makeFolder(t);
  const whole = Buffer.from(makeTar({ 'a/b': 'x'.repeat(700), c: 'y', d: '-> a/b', e: '=> c' }));
  const path = join(folder, 'damaged.tar');
  const survives = (bytes: Buffer): void => {
    writeFileSync(path, bytes);
    try {
      const archive = archiveFiles(path);
      for (const name of ['a/b', 'c', 'd', 'e']) {
        if (!archive.has(name)) continue;
        const { offset, length } = archive.locate(name);
        assert.ok(offset + length <= bytes.length);
      }
    } catch (error) {
      assert.ok(
        error instanceof PlimsollError && ['parse', 'limit', 'unsupported'].includes(error.code),
        String(error),
      );
    }
  };
  for (let length = 0; length <= whole.length; length += 256) survives(whole.subarray(0, length));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, fix) => {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      if (fix) fixCheckSum(bytes, Math.floor(at / 512) * 512);
      survives(bytes);
    }),
    { numRuns: 300 },
  );
  assert.equal(readFileSync(path).length, whole.length);
});

/** Makes a changed header valid again, so that the change reaches what lies behind the check. */
function fixCheckSum(bytes: Buffer, at: number): void {
  bytes.fill(' ', at + 148, at + 156);
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}

test('an archive of more entries than an image has is given up', (t) => {
  const path = join(makeFolder(t), 'many.tar');
  const one = Buffer.from(makeTar({ a: '' })).subarray(0, 512);
  writeFileSync(path, Buffer.concat(Array(LIMITS.archiveEntries + 1).fill(one)));
  assert.throws(
    () => archiveFiles(path),
    (error) => error instanceof PlimsollError && error.code === 'limit',
  );
});
