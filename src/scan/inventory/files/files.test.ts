import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import { header, layer, located } from '../test-facts.ts';
import { files, notableFiles } from './index.ts';
import { SHELLS, TOOLS } from './names.ts';
import type { FileTrait } from './notable-file.ts';

function traits(path: string, fields: Partial<EntryHeader> = {}): readonly FileTrait[] {
  const data = files.look?.(header(path, fields)) as { readonly traits: readonly FileTrait[] } | undefined;
  return data?.traits ?? [];
}

const MODES: readonly (readonly [EntryHeader['type'], number, readonly FileTrait[]])[] = [
  ['file', 0o755, []],
  ['file', 0o4755, ['setuid']],
  ['file', 0o2755, ['setgid']],
  ['file', 0o6777, ['setuid', 'setgid', 'world-writable']],
  ['file', 0o1755, []],
  ['file', 0o666, ['world-writable']],
  ['file', 0o1777, ['world-writable']],
  ['hardlink', 0o4755, ['setuid']],
  ['dir', 0o777, ['world-writable']],
  ['dir', 0o1777, []],
  ['dir', 0o2775, []],
  ['symlink', 0o777, []],
  ['other', 0o666, []],
];

for (const [type, mode, expected] of MODES) {
  test(`mode ${mode.toString(8)} of a ${type} means ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(traits('opt/thing', { type, mode }), expected);
  });
}

test('file capabilities', () => {
  assert.deepEqual(traits('usr/bin/ping', { capabilities: true }), ['capabilities']);
  assert.deepEqual(traits('usr/bin/ping', { capabilities: false }), []);
});

const NAMES: readonly (readonly [string, readonly FileTrait[]])[] = [
  ['bin/sh', ['shell']],
  ['bin/busybox', ['shell']],
  ['busybox/sh', ['shell']],
  ['opt/conda/bin/bash', ['shell']],
  ['usr/local/sbin/zsh', ['shell']],
  ['etc/init.d/sh', []],
  ['sh', []],
  ['robin/sh', []],
  ['usr/cabin/bash', []],
  ['mybusybox/sh', []],
  ['bin/show', []],
  ['sbin/apk', ['package-manager']],
  ['usr/bin/apt-get', ['package-manager']],
  ['usr/bin/pip3.11', ['package-manager']],
  ['usr/bin/pipeline', []],
  ['usr/local/bin/npm', ['package-manager']],
  ['usr/lib/npm', []],
  ['usr/bin/gcc', ['tool']],
  ['usr/bin/nc', ['tool']],
  ['etc/curl', []],
  ['root/.ssh/id_rsa', []],
];

for (const [path, expected] of NAMES) {
  test(`${path} is ${expected.join(', ') || 'not notable'}`, () => {
    assert.deepEqual(traits(path), expected);
  });
}

test('every name of the tables is found, so no short cut hides one', () => {
  for (const name of SHELLS) assert.deepEqual(traits(`usr/bin/${name}`), ['shell'], name);
  for (const name of TOOLS) assert.deepEqual(traits(`usr/bin/${name}`), ['tool'], name);
});

test('programs count by the name of a link too', () => {
  assert.deepEqual(traits('bin/sh', { type: 'symlink', link: '/bin/busybox', mode: 0o777, size: 0 }), ['shell']);
  assert.deepEqual(traits('bin/sh', { type: 'dir', mode: 0o755 }), []);
});

test('the facts become notable files with owner and mode', () => {
  const data = files.look?.(header('usr/bin/su', { mode: 0o4755, uid: 1, gid: 2 }));
  assert.deepEqual(notableFiles([located('usr/bin/su', data)]), [
    { path: 'usr/bin/su', layer: layer('one'), traits: ['setuid'], mode: 0o4755, uid: 1, gid: 2 },
  ]);
  assert.deepEqual(files.packages([located('usr/bin/su', data)], undefined), { packages: [] });
});
