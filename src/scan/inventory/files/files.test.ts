import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../platform/limits.ts';
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { FileTrait } from '../package.ts';
import { header, layer, located } from '../test-facts.ts';
import { files, notableFiles } from './index.ts';
import { SECRET_ENDINGS, SECRET_NAMES, SHELLS } from './names.ts';

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
  ['root/.ssh/id_rsa', ['candidate-secret']],
  ['id_ed25519', ['candidate-secret']],
  ['root/.ssh/id_rsa.pub', []],
  ['root/.npmrc', ['candidate-secret']],
  ['app/.env', ['candidate-secret']],
  ['root/.aws/credentials', ['candidate-secret']],
  ['.aws/credentials', ['candidate-secret']],
  ['usr/share/credentials', []],
  ['credentials', []],
  ['kaniko/.docker/config.json', ['candidate-secret']],
  ['app/config.json', []],
  ['x.docker/config.json', []],
  ['root/.kube/config', ['candidate-secret']],
  ['etc/kubernetes/admin.kubeconfig', ['candidate-secret']],
  ['root/.config/gcloud/application_default_credentials.json', ['candidate-secret']],
  ['etc/ssh/ssh_host_ed25519_key', ['candidate-secret']],
  ['etc/ssl/private/server.key', ['candidate-secret']],
  ['etc/ssl/private/server.pem', ['candidate-secret']],
  ['opt/app/store.p12', ['candidate-secret']],
  ['opt/app/trust.jks', ['candidate-secret']],
  ['etc/ssl/certs/ISRG_Root_X1.pem', []],
  ['etc/ssl/certs/server.key', ['candidate-secret']],
  ['usr/lib/python3/site-packages/certifi/cacert.pem', []],
  ['usr/lib/python3/keyword.py', []],
  ['usr/lib/monkey', []],
  ['etc/ключ.key', ['candidate-secret']],
  ['etc/ключ', []],
];

for (const [path, expected] of NAMES) {
  test(`${path} is ${expected.join(', ') || 'not notable'}`, () => {
    assert.deepEqual(traits(path), expected);
  });
}

test('every name of the tables is found, so no short cut hides one', () => {
  for (const name of SHELLS) assert.deepEqual(traits(`usr/bin/${name}`), ['shell'], name);
  for (const ending of SECRET_ENDINGS) assert.deepEqual(traits(`opt/a${ending}`), ['candidate-secret'], ending);
  for (const [name, folders] of SECRET_NAMES) {
    for (const folder of folders === 'anywhere' ? ['opt'] : folders) {
      assert.deepEqual(traits(`root/${folder}/${name}`), ['candidate-secret'], name);
    }
  }
});

test('programs count by the name of a link too; a secret needs content', () => {
  assert.deepEqual(traits('bin/sh', { type: 'symlink', link: '/bin/busybox', mode: 0o777, size: 0 }), ['shell']);
  assert.deepEqual(traits('bin/sh', { type: 'dir', mode: 0o755 }), []);
  assert.deepEqual(traits('root/.netrc', { size: 0 }), []);
  assert.deepEqual(traits('root/.netrc', { size: 0, type: 'hardlink' }), ['candidate-secret']);
  assert.deepEqual(traits('root/.netrc', { type: 'symlink', link: 'x' }), []);
});

test('the facts become notable files with owner and mode', () => {
  const data = files.look?.(header('usr/bin/su', { mode: 0o4755, uid: 1, gid: 2 }));
  assert.deepEqual(notableFiles([located('usr/bin/su', data)]), [
    { path: 'usr/bin/su', layer: layer('one'), traits: ['setuid'], mode: 0o4755, uid: 1, gid: 2 },
  ]);
  assert.deepEqual(files.packages([located('usr/bin/su', data)], undefined), { packages: [] });
});

test('above the limit the first are kept and the cut is recorded', () => {
  const data = files.look?.(header('a', { mode: 0o666 }));
  const facts = Array.from({ length: LIMITS.notableFiles + 2 }, (_nothing, place) => located(`f${place}`, data));
  assert.equal(notableFiles(facts).length, LIMITS.notableFiles);
  const { problems = [] } = files.packages(facts, undefined);
  assert.equal(problems[0]?.kind, 'limit-reached');
  assert.equal(problems[0]?.path, `f${LIMITS.notableFiles}`);
});
