// Files with keys on a real file system: nothing of a key is left where a write failed or was killed, links are not followed, and no other user has a hand in it.
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
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
import { DRAFT_END, folderProblem, privateFolder, removePrivateFile, replacePrivateFile } from './private-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-private-'));
after(() => rmSync(folder, { recursive: true }));

function fresh(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

test('a write that fails leaves neither a draft with the key nor another file', () => {
  const place = fresh('failing');
  mkdirSync(join(place, 'config.yaml'));
  assert.throws(() => replacePrivateFile(join(place, 'config.yaml'), 'secret'), { code: 'usage' });
  assert.deepEqual(readdirSync(place), ['config.yaml']);
  assert.ok(statSync(join(place, 'config.yaml')).isDirectory());
});

test('the file is its own for its owner alone, also with a wide mask; a link is replaced and what it led to stays', () => {
  const place = fresh('linked');
  writeFileSync(join(place, 'elsewhere'), 'old', { mode: 0o644 });
  symlinkSync('elsewhere', join(place, 'config.yaml'));
  const mask = process.umask(0);
  try {
    replacePrivateFile(join(place, 'config.yaml'), 'new');
  } finally {
    process.umask(mask);
  }
  assert.equal(readFileSync(join(place, 'elsewhere'), 'utf8'), 'old');
  const status = statSync(join(place, 'config.yaml'));
  assert.deepEqual([status.mode & 0o777, readFileSync(join(place, 'config.yaml'), 'utf8')], [0o600, 'new']);
});

test('the draft of a killed run is taken over, and goes with the file', () => {
  const place = fresh('killed');
  const draft = join(place, `.config.yaml${DRAFT_END}`);
  symlinkSync(join(folder, 'elsewhere'), draft);
  replacePrivateFile(join(place, 'config.yaml'), 'new');
  assert.deepEqual(readdirSync(place), ['config.yaml']);
  writeFileSync(draft, 'half');
  removePrivateFile(join(place, 'config.yaml'));
  assert.deepEqual(readdirSync(place), []);
  writeFileSync(draft, 'half');
  removePrivateFile(join(place, 'config.yaml'));
  assert.deepEqual(readdirSync(place), []);
});

test('no keys in a folder that others can write in, or that is another user’s', () => {
  const place = fresh('shared');
  chmodSync(place, 0o777);
  assert.match(folderProblem(place) ?? '', /others than its owner/);
  assert.throws(() => privateFolder(place), { code: 'usage' });
  chmodSync(place, 0o700);
  assert.equal(folderProblem(place), undefined);
  if (process.getuid?.() !== 0) return;
  chownSync(place, 65_534, 65_534);
  assert.match(folderProblem(place) ?? '', /belongs to another user \(65534\)/);
});
