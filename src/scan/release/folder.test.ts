import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsPrograms } from '../../../test/support/needs.ts';
import { LIMITS } from '../../platform/limits.ts';
import { hasFile, isInside, readMember, readTextFile, walkFolder } from './folder.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-folder-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'tree/b'), { recursive: true });
mkdirSync(join(root, 'tree/.git'));
for (const file of ['secret', 'tree/c.txt', 'tree/b/d.txt', 'tree/.git/config']) writeFileSync(join(root, file), file);
symlinkSync('../secret', join(root, 'tree/out'));
symlinkSync('b', join(root, 'tree/in'));
symlinkSync('.', join(root, 'tree/loop'));

test('a walk is sorted, names links without following them, and leaves out dot folders', () => {
  assert.deepEqual(
    [...walkFolder(join(root, 'tree'))].map((entry) => `${entry.kind} ${entry.path}`),
    ['folder b', 'file c.txt', 'link in', 'link loop', 'link out', 'file b/d.txt'],
  );
  assert.deepEqual(
    [...walkFolder(join(root, 'tree'), () => false)].map((entry) => entry.path),
    ['b', 'c.txt', 'in', 'loop', 'out'],
  );
  assert.throws(() => [...walkFolder(join(root, 'none'))], { code: 'input-missing' });
});

test('a folder that cannot be listed any more is named as such', () => {
  mkdirSync(join(root, 'going/sub'), { recursive: true });
  const walk = walkFolder(join(root, 'going'));
  assert.deepEqual(walk.next().value, { path: 'sub', kind: 'folder' });
  rmSync(join(root, 'going/sub'), { recursive: true });
  assert.deepEqual(walk.next().value, { path: 'sub', kind: 'unreadable' });
  assert.equal(walk.next().done, true);
});

test('a member is read inside its folder only', () => {
  assert.equal(readMember(join(root, 'tree'), 'in/d.txt'), 'tree/b/d.txt');
  assert.equal(readMember(join(root, 'tree'), 'none'), undefined);
  assert.equal(readMember(join(root, 'tree'), 'c.txt/none'), undefined);
  assert.throws(() => readMember(join(root, 'tree'), 'out'), { code: 'input-unreadable', message: /leads out of/ });
  assert.throws(() => readMember(join(root, 'tree'), '../secret'), { code: 'input-unreadable' });
  assert.equal(isInside(join(root, 'tree'), 'loop/loop/b'), true);
  assert.equal(isInside(join(root, 'tree'), '../tree'), true);
  assert.equal(isInside(join(root, 'tree'), 'loop/out'), false);
});

test('a folder, a large file and a missing file are refused', () => {
  assert.throws(() => readTextFile(join(root, 'tree')), { code: 'input-unreadable' });
  assert.throws(() => readTextFile(join(root, 'secret'), 3), { code: 'limit' });
  assert.throws(() => readTextFile(join(root, 'none')), { code: 'input-missing' });
});

test('a named pipe is refused, not waited for', needsPrograms('mkfifo'), () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  assert.throws(() => readTextFile(join(root, 'pipe')), { code: 'input-unreadable', message: /is not a file/ });
});

test('too deep a tree meets the limit', () => {
  const deep = join(root, 'deep', ...Array<string>(LIMITS.pathDepth + 1).fill('d'));
  mkdirSync(deep, { recursive: true });
  assert.throws(() => [...walkFolder(join(root, 'deep'))], { code: 'limit' });
});

test('hasFile takes a regular file only', () => {
  assert.equal(hasFile(join(root, 'tree'), 'c.txt'), true);
  for (const name of ['out', 'b', 'none']) assert.equal(hasFile(join(root, 'tree'), name), false, name);
  assert.equal(hasFile(join(root, 'none'), 'c.txt'), false);
});
