import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { replaceFile } from './replace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-replace-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a file keeps its permissions, wider or narrower than those of new files', () => {
  const file = join(folder, 'kept');
  for (const mode of [0o600, 0o664]) {
    writeFileSync(file, 'before');
    chmodSync(file, mode);
    replaceFile(file, 'after');
    assert.equal(readFileSync(file, 'utf8'), 'after');
    assert.equal(statSync(file).mode & 0o777, mode);
  }
});

test('a link stays a link, and the file behind it is replaced', () => {
  const [file, link] = [join(folder, 'target'), join(folder, 'link')];
  writeFileSync(file, 'before');
  symlinkSync('target', link);
  replaceFile(link, 'after');
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(file, 'utf8'), 'after');
});

test('what cannot be replaced stays as it is, and so does what others left', () => {
  const place = join(folder, 'place');
  mkdirSync(join(place, 'taken'), { recursive: true });
  assert.throws(() => replaceFile(join(place, 'taken'), 'after'), { code: 'usage' });
  const left = `file.new-${process.pid}`;
  writeFileSync(join(place, left), 'of another');
  assert.throws(() => replaceFile(join(place, 'file'), 'after'), { code: 'usage' });
  assert.deepEqual(readdirSync(place).sort(), [left, 'taken']);
  assert.equal(readFileSync(join(place, left), 'utf8'), 'of another');
});
