import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LIMITS } from '../../platform/limits.ts';
import { readBundleFolder } from './folder.ts';

const place = mkdtempSync(join(tmpdir(), 'plimsoll-folder-'));
after(() => rmSync(place, { recursive: true, force: true }));

test('files at any depth are read, links and what lies too deep are named', () => {
  const folder = join(place, 'plain');
  const deep = Array.from({ length: 17 }, () => 'd').join('/');
  mkdirSync(join(folder, deep), { recursive: true });
  writeFileSync(join(folder, 'd/file'), 'x');
  writeFileSync(join(folder, deep, 'hidden'), 'x');
  symlinkSync('d/file', join(folder, 'link'));
  symlinkSync('d', join(folder, 'linked-folder'));
  const { files, others } = readBundleFolder(folder);
  assert.deepEqual([...files], [['d/file', Buffer.from('x')]]);
  assert.deepEqual(others, [deep, 'link', 'linked-folder']);
});

test('files that claim more than a bundle has are not read', () => {
  const folder = join(place, 'large');
  mkdirSync(folder);
  const claim = (name: string, bytes: number) => {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), bytes);
  };
  for (let number = 1; number <= 5; number += 1) claim(`half-${number}`, LIMITS.assessmentBytes);
  assert.throws(() => readBundleFolder(folder), { code: 'limit', message: /^the files of .* have more than/ });
  claim('a-whole', LIMITS.assessmentBytes + 1);
  assert.throws(() => readBundleFolder(folder), { code: 'limit', message: /^a-whole has more than/ });
});
